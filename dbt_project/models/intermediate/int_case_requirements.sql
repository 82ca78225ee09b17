{%- set stages = [
    'accepted', 'filed', 'solved', 'transferred', 'terminated', 'punished', 'mediated', 'closed'
] -%}
-- Grain: one item of the template that fits one case. Key: case_id, evidence_item_code.
-- Steps: the day of each stage reached by the run's day; items of the case's nature and of its class or any
-- class above it, valid on the day of acceptance. A case of unknown nature has no template.
with cases as (
    select * from {{ ref('fct_cases') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

dictionary_codes as (
    select * from {{ ref('int_dictionary_codes') }}
),

template_items as (
    select * from {{ ref('evidence_template_items') }}
),

reached_stages as (
    {% for stage in stages -%}
    {%- if not loop.first %}
    union all
    {% endif -%}
    select
        cases.case_id,
        '{{ stage }}' as stage_code,
        cases.{{ stage }}_date as stage_date
    from cases
    cross join run
    where cases.{{ stage }}_date <= run.as_of
    {%- endfor %}
),

fitting as (
    select
        cases.case_id,
        template_items.evidence_item_code,
        template_items.evidence_item_label,
        template_items.evidence_kind_code,
        template_items.is_required,
        template_items.stage_code,
        template_items.basis,
        template_items.is_own_template
    from cases
    inner join template_items
        on cases.nature_code = template_items.nature_code
        and {{ valid_on('template_items', 'coalesce(cases.accepted_date, cases.event_date)') }}
    left join dictionary_codes as case_class
        on template_items.class_dictionary = case_class.dictionary
        and cases.class_code = case_class.code
    where
        template_items.class_code is null
        or template_items.class_code in (
            case_class.level1_code, case_class.level2_code, case_class.level3_code, case_class.level4_code
        )
),

final as (
    select
        fitting.*,
        stage.name_zh as stage_label,
        reached_stages.stage_date
    from fitting
    left join reached_stages
        on fitting.case_id = reached_stages.case_id
        and fitting.stage_code = reached_stages.stage_code
    left join dictionary_codes as stage
        on stage.dictionary = 'case_stage' and fitting.stage_code = stage.code
)

select * from final
