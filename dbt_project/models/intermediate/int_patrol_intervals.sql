-- Grain: one observed interval of one device, from a GPS point to the next. Key: device_no, started_second.
-- Steps: the gaps (int_patrol_gaps) that are no longer than their device's limit of the day, with the texts
-- that their numbers stand for. Both ends in millionths of a degree (int_patrol_crossings cuts the way
-- between them at the cells). Seconds count from 2000-01-01 UTC; event_hour is local. is_away: near the
-- station's yard or a call, cut by int_patrol_cuts. is_whole: all of it is in one cell and one clock hour.
with gaps as (
    select * from {{ ref('int_patrol_gaps') }} where dropped_code is null
),

limits as (
    select * from {{ ref('int_patrol_limits') }}
),

final as (
    select
        limits.device_no,
        limits.patrol_unit_id,
        limits.unit_no,
        limits.track_number,
        gaps.event_date,
        gaps.started_second,
        gaps.started_second + gaps.interval_seconds as ended_second,
        cast(gaps.interval_seconds as bigint) as interval_seconds,
        cast({{ whole_hours('gaps.local_day_second') }} as bigint) as event_hour,
        cast(gaps.local_day_second % 3600 as bigint) as hour_offset_seconds,
        cast(gaps.started_x as bigint) as started_x,
        cast(gaps.started_y as bigint) as started_y,
        cast(gaps.ended_x as bigint) as ended_x,
        cast(gaps.ended_y as bigint) as ended_y,
        limits.is_patrol_time,
        gaps.is_away,
        gaps.is_whole
    from gaps
    inner join limits
        on gaps.event_date = limits.event_date
        and gaps.state_number = limits.state_number
        and gaps.interval_seconds <= limits.limit_seconds
)

select * from final
