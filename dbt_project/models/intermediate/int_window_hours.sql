{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['incidents', 'cases']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one incident whose time is a window of at most seven days × weekday × local hour it touches. Key:
-- incident_id, weekday_number, event_hour. Millionths of the incident in that hour (aoristic weights,
-- Ratcliffe 2000): they add up to one million. Steps: the window is cut into quarters of an hour in UTC, each
-- of which lies in one local hour; what division leaves over goes to the hour with most of it; a window
-- without length is the second that holds it.
with windows as (
    select
        incident_id,
        event_date,
        from_second,
        from_second + greatest(window_seconds, 1) as to_second,
        greatest(window_seconds, 1) as window_seconds
    from {{ ref('int_incident_windows') }}
    where
        window_seconds <= 604800
        {% if is_incremental() -%}
        and event_date in ({{ affected_partitions(this) }})
        {%- endif %}
),

run as (
    select * from {{ source('control', 'run') }}
),

ten as (
    {{ whole_numbers(0, 9) }}
),

quarters as (
    select
        windows.incident_id,
        windows.event_date,
        windows.from_second,
        windows.to_second,
        windows.window_seconds,
        {{ quarter_second('windows.from_second') }}
        + 90000 * hundreds.number + 9000 * tens.number + 900 * ones.number as quarter_start
    from windows
    cross join ten as hundreds
    inner join ten as tens
        on {{ quarter_second('windows.from_second') }} + 90000 * hundreds.number + 9000 * tens.number
        < windows.to_second
    inner join ten as ones
        on {{ quarter_second('windows.from_second') }} + 90000 * hundreds.number + 9000 * tens.number
        + 900 * ones.number
        < windows.to_second
),

local_quarters as (
    select
        quarters.incident_id,
        quarters.event_date,
        quarters.window_seconds,
        least(quarters.quarter_start + 900, quarters.to_second)
        - greatest(quarters.quarter_start, quarters.from_second) as quarter_seconds,
        {{ local_timestamp(at_clock_second('quarters.quarter_start'), 'run.timezone') }} as started_local
    from quarters
    cross join run
),

weighed as (
    select
        incident_id,
        event_date,
        {{ weekday_number('cast(started_local as date)') }} as weekday_number,
        cast(extract(hour from started_local) as bigint) as event_hour,
        {{ whole_quotient('1000000 * sum(quarter_seconds)', 'min(window_seconds)') }} as millionths
    from local_quarters
    group by
        incident_id, event_date, {{ weekday_number('cast(started_local as date)') }},
        extract(hour from started_local)
),

ranked as (
    select
        *,
        row_number() over (
            partition by incident_id order by millionths desc, weekday_number asc, event_hour asc
        ) as hour_rank,
        1000000 - sum(millionths) over (partition by incident_id) as left_over
    from weighed
),

final as (
    select
        incident_id,
        event_date,
        weekday_number,
        event_hour,
        cast(millionths + case when hour_rank = 1 then left_over else 0 end as bigint) as incident_millionths
    from ranked
)

select * from final
