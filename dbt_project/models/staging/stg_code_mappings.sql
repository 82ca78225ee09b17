-- Grain: 一条代码映射. Key: mapping_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'code_mappings') }}
),

renamed as (
    select
        mapping_id,
        source_system,
        field_name,
        source_value,
        dictionary,
        code,
        outcome,
        equivalence,
        reason,
        mapped_by,
        reviewed_by,
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
