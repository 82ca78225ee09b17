{{ config(materialized='table') }}
-- Grain: one code of one dictionary. Key: dictionary, code.
-- Steps: union of the dictionary seeds; the bureau's row takes the place of the product's of the same code;
-- up to three ancestors by parent_code; code and name by level.
with product_codes as (
    {% for seed in var('dictionary_seeds') -%}
    {%- if not loop.first %}
    union all
    {% endif -%}
    select
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
    from {{ ref(seed) }}
    {%- endfor %}
),

bureau_codes as (
    select * from {{ ref('stg_dictionary_codes') }}
),

codes as (
    select
        product_codes.*,
        false as is_bureau_code
    from product_codes
    left join bureau_codes
        on product_codes.dictionary = bureau_codes.dictionary and product_codes.code = bureau_codes.code
    where bureau_codes.code is null
    union all
    select
        dictionary,
        code,
        parent_code,
        level_number,
        name_zh,
        aliases,
        standard_ref,
        valid_from,
        valid_to,
        is_own_code,
        true as is_bureau_code
    from bureau_codes
),

with_ancestors as (
    select
        codes.*,
        parent.code as ancestor1_code,
        parent.name_zh as ancestor1_name,
        grandparent.code as ancestor2_code,
        grandparent.name_zh as ancestor2_name,
        great_grandparent.code as ancestor3_code,
        great_grandparent.name_zh as ancestor3_name
    from codes
    left join codes as parent
        on codes.dictionary = parent.dictionary and codes.parent_code = parent.code
    left join codes as grandparent
        on parent.dictionary = grandparent.dictionary and parent.parent_code = grandparent.code
    left join codes as great_grandparent
        on grandparent.dictionary = great_grandparent.dictionary
        and grandparent.parent_code = great_grandparent.code
),

final as (
    select
        dictionary,
        code,
        parent_code,
        cast(level_number as bigint) as level_number,
        name_zh,
        case
            when ancestor3_code is not null
                then ancestor3_name || ' / ' || ancestor2_name || ' / ' || ancestor1_name || ' / ' || name_zh
            when ancestor2_code is not null then ancestor2_name || ' / ' || ancestor1_name || ' / ' || name_zh
            when ancestor1_code is not null then ancestor1_name || ' / ' || name_zh
            else name_zh
        end as path_zh,
        coalesce(ancestor3_code, ancestor2_code, ancestor1_code, code) as level1_code,
        coalesce(ancestor3_name, ancestor2_name, ancestor1_name, name_zh) as level1_label,
        case
            when ancestor3_code is not null then ancestor2_code
            when ancestor2_code is not null then ancestor1_code
            when ancestor1_code is not null then code
        end as level2_code,
        case
            when ancestor3_code is not null then ancestor2_name
            when ancestor2_code is not null then ancestor1_name
            when ancestor1_code is not null then name_zh
        end as level2_label,
        case
            when ancestor3_code is not null then ancestor1_code
            when ancestor2_code is not null then code
        end as level3_code,
        case when ancestor3_code is not null then code end as level4_code,
        aliases,
        standard_ref,
        valid_from,
        valid_to,
        is_own_code,
        is_bureau_code
    from with_ancestors
)

select * from final
