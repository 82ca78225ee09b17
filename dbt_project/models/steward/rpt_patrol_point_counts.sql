{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: unit × source system × event date of GPS points. Key: patrol_point_count_id.
-- Steps: every landed point is counted once: without a position, else with a fix worse than 50 m, else left
-- out by int_patrol_gaps (another point of the device in the same second, a jump), else used. A used point
-- need not begin an interval: a long gap or the end of a track may follow.
with points as (
    select * from {{ ref('stg_patrol_points') }}
    {% if is_incremental() -%}
    where event_date in ({{ affected_dates(this) }})
    {%- endif %}
),

left_out as (
    select * from {{ ref('int_patrol_gaps') }}
    where
        dropped_code is not null
        {% if is_incremental() -%}
        and event_date in ({{ affected_dates(this) }})
        {%- endif %}
),

tracks as (
    select * from {{ ref('int_patrol_tracks') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

received as (
    select
        source_system,
        unit_no,
        event_date,
        count(*) as point_count,
        cast(sum(case when longitude is null or latitude is null then 1 else 0 end) as bigint)
            as unplaced_point_count,
        cast(sum(case when {{ is_usable_fix() }} then 1 else 0 end) as bigint) as usable_count
    from points
    group by source_system, unit_no, event_date
),

dropped as (
    select
        tracks.source_system,
        tracks.unit_no,
        left_out.event_date,
        cast(sum(case when left_out.dropped_code = 'duplicate' then 1 else 0 end) as bigint)
            as duplicate_point_count,
        cast(sum(case when left_out.dropped_code = 'speed' then 1 else 0 end) as bigint) as jump_point_count
    from left_out
    inner join tracks
        on left_out.event_date = tracks.event_date and left_out.state_number = tracks.state_number
    group by tracks.source_system, tracks.unit_no, left_out.event_date
),

counted as (
    select
        received.*,
        received.point_count - received.unplaced_point_count - received.usable_count
            as inaccurate_point_count,
        coalesce(dropped.duplicate_point_count, 0) as duplicate_point_count,
        coalesce(dropped.jump_point_count, 0) as jump_point_count
    from received
    left join dropped
        on received.source_system = dropped.source_system
        and received.unit_no is not distinct from dropped.unit_no
        and received.event_date = dropped.event_date
),

final as (
    select
        {{ surrogate_key(['counted.source_system', 'counted.unit_no', 'counted.event_date']) }}
            as patrol_point_count_id,
        units.unit_id,
        counted.unit_no,
        counted.source_system,
        counted.event_date,
        counted.point_count,
        counted.unplaced_point_count,
        counted.inaccurate_point_count,
        counted.duplicate_point_count,
        counted.jump_point_count,
        counted.usable_count - counted.duplicate_point_count - counted.jump_point_count as used_point_count
    from counted
    left join units on counted.unit_no = units.unit_no
)

select * from final
