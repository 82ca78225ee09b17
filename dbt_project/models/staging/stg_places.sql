-- Grain: 一处实有单位或重点场所. Key: place_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'places') }}
),

renamed as (
    select
        place_id,
        place_no,
        source_system,
        place_name,
        place_type_raw,
        is_key_place,
        address_no,
        longitude,
        latitude,
        unit_no,
        area_no,
        recorded_by_officer_no,
        verified_date,
        valid_from,
        valid_to,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
