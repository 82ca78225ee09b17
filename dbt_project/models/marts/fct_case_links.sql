-- Grain: one pair of cases × reason × path. Key: case_link_id. Cases are never merged.
-- Steps: a path of reason clue is a value that both narratives hold and that is no hub; of reason mo a label
-- both cases have, where their ways of working are similar as a whole. The path shows the first place in
-- each narrative. The first case is the earlier one.
with cases as (
    select * from {{ ref('fct_cases') }}
),

clues as (
    select * from {{ ref('fct_case_clues') }}
),

ways as (
    select * from {{ ref('int_case_ways') }}
),

similar_ways as (
    select * from {{ ref('int_similar_ways') }}
),

sealed_cases as (
    select distinct case_id from {{ ref('int_sealed_records') }}
),

linking as (
    select * from clues
    where is_linking and not is_hub and is_first_place and case_count_of_value > 1
),

by_clue as (
    select
        'clue' as link_reason_code,
        first_clue.case_id as first_case_id,
        second_clue.case_id as second_case_id,
        first_clue.clue_kind,
        first_clue.clue_kind_label,
        first_clue.value_key,
        first_clue.value_masked,
        first_clue.case_count_of_value,
        cast(null as varchar) as label_code,
        cast(null as varchar) as label_zh,
        cast(null as bigint) as similarity_permille,
        cast(null as bigint) as shared_label_count,
        first_clue.evidence_from as first_evidence_from,
        first_clue.evidence_to as first_evidence_to,
        second_clue.evidence_from as second_evidence_from,
        second_clue.evidence_to as second_evidence_to
    from linking as first_clue
    inner join linking as second_clue
        on first_clue.value_key = second_clue.value_key
        and (
            first_clue.event_date < second_clue.event_date
            or (
                first_clue.event_date = second_clue.event_date
                and first_clue.case_id < second_clue.case_id
            )
        )
),

by_way as (
    select
        'mo' as link_reason_code,
        similar_ways.first_case_id,
        similar_ways.second_case_id,
        cast(null as varchar) as clue_kind,
        cast(null as varchar) as clue_kind_label,
        cast(null as varchar) as value_key,
        cast(null as varchar) as value_masked,
        cast(null as bigint) as case_count_of_value,
        first_ways.label_code,
        first_ways.label_zh,
        similar_ways.similarity_permille,
        similar_ways.shared_label_count,
        first_ways.evidence_from as first_evidence_from,
        first_ways.evidence_to as first_evidence_to,
        second_ways.evidence_from as second_evidence_from,
        second_ways.evidence_to as second_evidence_to
    from similar_ways
    inner join ways as first_ways on similar_ways.first_case_id = first_ways.case_id
    inner join ways as second_ways
        on similar_ways.second_case_id = second_ways.case_id
        and first_ways.label_code = second_ways.label_code
),

links as (
    select * from by_clue
    union all
    select * from by_way
),

final as (
    select
        {{ surrogate_key([
            'links.first_case_id', 'links.second_case_id', 'links.link_reason_code',
            'coalesce(links.value_key, links.label_code)'
        ]) }} as case_link_id,
        links.link_reason_code,
        case links.link_reason_code when 'clue' then '同一线索' else '作案方式相似' end as link_reason_label,
        links.first_case_id,
        first_case.case_no as first_case_no,
        first_case.unit_no as first_unit_no,
        first_case.event_date as first_event_date,
        links.second_case_id,
        second_case.case_no as second_case_no,
        second_case.unit_no as second_unit_no,
        second_case.event_date as second_event_date,
        links.clue_kind,
        links.clue_kind_label,
        links.value_key,
        links.value_masked,
        links.case_count_of_value,
        links.label_code,
        links.label_zh,
        links.similarity_permille,
        links.shared_label_count,
        links.first_evidence_from,
        links.first_evidence_to,
        links.second_evidence_from,
        links.second_evidence_to,
        first_sealed.case_id is not null or second_sealed.case_id is not null as has_sealed_record
    from links
    inner join cases as first_case on links.first_case_id = first_case.case_id
    inner join cases as second_case on links.second_case_id = second_case.case_id
    left join sealed_cases as first_sealed on links.first_case_id = first_sealed.case_id
    left join sealed_cases as second_sealed on links.second_case_id = second_sealed.case_id
)

select * from final
