-- Grain: 一次群众回访或诉求. Key: feedback_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'feedbacks') }}
),

renamed as (
    select
        feedback_id,
        feedback_no,
        source_system,
        incident_id,
        unit_no,
        officer_no,
        event_date,
        received_at,
        kind_raw,
        channel_raw,
        satisfaction_score,
        is_answered,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
