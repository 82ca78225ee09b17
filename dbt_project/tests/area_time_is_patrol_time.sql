-- Where areas have boundaries, every second of every device stands in both cuts: by cell and by area.
with by_cell as (
    select
        patrol_unit_id,
        event_date,
        event_hour,
        sum(device_seconds) as device_seconds
    from {{ ref('fct_patrol_presence') }}
    where
        exists (
            select 1 from {{ source('derived', 'area_strips') }} as area_strips
            inner join {{ ref('dim_area') }} as areas on area_strips.area_id = areas.area_id
        )
    group by patrol_unit_id, event_date, event_hour
),

by_area as (
    select
        patrol_unit_id,
        event_date,
        event_hour,
        sum(device_seconds) as device_seconds
    from {{ ref('fct_patrol_area_presence') }}
    group by patrol_unit_id, event_date, event_hour
)

select
    by_cell.patrol_unit_id,
    by_area.patrol_unit_id as other_patrol_unit_id
from by_cell
full outer join by_area
    on by_cell.patrol_unit_id = by_area.patrol_unit_id
    and by_cell.event_date = by_area.event_date
    and by_cell.event_hour = by_area.event_hour
where by_cell.device_seconds is distinct from by_area.device_seconds
