{{ config(materialized='table') }}
-- Grain: one incident of the year before the run's day. Key: incident_id.
-- Steps: an incident has a place when its address lies in exactly one building (house, compound), it is
-- effective, and its class (at the call and in force) is known and none of those whose place is never shown;
-- reports of one class (level 2) at one place, each within the gap of the seed repeat_rules after the one
-- before, are one event, named by its first report; an incident without a place is an event of its own. The
-- officer is that of the last dispatch. Adjustment rows are no incidents. Calls and addresses are asked for
-- the days of the year's incidents alone, which are few of all.
with run as (
    select * from {{ source('control', 'run') }}
),

incidents as (
    select
        incidents.*,
        {{ days_between('incidents.event_date', 'run.as_of') }} as days_ago
    from {{ ref('fct_incidents') }} as incidents
    cross join run
    where
        incidents.record_count > 0
        and incidents.event_date < run.as_of
        and incidents.event_date >= {{ add_days('run.as_of', '-365') }}
),

days as (
    select distinct event_date from incidents
),

calls as (
    select * from {{ ref('stg_incidents') }}
    where event_date in (select days.event_date from days)
),

response as (
    select * from {{ ref('fct_incident_response') }}
),

addresses as (
    select * from {{ source('derived', 'incident_addresses') }}
    where event_date in (select days.event_date from days)
),

places as (
    select * from {{ ref('int_address_places') }}
),

flags as (
    select * from {{ ref('incident_class_flags') }}
),

rules as (
    select max(case when rule_name = 'event_gap_minutes' then rule_value end) as event_gap_minutes
    from {{ ref('repeat_rules') }}
),

ranked_dispatches as (
    select
        incident_id,
        officer_no,
        row_number() over (
            partition by incident_id order by event_date desc, dispatch_no desc, dispatch_id asc
        ) as recency_rank
    from response
    where incident_id is not null
),

recent as (
    select
        incidents.*,
        calls.event_at,
        calls.longitude,
        calls.latitude,
        calls.caller_id,
        calls.related_incident_no,
        ranked_dispatches.officer_no,
        places.building_address_no as recorded_building,
        {{ is_discreet('incidents.class_code', 'class_flags', 'initial_flags') }} as is_discreet
    from incidents
    inner join calls on incidents.incident_id = calls.incident_id
    left join addresses on incidents.incident_id = addresses.incident_id
    left join places on addresses.building_address_no = places.address_no
    left join flags as class_flags on incidents.class_code = class_flags.code
    left join flags as initial_flags on incidents.initial_class_code = initial_flags.code
    left join ranked_dispatches
        on incidents.incident_id = ranked_dispatches.incident_id and ranked_dispatches.recency_rank = 1
),

placed as (
    select
        *,
        case when is_effective and not is_discreet then recorded_building end as building_address_no
    from recent
),

followed as (
    select
        *,
        lag(event_at) over (
            partition by building_address_no, class_level2_code order by event_at asc, incident_id asc
        ) as previous_at
    from placed
    where building_address_no is not null
),

chained as (
    select
        followed.*,
        sum(
            case
                when
                    {{ seconds_between('followed.previous_at', 'followed.event_at') }}
                    <= 60 * rules.event_gap_minutes
                    then 0
                else 1
            end
        ) over (
            partition by followed.building_address_no, followed.class_level2_code
            order by followed.event_at asc, followed.incident_id asc
            rows between unbounded preceding and current row
        ) as chain_no
    from followed
    cross join rules
),

named as (
    select
        incident_id,
        first_value(incident_id) over (
            partition by building_address_no, class_level2_code, chain_no
            order by event_at asc, incident_id asc
            rows between unbounded preceding and unbounded following
        ) as event_id
    from chained
),

final as (
    select
        placed.incident_id,
        placed.incident_no,
        coalesce(named.event_id, placed.incident_id) as event_id,
        coalesce(named.event_id = placed.incident_id, true) as is_first_report,
        placed.building_address_no,
        placed.unit_id,
        placed.unit_no,
        placed.area_no,
        placed.event_date,
        placed.event_at,
        placed.event_hour,
        placed.days_ago,
        placed.longitude,
        placed.latitude,
        placed.is_located,
        placed.caller_id,
        placed.related_incident_no,
        placed.community_name,
        placed.road_name,
        placed.class_level1_code,
        placed.class_level1_label,
        placed.class_level2_code,
        placed.class_level2_label,
        placed.class_code,
        placed.class_label,
        placed.outcome_label,
        placed.officer_no,
        placed.is_harassment,
        placed.is_effective,
        placed.is_discreet,
        {{ lineage('placed') }}
    from placed
    left join named on placed.incident_id = named.incident_id
)

select * from final
