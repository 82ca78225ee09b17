{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one piece of a track's (device, patrol unit and unit of one local date) time on patrol that leaves
-- its cell or its clock hour, in one cell and one hour. Key: track_date, track_number, from_second.
-- Steps: time on patrol (int_patrol_time) that is not all in one cell and hour; the crew moves evenly along
-- the straight line between two points, and the way is cut where it crosses a side of the grid (whole
-- seconds, rounded down; a piece belongs to the cell of its middle) and at the clock hour (the remainder
-- goes to the next hour of the wall clock). A way of at most 180 s at 33 m/s is 5.9 km: at most 12 rows and
-- 12 columns. Columns are counted in the width of the first point's row.
{%- set dates = affected_dates(this) if is_incremental() else none %}
with intervals as (
    select
        event_date,
        track_number,
        event_hour,
        hour_offset_seconds,
        started_second,
        interval_seconds,
        started_x,
        started_y,
        ended_x,
        ended_y,
        {{ cell_row('started_y') }} as started_row,
        {{ cell_row('ended_y') }} as ended_row
    from {{ ref('int_patrol_time') }}
    where
        exclusion_code is null
        and not is_whole
        {% if dates -%}
        and event_date in ({{ days_around(dates, [-1, 0]) }})
        {%- endif %}
),

columned as (
    select
        *,
        {{ cell_column_width('started_row') }} as column_width
    from intervals
),

placed as (
    select
        *,
        {{ cell_column('started_x', 'column_width') }} as started_column,
        {{ cell_column('ended_x', 'column_width') }} as ended_column
    from columned
),

counted as (
    select
        *,
        {{ whole_quotient('abs(ended_row - started_row)', '4492') }} as row_count,
        {{ whole_quotient('abs(ended_column - started_column)', 'column_width') }} as column_count
    from placed
),

numbers as (
    {{ whole_numbers(0, 26) }}
),

cut_numbers as (
    select
        counts.number as cut_count,
        numbers.number as cut_number
    from numbers as counts
    inner join numbers on numbers.number <= counts.number
),

-- The start, then the sides of rows crossed, then those of columns. A side crossed northward is the next
-- row's south side; southward it is this row's own.
cuts as (
    select
        counted.*,
        case
            when cut_numbers.cut_number = 0 then 0
            when cut_numbers.cut_number <= counted.row_count then {{ whole_quotient(
                'counted.interval_seconds * abs(counted.started_row - counted.started_y + 4492 * case '
                ~ 'when counted.started_row < counted.ended_row then cut_numbers.cut_number '
                ~ 'else 1 - cut_numbers.cut_number end)',
                'abs(counted.ended_y - counted.started_y)'
            ) }}
            else {{ whole_quotient(
                'counted.interval_seconds * abs(counted.started_column - counted.started_x '
                ~ '+ counted.column_width * case '
                ~ 'when counted.started_column < counted.ended_column then cut_numbers.cut_number - counted.row_count '
                ~ 'else 1 - cut_numbers.cut_number + counted.row_count end)',
                'abs(counted.ended_x - counted.started_x)'
            ) }}
        end as cut_second
    from counted
    inner join cut_numbers on counted.row_count + counted.column_count = cut_numbers.cut_count
),

cut_pieces as (
    select
        *,
        lead(cut_second, 1, interval_seconds) over (
            partition by event_date, track_number, started_second order by cut_second
        ) as piece_end_second
    from cuts
),

middles as (
    select
        *,
        started_x + cast(floor(
            (ended_x - started_x) * (cut_second + piece_end_second) / nullif(2.0 * interval_seconds, 0)
        ) as bigint) as middle_x,
        {{ cell_row(
            '(started_y + cast(floor((ended_y - started_y) * (cut_second + piece_end_second) '
            ~ '/ nullif(2.0 * interval_seconds, 0)) as bigint))'
        ) }} as middle_row
    from cut_pieces
    where cut_second < piece_end_second
),

pieces as (
    select
        event_date as track_date,
        track_number,
        middle_row as cell_row,
        {{ cell_column('middle_x', cell_column_width('middle_row')) }} as cell_column,
        event_date,
        event_hour,
        hour_offset_seconds + cut_second as from_offset,
        hour_offset_seconds + piece_end_second as to_offset,
        started_second - hour_offset_seconds as hour_second
    from middles
),

hourly as (
    {{ split_at_the_hour('pieces', ['track_date', 'track_number', 'cell_row', 'cell_column']) }}
),

final as (
    select
        track_date,
        track_number,
        event_date,
        cast(event_hour as integer) as event_hour,
        cast(cell_row as integer) as cell_row,
        cast(cell_column as integer) as cell_column,
        from_second,
        to_second
    from hourly
    {% if dates -%}
    where event_date in ({{ dates }})
    {%- endif %}
)

select * from final
