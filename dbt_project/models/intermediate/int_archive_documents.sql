-- Grain: one archive item of a category that has mandatory documents. Key: archive_item_id.
-- Steps: a mandatory document type is present when any source value mapped to it stands in the item's list.
with items as (
    select * from {{ ref('stg_archive_items') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

required_documents as (
    select * from {{ ref('archive_required_documents') }}
),

dated_items as (
    select
        archive_item_id,
        source_system,
        category_raw,
        present_document_types_raw,
        coalesce(archived_date, made_date, date '1900-01-01') as on_date
    from items
),

required as (
    select
        dated_items.archive_item_id,
        dated_items.source_system,
        dated_items.present_document_types_raw,
        dated_items.on_date,
        required_documents.document_type
    from dated_items
    inner join mappings as category
        on {{ mapping_matches(
            'category', 'archive_items.category_raw', 'dated_items.source_system',
            'dated_items.category_raw', 'dated_items.on_date'
        ) }}
    inner join required_documents
        on category.code = required_documents.archive_category
        and {{ valid_on('required_documents', 'dated_items.on_date') }}
),

present as (
    select
        required.archive_item_id,
        required.document_type,
        max(
            case
                when {{ list_holds('required.present_document_types_raw', 'document.source_value') }} then 1
                else 0
            end
        ) as is_present
    from required
    left join mappings as document
        on document.field_name = 'archive_items.present_document_types_raw'
        and document.source_system = required.source_system
        and document.code = required.document_type
        and document.valid_from <= required.on_date
        and required.on_date < document.valid_to
    where required.present_document_types_raw is not null
    group by required.archive_item_id, required.document_type
),

final as (
    select
        archive_item_id,
        cast(count(*) as bigint) as required_document_count,
        cast(sum(1 - is_present) as bigint) as missing_document_count
    from present
    group by archive_item_id
)

select * from final
