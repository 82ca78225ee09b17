-- Grain: 一次处警（派警到反馈）. Key: dispatch_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'dispatches') }}
),

renamed as (
    select
        dispatch_id,
        dispatch_no,
        source_system,
        incident_id,
        unit_no,
        officer_no,
        patrol_unit_no,
        event_date,
        dispatched_at,
        signed_at,
        departed_at,
        arrived_at,
        feedback_at,
        not_applicable_steps_raw,
        final_class_raw,
        outcome_raw,
        place_type_raw,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
