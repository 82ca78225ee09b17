-- Grain: one label of one case with one piece of evidence. Key: case_label_id.
-- Steps: labels given by rules and models, and those a reviewer found missing (source person, with the place
-- the reviewer marked); the review state of the label of the case; labels of cases in force; unit, date and
-- source row are those of the case. A label said wrong stays, with its state.
with reviews as (
    select * from {{ source('derived', 'case_label_reviews') }}
),

given as (
    select
        case_id,
        label_code,
        label_group,
        source,
        rule_id,
        rule_version,
        evidence_from,
        evidence_to,
        confidence_pct
    from {{ source('derived', 'case_labels') }}
    union all
    select
        case_id,
        label_code,
        label_group,
        'person' as source,
        null as rule_id,
        null as rule_version,
        evidence_from,
        evidence_to,
        null as confidence_pct
    from reviews
    where evidence_from is not null
),

cases as (
    select * from {{ ref('fct_cases') }}
),

labels as (
    select * from {{ ref('dim_label') }}
),

states as (
    select * from {{ ref('int_dictionary_codes') }}
    where dictionary = 'label_review_state'
),

final as (
    select
        {{ surrogate_key([
            'given.case_id', 'given.label_code', 'given.source', 'given.rule_id', 'given.evidence_from',
            'given.evidence_to'
        ]) }} as case_label_id,
        given.case_id,
        given.label_code,
        labels.label_zh,
        given.label_group,
        given.source,
        given.rule_id,
        given.rule_version,
        given.evidence_from,
        given.evidence_to,
        given.confidence_pct,
        coalesce(reviews.review_state, 'unreviewed') as review_state,
        states.name_zh as review_state_label,
        cases.unit_id,
        cases.unit_no,
        cases.area_no,
        cases.event_date,
        {{ lineage('cases') }}
    from given
    inner join cases on given.case_id = cases.case_id
    left join labels on given.label_code = labels.label_code
    left join reviews on given.case_id = reviews.case_id and given.label_code = reviews.label_code
    left join states on coalesce(reviews.review_state, 'unreviewed') = states.code
)

select * from final
