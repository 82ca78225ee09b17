-- Grain: one label of one case with one piece of evidence. Key: case_label_id.
-- Steps: labels of cases in force; unit, date and source row are those of the case.
with case_labels as (
    select * from {{ source('derived', 'case_labels') }}
),

cases as (
    select * from {{ ref('fct_cases') }}
),

labels as (
    select * from {{ ref('dim_label') }}
),

final as (
    select
        {{ surrogate_key([
            'case_labels.case_id', 'case_labels.label_code', 'case_labels.source', 'case_labels.rule_id',
            'case_labels.evidence_from', 'case_labels.evidence_to'
        ]) }} as case_label_id,
        case_labels.case_id,
        case_labels.label_code,
        labels.label_zh,
        case_labels.label_group,
        case_labels.source,
        case_labels.rule_id,
        case_labels.rule_version,
        case_labels.evidence_from,
        case_labels.evidence_to,
        case_labels.confidence_pct,
        case_labels.review_state,
        cases.unit_id,
        cases.unit_no,
        cases.area_no,
        cases.event_date,
        {{ lineage('cases') }}
    from case_labels
    inner join cases on case_labels.case_id = cases.case_id
    left join labels on case_labels.label_code = labels.label_code
)

select * from final
