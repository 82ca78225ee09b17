{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['incidents', 'dispatches', 'cases', 'located_areas', 'incident_addresses']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: unit × area × class level 1 × week × state of the time × weekday × hour. Key: incident_week_hour_id.
-- Effective incidents in millionths, spread over the hours they may have happened in. Steps: a window of at
-- most seven days is spread; a window without length is a time; without a window the hour of the call counts;
-- longer windows and times without an hour have none. The week is that of the incident's day.
with run as (
    select * from {{ source('control', 'run') }}
),

incidents as (
    select
        incidents.*,
        {{ week_start('incidents.event_date', 'run.week_start') }} as week_start
    from {{ ref('fct_incidents') }} as incidents
    cross join run
    where
        incidents.is_effective
        {% if is_incremental() -%}
        and incidents.event_date in ({{ affected_days(this) }})
        {%- endif %}
),

windows as (
    select windows.*
    from {{ ref('int_incident_windows') }} as windows
    {% if is_incremental() -%}
    where windows.event_date in ({{ affected_days(this) }})
    {%- endif %}
),

window_hours as (
    select window_hours.*
    from {{ ref('int_window_hours') }} as window_hours
    {% if is_incremental() -%}
    where window_hours.event_date in ({{ affected_days(this) }})
    {%- endif %}
),

timed as (
    select
        incidents.*,
        case
            when windows.window_seconds > 604800 then 'too_long'
            when windows.window_seconds > 0 then 'spread'
            when windows.window_seconds = 0 or incidents.event_hour is not null then 'known'
            else 'absent'
        end as time_state_code
    from incidents
    left join windows on incidents.incident_id = windows.incident_id
),

spread as (
    select
        timed.unit_id,
        timed.unit_no,
        timed.area_no,
        timed.class_level1_code,
        timed.class_level1_label,
        timed.week_start,
        timed.time_state_code,
        case
            when timed.time_state_code <> 'known' or window_hours.incident_id is not null
                then window_hours.weekday_number
            else {{ weekday_number('timed.event_date') }}
        end as weekday_number,
        case
            when timed.time_state_code <> 'known' or window_hours.incident_id is not null
                then window_hours.event_hour
            else timed.event_hour
        end as event_hour,
        timed.record_count * coalesce(window_hours.incident_millionths, 1000000) as incident_millionths
    from timed
    left join window_hours on timed.incident_id = window_hours.incident_id
),

counted as (
    select
        unit_id,
        unit_no,
        area_no,
        class_level1_code,
        class_level1_label,
        week_start,
        time_state_code,
        weekday_number,
        event_hour,
        cast(sum(incident_millionths) as bigint) as incident_millionths
    from spread
    group by
        unit_id, unit_no, area_no, class_level1_code, class_level1_label, week_start, time_state_code,
        weekday_number, event_hour
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'class_level1_code', 'class_level1_label', 'week_start', 'time_state_code',
            'weekday_number', 'event_hour'
        ]) }} as incident_week_hour_id,
        counted.*
    from counted
)

select * from final
order by week_start, unit_no
