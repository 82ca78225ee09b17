{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one observed interval of one device, from a GPS point to the next. Key: device_no, started_second.
-- Steps: points with a fix of at most 50 m; of several points of a device in one second the last by
-- coordinates; a point that both its neighbours reach only at more than 33 m/s is a jump and passed over, a
-- fast interval is not counted; an interval counts when it is at most min(3 × nominal ping, 180) seconds,
-- the nominal ping being the device's most frequent gap of the day. Both ends in millionths of a degree
-- (int_patrol_stays cuts the way between them at the cells). Seconds count from 2000-01-01 UTC; event_hour
-- is local: zones change their offset at whole quarters of an hour only, so the offset is looked up once a
-- quarter (asking the time zone for every point took four fifths of this model's time). is_away: the way
-- comes near its station's yard, or the time near a call of the patrol unit; int_patrol_cuts cuts it.
with points as (
    select
        source_system,
        device_no,
        coalesce(patrol_unit_no, device_no) as patrol_unit_id,
        unit_no,
        event_date,
        {{ clock_second('recorded_at') }} as clock_second,
        cast(longitude * 1000000 as bigint) as x,
        cast(latitude * 1000000 as bigint) as y,
        duty_status_raw
    from {{ ref('stg_patrol_points') }}
    where
        longitude is not null
        and latitude is not null
        and coalesce(accuracy_m, 0) <= 50
        {% if is_incremental() -%}
        and event_date in (
            select {{ add_days('affected.event_date', -1) }} from ({{ affected_dates(this) }}) as affected
            union
            select affected.event_date from ({{ affected_dates(this) }}) as affected
            union
            select {{ add_days('affected.event_date', 1) }} from ({{ affected_dates(this) }}) as affected
        )
        {%- endif %}
),

mappings as (
    select * from {{ ref('int_code_mappings') }} where field_name = 'patrol_points.duty_status_raw'
),

duty_flags as (
    select * from {{ ref('duty_status_flags') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

neighbours as (
    select
        *,
        lag(clock_second) over device_track as previous_second,
        lag(x) over device_track as previous_x,
        lag(y) over device_track as previous_y,
        lead(clock_second) over device_track as next_second,
        lead(x) over device_track as next_x,
        lead(y) over device_track as next_y,
        lead(clock_second, 2) over device_track as second_next_second,
        lead(x, 2) over device_track as second_next_x,
        lead(y, 2) over device_track as second_next_y
    from points
    -- Ties are broken by everything a row goes on to say, so that two builds agree.
    window device_track as (
        partition by device_no
        order by clock_second, x, y, patrol_unit_id, unit_no, duty_status_raw, source_system
    )
),

weighed as (
    select
        *,
        {{ is_too_fast('next_y - y', 'next_x - x', '(next_second - clock_second)', 'y') }} as is_fast_after
    from neighbours
    where next_second - clock_second between 1 and 180
),

-- What the neighbours say is asked of the few fast intervals only.
judged as (
    select
        *,
        case
            when not is_fast_after then true
            when {{ is_too_fast(
                'y - previous_y', 'x - previous_x', '(clock_second - previous_second)', 'y'
            ) }} then false
            when {{ is_too_fast(
                'second_next_y - y', 'second_next_x - x', '(second_next_second - clock_second)', 'y'
            ) }} then false
            else coalesce({{ is_too_fast(
                'second_next_y - next_y', 'second_next_x - next_x', '(second_next_second - next_second)', 'y'
            ) }}, false)
        end as is_observed
    from weighed
),

gaps as (
    select
        source_system,
        device_no,
        patrol_unit_id,
        unit_no,
        event_date,
        clock_second,
        x,
        y,
        case when is_fast_after then second_next_x else next_x end as ended_x,
        case when is_fast_after then second_next_y else next_y end as ended_y,
        duty_status_raw,
        case when is_fast_after then second_next_second else next_second end - clock_second as gap_seconds
    from judged
    where is_observed
),

gap_counts as (
    select
        device_no,
        event_date,
        gap_seconds,
        count(*) as gap_count
    from gaps
    group by device_no, event_date, gap_seconds
),

ranked_gaps as (
    select
        *,
        row_number() over (
            partition by device_no, event_date order by gap_count desc, gap_seconds asc
        ) as gap_rank
    from gap_counts
),

limits as (
    select
        device_no,
        event_date,
        least(3 * gap_seconds, 180) as limit_seconds
    from ranked_gaps
    where gap_rank = 1
),

yards as (
    select * from {{ ref('int_station_yards') }}
),

call_quarters as (
    select
        patrol_unit_id,
        quarter_second,
        min(from_second) as from_second,
        max(to_second) as to_second
    from {{ ref('int_patrol_calls') }}
    group by patrol_unit_id, quarter_second
),

quarters as (
    select distinct {{ quarter_second('clock_second') }} as quarter_second
    from gaps
),

zone_offsets as (
    select
        quarters.quarter_second,
        {{ zone_offset_seconds(
            at_clock_second('quarters.quarter_second'), 'run.timezone'
        ) }} as offset_seconds
    from quarters
    cross join run
),

counted as (
    select
        gaps.*,
        {{ second_of_day('gaps.clock_second + zone_offsets.offset_seconds') }} as local_day_second,
        coalesce(duty_flags.is_patrol_time, true) as is_patrol_time,
        coalesce(
            calls.from_second < gaps.clock_second + gaps.gap_seconds and gaps.clock_second < calls.to_second,
            false
        )
        or coalesce(
            least(gaps.y, gaps.ended_y) <= yards.y + yards.radius
            and greatest(gaps.y, gaps.ended_y) >= yards.y - yards.radius
            and (least(gaps.x, gaps.ended_x) - yards.x) * yards.east_weight <= yards.radius
            and (greatest(gaps.x, gaps.ended_x) - yards.x) * yards.east_weight >= -yards.radius,
            false
        ) as is_away
    from gaps
    inner join zone_offsets on {{ quarter_second('gaps.clock_second') }} = zone_offsets.quarter_second
    inner join limits
        on gaps.device_no = limits.device_no
        and gaps.event_date = limits.event_date
        and gaps.gap_seconds <= limits.limit_seconds
    left join mappings
        on {{ mapping_holds('mappings', 'gaps.source_system', 'gaps.duty_status_raw', 'gaps.event_date') }}
    left join duty_flags on mappings.code = duty_flags.code
    left join yards on gaps.unit_no = yards.unit_no
    left join call_quarters as calls
        on gaps.patrol_unit_id = calls.patrol_unit_id
        and {{ quarter_second('gaps.clock_second') }} = calls.quarter_second
    {% if is_incremental() -%}
    where gaps.event_date in ({{ affected_dates(this) }})
    {%- endif %}
),

final as (
    select
        device_no,
        patrol_unit_id,
        unit_no,
        event_date,
        clock_second as started_second,
        clock_second + gap_seconds as ended_second,
        cast(gap_seconds as bigint) as interval_seconds,
        cast(floor(local_day_second / 3600.0) as bigint) as event_hour,
        local_day_second % 3600 as hour_offset_seconds,
        x as started_x,
        y as started_y,
        ended_x,
        ended_y,
        is_patrol_time,
        is_away
    from counted
)

select * from final
