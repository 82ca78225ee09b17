-- Grain: 一卷（件）档案. Key: archive_item_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'archive_items') }}
),

renamed as (
    select
        archive_item_id,
        file_no,
        source_system,
        category_raw,
        retention_raw,
        secrecy_raw,
        medium_raw,
        page_count,
        digitised_page_count,
        has_checksum,
        unit_no,
        officer_no,
        made_date,
        archived_date,
        transferred_date,
        destroyed_date,
        linked_kind_raw,
        linked_no,
        present_document_types_raw,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
