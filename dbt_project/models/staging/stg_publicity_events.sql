-- Grain: 一次宣传活动. Key: publicity_event_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'publicity_events') }}
),

renamed as (
    select
        publicity_event_id,
        publicity_no,
        source_system,
        topic_raw,
        unit_no,
        area_no,
        officer_no,
        event_date,
        held_at,
        attendee_count,
        _source_system,
        _source_table,
        _source_key,
        _source_batch_id,
        _source_file,
        _source_line
    from landed
)

select * from renamed
