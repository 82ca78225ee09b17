-- Where there are street segments, every second of every device stands in both cuts: by cell and by segment.
with by_cell as (
    select
        patrol_unit_id,
        event_date,
        event_hour,
        sum(device_seconds) as device_seconds
    from {{ ref('fct_patrol_presence') }}
    where exists (select 1 from {{ ref('dim_street_segment') }})
    group by patrol_unit_id, event_date, event_hour
),

by_segment as (
    select
        patrol_unit_id,
        event_date,
        event_hour,
        sum(device_seconds) as device_seconds
    from {{ ref('fct_patrol_street_presence') }}
    group by patrol_unit_id, event_date, event_hour
)

select
    by_cell.patrol_unit_id,
    by_segment.patrol_unit_id as other_patrol_unit_id
from by_cell
full outer join by_segment
    on by_cell.patrol_unit_id = by_segment.patrol_unit_id
    and by_cell.event_date = by_segment.event_date
    and by_cell.event_hour = by_segment.event_hour
where by_cell.device_seconds is distinct from by_segment.device_seconds
