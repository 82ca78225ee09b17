{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- depends_on: {{ ref('int_patrol_time') }}
-- Grain: patrol unit (巡组) × street segment (街段) × local date × hour. Key: street_presence_id. Time on no
-- segment is the row without one. No rows where no source delivers segments.
-- Steps: time on patrol cut into steps of at most 25 m (patrol_steps); a step belongs to the segment nearest
-- to its middle within 30 m (of two as near the first by key), its seconds to the clock hours; devices of one
-- crew merged by any-present, device_seconds adds them up. Area: that of the crew's shift of the
-- hour (areas_of_shifts).
{%- set dates = affected_dates(this) if is_incremental() else none %}
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
    {{ areas_of_shifts(ref('stg_patrol_shifts'), source('control', 'run'), dates) }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

{{ patrol_steps('segments', dates) }},

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

{{ crew_presence('hourly', 'segment_number', dates) }},

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
        on presence.patrol_unit_id = shifts.patrol_unit_no
        and presence.event_date = shifts.event_date
        and presence.event_hour = shifts.event_hour
    left join units on presence.unit_no = units.unit_no
)

select * from final
