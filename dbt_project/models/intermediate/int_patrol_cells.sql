{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: track (device, patrol unit and unit of one local date) × cell × local date × hour. Key:
-- track_date, track_number, cell_row, cell_column, event_date, event_hour.
-- Steps: time on patrol that is all in one cell and hour, and the pieces of the rest
-- (int_patrol_crossings), added up. A track's last interval of a day may reach into the next: event_date is
-- that of the time. is_unbroken: a device is in one place at a time, so that pieces that fill the time from
-- the first to the last are one stretch.
{%- set dates = affected_dates(this) if is_incremental() else none %}
with whole as (
    {{ whole_in_cells(dates) }}
),

crossings as (
    select * from {{ ref('int_patrol_crossings') }}
    {% if dates -%}
    where event_date in ({{ dates }})
    {%- endif %}
),

pieces as (
    select * from whole
    union all
    select * from crossings
),

added as (
    select
        track_date,
        track_number,
        event_date,
        event_hour,
        cell_row,
        cell_column,
        min(from_second) as from_second,
        max(to_second) as to_second,
        cast(sum(to_second - from_second) as bigint) as device_seconds
    from pieces
    group by track_date, track_number, event_date, event_hour, cell_row, cell_column
),

final as (
    select
        *,
        to_second - from_second = device_seconds as is_unbroken
    from added
)

select * from final
