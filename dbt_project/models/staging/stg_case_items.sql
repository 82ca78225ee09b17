-- Grain: 一件涉案物品. Key: item_id.
-- Steps: columns of the landed entity that a model reads; no joins.
with landed as (
    select * from {{ source('landed', 'case_items') }}
),

renamed as (
    select
        item_id,
        source_system,
        case_id
    from landed
)

select * from renamed
