-- Grain: source × field × week × outcome; every week of a field has all three outcomes. Key:
-- mapping_share_id.
-- Steps: source values and their records summed by week and outcome; shares of the week. A value whose
-- mapping begins within a week counts under both outcomes, in the share of values too. Records without a
-- date, or of a day outside the calendar, stand together under an empty week.
with value_outcomes as (
    select * from {{ ref('int_value_outcomes') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

outcomes as (
    select 'mapped' as mapping_outcome
    union all
    select 'ignored' as mapping_outcome
    union all
    select 'unmapped' as mapping_outcome
),

dated as (
    select
        value_outcomes.*,
        dates.iso_week_start
    from value_outcomes
    left join dates on value_outcomes.record_date = dates.date_day
),

counted as (
    select
        source_system,
        field_name,
        dictionary,
        iso_week_start,
        mapping_outcome,
        sum(record_count) as record_count,
        count(distinct source_value) as source_value_count
    from dated
    group by source_system, field_name, dictionary, iso_week_start, mapping_outcome
),

weeks as (
    select
        source_system,
        field_name,
        dictionary,
        iso_week_start,
        sum(record_count) as record_count,
        sum(source_value_count) as source_value_count
    from counted
    group by source_system, field_name, dictionary, iso_week_start
),

final as (
    select
        {{ surrogate_key([
            'weeks.source_system', 'weeks.field_name', 'weeks.iso_week_start', 'outcomes.mapping_outcome'
        ]) }} as mapping_share_id,
        weeks.source_system,
        weeks.field_name,
        weeks.dictionary,
        weeks.iso_week_start,
        outcomes.mapping_outcome,
        cast(coalesce(counted.record_count, 0) as bigint) as record_count,
        cast(100.0 * coalesce(counted.record_count, 0) / nullif(weeks.record_count, 0) as decimal(9, 2))
            as record_pct,
        cast(coalesce(counted.source_value_count, 0) as bigint) as source_value_count,
        cast(
            100.0 * coalesce(counted.source_value_count, 0)
            / nullif(weeks.source_value_count, 0) as decimal(9, 2)
        ) as source_value_pct
    from weeks
    cross join outcomes
    left join counted
        on weeks.source_system = counted.source_system
        and weeks.field_name = counted.field_name
        and weeks.iso_week_start is not distinct from counted.iso_week_start
        and outcomes.mapping_outcome = counted.mapping_outcome
)

select * from final
