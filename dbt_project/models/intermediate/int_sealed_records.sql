{{ config(materialized='table') }}
-- Grain: one person in one role in one case whose record is sealed. Key: case_person_id.
-- Steps: the kinds of decision the case has on the run's day, by dated stage or by state; the first rule of
-- role, decision and age that holds. Where the law or the record leaves it open the stricter reading
-- holds: an unknown age counts as below the limit, an unknown role as the one the rule is about.
with case_persons as (
    select * from {{ ref('stg_case_persons') }}
),

cases as (
    select * from {{ ref('fct_cases') }}
),

rules as (
    select * from {{ ref('sealing_rules') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

records as (
    select
        case_persons.case_person_id,
        cases.case_id,
        cases.solved_date,
        cases.transferred_date,
        cases.terminated_date,
        cases.punished_date,
        cases.mediated_date,
        cases.closed_date,
        cases.status_code,
        person_role.code as role_code,
        run.as_of,
        {{ completed_years('case_persons.birth_date', 'cases.event_date') }} as age_years
    from case_persons
    cross join run
    inner join cases on case_persons.case_id = cases.case_id
    left join mappings as person_role
        on {{ mapping_matches(
            'person_role', 'case_persons.role_raw', 'case_persons.source_system', 'case_persons.role_raw',
            'cases.event_date'
        ) }}
),

matched as (
    select
        records.case_person_id,
        records.case_id,
        records.role_code,
        rules.sealing_basis_code,
        rules.sealing_basis_label,
        row_number() over (partition by records.case_person_id order by rules.rule_rank) as match_rank
    from records
    inner join rules
        on coalesce(records.role_code, rules.role_code) = rules.role_code
        and (rules.below_age is null or coalesce(records.age_years, 0) < rules.below_age)
        and (
            records.status_code = rules.status_code
            or coalesce(
                case rules.decision_code
                    when 'solved' then records.solved_date
                    when 'transferred' then records.transferred_date
                    when 'terminated' then records.terminated_date
                    when 'punished' then records.punished_date
                    when 'mediated' then records.mediated_date
                    when 'closed' then records.closed_date
                end,
                date '9999-12-31'
            ) <= records.as_of
        )
),

final as (
    select
        case_person_id,
        case_id,
        case when role_code is null then 'role_unknown' else sealing_basis_code end as sealing_basis_code,
        case when role_code is null then '角色未明，按违法行为人对待' else sealing_basis_label end
            as sealing_basis_label
    from matched
    where match_rank = 1
)

select * from final
