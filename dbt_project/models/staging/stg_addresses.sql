-- Grain: 一条标准地址. Key: address_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'addresses') }}
),

renamed as (
    select
        address_id,
        address_no,
        source_system,
        district_name,
        street_name,
        community_no,
        area_no,
        unit_no,
        road_name,
        house_no,
        compound_name,
        building_no,
        room_no,
        longitude,
        latitude,
        recorded_by_officer_no,
        verified_date,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
