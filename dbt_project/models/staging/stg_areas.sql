-- Grain: 一个区域的一个有效期. Key: area_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'areas') }}
),

renamed as (
    select
        area_id,
        area_no,
        source_system,
        area_name,
        area_level_raw,
        parent_area_no,
        unit_no,
        population_count,
        boundary_wkt,
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
