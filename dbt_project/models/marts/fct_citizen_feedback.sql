-- Grain: one call-back or complaint. Key: feedback_id.
-- Steps: kind and channel mapped on the event date; the incident it refers to and its area, both NULL
-- when that is not in force.
with feedbacks as (
    select * from {{ ref('stg_feedbacks') }}
),

incidents as (
    select * from {{ ref('stg_incidents') }}
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
        feedbacks.feedback_id,
        feedbacks.feedback_no,
        incidents.incident_id,
        units.unit_id,
        coalesce(feedbacks.unit_no, officers.unit_no, incidents.unit_no) as unit_no,
        incidents.area_no,
        feedbacks.officer_no,
        feedbacks.event_date,
        {{ code_and_label('feedback_kind', 'feedbacks.kind_raw', 'feedback_kind') }},
        {{ code_and_label('feedback_channel', 'feedbacks.channel_raw', 'feedback_channel') }},
        feedbacks.satisfaction_score,
        feedbacks.is_answered,
        {{ lineage('feedbacks') }}
    from feedbacks
    left join incidents on feedbacks.incident_id = incidents.incident_id
    left join officers
        on feedbacks.officer_no = officers.officer_no and {{ valid_on('officers', 'feedbacks.event_date') }}
    left join units on coalesce(feedbacks.unit_no, officers.unit_no, incidents.unit_no) = units.unit_no
    left join mappings as feedback_kind
        on {{ mapping_matches(
            'feedback_kind', 'feedbacks.kind_raw', 'feedbacks.source_system', 'feedbacks.kind_raw',
            'feedbacks.event_date'
        ) }}
    left join mappings as feedback_channel
        on {{ mapping_matches(
            'feedback_channel', 'feedbacks.channel_raw', 'feedbacks.source_system', 'feedbacks.channel_raw',
            'feedbacks.event_date'
        ) }}
)

select * from final
