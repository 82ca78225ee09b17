-- Grain: 一起案件（刑事或治安）. Key: case_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'cases') }}
),

renamed as (
    select
        case_id,
        case_no,
        source_system,
        incident_id,
        case_nature_raw,
        case_class_raw,
        unit_no,
        area_no,
        lead_officer_no,
        event_date,
        occurred_from_at,
        occurred_to_at,
        longitude,
        latitude,
        place_type_raw,
        accepted_date,
        filed_date,
        solved_date,
        transferred_date,
        terminated_date,
        punished_date,
        mediated_date,
        closed_date,
        status_raw,
        loss_amount_fen,
        custody_rule_raw,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
