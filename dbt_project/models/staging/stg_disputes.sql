-- Grain: 一起矛盾纠纷. Key: dispute_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'disputes') }}
),

renamed as (
    select
        dispute_id,
        dispute_no,
        source_system,
        incident_id,
        unit_no,
        area_no,
        officer_no,
        event_date,
        registered_date,
        kind_raw,
        risk_level_raw,
        party_count,
        mediation_count,
        outcome_raw,
        closed_date,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
