-- Grain: 一个单位. Key: unit_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'units') }}
),

renamed as (
    select
        unit_id,
        unit_no,
        source_system,
        unit_name,
        parent_unit_no,
        unit_kind_raw,
        unit_longitude,
        unit_latitude,
        yard_radius_m,
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
