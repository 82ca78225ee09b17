-- Grain: 一个街段. Key: street_segment_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'street_segments') }}
),

renamed as (
    select
        street_segment_id,
        street_segment_no,
        source_system,
        road_name,
        centre_line_wkt,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
