-- Grain: one label. Key: label_code.
with labels as (
    select * from {{ ref('labels') }}
),

final as (
    select
        label_code,
        label_group,
        label_zh,
        rule_version,
        status
    from labels
)

select * from final
