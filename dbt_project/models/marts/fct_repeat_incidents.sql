-- Grain: one cluster × incident of the year before the run's day. Key: repeat_incident_id. The rows behind
-- the counts of fct_repeat_clusters.
with incidents as (
    select * from {{ ref('int_incident_events') }} where building_address_no is not null
),

clusters as (
    select * from {{ ref('fct_repeat_clusters') }}
),

members as (
    select
        *,
        {{ surrogate_key(["'place'", 'building_address_no']) }} as repeat_cluster_id,
        is_first_report as is_counted
    from incidents
    union all
    select
        *,
        {{ surrogate_key(["'event'", 'event_id']) }} as repeat_cluster_id,
        true as is_counted
    from incidents
),

final as (
    select
        {{ surrogate_key(['members.repeat_cluster_id', 'members.incident_id']) }} as repeat_incident_id,
        members.repeat_cluster_id,
        members.incident_id,
        members.incident_no,
        members.is_counted,
        members.unit_id,
        members.unit_no,
        members.area_no,
        members.event_date,
        members.event_hour,
        members.days_ago,
        members.class_level1_label,
        members.class_label,
        members.outcome_label,
        members.officer_no,
        {{ lineage('members') }}
    from members
    inner join clusters on members.repeat_cluster_id = clusters.repeat_cluster_id
)

select * from final
