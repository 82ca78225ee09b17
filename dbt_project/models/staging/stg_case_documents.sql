-- Grain: 一份卷宗文书. Key: document_id.
-- Steps: columns of the landed entity that a model reads; no joins.
with landed as (
    select * from {{ source('landed', 'case_documents') }}
),

renamed as (
    select
        document_id,
        source_system,
        case_id,
        document_type_raw,
        made_date
    from landed
)

select * from renamed
