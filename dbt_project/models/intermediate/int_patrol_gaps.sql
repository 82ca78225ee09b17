{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one stretch of at most 180 s from a usable GPS point of a device to its next, or a point left out,
-- of 0 s. Key of the stretches: event_date, state_number, started_second. Whole numbers only:
-- int_patrol_limits tells what they stand for.
-- Steps: points with a fix of at most 50 m; of several points of a device in one second the last by
-- coordinates (of three and more the way before ends at the second); a point that both its neighbours reach
-- only at more than 33 m/s is a jump and passed over, a fast stretch is left out. dropped_code: why a point
-- is left out, duplicate or speed. Both ends in millionths of a degree. Seconds count from 2000-01-01 UTC;
-- local_day_second is of the wall clock: zones change their offset at whole quarters of an hour only, so
-- the offset is looked up once a quarter. is_away: the way comes near its station's yard, or the time near
-- a call of the patrol unit; int_patrol_cuts cuts it. is_whole: all of it is in one cell and one clock
-- hour.
with tracks as (
    select * from {{ ref('int_patrol_tracks') }}
    {% if is_incremental() -%}
    where event_date in ({{ days_around(affected_dates(this), [-1, 0, 1]) }})
    {%- endif %}
),

run as (
    select * from {{ source('control', 'run') }}
),

-- A device keeps its number over midnight here.
states as (
    select
        *,
        cast(dense_rank() over (order by device_no) as integer) as device_number_of_all_days
    from tracks
),

points as (
    select
        states.device_number_of_all_days as device_number,
        states.event_date,
        states.state_number,
        {{ clock_second('points.recorded_at') }} as clock_second,
        cast(points.longitude * 1000000 as integer) as x,
        cast(points.latitude * 1000000 as integer) as y
    from {{ ref('stg_patrol_points') }} as points
    inner join states
        on points.event_date = states.event_date
        and points.device_no = states.device_no
        and coalesce(points.patrol_unit_no, points.device_no) = states.patrol_unit_id
        and points.unit_no is not distinct from states.unit_no
        and points.duty_status_raw is not distinct from states.duty_status_raw
        and points.source_system = states.source_system
    where
        {{ is_usable_fix('points.') }}
        {% if is_incremental() -%}
        and points.event_date in (select tracks.event_date from tracks)
        {%- endif %}
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
    -- Ties are broken by everything a row says, so that two builds agree.
    window device_track as (partition by device_number order by clock_second, x, y, state_number)
),

followed as (
    select
        *,
        case when second_next_second = next_second then second_next_x else next_x end as last_x,
        case when second_next_second = next_second then second_next_y else next_y end as last_y
    from neighbours
    where next_second is not null
),

weighed as (
    select
        *,
        {{ is_too_fast('last_y - y', 'last_x - x', '(next_second - clock_second)', 'y') }} as is_fast_after
    from followed
),

-- What the neighbours say is asked of the few fast stretches only.
named as (
    select
        *,
        case
            when next_second = clock_second then 'duplicate'
            when not is_fast_after or previous_second = clock_second then null
            when {{ is_too_fast(
                'y - previous_y', 'x - previous_x', '(clock_second - previous_second)', 'y'
            ) }} then 'speed'
        end as dropped_code
    from weighed
),

judged as (
    select
        *,
        case
            when dropped_code is not null or next_second - clock_second > 180 then false
            when not is_fast_after then true
            when second_next_second = next_second then false
            when {{ is_too_fast(
                'second_next_y - y', 'second_next_x - x', '(second_next_second - clock_second)', 'y'
            ) }} then false
            else coalesce({{ is_too_fast(
                'second_next_y - next_y', 'second_next_x - next_x', '(second_next_second - next_second)', 'y'
            ) }}, false)
        end as is_observed
    from named
),

gaps as (
    select
        event_date,
        state_number,
        clock_second,
        x,
        y,
        dropped_code,
        case
            when dropped_code is not null then x
            when is_fast_after then second_next_x
            else last_x
        end as ended_x,
        case
            when dropped_code is not null then y
            when is_fast_after then second_next_y
            else last_y
        end as ended_y,
        case
            when dropped_code is not null then 0
            when is_fast_after then second_next_second - clock_second
            else next_second - clock_second
        end as gap_seconds,
        {{ cell_row('y') }} as started_row
    from judged
    where is_observed or dropped_code is not null
),

columned as (
    select
        *,
        {{ cell_column_width('started_row') }} as column_width
    from gaps
    {% if is_incremental() -%}
    where event_date in ({{ affected_dates(this) }})
    {%- endif %}
),

placed as (
    select
        *,
        {{ cell_column('x', 'column_width') }} as started_column
    from columned
),

calls as (
    select * from {{ ref('int_patrol_calls') }}
),

crews as (
    select
        patrol_unit_id,
        row_number() over (order by patrol_unit_id) as crew_number
    from calls
    group by patrol_unit_id
),

call_quarters as (
    select
        crews.crew_number,
        calls.quarter_second,
        min(calls.from_second) as from_second,
        max(calls.to_second) as to_second
    from calls
    inner join crews on calls.patrol_unit_id = crews.patrol_unit_id
    group by crews.crew_number, calls.quarter_second
),

yards as (
    select * from {{ ref('int_station_yards') }}
),

-- A square around the yard, a little too large: int_patrol_cuts is exact.
surroundings as (
    select
        states.event_date,
        states.state_number,
        crews.crew_number,
        cast(yards.x - floor(yards.radius / nullif(yards.east_weight, 0)) - 1 as integer) as west_x,
        cast(yards.x + floor(yards.radius / nullif(yards.east_weight, 0)) + 1 as integer) as east_x,
        cast(yards.y - yards.radius as integer) as south_y,
        cast(yards.y + yards.radius as integer) as north_y
    from states
    left join crews on states.patrol_unit_id = crews.patrol_unit_id
    left join yards on states.unit_no = yards.unit_no
),

dates as (
    select distinct event_date from states
),

quarter_numbers as (
    {{ whole_numbers(-56, 143) }}
),

-- A local date lies between fourteen hours before its namesake in UTC and twelve hours after it.
quarters as (
    select distinct
        86400 * {{ days_between("date '2000-01-01'", 'dates.event_date') }} + 900 * quarter_numbers.number
            as quarter_second
    from dates
    cross join quarter_numbers
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

met as (
    select
        placed.*,
        cast({{ second_of_day('placed.clock_second + zone_offsets.offset_seconds') }} as integer)
            as local_day_second,
        coalesce(
            calls.from_second < placed.clock_second + placed.gap_seconds
            and placed.clock_second < calls.to_second,
            false
        ) as is_near_call,
        coalesce(
            greatest(placed.x, placed.ended_x) >= surroundings.west_x
            and least(placed.x, placed.ended_x) <= surroundings.east_x
            and greatest(placed.y, placed.ended_y) >= surroundings.south_y
            and least(placed.y, placed.ended_y) <= surroundings.north_y,
            false
        ) as is_near_yard
    from placed
    inner join surroundings
        on placed.event_date = surroundings.event_date and placed.state_number = surroundings.state_number
    -- Not an inner join: a point whose event_date is not its local date shall fail the contract, not
    -- vanish.
    left join zone_offsets on {{ quarter_second('placed.clock_second') }} = zone_offsets.quarter_second
    left join call_quarters as calls
        on surroundings.crew_number = calls.crew_number
        and {{ quarter_second('placed.clock_second') }} = calls.quarter_second
),

final as (
    select
        event_date,
        state_number,
        clock_second as started_second,
        cast(gap_seconds as integer) as interval_seconds,
        local_day_second,
        x as started_x,
        y as started_y,
        ended_x,
        ended_y,
        dropped_code,
        is_near_call or is_near_yard as is_away,
        ended_y between started_row and started_row + 4491
        and ended_x between started_column and started_column + column_width - 1
        and local_day_second % 3600 + gap_seconds <= 3600 as is_whole
    from met
)

select * from final
