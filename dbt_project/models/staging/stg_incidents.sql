-- Grain: 一起警情（接警单）. Key: incident_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'incidents') }}
),

renamed as (
    select
        incident_id,
        incident_no,
        source_system,
        unit_no,
        area_no,
        event_at,
        event_date,
        event_hour,
        is_time_ambiguous,
        recorded_month,
        record_count,
        reported_at,
        occurred_from_at,
        occurred_to_at,
        report_channel_raw,
        longitude,
        latitude,
        initial_class_raw,
        final_class_raw,
        outcome_raw,
        place_type_raw,
        injured_count,
        caller_id,
        related_incident_no,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
