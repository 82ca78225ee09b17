-- Grain: one standard address. Key: address_id.
-- Steps: the finest filled part gives the level; house, building and room numbers stay in landing.
with addresses as (
    select * from {{ ref('stg_addresses') }}
),

final as (
    select
        address_id,
        address_no,
        community_no,
        area_no,
        unit_no,
        district_name,
        street_name,
        road_name,
        compound_name,
        case
            when room_no is not null then '室'
            when building_no is not null then '幢'
            when house_no is not null or compound_name is not null then '院'
            when road_name is not null then '路'
            when community_no is not null then '社区'
            else 'none'
        end as address_level,
        verified_date,
        {{ lineage('addresses') }}
    from addresses
)

select * from final
