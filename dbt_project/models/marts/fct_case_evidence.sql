-- Grain: one required or present item of evidence of one case. Key: case_evidence_id.
-- Steps: documents and goods held against the template of the case: there; else, of those required, missing
-- when the stage is reached, not applicable when it is not. What is held beyond the template follows.
with cases as (
    select * from {{ ref('fct_cases') }}
),

requirements as (
    select * from {{ ref('int_case_requirements') }}
),

documents as (
    select * from {{ ref('int_case_documents') }}
),

template_documents as (
    select * from {{ ref('evidence_template_documents') }}
),

dictionary_codes as (
    select * from {{ ref('int_dictionary_codes') }}
),

goods as (
    select
        case_id,
        cast(count(*) as bigint) as goods_count
    from {{ ref('stg_case_items') }}
    group by case_id
),

document_counts as (
    select
        requirements.case_id,
        requirements.evidence_item_code,
        cast(sum(documents.document_count) as bigint) as held_count
    from requirements
    inner join template_documents
        on requirements.evidence_item_code = template_documents.evidence_item_code
    inner join documents
        on requirements.case_id = documents.case_id
        and template_documents.document_type = documents.document_type_code
    group by requirements.case_id, requirements.evidence_item_code
),

by_template as (
    select
        requirements.case_id,
        requirements.evidence_item_code,
        requirements.evidence_item_label,
        requirements.evidence_kind_code,
        requirements.is_required,
        true as is_in_template,
        requirements.stage_code,
        requirements.stage_label,
        requirements.stage_date,
        requirements.basis,
        requirements.is_own_template,
        case
            when requirements.evidence_kind_code = 'goods' then coalesce(goods.goods_count, 0)
            else coalesce(document_counts.held_count, 0)
        end as held_count
    from requirements
    left join document_counts
        on requirements.case_id = document_counts.case_id
        and requirements.evidence_item_code = document_counts.evidence_item_code
    left join goods on requirements.case_id = goods.case_id
),

wanted_documents as (
    select distinct
        requirements.case_id,
        template_documents.document_type
    from requirements
    inner join template_documents
        on requirements.evidence_item_code = template_documents.evidence_item_code
),

cases_wanting_goods as (
    select distinct case_id from requirements where evidence_kind_code = 'goods'
),

beyond as (
    select
        documents.case_id,
        coalesce(
            documents.document_type_code, '?' || coalesce(documents.document_type_raw, '')
        ) as evidence_item_code,
        case
            when documents.document_type_code is not null then documents.document_type_label
            else coalesce(documents.document_type_label || '：' || documents.document_type_raw, '文书种类未登记')
        end as evidence_item_label,
        'document' as evidence_kind_code,
        documents.document_count as held_count
    from documents
    left join wanted_documents
        on documents.case_id = wanted_documents.case_id
        and documents.document_type_code = wanted_documents.document_type
    where wanted_documents.case_id is null
    union all
    select
        goods.case_id,
        'goods' as evidence_item_code,
        '涉案物品登记' as evidence_item_label,
        'goods' as evidence_kind_code,
        goods.goods_count as held_count
    from goods
    left join cases_wanting_goods on goods.case_id = cases_wanting_goods.case_id
    where cases_wanting_goods.case_id is null
),

judged as (
    select
        *,
        case
            when held_count > 0 then 'present'
            when stage_date is not null then 'missing'
            else 'not_applicable'
        end as state_code,
        case
            when held_count > 0 then null
            when stage_date is null then '未到“' || stage_label || '”环节'
            else '已到“' || stage_label || '”环节而没有'
        end as state_reason
    from by_template
    where is_required or held_count > 0
    union all
    select
        case_id,
        evidence_item_code,
        evidence_item_label,
        evidence_kind_code,
        false as is_required,
        false as is_in_template,
        null as stage_code,
        null as stage_label,
        null as stage_date,
        null as basis,
        null as is_own_template,
        held_count,
        'present' as state_code,
        '模板之外' as state_reason
    from beyond
),

final as (
    select
        {{ surrogate_key(['judged.case_id', 'judged.is_in_template', 'judged.evidence_item_code']) }}
            as case_evidence_id,
        judged.case_id,
        cases.case_no,
        cases.nature_label,
        judged.evidence_item_code,
        judged.evidence_item_label,
        judged.evidence_kind_code,
        evidence_kind.name_zh as evidence_kind_label,
        judged.is_required,
        judged.is_in_template,
        judged.stage_code as evidence_stage_code,
        judged.stage_label as evidence_stage_label,
        judged.stage_date as evidence_stage_date,
        judged.state_code as evidence_state_code,
        evidence_state.name_zh as evidence_state_label,
        judged.state_reason as evidence_state_reason,
        judged.held_count,
        judged.basis as evidence_basis,
        judged.is_own_template,
        cases.is_open,
        cases.lead_officer_no,
        cases.unit_id,
        cases.unit_no,
        cases.area_no,
        cases.event_date,
        {{ lineage('cases') }}
    from judged
    inner join cases on judged.case_id = cases.case_id
    left join dictionary_codes as evidence_kind
        on evidence_kind.dictionary = 'evidence_kind' and judged.evidence_kind_code = evidence_kind.code
    left join dictionary_codes as evidence_state
        on evidence_state.dictionary = 'evidence_state' and judged.state_code = evidence_state.code
)

select * from final
