-- Presence by patrol unit, cell and hour as one query that cuts as the models do: gaps within three nominal pings,
-- ways divided over the cells and clock hours they cross, devices of one crew merged. Left out, unlike the models: jumps
-- passed over (a fast gap is dropped), duty states, station yards, calls, and names of cells and shifts.
create or replace temp table bare_presence_cut as
with points as (
    select
        device_no,
        coalesce(patrol_unit_no, device_no) as patrol_unit_id,
        event_date,
        recorded_at,
        (epoch_us(recorded_at) // 1000000)::bigint as t,
        (longitude * 1000000)::integer as x,
        (latitude * 1000000)::integer as y
    from landed.patrol_points
    where longitude is not null and latitude is not null and coalesce(accuracy_m, 0) <= 50
),
gaps as (
    select
        *,
        lead(t) over device_track - t as gap,
        lead(x) over device_track as next_x,
        lead(y) over device_track as next_y,
        y - (y + 90000000) % 4492 as cell_row,
        round(4492 / cos(radians(abs(y - (y + 90000000) % 4492) // 1000000 + 0.5)))::integer as width
    from points
    window device_track as (partition by device_no order by t, x, y)
),
slow as (
    select * from gaps
    where gap between 1 and 180 and sqrt(((next_x - x) * 4492.0 / width) ** 2 + (next_y - y)::double ** 2) <= 296 * gap
),
limits as (
    select device_no, event_date, least(3 * mode(gap), 180) as limit_seconds from slow group by all
),
placed as (
    select
        patrol_unit_id, device_no, t, gap, x, y, next_x, next_y, cell_row, width,
        extract(hour from timezone('Asia/Shanghai', recorded_at)) as event_hour,
        event_date,
        (t + 28800) % 3600 as hour_offset,
        x - (x + 180000000) % width as cell_column
    from slow
    join limits using (device_no, event_date)
    where gap <= limit_seconds
),
ways as (
    select
        *,
        cell_row = next_y - (next_y + 90000000) % 4492
        and cell_column = next_x - (next_x + 180000000) % width
        and hour_offset + gap <= 3600 as is_whole
    from placed
),
cuts as (
    select
        *,
        list_sort(list_distinct(
            [0, gap, least(3600 - hour_offset, gap)]
            || [gap * abs(side - y) // abs(next_y - y) for side in range(low_row + 4492, high_row + 1, 4492)]
            || [gap * abs(side - x) // abs(next_x - x) for side in range(low_column + width, high_column + 1, width)]
        )) as seconds
    from (
        select
            *,
            least(cell_row, next_y - (next_y + 90000000) % 4492) as low_row,
            greatest(cell_row, next_y - (next_y + 90000000) % 4492) as high_row,
            least(cell_column, next_x - (next_x + 180000000) % width) as low_column,
            greatest(cell_column, next_x - (next_x + 180000000) % width) as high_column
        from ways
        where not is_whole
    )
),
parts as (
    select *, unnest(seconds[:-2]) as from_offset, unnest(seconds[2:]) as to_offset from cuts
),
middles as (
    select
        *,
        x + (next_x - x)::bigint * (from_offset + to_offset) // (2 * gap) as middle_x,
        y + (next_y - y)::bigint * (from_offset + to_offset) // (2 * gap) as middle_y
    from parts
),
pieces as (
    select patrol_unit_id, cell_row, cell_column, event_date, event_hour, t as from_second, t + gap as to_second
    from ways
    where is_whole
    union all
    select
        patrol_unit_id,
        middle_y - (middle_y + 90000000) % 4492,
        middle_x - (middle_x + 180000000) % width,
        if(event_hour = 23 and hour_offset + from_offset >= 3600, event_date + 1, event_date),
        if(hour_offset + from_offset >= 3600, (event_hour + 1) % 24, event_hour),
        t + from_offset,
        t + to_offset
    from middles
),
reached as (
    select
        *,
        max(to_second) over (
            partition by patrol_unit_id, cell_row, cell_column, event_date, event_hour
            order by from_second
            rows between unbounded preceding and 1 preceding
        ) as reached_second
    from pieces
)
select
    patrol_unit_id,
    cell_row,
    cell_column,
    event_date,
    event_hour,
    sum(greatest(to_second - greatest(from_second, coalesce(reached_second, from_second)), 0)) as presence_seconds,
    sum(to_second - from_second) as device_seconds
from reached
group by all
