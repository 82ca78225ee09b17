-- Grain: one observed interval of one device, or a piece of one where it was cut at a yard or a call. Key:
-- device_no, started_second.
-- Steps: whole intervals as they are, cut ones by their pieces; exclusion_code says why the time is no
-- patrol (off_duty, at_station, on_call), NULL where it is. event_date is the day of the first point, whose
-- track_number it is. is_whole: known to be in one cell and one clock hour.
with intervals as (
    select * from {{ ref('int_patrol_intervals') }}
),

cuts as (
    select * from {{ ref('int_patrol_cuts') }}
),

final as (
    select
        device_no,
        patrol_unit_id,
        unit_no,
        track_number,
        event_date,
        started_second,
        ended_second,
        interval_seconds,
        event_hour,
        hour_offset_seconds,
        started_x,
        started_y,
        ended_x,
        ended_y,
        is_whole,
        case when not is_patrol_time then 'off_duty' end as exclusion_code
    from intervals
    where not is_away
    union all
    select
        device_no,
        patrol_unit_id,
        unit_no,
        track_number,
        event_date,
        started_second,
        ended_second,
        interval_seconds,
        event_hour,
        hour_offset_seconds,
        started_x,
        started_y,
        ended_x,
        ended_y,
        false as is_whole,
        exclusion_code
    from cuts
)

select * from final
