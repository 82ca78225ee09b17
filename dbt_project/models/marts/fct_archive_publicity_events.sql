-- Grain: one publicity event on archives. Key: archive_publicity_event_id.
with events as (
    select * from {{ ref('stg_archive_publicity_events') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

final as (
    select
        events.archive_publicity_event_id,
        events.publicity_no,
        events.publicity_name,
        units.unit_id,
        events.unit_no,
        events.community_no,
        events.event_date,
        events.attendee_count,
        {{ lineage('events') }}
    from events
    left join units on events.unit_no = units.unit_no
)

select * from final
