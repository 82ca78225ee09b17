-- Grain: one relation between two mentions in one case's narrative. Key: case_relation_id.
-- Steps: relations of cases in force; the clue that stands where the object stands; names from the
-- dictionaries. Names of persons stay in landing: a person is a role and a place in the text.
with case_relations as (
    select * from {{ source('derived', 'case_relations') }}
),

cases as (
    select * from {{ ref('fct_cases') }}
),

clues as (
    select * from {{ ref('fct_case_clues') }}
),

labels as (
    select * from {{ ref('dim_label') }}
),

dictionary_codes as (
    select * from {{ ref('int_dictionary_codes') }}
),

final as (
    select
        {{ surrogate_key([
            'case_relations.case_id', 'case_relations.relation_code', 'case_relations.subject_from',
            'case_relations.subject_to', 'case_relations.object_from', 'case_relations.object_to'
        ]) }} as case_relation_id,
        case_relations.case_id,
        cases.case_no,
        case_relations.relation_code,
        relation.name_zh as relation_label,
        case_relations.subject_kind,
        subject_kind.name_zh as subject_kind_label,
        case_relations.subject_from,
        case_relations.subject_to,
        case_relations.object_kind,
        object_kind.name_zh as object_kind_label,
        case_relations.object_detail,
        case_relations.object_from,
        case_relations.object_to,
        coalesce(clues.value_masked, labels.label_zh) as object_masked,
        clues.case_clue_id,
        case_relations.evidence_from,
        case_relations.evidence_to,
        case_relations.rule_id,
        case_relations.rule_version,
        case_relations.confidence_pct,
        cases.is_open,
        cases.lead_officer_no,
        cases.unit_id,
        cases.unit_no,
        cases.area_no,
        cases.event_date,
        {{ lineage('cases') }}
    from case_relations
    inner join cases on case_relations.case_id = cases.case_id
    left join clues
        on case_relations.case_id = clues.case_id
        and case_relations.object_detail = clues.clue_kind
        and case_relations.object_from = clues.evidence_from
        and case_relations.object_to = clues.evidence_to
    left join labels on case_relations.object_detail = labels.label_code
    left join dictionary_codes as relation
        on relation.dictionary = 'case_relation' and case_relations.relation_code = relation.code
    left join dictionary_codes as subject_kind
        on subject_kind.dictionary = 'mention_kind' and case_relations.subject_kind = subject_kind.code
    left join dictionary_codes as object_kind
        on object_kind.dictionary = 'mention_kind' and case_relations.object_kind = object_kind.code
)

select * from final
