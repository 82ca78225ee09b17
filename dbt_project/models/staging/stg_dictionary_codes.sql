-- Grain: 本局代码表中的一个代码. Key: bureau_code_id.
-- Steps: columns of the landed entity that a model reads; no joins.
with landed as (
    select * from {{ source('landed', 'dictionary_codes') }}
),

renamed as (
    select
        bureau_code_id,
        dictionary,
        code,
        parent_code,
        level_number,
        name_zh,
        aliases,
        standard_ref,
        valid_from,
        valid_to,
        is_own_code
    from landed
)

select * from renamed
