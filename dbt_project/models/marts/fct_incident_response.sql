{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['dispatches', 'incidents'], 'only_after': ['fct_incidents']},
) }}
-- depends_on: {{ ref('fct_incidents') }} (which reads the dispatches of the run before from here)
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one dispatch. Key: dispatch_id. Seconds count from the dispatch; a step that did not occur is
-- NULL.
-- Steps: the call it answers and that call's day, both NULL when the call is not in force (deleted in the
-- source, or in quarantine): the work was done and counts, but points to nothing; seconds by step; arrival
-- applies unless the source marks steps as not applicable and gives no arrival time; the order is valid
-- when no later step stands before an earlier one.
with dispatches as (
    select * from {{ ref('stg_dispatches') }}
    {% if is_incremental() %}
    where event_date in ({{ affected_dates(this) }})
    {% endif %}
),

incidents as (
    select * from {{ ref('stg_incidents') }}
),

officers as (
    select * from {{ ref('dim_officer') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

final as (
    select
        dispatches.dispatch_id,
        dispatches.dispatch_no,
        incidents.incident_id,
        incidents.event_date as incident_date,
        units.unit_id,
        coalesce(dispatches.unit_no, officers.unit_no) as unit_no,
        dispatches.officer_no,
        dispatches.patrol_unit_no as patrol_unit_id,
        dispatches.event_date,
        cast({{ seconds_between(
            'dispatches.dispatched_at', 'dispatches.signed_at'
        ) }} as bigint) as sign_seconds,
        cast({{ seconds_between('dispatches.dispatched_at', 'dispatches.departed_at') }} as bigint)
            as depart_seconds,
        cast({{ seconds_between('dispatches.dispatched_at', 'dispatches.arrived_at') }} as bigint)
            as arrive_seconds,
        cast({{ seconds_between('dispatches.dispatched_at', 'dispatches.feedback_at') }} as bigint)
            as feedback_seconds,
        dispatches.arrived_at is not null
        or dispatches.not_applicable_steps_raw is null as is_arrival_applicable,
        coalesce(dispatches.dispatched_at <= dispatches.signed_at, true)
        and coalesce(dispatches.dispatched_at <= dispatches.departed_at, true)
        and coalesce(dispatches.dispatched_at <= dispatches.arrived_at, true)
        and coalesce(dispatches.dispatched_at <= dispatches.feedback_at, true)
        and coalesce(dispatches.signed_at <= dispatches.departed_at, true)
        and coalesce(dispatches.signed_at <= dispatches.arrived_at, true)
        and coalesce(dispatches.signed_at <= dispatches.feedback_at, true)
        and coalesce(dispatches.departed_at <= dispatches.arrived_at, true)
        and coalesce(dispatches.departed_at <= dispatches.feedback_at, true)
        and coalesce(dispatches.arrived_at <= dispatches.feedback_at, true) as is_order_valid,
        {{ lineage('dispatches') }}
    from dispatches
    left join incidents on dispatches.incident_id = incidents.incident_id
    left join officers
        on dispatches.officer_no = officers.officer_no and {{ valid_on(
            'officers', 'dispatches.event_date'
        ) }}
    left join units on coalesce(dispatches.unit_no, officers.unit_no) = units.unit_no
)

select * from final
