-- Grain: 一次档案宣传活动. Key: archive_publicity_event_id.
-- Steps: columns of the landed entity that a model reads; no joins. Personal text stays in landing.
with landed as (
    select * from {{ source('landed', 'archive_publicity_events') }}
),

renamed as (
    select
        archive_publicity_event_id,
        publicity_no,
        source_system,
        publicity_name,
        unit_no,
        community_no,
        event_date,
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
