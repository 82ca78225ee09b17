-- Grain: one document type of one case; a source value that means nothing stands as itself. Key: case_id,
-- document_type_code, document_type_raw (one of the two is NULL).
-- Steps: types mapped on the day a document was made, else on the case's date; documents counted.
with documents as (
    select * from {{ ref('stg_case_documents') }}
),

cases as (
    select * from {{ ref('stg_cases') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

mapped as (
    select
        documents.case_id,
        document_type.code as document_type_code,
        case when document_type.code is null then documents.document_type_raw end as document_type_raw,
        {{ mapping_label('document_type', 'documents.document_type_raw') }} as document_type_label
    from documents
    inner join cases on documents.case_id = cases.case_id
    left join mappings as document_type
        on {{ mapping_matches(
            'document_type', 'case_documents.document_type_raw', 'documents.source_system',
            'documents.document_type_raw', 'coalesce(documents.made_date, cases.event_date)'
        ) }}
),

final as (
    select
        case_id,
        document_type_code,
        document_type_raw,
        max(document_type_label) as document_type_label,
        cast(count(*) as bigint) as document_count
    from mapped
    group by case_id, document_type_code, document_type_raw
)

select * from final
