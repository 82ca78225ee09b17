{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['incidents', 'cases']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one incident whose time is a window. Key: incident_id. The day is the incident's; the case's stands
-- beside it where the window is the case's.
-- Steps: the window is the incident's own, else that of the first case made of it (a burglary is reported in
-- the morning and happened at night); a window that ends before it starts is none. Seconds count from
-- 2000-01-01 UTC.
with incidents as (
    select * from {{ ref('stg_incidents') }}
    {% if is_incremental() -%}
    where event_date in ({{ affected_partitions(this) }})
    {%- endif %}
),

cases as (
    select
        *,
        row_number() over (partition by incident_id order by event_date asc, case_id asc) as case_rank
    from {{ ref('stg_cases') }}
    where incident_id is not null and occurred_from_at <= occurred_to_at
),

windows as (
    select
        incidents.incident_id,
        incidents.event_date,
        case
            when coalesce(incidents.occurred_from_at <= incidents.occurred_to_at, false) then null
            else cases.event_date
        end as case_date,
        case
            when incidents.occurred_from_at <= incidents.occurred_to_at then incidents.occurred_from_at
            else cases.occurred_from_at
        end as window_from_at,
        case
            when incidents.occurred_from_at <= incidents.occurred_to_at then incidents.occurred_to_at
            else cases.occurred_to_at
        end as window_to_at
    from incidents
    left join cases on incidents.incident_id = cases.incident_id and cases.case_rank = 1
),

final as (
    select
        incident_id,
        event_date,
        case_date,
        {{ clock_second('window_from_at') }} as from_second,
        {{ seconds_between('window_from_at', 'window_to_at') }} as window_seconds
    from windows
    where window_from_at is not null
)

select * from final
