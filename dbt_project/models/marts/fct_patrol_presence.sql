{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: patrol unit (巡组) × cell × local date × hour. Key: presence_id.
-- Steps: intervals on patrol duty, cut at the clock hour (the remainder goes to the next hour of the wall
-- clock); devices of one crew merged by any-present within cell and hour: a second covered by two devices
-- counts once; area: that of the crew's shift of the day (the smallest number where several).
with intervals as (
    select * from {{ ref('int_patrol_intervals') }}
    where
        is_patrol_time
        {% if is_incremental() -%}
        and event_date in (
            select affected.event_date from ({{ affected_dates(this) }}) as affected
            union
            select {{ add_days('affected.event_date', -1) }} from ({{ affected_dates(this) }}) as affected
        )
        {%- endif %}
),

shifts as (
    select
        patrol_unit_no,
        event_date,
        min(area_no) as area_no
    from {{ ref('stg_patrol_shifts') }}
    group by patrol_unit_no, event_date
),

units as (
    select * from {{ ref('dim_unit') }}
),

pieces as (
    select
        patrol_unit_id,
        unit_no,
        cell_id,
        event_date,
        event_hour,
        hour_offset_seconds as from_second,
        least(hour_offset_seconds + interval_seconds, 3600) as to_second
    from intervals
    union all
    select
        patrol_unit_id,
        unit_no,
        cell_id,
        case when event_hour = 23 then {{ add_days('event_date', 1) }} else event_date end as event_date,
        (event_hour + 1) % 24 as event_hour,
        0 as from_second,
        hour_offset_seconds + interval_seconds - 3600 as to_second
    from intervals
    where hour_offset_seconds + interval_seconds > 3600
),

covered as (
    select
        *,
        max(to_second) over (
            partition by patrol_unit_id, cell_id, event_date, event_hour
            order by from_second, to_second
            rows between unbounded preceding and 1 preceding
        ) as covered_to_second
    from pieces
),

presence as (
    select
        patrol_unit_id,
        cell_id,
        event_date,
        event_hour,
        min(unit_no) as unit_no,
        cast(
            sum(greatest(to_second - greatest(from_second, coalesce(covered_to_second, 0)), 0)) as bigint
        ) as presence_seconds
    from covered
    {% if is_incremental() -%}
    where event_date in ({{ affected_dates(this) }})
    {%- endif %}
    group by patrol_unit_id, cell_id, event_date, event_hour
),

final as (
    select
        {{ surrogate_key([
            'presence.patrol_unit_id', 'presence.cell_id', 'presence.event_date', 'presence.event_hour'
        ]) }} as presence_id,
        presence.patrol_unit_id,
        units.unit_id,
        presence.unit_no,
        shifts.area_no,
        presence.cell_id,
        presence.event_date,
        presence.event_hour,
        presence.presence_seconds,
        {{ minutes_of('presence.presence_seconds') }} as presence_minutes
    from presence
    left join shifts
        on presence.patrol_unit_id = shifts.patrol_unit_no and presence.event_date = shifts.event_date
    left join units on presence.unit_no = units.unit_no
    where presence.presence_seconds > 0
)

select * from final
