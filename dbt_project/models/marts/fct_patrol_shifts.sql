{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one planned shift. Key: shift_id.
-- Steps: planned seconds; observed seconds: time in the plan covered by any device of the crew; delivered
-- seconds: the part of it on patrol; devices merged by any-present. What is observed and no patrol, by
-- reason: on call, else off duty by any device's own word, else at the station; with delivered they add up
-- to observed. A dosage is claimed from 80% observed on. A shift's points are looked for on its date, the
-- day before and the day after.
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

patrol_time as (
    select * from {{ ref('int_patrol_time') }}
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
        case coalesce(patrol_time.exclusion_code, 'patrol')
            when 'patrol' then 1
            when 'on_call' then 2
            when 'off_duty' then 3
            else 4
        end as reason_rank,
        patrol_time.started_second - shift_dates.planned_start_second as from_second,
        patrol_time.ended_second - shift_dates.planned_start_second as to_second,
        shift_dates.planned_end_second - shift_dates.planned_start_second as plan_second
    from shift_dates
    inner join patrol_time
        on shift_dates.patrol_unit_no = patrol_time.patrol_unit_id
        and shift_dates.point_date = patrol_time.event_date
        and patrol_time.started_second < shift_dates.planned_end_second
        and shift_dates.planned_start_second < patrol_time.ended_second
),

clipped as (
    select
        shift_id,
        reason_rank,
        greatest(from_second, 0) as from_second,
        least(to_second, plan_second) as to_second
    from within_plan
),

-- How far the stretches before reach that are of a rank up to each: the time of one rank is what the ranks up
-- to it cover more than those before it.
covered as (
    select
        *,
        max(case when reason_rank = 1 then to_second end) over so_far as reached_second_1,
        max(case when reason_rank <= 2 then to_second end) over so_far as reached_second_2,
        max(case when reason_rank <= 3 then to_second end) over so_far as reached_second_3,
        max(to_second) over so_far as reached_second_4
    from clipped
    window so_far as (
        partition by shift_id
        order by from_second, to_second
        rows between unbounded preceding and 1 preceding
    )
),

added as (
    select
        shift_id,
        reason_rank,
        greatest(to_second - greatest(from_second, coalesce(reached_second_1, 0)), 0) as added_1,
        greatest(to_second - greatest(from_second, coalesce(reached_second_2, 0)), 0) as added_2,
        greatest(to_second - greatest(from_second, coalesce(reached_second_3, 0)), 0) as added_3,
        greatest(to_second - greatest(from_second, coalesce(reached_second_4, 0)), 0) as added_4
    from covered
),

by_shift as (
    select
        shift_id,
        cast(sum(case when reason_rank = 1 then added_1 else 0 end) as bigint) as seconds_1,
        cast(sum(case when reason_rank <= 2 then added_2 else 0 end) as bigint) as seconds_2,
        cast(sum(case when reason_rank <= 3 then added_3 else 0 end) as bigint) as seconds_3,
        cast(sum(added_4) as bigint) as seconds_4
    from added
    group by shift_id
),

planned as (
    select
        shifts.*,
        cast(shifts.planned_end_second - shifts.planned_start_second as bigint) as planned_seconds,
        coalesce(by_shift.seconds_4, 0) as observed_seconds,
        coalesce(by_shift.seconds_1, 0) as delivered_seconds,
        coalesce(by_shift.seconds_2 - by_shift.seconds_1, 0) as on_call_seconds,
        coalesce(by_shift.seconds_3 - by_shift.seconds_2, 0) as off_duty_seconds,
        coalesce(by_shift.seconds_4 - by_shift.seconds_3, 0) as at_station_seconds
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
        planned.at_station_seconds,
        planned.on_call_seconds,
        planned.off_duty_seconds,
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
