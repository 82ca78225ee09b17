{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: one piece of an observed interval near its station's yard or a call of its patrol unit (is_away).
-- Key: device_no, started_second.
-- Steps: the way is cut where it enters and leaves the circle of the yard, and where a call begins and ends
-- (whole seconds, rounded down; the crew moves evenly along the straight line). Reason of a piece that is
-- no patrol: at_station before off_duty before on_call. event_hour and event_date stay those of the
-- interval's start; hour_offset_seconds may pass 3600. The circle is cut in double precision by products,
-- sums, divisions and one square root, which every engine rounds alike.
with intervals as (
    select * from {{ ref('int_patrol_intervals') }}
    where
        is_away
        {% if is_incremental() -%}
        and event_date in ({{ affected_dates(this) }})
        {%- endif %}
),

calls as (
    select * from {{ ref('int_patrol_calls') }}
),

yards as (
    select * from {{ ref('int_station_yards') }}
),

placed as (
    select
        intervals.device_no,
        intervals.started_second,
        intervals.interval_seconds,
        yards.radius,
        (intervals.started_x - yards.x) * yards.east_weight as from_east,
        cast(intervals.started_y - yards.y as double) as from_north,
        (intervals.ended_x - intervals.started_x) * yards.east_weight as way_east,
        cast(intervals.ended_y - intervals.started_y as double) as way_north
    from intervals
    inner join yards on intervals.unit_no = yards.unit_no
),

squared as (
    select
        *,
        way_east * way_east + way_north * way_north as a,
        from_east * way_east + from_north * way_north as b,
        from_east * from_east + from_north * from_north - cast(radius * radius as double) as c
    from placed
),

crossed as (
    select
        device_no,
        started_second,
        interval_seconds,
        case when a = 0 then 0 else (-b - sqrt(greatest(b * b - a * c, 0))) / nullif(a, 0) end as enters,
        case when a = 0 then 1 else (-b + sqrt(greatest(b * b - a * c, 0))) / nullif(a, 0) end as leaves
    from squared
    where case when a = 0 then c <= 0 else b * b > a * c end
),

stretches as (
    select
        device_no,
        started_second,
        'at_station' as exclusion_code,
        cast(floor(greatest(enters, 0) * interval_seconds) as bigint) as from_offset,
        cast(floor(least(leaves, 1) * interval_seconds) as bigint) as to_offset
    from crossed
    where enters < 1 and leaves > 0
    union all
    select
        intervals.device_no,
        intervals.started_second,
        'on_call' as exclusion_code,
        greatest(calls.from_second - intervals.started_second, 0) as from_offset,
        least(calls.to_second - intervals.started_second, intervals.interval_seconds) as to_offset
    from intervals
    inner join calls
        on intervals.patrol_unit_id = calls.patrol_unit_id
        and {{ quarter_second('intervals.started_second') }} = calls.quarter_second
        and calls.from_second < intervals.ended_second
        and intervals.started_second < calls.to_second
),

cuts as (
    select
        device_no,
        started_second,
        cast(0 as bigint) as cut_second
    from intervals
    union
    select
        device_no,
        started_second,
        from_offset as cut_second
    from stretches
    union
    select
        device_no,
        started_second,
        to_offset as cut_second
    from stretches
),

pieces as (
    select
        intervals.*,
        cuts.cut_second,
        lead(cuts.cut_second, 1, intervals.interval_seconds) over (
            partition by intervals.device_no, intervals.started_second order by cuts.cut_second
        ) as piece_end_second
    from cuts
    inner join intervals
        on cuts.device_no = intervals.device_no
        and cuts.started_second = intervals.started_second
        and cuts.cut_second < intervals.interval_seconds
),

reasons as (
    select
        pieces.device_no,
        pieces.started_second,
        pieces.cut_second,
        max(case when stretches.exclusion_code = 'at_station' then 1 else 0 end) as at_station_count,
        max(case when stretches.exclusion_code = 'on_call' then 1 else 0 end) as on_call_count
    from pieces
    inner join stretches
        on pieces.device_no = stretches.device_no
        and pieces.started_second = stretches.started_second
        and stretches.from_offset <= pieces.cut_second
        and pieces.cut_second < stretches.to_offset
    group by pieces.device_no, pieces.started_second, pieces.cut_second
),

final as (
    select
        pieces.device_no,
        pieces.patrol_unit_id,
        pieces.unit_no,
        pieces.track_number,
        pieces.event_date,
        pieces.started_second + pieces.cut_second as started_second,
        pieces.started_second + pieces.piece_end_second as ended_second,
        pieces.piece_end_second - pieces.cut_second as interval_seconds,
        pieces.event_hour,
        pieces.hour_offset_seconds + pieces.cut_second as hour_offset_seconds,
        {{ point_on_way(
            'pieces.started_x', 'pieces.ended_x', 'pieces.cut_second', 'pieces.interval_seconds'
        ) }} as started_x,
        {{ point_on_way(
            'pieces.started_y', 'pieces.ended_y', 'pieces.cut_second', 'pieces.interval_seconds'
        ) }} as started_y,
        {{ point_on_way(
            'pieces.started_x', 'pieces.ended_x', 'pieces.piece_end_second', 'pieces.interval_seconds'
        ) }} as ended_x,
        {{ point_on_way(
            'pieces.started_y', 'pieces.ended_y', 'pieces.piece_end_second', 'pieces.interval_seconds'
        ) }} as ended_y,
        case
            when reasons.at_station_count = 1 then 'at_station'
            when not pieces.is_patrol_time then 'off_duty'
            when reasons.on_call_count = 1 then 'on_call'
        end as exclusion_code
    from pieces
    left join reasons
        on pieces.device_no = reasons.device_no
        and pieces.started_second = reasons.started_second
        and pieces.cut_second = reasons.cut_second
)

select * from final
