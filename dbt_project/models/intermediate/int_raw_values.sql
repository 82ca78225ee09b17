{{ config(materialized='table') }}
{#- Every raw code of an entity that needs a mapping: entity, column, dictionary, date of the record. -#}
{%- set mapped_fields = [
    ('incidents', 'initial_class_raw', 'incident_class', 'event_date'),
    ('incidents', 'final_class_raw', 'incident_class', 'event_date'),
    ('incidents', 'report_channel_raw', 'report_channel', 'event_date'),
    ('incidents', 'outcome_raw', 'incident_outcome', 'event_date'),
    ('incidents', 'place_type_raw', 'place_type', 'event_date'),
    ('dispatches', 'final_class_raw', 'incident_class', 'event_date'),
    ('dispatches', 'outcome_raw', 'incident_outcome', 'event_date'),
    ('dispatches', 'place_type_raw', 'place_type', 'event_date'),
    ('cases', 'case_nature_raw', 'case_nature', 'event_date'),
    ('cases', 'case_class_raw', 'case_class_6', 'event_date'),
    ('cases', 'place_type_raw', 'place_type', 'event_date'),
    ('cases', 'status_raw', 'case_status', 'event_date'),
    ('case_time_changes', 'change_kind_raw', 'case_time_change', 'from_date'),
    ('case_persons', 'role_raw', 'person_role', none),
    ('case_persons', 'gender_raw', 'gender', none),
    ('disputes', 'kind_raw', 'dispute_kind', 'event_date'),
    ('disputes', 'risk_level_raw', 'dispute_risk', 'event_date'),
    ('disputes', 'outcome_raw', 'dispute_outcome', 'event_date'),
    ('feedbacks', 'kind_raw', 'feedback_kind', 'event_date'),
    ('feedbacks', 'channel_raw', 'feedback_channel', 'event_date'),
    ('residents', 'gender_raw', 'gender', none),
    ('residents', 'residence_type_raw', 'residence_type', none),
    ('places', 'place_type_raw', 'place_type', none),
    ('base_record_checks', 'record_kind_raw', 'record_kind', 'event_date'),
    ('base_record_checks', 'result_raw', 'check_result', 'event_date'),
    ('units', 'unit_kind_raw', 'unit_kind', none),
    ('officers', 'officer_kind_raw', 'officer_kind', none),
    ('areas', 'area_level_raw', 'area_level', none),
    ('patrol_shifts', 'shift_kind_raw', 'shift_kind', 'event_date'),
    ('patrol_points', 'duty_status_raw', 'duty_status', 'event_date'),
    ('place_checks', 'result_raw', 'check_result', 'event_date'),
    ('home_visits', 'visit_category_raw', 'visit_category', 'event_date'),
    ('home_visits', 'result_raw', 'check_result', 'event_date'),
    ('publicity_events', 'topic_raw', 'publicity_topic', 'event_date'),
    ('archive_items', 'category_raw', 'archive_category', 'made_date'),
    ('archive_items', 'retention_raw', 'archive_retention', 'made_date'),
    ('archive_items', 'secrecy_raw', 'archive_secrecy', 'made_date'),
    ('archive_items', 'medium_raw', 'archive_medium', 'made_date'),
    ('archive_items', 'linked_kind_raw', 'link_kind', 'made_date'),
    ('archive_uses', 'use_kind_raw', 'archive_use_kind', 'event_date'),
    ('archive_uses', 'purpose_raw', 'archive_use_purpose', 'event_date'),
    ('archive_uses', 'linked_kind_raw', 'link_kind', 'event_date'),
] -%}
-- Grain: one source value of one field on one day. Key: source_system, field_name, source_value,
-- record_date.
-- Steps: raw codes of every landed entity counted by day. What they mean is joined where it is asked
-- (int_value_outcomes), so that a decided meaning does not count every record again.
with raw_values as (
    {% for entity, column, dictionary, date_column in mapped_fields -%}
    {%- if not loop.first %}
    union all
    {% endif -%}
    select
        source_system,
        '{{ entity }}.{{ column }}' as field_name,
        {{ column }} as source_value,
        '{{ dictionary }}' as dictionary,
        {{ date_column if date_column else 'cast(null as date)' }} as record_date,
        count(*) as record_count
    from {{ ref('stg_' ~ entity) }}
    where {{ column }} is not null
    group by source_system, {{ column }}{{ ', ' ~ date_column if date_column }}
    {%- endfor %}
)

select * from raw_values
