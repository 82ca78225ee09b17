{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: patrol unit (巡组) × cell × local date × hour. Key: presence_id.
-- Steps: stretches in the cell and hour added up: seconds in which any device of the crew was there, and
-- device seconds; area: that of the crew's shift of the hour (areas_of_shifts).
{%- set dates = affected_dates(this) if is_incremental() else none %}
with stays as (
    select * from {{ ref('int_patrol_stays') }}
    {% if dates -%}
    where event_date in ({{ dates }})
    {%- endif %}
),

shifts as (
    {{ areas_of_shifts(ref('stg_patrol_shifts'), source('control', 'run'), dates) }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

presence as (
    select
        patrol_unit_id,
        cell_id,
        event_date,
        event_hour,
        min(unit_no) as unit_no,
        cast(sum(ended_second - started_second) as bigint) as presence_seconds,
        cast(sum(device_seconds) as bigint) as device_seconds
    from stays
    group by patrol_unit_id, cell_id, event_date, event_hour
),

final as (
    select
        {{ surrogate_key([
            'presence.patrol_unit_id', 'presence.cell_id', 'presence.event_date', 'presence.event_hour'
        ]) }} as presence_id,
        presence.patrol_unit_id,
        units.unit_id,
        presence.unit_no,
        shifts.area_no,
        presence.cell_id,
        presence.event_date,
        presence.event_hour,
        presence.presence_seconds,
        presence.device_seconds,
        {{ minutes_of('presence.presence_seconds') }} as presence_minutes
    from presence
    left join shifts
        on presence.patrol_unit_id = shifts.patrol_unit_no
        and presence.event_date = shifts.event_date
        and presence.event_hour = shifts.event_hour
    left join units on presence.unit_no = units.unit_no
)

select * from final
