-- Grain: patrol unit × cell × hour of the day × assessment period. Key: period_start, record_id.
-- KPI archive_guided_patrol: patrol seconds in marked cell-hours over all patrol seconds.
-- Steps: cell-hours of cases whose volume was filed before the year, by the hour of their incident; the
-- first tenth of all cell-hours (cells ever patrolled × 24) by number of such cases is marked; presence of
-- the year.
with presence as (
    select * from {{ ref('fct_patrol_presence') }}
),


cases as (
    select * from {{ ref('fct_cases') }}
),

incidents as (
    select * from {{ ref('fct_incidents') }}
),

items as (
    select
        linked_no,
        min(archived_date) as archived_date
    from {{ ref('fct_archive_items') }}
    where linked_no is not null and archived_date is not null
    group by linked_no
),

periods as (
    select * from {{ ref('int_assessment_periods') }}
),

patrolled as (
    select count(distinct cell_id) * 24 as cell_hour_count
    from presence
),

archived_cell_hours as (
    select
        periods.period_start,
        cases.cell_id,
        incidents.event_hour,
        count(*) as case_count
    from items
    inner join cases on items.linked_no = cases.case_no
    inner join incidents on cases.incident_id = incidents.incident_id
    inner join periods on items.archived_date < periods.period_start
    where cases.cell_id is not null and incidents.event_hour is not null
    group by periods.period_start, cases.cell_id, incidents.event_hour
),

ranked as (
    select
        *,
        row_number() over (
            partition by period_start order by case_count desc, cell_id asc, event_hour asc
        ) as cell_hour_rank
    from archived_cell_hours
),

marked as (
    select
        ranked.period_start,
        ranked.cell_id,
        ranked.event_hour,
        ranked.case_count
    from ranked
    cross join patrolled
    where ranked.cell_hour_rank * 10 <= patrolled.cell_hour_count
),

patrolled_in_period as (
    select
        periods.period_start,
        periods.period_end,
        presence.patrol_unit_id,
        presence.cell_id,
        presence.event_hour,
        min(presence.unit_no) as unit_no,
        max(presence.event_date) as event_date,
        sum(presence.presence_seconds) as presence_seconds
    from presence
    inner join periods on presence.event_date between periods.period_start and periods.period_end
    group by
        periods.period_start,
        periods.period_end,
        presence.patrol_unit_id,
        presence.cell_id,
        presence.event_hour
),

final as (
    select
        'archive_guided_patrol' as kpi_code,
        patrolled_in_period.period_start,
        patrolled_in_period.period_end,
        patrolled_in_period.unit_no,
        cast(null as varchar) as officer_no,
        'patrol_cell_hour' as record_kind,
        {{ surrogate_key([
            'patrolled_in_period.patrol_unit_id', 'patrolled_in_period.cell_id',
            'patrolled_in_period.event_hour'
        ]) }} as record_id,
        patrolled_in_period.patrol_unit_id || ' ' || patrolled_in_period.cell_id || ' '
        || cast(patrolled_in_period.event_hour as varchar) || '时' as record_no,
        cast(null as varchar) as category_code,
        patrolled_in_period.event_date,
        1 as in_denominator,
        {{ as_count('marked.case_count is not null') }} as in_numerator,
        patrolled_in_period.presence_seconds as denominator_value,
        case
            when marked.case_count is not null then patrolled_in_period.presence_seconds else 0
        end as numerator_value,
        false as is_excluded,
        cast(null as varchar) as exclusion_reason,
        '巡逻 ' || cast(patrolled_in_period.presence_seconds as varchar) || ' 秒；期前已归档案件 '
        || cast(coalesce(marked.case_count, 0) as varchar) || ' 起' as evidence,
        cast(null as varchar) as _source_system,
        cast(null as varchar) as _source_table,
        cast(null as varchar) as _source_key,
        cast(null as varchar) as _source_batch_id,
        cast(null as varchar) as _source_file,
        cast(null as bigint) as _source_line
    from patrolled_in_period
    left join marked
        on patrolled_in_period.period_start = marked.period_start
        and patrolled_in_period.cell_id = marked.cell_id
        and patrolled_in_period.event_hour = marked.event_hour
)

select * from final
