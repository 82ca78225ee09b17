-- Grain: one publicity activity. Key: publicity_event_id.
with events as (
    select * from {{ ref('stg_publicity_events') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

officers as (
    select * from {{ ref('dim_officer') }}
),

final as (
    select
        events.publicity_event_id,
        events.publicity_no,
        {{ code_and_label('publicity_topic', 'events.topic_raw', 'publicity_topic') }},
        units.unit_id,
        coalesce(events.unit_no, officers.unit_no) as unit_no,
        events.area_no,
        events.officer_no,
        events.event_date,
        events.attendee_count,
        {{ lineage('events') }}
    from events
    left join officers
        on events.officer_no = officers.officer_no and {{ valid_on('officers', 'events.event_date') }}
    left join units on coalesce(events.unit_no, officers.unit_no) = units.unit_no
    left join mappings as publicity_topic
        on {{ mapping_matches(
            'publicity_topic', 'publicity_events.topic_raw', 'events.source_system', 'events.topic_raw',
            'events.event_date'
        ) }}
)

select * from final
