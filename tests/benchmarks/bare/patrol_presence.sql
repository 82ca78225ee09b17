-- Presence by patrol unit, cell and hour as one plain window query: gaps of at most 180 s between neighbouring
-- points, counted to the first point's cell. No jumps, duty states, nominal pings, cuts at the hour or crews.
create or replace temp table bare_presence as
with gaps as (
    select
        coalesce(patrol_unit_no, device_no) as patrol_unit_id,
        floor(latitude / 0.0045) as cell_row,
        floor(longitude / 0.0052) as cell_column,
        event_date,
        extract(hour from timezone('Asia/Shanghai', recorded_at)) as event_hour,
        epoch(lead(recorded_at) over device_track) - epoch(recorded_at) as gap_seconds
    from landed.patrol_points
    where longitude is not null and coalesce(accuracy_m, 0) <= 50
    window device_track as (partition by device_no order by recorded_at)
)
select patrol_unit_id, cell_row, cell_column, event_date, event_hour, sum(gap_seconds) as presence_seconds
from gaps
where gap_seconds between 1 and 180
group by all
