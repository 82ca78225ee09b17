-- Grain: one person (keyed pseudonym). Key: person_id. No name, no number, no birth date: year and age
-- band.
-- Steps: registrations before mentions in cases, open before ended, latest verified first; age on the
-- run's day.
with residents as (
    select * from {{ ref('stg_residents') }}
),

case_persons as (
    select * from {{ ref('stg_case_persons') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

age_bands as (
    select * from {{ ref('int_age_bands') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

mentions as (
    select
        person_id,
        1 as source_rank,
        case when left_date is null then 1 else 2 end as open_rank,
        coalesce(verified_date, registered_date) as known_date,
        resident_id as record_id,
        source_system,
        'residents.gender_raw' as gender_field,
        gender_raw,
        birth_date,
        residence_type_raw,
        community_no,
        area_no,
        unit_no,
        has_valid_id_no
    from residents
    where person_id is not null
    union all
    select
        person_id,
        2 as source_rank,
        1 as open_rank,
        cast(null as date) as known_date,
        case_person_id as record_id,
        source_system,
        'case_persons.gender_raw' as gender_field,
        gender_raw,
        birth_date,
        cast(null as varchar) as residence_type_raw,
        cast(null as varchar) as community_no,
        cast(null as varchar) as area_no,
        cast(null as varchar) as unit_no,
        has_valid_id_no
    from case_persons
    where person_id is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by person_id
            order by
                source_rank asc,
                open_rank asc,
                case when known_date is null then 1 else 0 end asc,
                known_date desc,
                record_id asc
        ) as mention_rank
    from mentions
),

aged as (
    select
        ranked.*,
        run.as_of,
        {{ completed_years('ranked.birth_date', 'run.as_of') }} as age_years
    from ranked
    cross join run
    where ranked.mention_rank = 1
),

final as (
    select
        aged.person_id,
        {{ code_and_label('gender', 'aged.gender_raw', 'gender') }},
        cast(extract(year from aged.birth_date) as bigint) as birth_year,
        age_bands.age_band,
        age_bands.age_band_label,
        {{ code_and_label('residence_type', 'aged.residence_type_raw', 'residence_type') }},
        aged.community_no,
        aged.area_no,
        units.unit_id,
        aged.unit_no,
        aged.has_valid_id_no
    from aged
    left join units on aged.unit_no = units.unit_no
    left join age_bands
        on age_bands.from_years <= aged.age_years
        and aged.age_years < age_bands.to_years
    left join mappings as gender
        on gender.field_name = aged.gender_field
        and {{ mapping_holds('gender', 'aged.source_system', 'aged.gender_raw', 'aged.as_of') }}
    left join mappings as residence_type
        on {{ mapping_matches(
            'residence_type', 'residents.residence_type_raw', 'aged.source_system',
            'aged.residence_type_raw', 'aged.as_of'
        ) }}
)

select * from final
