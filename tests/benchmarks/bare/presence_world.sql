-- What stands beside the points of a benchmark of presence: the points as landing shows them, the meaning of their
-- duty states, a yard for every station, and a call of forty minutes a day for every other crew.
drop table landed.patrol_points;
create view landed.patrol_points as
select
    *,
    null::bigint as speed_kmh
from read_parquet('{files}');
insert into landed.code_mappings (
    mapping_id, source_system, field_name, source_value, dictionary, code, outcome, _source_system
)
values
('m1', 'gps', 'patrol_points.duty_status_raw', '1', 'duty_status', 'patrol', 'mapped', 'gps'),
('m2', 'gps', 'patrol_points.duty_status_raw', '2', 'duty_status', 'fixed_post', 'mapped', 'gps'),
('m3', 'gps', 'patrol_points.duty_status_raw', '3', 'duty_status', 'community', 'mapped', 'gps');
insert into landed.units (unit_id, unit_no, source_system, unit_longitude, unit_latitude, yard_radius_m)
select
    unit_no,
    unit_no,
    'organisation',
    120.215 + 0.05 * row_number() over (order by unit_no),
    30.0125 + 0.025 * row_number() over (order by unit_no),
    60
from (select distinct unit_no from landed.patrol_points);
insert into landed.dispatches (
    dispatch_id, source_system, patrol_unit_no, event_date, dispatched_at, departed_at, arrived_at, feedback_at
)
select
    patrol_unit_no || cast(event_date as varchar),
    'case',
    patrol_unit_no,
    event_date,
    timezone('Asia/Shanghai', event_date + interval '9 hours' + to_minutes(number % 600)),
    timezone('Asia/Shanghai', event_date + interval '9 hours' + to_minutes(number % 600 + 2)),
    timezone('Asia/Shanghai', event_date + interval '9 hours' + to_minutes(number % 600 + 9)),
    timezone('Asia/Shanghai', event_date + interval '9 hours' + to_minutes(number % 600 + 42))
from (
    select
        patrol_unit_no,
        event_date,
        cast(right(patrol_unit_no, 4) as integer) as number
    from landed.patrol_points
    group by patrol_unit_no, event_date
)
where number % 2 = 0;
