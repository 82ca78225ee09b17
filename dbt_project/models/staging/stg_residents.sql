-- Grain: 一条实有人口登记. Key: resident_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'residents') }}
),

renamed as (
    select
        resident_id,
        resident_no,
        source_system,
        person_id,
        gender_raw,
        birth_date,
        nation_raw,
        residence_type_raw,
        has_valid_id_no,
        address_no,
        community_no,
        area_no,
        unit_no,
        registered_date,
        left_date,
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
