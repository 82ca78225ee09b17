-- Grain: one label. Key: label_code.
with labels as (
    select * from {{ ref('labels') }}
),

final as (
    select
        label_code,
        label_group,
        label_zh,
        definition_zh,
        is_in_fraud_total,
        rule_version,
        status
    from labels
)

select * from final
