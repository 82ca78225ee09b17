-- Grain: 一名民警或辅警的一段任职. Key: officer_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'officers') }}
),

renamed as (
    select
        officer_id,
        officer_no,
        source_system,
        officer_name,
        person_id,
        unit_no,
        area_no,
        post_raw,
        officer_kind_raw,
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
