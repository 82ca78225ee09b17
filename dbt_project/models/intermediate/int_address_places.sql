-- Grain: one standard address. Key: address_no. The building it lies in (a house or compound that has none)
-- is its place, named by the smallest number of its addresses: a place is no household.
with addresses as (
    select * from {{ ref('stg_addresses') }}
),

numbered as (
    select
        address_no,
        max(road_name) as road_name,
        max(community_no) as community_no,
        max(house_no) as house_no,
        max(compound_name) as compound_name,
        max(building_no) as building_no,
        max(unit_no) as unit_no,
        max(area_no) as area_no
    from addresses
    group by address_no
),

final as (
    select
        address_no,
        case
            when house_no is null and compound_name is null then address_no
            else
                min(address_no) over (
                    partition by coalesce(road_name, community_no), house_no, compound_name, building_no
                )
        end as building_address_no,
        compound_name,
        case when building_no is not null then '幢' else '院' end as building_level,
        unit_no,
        area_no
    from numbered
)

select * from final
