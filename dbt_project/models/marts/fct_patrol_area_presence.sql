{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- depends_on: {{ ref('int_patrol_time') }}
-- Grain: patrol unit (巡组) × 责任区 by boundary × local date × hour. Key: area_presence_id. Time outside every
-- boundary is the row without an area. No rows where no area has a boundary.
-- Steps: time on patrol cut into steps of at most 25 m (patrol_steps), split at the hour; a piece belongs to
-- the area whose boundary, valid on its date, holds the step's middle (of two the first by number; within
-- 12.5 m of a boundary either may be told, see derived.area_strips); devices of one crew merged by
-- any-present, device_seconds adds them up. shift_area_no: area of the crew's shift of the
-- hour (areas_of_shifts).
{%- set dates = affected_dates(this) if is_incremental() else none %}
with areas as (
    select
        *,
        row_number() over (order by area_no, area_id) as area_number
    from {{ ref('dim_area') }}
),

strips as (
    select
        areas.area_number,
        areas.valid_from,
        areas.valid_to,
        area_strips.strip,
        area_strips.west_x,
        area_strips.east_x
    from {{ source('derived', 'area_strips') }} as area_strips
    inner join areas on area_strips.area_id = areas.area_id
),

shifts as (
    {{ areas_of_shifts(ref('stg_patrol_shifts'), source('control', 'run'), dates) }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

{{ patrol_steps('strips', dates) }},

hourly as (
    {{ split_at_the_hour('steps', ['patrol_unit_id', 'device_no', 'unit_no', 'x', 'y']) }}
),

-- A crew that stands is in one place for long: each place is looked up once a day.
positions as (
    select distinct
        x,
        y,
        event_date,
        {{ area_strip('y') }} as strip
    from hourly
    {% if dates -%}
    where event_date in ({{ dates }})
    {%- endif %}
),

located as (
    select
        positions.x,
        positions.y,
        positions.event_date,
        min(strips.area_number) as area_number
    from positions
    inner join strips
        on positions.strip = strips.strip
        and positions.x between strips.west_x and strips.east_x
        and {{ valid_on('strips', 'positions.event_date') }}
    group by positions.x, positions.y, positions.event_date
),

assigned as (
    select
        hourly.*,
        coalesce(located.area_number, 0) as area_number
    from hourly
    left join located
        on hourly.x = located.x and hourly.y = located.y and hourly.event_date = located.event_date
),

{{ crew_presence('assigned', 'area_number', dates) }},

final as (
    select
        {{ surrogate_key([
            'presence.patrol_unit_id', 'areas.area_no', 'presence.event_date', 'presence.event_hour'
        ]) }} as area_presence_id,
        presence.patrol_unit_id,
        units.unit_id,
        presence.unit_no,
        shifts.area_no as shift_area_no,
        areas.area_no as geometry_area_no,
        presence.event_date,
        presence.event_hour,
        presence.presence_seconds,
        presence.device_seconds,
        {{ minutes_of('presence.presence_seconds') }} as presence_minutes
    from presence
    left join areas on presence.area_number = areas.area_number
    left join shifts
        on presence.patrol_unit_id = shifts.patrol_unit_no
        and presence.event_date = shifts.event_date
        and presence.event_hour = shifts.event_hour
    left join units on presence.unit_no = units.unit_no
)

select * from final
