-- Grain: one cluster as of the run's day. Key: repeat_cluster_id. Kinds: place (一地: one building with the
-- listed number of events in 90 days) and event (一事多报: one event reported more than once in 90 days).
-- Steps: what is counted are events at a place, reports of an event; days end before the run's day; unit,
-- area, disposition and officer are those of the latest report. Persons are no clusters here.
with incidents as (
    select * from {{ ref('int_incident_events') }} where building_address_no is not null
),

places as (
    select * from {{ ref('int_address_places') }}
),

rules as (
    select max(case when rule_name = 'listed_events' then rule_value end) as listed_events
    from {{ ref('repeat_rules') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

members as (
    select
        *,
        'place' as cluster_kind_code,
        building_address_no as cluster_key,
        is_first_report as is_counted
    from incidents
    union all
    select
        *,
        'event' as cluster_kind_code,
        event_id as cluster_key,
        true as is_counted
    from incidents
),

ranked as (
    select
        *,
        row_number() over (
            partition by cluster_kind_code, cluster_key
            order by event_date desc, event_at desc, incident_id desc
        ) as recency_rank
    from members
),

counted as (
    select
        cluster_kind_code,
        cluster_key,
        cast(sum(case when is_counted and days_ago <= 7 then 1 else 0 end) as bigint) as repeat_7d_count,
        cast(sum(case when is_counted and days_ago <= 28 then 1 else 0 end) as bigint) as repeat_28d_count,
        cast(sum(case when is_counted and days_ago <= 90 then 1 else 0 end) as bigint) as repeat_90d_count,
        cast(sum(case when is_counted then 1 else 0 end) as bigint) as repeat_365d_count,
        cast(sum(case when days_ago <= 90 then 1 else 0 end) as bigint) as report_90d_count,
        cast(count(distinct case when days_ago <= 90 then class_level2_code end) as bigint)
            as class_90d_count,
        min(case when days_ago <= 90 then event_date end) as earliest_event_date
    from ranked
    group by cluster_kind_code, cluster_key
),

final as (
    select
        {{ surrogate_key(['counted.cluster_kind_code', 'counted.cluster_key']) }} as repeat_cluster_id,
        counted.cluster_kind_code,
        case counted.cluster_kind_code when 'place' then '一地' else '一事多报' end as cluster_kind_label,
        ranked.unit_id,
        ranked.unit_no,
        ranked.area_no,
        ranked.building_address_no,
        ranked.community_name,
        ranked.road_name,
        places.compound_name,
        places.building_level,
        counted.repeat_7d_count,
        counted.repeat_28d_count,
        counted.repeat_90d_count,
        counted.repeat_365d_count,
        counted.report_90d_count,
        counted.class_90d_count,
        counted.earliest_event_date,
        ranked.event_date as last_event_date,
        ranked.class_level1_label as last_class_level1_label,
        ranked.class_label as last_class_label,
        ranked.outcome_label as last_outcome_label,
        ranked.officer_no as last_officer_no,
        run.as_of as as_of_date
    from counted
    cross join rules
    cross join run
    inner join ranked
        on counted.cluster_kind_code = ranked.cluster_kind_code
        and counted.cluster_key = ranked.cluster_key
        and ranked.recency_rank = 1
    left join places on ranked.building_address_no = places.address_no
    where
        (counted.cluster_kind_code = 'place' and counted.repeat_90d_count >= rules.listed_events)
        or (counted.cluster_kind_code = 'event' and counted.repeat_90d_count > 1)
)

select * from final
