-- Grain: one code of one dictionary. Key: dictionary, code.
with dictionary_codes as (
    select * from {{ ref('int_dictionary_codes') }}
),

final as (
    select
        dictionary,
        code,
        parent_code,
        level_number,
        name_zh,
        path_zh,
        level1_code,
        level2_code,
        level3_code,
        level4_code,
        aliases,
        standard_ref,
        valid_from,
        valid_to,
        is_own_code,
        is_bureau_code
    from dictionary_codes
)

select * from final
