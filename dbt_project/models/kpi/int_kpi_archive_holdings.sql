-- Grain: archive file × KPI × assessment period (archive_complete, archive_digitised, archive_used,
-- archive_non_paper). Key: kpi_code, period_start, record_id.
-- Steps: complete: files filed in the period and checked against mandatory documents; digitised (in pages),
-- used and not on paper: files held in the period, that is filed before its end (or the run's day) and not
-- destroyed before its start. A page counts as digitised only where the copy has a checksum; use means
-- opened or hit in the period. On paper or not by the medium (archive_media), whatever copies there are; a
-- medium that is not registered or has no class is listed as excluded, and is no officer's doing.
with items as (
    select * from {{ ref('fct_archive_items') }}
),

uses as (
    select * from {{ ref('fct_archive_uses') }}
),

media as (
    select * from {{ ref('archive_media') }}
),

periods as (
    select * from {{ ref('int_assessment_periods') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

held as (
    select
        items.*,
        periods.period_start,
        periods.period_end,
        media.is_paper,
        case
            when items.has_checksum then least(coalesce(items.digitised_page_count, 0), items.page_count)
            else 0
        end as checked_page_count
    from items
    cross join run
    inner join periods
        on items.archived_date <= least(periods.period_end, run.as_of)
        and coalesce(items.destroyed_date, date '9999-12-31') >= periods.period_start
    left join media on items.medium_code = media.medium_code
),

days as (
    {{ days_in_periods('uses', ['event_date']) }}
),

used as (
    select
        uses.file_no,
        days.period_start,
        count(*) as use_count
    from uses
    inner join days on uses.event_date = days.day
    where uses.is_opened or uses.is_hit
    group by uses.file_no, days.period_start
),

final as (
    select
        'archive_complete' as kpi_code,
        period_start,
        period_end,
        unit_no,
        officer_no,
        'archive_item' as record_kind,
        archive_item_id as record_id,
        file_no as record_no,
        category_code,
        archived_date as event_date,
        {{ as_count('is_complete is not null') }} as in_denominator,
        {{ as_count('is_complete') }} as in_numerator,
        {{ as_count('is_complete is not null') }} as denominator_value,
        {{ as_count('is_complete') }} as numerator_value,
        is_complete is null as is_excluded,
        case when is_complete is null then '未登记卷内文书或该门类无必备文书' end as exclusion_reason,
        '缺少必备文书 ' || coalesce(cast(missing_document_count as varchar), '—') || ' 种' as evidence,
        {{ lineage('held') }}
    from held
    where archived_date >= period_start
    union all
    select
        'archive_digitised' as kpi_code,
        period_start,
        period_end,
        unit_no,
        officer_no,
        'archive_item' as record_kind,
        archive_item_id as record_id,
        file_no as record_no,
        category_code,
        archived_date as event_date,
        {{ as_count('page_count > 0') }} as in_denominator,
        {{ as_count('checked_page_count > 0') }} as in_numerator,
        case when page_count > 0 then page_count else 0 end as denominator_value,
        case when page_count > 0 then checked_page_count else 0 end as numerator_value,
        coalesce(page_count <= 0, true) as is_excluded,
        case when coalesce(page_count <= 0, true) then '未登记页数' end as exclusion_reason,
        '页数 ' || coalesce(cast(page_count as varchar), '—') || '；有校验的数字化页数 '
        || coalesce(cast(checked_page_count as varchar), '—') as evidence,
        {{ lineage('held') }}
    from held
    union all
    select
        'archive_used' as kpi_code,
        held.period_start,
        held.period_end,
        held.unit_no,
        held.officer_no,
        'archive_item' as record_kind,
        held.archive_item_id as record_id,
        held.file_no as record_no,
        held.category_code,
        held.archived_date as event_date,
        1 as in_denominator,
        {{ as_count('used.use_count > 0') }} as in_numerator,
        1 as denominator_value,
        {{ as_count('used.use_count > 0') }} as numerator_value,
        false as is_excluded,
        cast(null as varchar) as exclusion_reason,
        '本期利用 ' || cast(coalesce(used.use_count, 0) as varchar) || ' 次' as evidence,
        {{ lineage('held') }}
    from held
    left join used on held.file_no = used.file_no and held.period_start = used.period_start
    union all
    select
        'archive_non_paper' as kpi_code,
        period_start,
        period_end,
        unit_no,
        cast(null as varchar) as officer_no,
        'archive_item' as record_kind,
        archive_item_id as record_id,
        file_no as record_no,
        category_code,
        archived_date as event_date,
        {{ as_count('is_paper is not null') }} as in_denominator,
        {{ as_count('not is_paper') }} as in_numerator,
        {{ as_count('is_paper is not null') }} as denominator_value,
        {{ as_count('not is_paper') }} as numerator_value,
        is_paper is null as is_excluded,
        case
            when medium_label is null then '未登记载体'
            when is_paper is null then '载体未映射或未归类'
        end as exclusion_reason,
        '载体 ' || coalesce(medium_label, '—') as evidence,
        {{ lineage('held') }}
    from held
)

select * from final
