{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: patrol unit (巡组) × street segment (街段) × local date × hour. Key: street_presence_id. Time on no
-- segment is the row without one. No rows where no source delivers segments.
-- Steps: time on patrol (int_patrol_time), the way cut into steps of at most 25 m (224 millionths,
-- longitudes unweighed) and at least a second; a step belongs to the segment nearest to its middle within
-- 30 m (of two as near the first by key), its seconds to the clock hours; devices of one crew merged by
-- any-present, device_seconds adds them up. Area: that of the crew's shift of the day (the smallest number
-- where several).
with buckets as (
    select * from {{ ref('int_street_buckets') }}
),

segments as (
    select * from {{ ref('dim_street_segment') }}
),

numbers_of_segments as (
    select distinct
        street_segment_id,
        segment_number
    from {{ ref('int_street_pieces') }}
),

shifts as (
    select
        patrol_unit_no,
        event_date,
        min(area_no) as area_no
    from {{ ref('stg_patrol_shifts') }}
    group by patrol_unit_no, event_date
),

units as (
    select * from {{ ref('dim_unit') }}
),

intervals as (
    select
        *,
        cast(ceil(sqrt(cast(
            (ended_x - started_x) * (ended_x - started_x)
            + (ended_y - started_y) * (ended_y - started_y) as double
        )) / 224) as bigint) as step_count_by_way
    from {{ ref('int_patrol_time') }}
    where
        exclusion_code is null
        and exists (select 1 from segments)
        {% if is_incremental() -%}
        and event_date in (
            select affected.event_date from ({{ affected_dates(this) }}) as affected
            union
            select {{ add_days('affected.event_date', -1) }} from ({{ affected_dates(this) }}) as affected
        )
        {%- endif %}
),

counted as (
    select
        *,
        least(interval_seconds, greatest(1, step_count_by_way)) as step_count
    from intervals
),

numbers as (
    {{ whole_numbers(0, 180) }}
),

-- An interval lasts 180 s at most.
step_numbers as (
    select
        counts.number as step_count,
        numbers.number as step_no
    from numbers as counts
    inner join numbers on numbers.number < counts.number
),

numbered as (
    select
        counted.*,
        step_numbers.step_no
    from counted
    inner join step_numbers on counted.step_count = step_numbers.step_count
),

steps as (
    select
        patrol_unit_id,
        device_no,
        unit_no,
        event_date,
        event_hour,
        started_second - hour_offset_seconds as hour_second,
        hour_offset_seconds
        + {{ whole_quotient('interval_seconds * step_no', 'step_count') }} as from_offset,
        hour_offset_seconds
        + {{ whole_quotient('interval_seconds * (step_no + 1)', 'step_count') }} as to_offset,
        {{ point_on_way('started_x', 'ended_x', '(step_no + 0.5)', 'step_count') }} as x,
        {{ point_on_way('started_y', 'ended_y', '(step_no + 0.5)', 'step_count') }} as y
    from numbered
),

-- A crew that stands is in one place for long: each place is looked up once.
positions as (
    select distinct
        x,
        y,
        {{ street_bucket('x') }} as bucket_x,
        {{ street_bucket('y') }} as bucket_y
    from steps
),

candidates as (
    select
        positions.x,
        positions.y,
        buckets.*,
        {{ nearest_on_piece('positions.x', 'positions.y') }} as nearest_place
    from positions
    inner join buckets on positions.bucket_x = buckets.bucket_x and positions.bucket_y = buckets.bucket_y
),

distances as (
    select
        x,
        y,
        segment_number,
        {{ squared_from_piece('x', 'y', 'nearest_place') }} as squared_distance
    from candidates
),

-- Distance first, number of the segment second, in one whole number.
nearest as (
    select
        x,
        y,
        min(cast(floor(squared_distance) as bigint) * 100000000 + segment_number) % 100000000
            as segment_number
    from distances
    where squared_distance <= {{ street_tolerance() }} * {{ street_tolerance() }}
    group by x, y
),

assigned as (
    select
        steps.*,
        coalesce(nearest.segment_number, 0) as segment_number
    from steps
    left join nearest on steps.x = nearest.x and steps.y = nearest.y
),

hourly as (
    {{ split_at_the_hour('assigned', ['patrol_unit_id', 'device_no', 'unit_no', 'segment_number']) }}
),

reached as (
    select
        *,
        max(to_second) over (
            partition by patrol_unit_id, segment_number, event_date, event_hour
            order by from_second, to_second
            rows between unbounded preceding and 1 preceding
        ) as reached_second
    from hourly
    {% if is_incremental() -%}
    where event_date in ({{ affected_dates(this) }})
    {%- endif %}
),

presence as (
    select
        patrol_unit_id,
        segment_number,
        event_date,
        event_hour,
        min(unit_no) as unit_no,
        cast(sum(
            greatest(to_second - greatest(from_second, coalesce(reached_second, from_second)), 0)
        ) as bigint) as presence_seconds,
        cast(sum(to_second - from_second) as bigint) as device_seconds
    from reached
    group by patrol_unit_id, segment_number, event_date, event_hour
),

final as (
    select
        {{ surrogate_key([
            'presence.patrol_unit_id', 'numbers_of_segments.street_segment_id', 'presence.event_date',
            'presence.event_hour'
        ]) }} as street_presence_id,
        presence.patrol_unit_id,
        units.unit_id,
        presence.unit_no,
        shifts.area_no,
        numbers_of_segments.street_segment_id,
        segments.street_segment_no,
        presence.event_date,
        presence.event_hour,
        presence.presence_seconds,
        presence.device_seconds,
        {{ minutes_of('presence.presence_seconds') }} as presence_minutes
    from presence
    left join numbers_of_segments on presence.segment_number = numbers_of_segments.segment_number
    left join segments on numbers_of_segments.street_segment_id = segments.street_segment_id
    left join shifts
        on presence.patrol_unit_id = shifts.patrol_unit_no and presence.event_date = shifts.event_date
    left join units on presence.unit_no = units.unit_no
)

select * from final
