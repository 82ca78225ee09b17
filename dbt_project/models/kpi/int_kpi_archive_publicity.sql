-- Grain: community × assessment period (KPI archive_publicity). Key: period_start, record_id.
-- Steps: areas of the levels that publicity is to reach (kpi_bases), in force on the period's last day or the
-- run's day; reached when any event of the period took place there, whoever held it. The denominator is the
-- boundaries'. Periods before the first event on record are not computed: a source that does not deliver is
-- not a unit that does nothing. The source row is the latest event's.
with areas as (
    select * from {{ ref('dim_area') }}
),

bases as (
    select * from {{ ref('kpi_bases') }}
),

events as (
    select * from {{ ref('fct_archive_publicity_events') }}
),

periods as (
    {{ periods_on_record('events') }}
),

held as (
    select
        periods.period_start,
        events.*,
        count(*) over (partition by periods.period_start, events.community_no) as publicity_count,
        sum(events.attendee_count) over (partition by periods.period_start, events.community_no)
            as period_attendee_count,
        row_number() over (
            partition by periods.period_start, events.community_no
            order by events.event_date desc, events.archive_publicity_event_id asc
        ) as event_rank
    from events
    inner join periods on events.event_date between periods.period_start and periods.counted_date
),

final as (
    select
        'archive_publicity' as kpi_code,
        periods.period_start,
        periods.period_end,
        areas.unit_no,
        cast(null as varchar) as officer_no,
        'community' as record_kind,
        areas.area_id as record_id,
        coalesce(areas.area_name, areas.area_no) as record_no,
        cast(null as varchar) as category_code,
        periods.counted_date as event_date,
        1 as in_denominator,
        {{ as_count('held.publicity_count > 0') }} as in_numerator,
        1 as denominator_value,
        {{ as_count('held.publicity_count > 0') }} as numerator_value,
        false as is_excluded,
        cast(null as varchar) as exclusion_reason,
        case
            when held.publicity_count > 0
                then '宣传 ' || cast(held.publicity_count as varchar) || ' 场，参加 '
                    || coalesce(cast(held.period_attendee_count as varchar), '—') || ' 人次；最近 '
                    || {{ date_text('held.event_date') }}
            else '没有宣传活动'
        end as evidence,
        {{ lineage('held') }}
    from areas
    inner join bases on bases.kpi_code = 'archive_publicity' and areas.area_level_code = bases.code
    inner join periods on {{ valid_on('areas', 'periods.counted_date') }}
    left join held
        on periods.period_start = held.period_start
        and areas.area_no = held.community_no
        and held.event_rank = 1
)

select * from final
