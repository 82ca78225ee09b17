-- Grain: one occurrence of one clue in one case's narrative. Key: case_clue_id.
-- Steps: clues of cases in force; in how many cases the same value of the same kind stands.
with case_clues as (
    select * from {{ source('derived', 'case_clues') }}
),

cases as (
    select * from {{ ref('fct_cases') }}
),

in_force as (
    select
        case_clues.*,
        cases.unit_id,
        cases.unit_no,
        cases.area_no,
        cases.event_date,
        {{ lineage('cases') }}
    from case_clues
    inner join cases on case_clues.case_id = cases.case_id
),

cases_of_value as (
    select
        clue_kind,
        value_key,
        count(distinct case_id) as case_count_of_value
    from in_force
    group by clue_kind, value_key
),

final as (
    select
        {{ surrogate_key([
            'in_force.case_id', 'in_force.clue_kind', 'in_force.evidence_from', 'in_force.evidence_to'
        ]) }} as case_clue_id,
        in_force.case_id,
        in_force.clue_kind,
        in_force.evidence_from,
        in_force.evidence_to,
        in_force.value_key,
        in_force.value_masked,
        in_force.is_checksum_valid,
        in_force.amount_fen,
        coalesce(cases_of_value.case_count_of_value, 1) as case_count_of_value,
        in_force.unit_id,
        in_force.unit_no,
        in_force.area_no,
        in_force.event_date,
        {{ lineage('in_force') }}
    from in_force
    left join cases_of_value
        on in_force.clue_kind = cases_of_value.clue_kind and in_force.value_key = cases_of_value.value_key
)

select * from final
