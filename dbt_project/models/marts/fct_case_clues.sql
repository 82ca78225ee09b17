-- Grain: one occurrence of one clue in one case's narrative. Key: case_clue_id.
-- Steps: clues of cases in force; in how many cases the same value stands (a mobile number is one value
-- whether given as a number or as an account); a value in more cases than the cap of its kind is a hub and
-- links none; the first place of a value in a narrative stands for the value.
with case_clues as (
    select * from {{ source('derived', 'case_clues') }}
),

kinds as (
    select * from {{ ref('clue_kinds') }}
),

cases as (
    select * from {{ ref('fct_cases') }}
),

sealed_cases as (
    select distinct case_id from {{ ref('int_sealed_records') }}
),

in_force as (
    select
        case_clues.*,
        kinds.clue_kind_label,
        coalesce(kinds.is_linking, false) as is_linking,
        kinds.hub_case_count,
        sealed_cases.case_id is not null as has_sealed_record,
        row_number() over (
            partition by case_clues.case_id, case_clues.value_key
            order by case_clues.evidence_from, case_clues.evidence_to, case_clues.clue_kind
        ) as place_rank,
        cases.unit_id,
        cases.unit_no,
        cases.area_no,
        cases.event_date,
        {{ lineage('cases') }}
    from case_clues
    inner join cases on case_clues.case_id = cases.case_id
    left join kinds on case_clues.clue_kind = kinds.clue_kind
    left join sealed_cases on case_clues.case_id = sealed_cases.case_id
),

cases_of_value as (
    select
        value_key,
        count(distinct case_id) as case_count_of_value,
        min(hub_case_count) as hub_case_count
    from in_force
    where value_key is not null
    group by value_key
),

final as (
    select
        {{ surrogate_key([
            'in_force.case_id', 'in_force.clue_kind', 'in_force.evidence_from', 'in_force.evidence_to'
        ]) }} as case_clue_id,
        in_force.case_id,
        in_force.clue_kind,
        in_force.clue_kind_label,
        in_force.evidence_from,
        in_force.evidence_to,
        in_force.value_key,
        in_force.value_masked,
        in_force.is_checksum_valid,
        in_force.amount_fen,
        coalesce(cases_of_value.case_count_of_value, 1) as case_count_of_value,
        in_force.is_linking and in_force.value_key is not null as is_linking,
        in_force.is_linking
        and coalesce(cases_of_value.case_count_of_value > cases_of_value.hub_case_count, false) as is_hub,
        in_force.value_key is null or in_force.place_rank = 1 as is_first_place,
        in_force.has_sealed_record,
        in_force.unit_id,
        in_force.unit_no,
        in_force.area_no,
        in_force.event_date,
        {{ lineage('in_force') }}
    from in_force
    left join cases_of_value on in_force.value_key = cases_of_value.value_key
)

select * from final
