-- The records and sums of all KPIs that rest on files and their uses, in one statement each: the same joins and
-- conditions over the same facts, without keys, reasons and evidence.
create or replace table bare_records as
with days as (
    select
        used_days.day,
        periods.period_start
    from (
        select event_date as day from fct_archive_uses
        union
        select due_date from fct_archive_uses
    ) as used_days
    inner join int_assessment_periods as periods
        on used_days.day between periods.period_start and periods.period_end
),

uses as (
    select
        fct_archive_uses.*,
        days.period_start
    from fct_archive_uses
    inner join days on fct_archive_uses.event_date = days.day
),

items as (
    select
        fct_archive_items.*,
        periods.period_start
    from fct_archive_items
    inner join int_assessment_periods as periods
        on fct_archive_items.archived_date <= least(periods.period_end, (select as_of from control.run))
        and coalesce(fct_archive_items.destroyed_date, date '9999-12-31') >= periods.period_start
),

used as (
    select
        file_no,
        period_start,
        count(*) as use_count
    from uses
    where is_opened or is_hit
    group by file_no, period_start
),

records as (
    select
        'archive_returned_in_time' as kpi_code,
        days.period_start,
        loans.unit_no,
        loans.user_officer_no as officer_no,
        loans.archive_use_id as record_id,
        1 as denominator_value,
        cast(coalesce(loans.is_returned_in_time, false) as integer) as numerator_value
    from fct_archive_uses as loans
    inner join days on loans.due_date = days.day
    where loans.due_date <= (select as_of from control.run)
    union all
    select 'archive_search_without_hit', period_start, unit_no, user_officer_no, archive_use_id,
        cast(is_hit is not null as integer), cast(coalesce(not is_hit, false) as integer)
    from uses
    union all
    select 'archive_effective', period_start, unit_no, user_officer_no, archive_use_id, 1,
        cast(has_confirmed_outcome as integer)
    from uses
    union all
    select 'archive_satisfaction', period_start, unit_no, user_officer_no, archive_use_id,
        cast(satisfaction_score is not null as integer), coalesce(satisfaction_score, 0)
    from uses
    union all
    select 'archive_response', uses.period_start, uses.unit_no, uses.user_officer_no, uses.archive_use_id,
        cast(log.opened_at is not null as integer), coalesce(date_diff('second', log.requested_at, log.opened_at), 0)
    from uses
    inner join landed.archive_uses as log on uses.archive_use_id = log.archive_use_id
    union all
    select 'archive_complete', period_start, unit_no, officer_no, archive_item_id,
        cast(is_complete is not null as integer), cast(coalesce(is_complete, false) as integer)
    from items
    where archived_date >= period_start
    union all
    select 'archive_digitised', period_start, unit_no, officer_no, archive_item_id, page_count,
        case when has_checksum then least(digitised_page_count, page_count) else 0 end
    from items
    union all
    select 'archive_non_paper', items.period_start, items.unit_no, cast(null as varchar), items.archive_item_id,
        cast(archive_media.is_paper is not null as integer), cast(coalesce(not archive_media.is_paper, false) as integer)
    from items
    left join archive_media on items.medium_code = archive_media.medium_code
    union all
    select 'archive_used', items.period_start, items.unit_no, items.officer_no, items.archive_item_id, 1,
        cast(used.use_count is not null as integer)
    from items
    left join used on items.file_no = used.file_no and items.period_start = used.period_start
)

select
    records.*,
    dim_unit.unit_id
from records
left join dim_unit on records.unit_no = dim_unit.unit_no;

create or replace table bare_values as
select
    kpi_code,
    period_start,
    unit_no,
    officer_no,
    sum(denominator_value) as denominator_total,
    sum(numerator_value) as numerator_total
from bare_records
group by kpi_code, period_start, unit_no, officer_no;
