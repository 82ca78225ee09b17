{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one planned shift. Key: shift_id.
-- Steps: planned seconds; observed seconds: time in the plan covered by any device of the crew; delivered
-- seconds: the part of it on patrol duty; devices merged by any-present. A dosage is claimed from 80%
-- observed on. A shift's points are looked for on its date, the day before and the day after.
with shifts as (
    select
        *,
        {{ clock_second('planned_start_at') }} as planned_start_second,
        {{ clock_second('planned_end_at') }} as planned_end_second
    from {{ ref('stg_patrol_shifts') }}
    {% if is_incremental() %}
    where event_date in ({{ affected_dates(this) }})
    {% endif %}
),

intervals as (
    select * from {{ ref('int_patrol_intervals') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

shift_dates as (
    select
        shift_id,
        patrol_unit_no,
        planned_start_second,
        planned_end_second,
        {{ add_days('event_date', -1) }} as point_date
    from shifts
    union all
    select
        shift_id,
        patrol_unit_no,
        planned_start_second,
        planned_end_second,
        event_date as point_date
    from shifts
    union all
    select
        shift_id,
        patrol_unit_no,
        planned_start_second,
        planned_end_second,
        {{ add_days('event_date', 1) }} as point_date
    from shifts
),

within_plan as (
    select
        shift_dates.shift_id,
        intervals.is_patrol_time,
        intervals.started_second - shift_dates.planned_start_second as from_second,
        intervals.ended_second - shift_dates.planned_start_second as to_second,
        shift_dates.planned_end_second - shift_dates.planned_start_second as plan_second
    from shift_dates
    inner join intervals
        on shift_dates.patrol_unit_no = intervals.patrol_unit_id
        and shift_dates.point_date = intervals.event_date
        and intervals.started_second < shift_dates.planned_end_second
        and shift_dates.planned_start_second < intervals.ended_second
),

clipped as (
    select
        shift_id,
        is_patrol_time,
        greatest(from_second, 0) as from_second,
        least(to_second, plan_second) as to_second
    from within_plan
),

covered as (
    select
        *,
        max(to_second) over (
            partition by shift_id
            order by from_second, to_second
            rows between unbounded preceding and 1 preceding
        ) as observed_to_second,
        max(case when is_patrol_time then to_second end) over (
            partition by shift_id
            order by from_second, to_second
            rows between unbounded preceding and 1 preceding
        ) as delivered_to_second
    from clipped
),

by_shift as (
    select
        shift_id,
        cast(sum(
            greatest(to_second - greatest(from_second, coalesce(observed_to_second, 0)), 0)
        ) as bigint) as observed_seconds,
        cast(sum(
            case
                when is_patrol_time
                    then greatest(to_second - greatest(from_second, coalesce(delivered_to_second, 0)), 0)
                else 0
            end
        ) as bigint) as delivered_seconds
    from covered
    group by shift_id
),

planned as (
    select
        shifts.*,
        cast(shifts.planned_end_second - shifts.planned_start_second as bigint) as planned_seconds,
        coalesce(by_shift.observed_seconds, 0) as observed_seconds,
        coalesce(by_shift.delivered_seconds, 0) as delivered_seconds
    from shifts
    left join by_shift on shifts.shift_id = by_shift.shift_id
),

final as (
    select
        planned.shift_id,
        planned.shift_no,
        planned.patrol_unit_no as patrol_unit_id,
        units.unit_id,
        planned.unit_no,
        planned.area_no,
        planned.event_date,
        {{ code_and_label('shift_kind', 'planned.shift_kind_raw', 'shift_kind') }},
        planned.programme_no,
        planned.planned_seconds,
        planned.observed_seconds,
        planned.delivered_seconds,
        {{ minutes_of('planned.planned_seconds') }} as planned_minutes,
        {{ minutes_of('planned.observed_seconds') }} as observed_minutes,
        {{ minutes_of('planned.delivered_seconds') }} as delivered_minutes,
        {{ pct_of('planned.observed_seconds', 'planned.planned_seconds') }} as observed_pct,
        coalesce(100 * planned.observed_seconds >= 80 * planned.planned_seconds, false) as is_dosage_claimed,
        {{ lineage('planned') }}
    from planned
    left join units on planned.unit_no = units.unit_no
    left join mappings as shift_kind
        on {{ mapping_matches(
            'shift_kind', 'patrol_shifts.shift_kind_raw', 'planned.source_system', 'planned.shift_kind_raw',
            'planned.event_date'
        ) }}
)

select * from final
