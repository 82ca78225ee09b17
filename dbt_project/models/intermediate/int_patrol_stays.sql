{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one contiguous stretch of a patrol unit (巡组) in one cell and local hour. Key: patrol_unit_id,
-- cell_id, event_date, event_hour, started_second.
-- Steps: time of each device by cell and hour (int_patrol_cells), where it is not one stretch by its
-- pieces; devices of one crew merged by any-present, device_seconds adds them up.
{%- set dates = affected_dates(this) if is_incremental() else none %}
with cells as (
    select * from {{ ref('int_patrol_cells') }}
    {% if dates -%}
    where event_date in ({{ dates }})
    {%- endif %}
),

crossings as (
    select * from {{ ref('int_patrol_crossings') }}
    {% if dates -%}
    where event_date in ({{ dates }})
    {%- endif %}
),

tracks as (
    select distinct
        event_date,
        track_number,
        patrol_unit_id,
        unit_no
    from {{ ref('int_patrol_tracks') }}
),

broken as (
    select * from cells
    where not is_unbroken
),

broken_hours as (
    select distinct
        track_date,
        track_number,
        event_hour
    from broken
),

pieces as (
    {{ whole_in_cells(dates, 'broken_hours') }}
    union all
    select * from crossings
),

stretches as (
    select
        track_date,
        track_number,
        event_date,
        event_hour,
        cell_row,
        cell_column,
        from_second,
        to_second
    from cells
    where is_unbroken
    union all
    select pieces.*
    from pieces
    inner join broken
        on pieces.track_date = broken.track_date
        and pieces.track_number = broken.track_number
        and pieces.cell_row = broken.cell_row
        and pieces.cell_column = broken.cell_column
        and pieces.event_date = broken.event_date
        and pieces.event_hour = broken.event_hour
),

of_crews as (
    select
        tracks.patrol_unit_id,
        tracks.unit_no,
        stretches.event_date,
        stretches.event_hour,
        stretches.cell_row,
        stretches.cell_column,
        stretches.from_second,
        stretches.to_second
    from stretches
    inner join tracks
        on stretches.track_date = tracks.event_date and stretches.track_number = tracks.track_number
),

by_crew as (
    select
        patrol_unit_id,
        cell_row,
        cell_column,
        event_date,
        event_hour,
        min(unit_no) as unit_no,
        min(from_second) as started_second,
        max(to_second) as ended_second,
        cast(sum(to_second - from_second) as bigint) as device_seconds,
        max(from_second) <= min(to_second) as is_one_stay
    from of_crews
    group by patrol_unit_id, cell_row, cell_column, event_date, event_hour
),

-- Where all stretches have a second in common, they are one stay (most are). Only the others are put in
-- order.
ordered as (
    select of_crews.*
    from of_crews
    inner join by_crew
        on of_crews.patrol_unit_id = by_crew.patrol_unit_id
        and of_crews.cell_row = by_crew.cell_row
        and of_crews.cell_column = by_crew.cell_column
        and of_crews.event_date = by_crew.event_date
        and of_crews.event_hour = by_crew.event_hour
        and not by_crew.is_one_stay
),

reached as (
    select
        *,
        max(to_second) over (
            partition by patrol_unit_id, cell_row, cell_column, event_date, event_hour
            order by from_second, to_second
            rows between unbounded preceding and 1 preceding
        ) as reached_second
    from ordered
),

numbered as (
    select
        *,
        sum(case when from_second <= reached_second then 0 else 1 end) over (
            partition by patrol_unit_id, cell_row, cell_column, event_date, event_hour
            order by from_second, to_second
            rows between unbounded preceding and current row
        ) as stay_number
    from reached
),

stays as (
    select
        patrol_unit_id,
        unit_no,
        cell_row,
        cell_column,
        event_date,
        event_hour,
        started_second,
        ended_second,
        device_seconds
    from by_crew
    where is_one_stay
    union all
    select
        patrol_unit_id,
        min(unit_no) as unit_no,
        cell_row,
        cell_column,
        event_date,
        event_hour,
        min(from_second) as started_second,
        max(to_second) as ended_second,
        cast(sum(to_second - from_second) as bigint) as device_seconds
    from numbered
    group by patrol_unit_id, cell_row, cell_column, event_date, event_hour, stay_number
),

final as (
    select
        patrol_unit_id,
        unit_no,
        {{ cell_name('cell_row', 'cell_column') }} as cell_id,
        event_date,
        cast(event_hour as bigint) as event_hour,
        started_second,
        ended_second,
        device_seconds
    from stays
)

select * from final
