{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one contiguous stretch of a patrol unit (巡组) in one cell and local hour. Key: patrol_unit_id,
-- cell_id, event_date, event_hour, started_second.
-- Steps: time on patrol (int_patrol_time); the crew moves evenly along the straight line between two
-- points, and the way is cut where it crosses a side of the grid (whole seconds, rounded down; a piece
-- belongs to the cell of its middle) and at the clock hour (the remainder goes to the next hour of the wall
-- clock); devices of one crew merged by any-present, device_seconds adds them up. A way of at most 180 s at
-- 33 m/s is 5.9 km: at most 12 rows and 12 columns. Columns are counted in the width of the first point's
-- row.
with intervals as (
    select
        patrol_unit_id,
        unit_no,
        device_no,
        event_date,
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
        {% if is_incremental() -%}
        and event_date in (
            select affected.event_date from ({{ affected_dates(this) }}) as affected
            union
            select {{ add_days('affected.event_date', -1) }} from ({{ affected_dates(this) }}) as affected
        )
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

numbers as (
    {{ whole_numbers(1, 13) }}
),

moving as (
    select * from placed
    where started_row <> ended_row or started_column <> ended_column
),

cuts as (
    select
        *,
        cast(0 as bigint) as cut_second
    from moving
    union all
    -- A side crossed northward is the next row's south side; southward it is this row's own.
    select
        moving.*,
        {{ whole_quotient(
            'moving.interval_seconds * abs(moving.started_row + case when moving.started_row < moving.ended_row '
            ~ 'then 4492 * numbers.number else 4492 * (1 - numbers.number) end - moving.started_y)',
            'abs(moving.ended_y - moving.started_y)'
        ) }} as cut_second
    from moving
    inner join numbers on 4492 * numbers.number <= abs(moving.ended_row - moving.started_row)
    union all
    select
        moving.*,
        {{ whole_quotient(
            'moving.interval_seconds * abs(moving.started_column + case when moving.started_column < moving.ended_column '
            ~ 'then moving.column_width * numbers.number else moving.column_width * (1 - numbers.number) end '
            ~ '- moving.started_x)',
            'abs(moving.ended_x - moving.started_x)'
        ) }} as cut_second
    from moving
    inner join numbers
        on moving.column_width * numbers.number <= abs(moving.ended_column - moving.started_column)
),

cut_pieces as (
    select
        *,
        lead(cut_second, 1, interval_seconds) over (
            partition by device_no, started_second, event_date order by cut_second
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
        patrol_unit_id,
        device_no,
        unit_no,
        started_row as cell_row,
        started_column as cell_column,
        event_date,
        event_hour,
        hour_offset_seconds as from_offset,
        hour_offset_seconds + interval_seconds as to_offset,
        started_second - hour_offset_seconds as hour_second
    from placed
    where started_row = ended_row and started_column = ended_column
    union all
    select
        patrol_unit_id,
        device_no,
        unit_no,
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
    {{ split_at_the_hour('pieces', ['patrol_unit_id', 'device_no', 'unit_no', 'cell_row', 'cell_column']) }}
),

kept as (
    select * from hourly
    {% if is_incremental() -%}
    where event_date in ({{ affected_dates(this) }})
    {%- endif %}
),

-- A device is in one place at a time: where its pieces in a cell and hour fill the time from the first to the
-- last, they are one stretch. Only the others are put in order.
by_device as (
    select
        patrol_unit_id,
        device_no,
        cell_row,
        cell_column,
        event_date,
        event_hour,
        min(unit_no) as unit_no,
        min(from_second) as from_second,
        max(to_second) as to_second,
        cast(sum(to_second - from_second) as bigint) as device_seconds
    from kept
    group by patrol_unit_id, device_no, cell_row, cell_column, event_date, event_hour
),

broken as (
    select * from by_device
    where to_second - from_second <> device_seconds
),

stretches as (
    select
        patrol_unit_id,
        unit_no,
        cell_row,
        cell_column,
        event_date,
        event_hour,
        from_second,
        to_second
    from by_device
    where to_second - from_second = device_seconds
    union all
    select
        kept.patrol_unit_id,
        kept.unit_no,
        kept.cell_row,
        kept.cell_column,
        kept.event_date,
        kept.event_hour,
        kept.from_second,
        kept.to_second
    from kept
    inner join broken
        on kept.patrol_unit_id = broken.patrol_unit_id
        and kept.device_no = broken.device_no
        and kept.cell_row = broken.cell_row
        and kept.cell_column = broken.cell_column
        and kept.event_date = broken.event_date
        and kept.event_hour = broken.event_hour
),

reached as (
    select
        *,
        max(to_second) over (
            partition by patrol_unit_id, cell_row, cell_column, event_date, event_hour
            order by from_second, to_second
            rows between unbounded preceding and 1 preceding
        ) as reached_second
    from stretches
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

final as (
    select
        patrol_unit_id,
        min(unit_no) as unit_no,
        {{ cell_name('cell_row', 'cell_column') }} as cell_id,
        event_date,
        event_hour,
        min(from_second) as started_second,
        max(to_second) as ended_second,
        cast(sum(to_second - from_second) as bigint) as device_seconds
    from numbered
    group by patrol_unit_id, cell_row, cell_column, event_date, event_hour, stay_number
)

select * from final
