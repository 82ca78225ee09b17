-- Grain: one person in one role in one case. Key: case_person_id.
-- Steps: role and gender mapped on the case's date; age in completed years on that date; the case and
-- its unit, all NULL when that is not in force; whether the record is sealed, and on what basis.
with case_persons as (
    select * from {{ ref('stg_case_persons') }}
),

cases as (
    select * from {{ ref('fct_cases') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

sealed_records as (
    select * from {{ ref('int_sealed_records') }}
),

final as (
    select
        case_persons.case_person_id,
        cases.case_id,
        case_persons.person_id,
        {{ code_and_label('person_role', 'case_persons.role_raw', 'role') }},
        {{ code_and_label('gender', 'case_persons.gender_raw', 'gender') }},
        {{ completed_years('case_persons.birth_date', 'cases.event_date') }} as age_years,
        case_persons.has_valid_id_no,
        sealed_records.case_person_id is not null as is_sealed,
        sealed_records.sealing_basis_code,
        sealed_records.sealing_basis_label,
        cases.unit_id,
        cases.unit_no,
        cases.area_no,
        cases.event_date,
        {{ lineage('case_persons') }}
    from case_persons
    left join cases on case_persons.case_id = cases.case_id
    left join sealed_records on case_persons.case_person_id = sealed_records.case_person_id
    left join mappings as person_role
        on {{ mapping_matches(
            'person_role', 'case_persons.role_raw', 'case_persons.source_system', 'case_persons.role_raw',
            'cases.event_date'
        ) }}
    left join mappings as gender
        on {{ mapping_matches(
            'gender', 'case_persons.gender_raw', 'case_persons.source_system', 'case_persons.gender_raw',
            'cases.event_date'
        ) }}
)

select * from final
