-- Grain: unit × area × 90 or 365 days × events at a place. Key: repeat_place_id. How many buildings of the
-- standard addresses had that many events, those without any included: the base that chance is reckoned on.
-- Steps: unit and area are those of the address that names the building; reports of one event count once.
with buildings as (
    select * from {{ ref('int_address_places') }} where address_no = building_address_no
),

units as (
    select * from {{ ref('dim_unit') }}
),

incidents as (
    select * from {{ ref('int_incident_events') }} where building_address_no is not null and is_first_report
),

happened as (
    select
        building_address_no,
        sum(case when days_ago <= 90 then 1 else 0 end) as repeat_90d_count,
        count(*) as repeat_365d_count
    from incidents
    group by building_address_no
),

places as (
    select
        buildings.*,
        coalesce(happened.repeat_90d_count, 0) as repeat_90d_count,
        coalesce(happened.repeat_365d_count, 0) as repeat_365d_count
    from buildings
    left join happened on buildings.building_address_no = happened.building_address_no
),

spans as (
    select
        unit_no,
        area_no,
        90 as span_days,
        repeat_90d_count as event_count
    from places
    union all
    select
        unit_no,
        area_no,
        365 as span_days,
        repeat_365d_count as event_count
    from places
),

counted as (
    select
        unit_no,
        area_no,
        cast(span_days as bigint) as span_days,
        cast(event_count as bigint) as event_count,
        cast(count(*) as bigint) as place_count
    from spans
    group by unit_no, area_no, span_days, event_count
),

final as (
    select
        {{ surrogate_key([
            'counted.unit_no', 'counted.area_no', 'counted.span_days', 'counted.event_count'
        ]) }} as repeat_place_id,
        units.unit_id,
        counted.*
    from counted
    left join units on counted.unit_no = units.unit_no
)

select * from final
