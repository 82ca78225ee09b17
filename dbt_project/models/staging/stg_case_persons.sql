-- Grain: 案件 × 人员 × 角色. Key: case_person_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'case_persons') }}
),

renamed as (
    select
        case_person_id,
        source_system,
        case_id,
        person_id,
        role_raw,
        gender_raw,
        birth_date,
        has_valid_id_no,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
