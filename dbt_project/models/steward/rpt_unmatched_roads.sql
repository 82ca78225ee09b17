-- Grain: one road name as records of one unit write it that is no standard road. Key: unmatched_road_id.
-- Steps: incidents whose road is none of the standard addresses, summed by unit and name.
with incidents as (
    select * from {{ ref('fct_incidents') }}
),

standard_roads as (
    select distinct road_name
    from {{ ref('dim_address') }}
    where road_name is not null
),

unmatched as (
    select incidents.*
    from incidents
    left join standard_roads on incidents.road_name = standard_roads.road_name
    where incidents.road_name is not null and standard_roads.road_name is null
),

final as (
    select
        {{ surrogate_key(['unit_no', 'road_name']) }} as unmatched_road_id,
        unit_no,
        road_name,
        cast(sum(record_count) as bigint) as record_count,
        min(event_date) as first_date,
        max(event_date) as last_date
    from unmatched
    group by unit_no, road_name
)

select * from final
