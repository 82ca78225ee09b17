{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: device × patrol unit (巡组) × unit × duty state × source system of usable GPS points of one local
-- date. Key: event_date, state_number.
-- Steps: points carry these texts over and over; here each combination gets its number of the day, so that
-- the models of single points (int_patrol_gaps) sort and keep whole numbers. device_number and track_number
-- (device, patrol unit and unit) are numbers of the day, too. Numbers follow the order of the texts: two
-- builds agree.
with points as (
    select
        event_date,
        device_no,
        coalesce(patrol_unit_no, device_no) as patrol_unit_id,
        unit_no,
        duty_status_raw,
        source_system
    from {{ ref('stg_patrol_points') }}
    where
        {{ is_usable_fix() }}
        {% if is_incremental() -%}
        and event_date in ({{ affected_dates(this) }})
        {%- endif %}
),

states as (
    select distinct * from points
),

final as (
    select
        event_date,
        cast(row_number() over (
            partition by event_date
            order by device_no, patrol_unit_id, unit_no, duty_status_raw, source_system
        ) as integer) as state_number,
        cast(dense_rank() over (
            partition by event_date order by device_no, patrol_unit_id, unit_no
        ) as integer) as track_number,
        cast(dense_rank() over (partition by event_date order by device_no) as integer) as device_number,
        device_no,
        patrol_unit_id,
        unit_no,
        duty_status_raw,
        source_system
    from states
)

select * from final
