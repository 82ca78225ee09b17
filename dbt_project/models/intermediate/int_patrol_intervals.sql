{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points']},
) }}
-- Grain: one observed interval of one device: from a GPS point to the next. Key: device_no, started_at.
-- Steps: points with a fix of at most 50 m; one point per device and instant; a point that both its neighbours
-- reach only at more than 33 m/s is a jump and dropped, a fast interval is not counted; an interval counts when
-- it is at most min(3 × nominal ping, 180) seconds, the nominal ping being the device's most frequent gap of the
-- day. The whole interval belongs to the cell of its first point (splitting along the way comes later).
-- Limits: METHODS of the product, section 4.
with all_points as (
    select
        source_system,
        device_no,
        coalesce(patrol_unit_no, device_no) as patrol_unit_id,
        unit_no,
        event_date,
        recorded_at,
        cast(longitude * 1000000 as bigint) as longitude_millionths,
        cast(latitude * 1000000 as bigint) as latitude_millionths,
        longitude,
        {{ cell_row_origin('latitude') }} as cell_row_origin,
        duty_status_raw
    from {{ ref('stg_patrol_points') }}
    where
        longitude is not null
        and latitude is not null
        and coalesce(accuracy_m, 0) <= 50
        {% if is_incremental() -%}
        and event_date in (
            select {{ add_days('event_date', -1) }} from ({{ affected_dates(this) }}) as affected
            union
            select event_date from ({{ affected_dates(this) }}) as affected
            union
            select {{ add_days('event_date', 1) }} from ({{ affected_dates(this) }}) as affected
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

rows_of_cells as (
    select
        *,
        {{ cell_column_width('cell_row_origin') }} as cell_column_width
    from all_points
),

neighbours as (
    select
        *,
        lag(recorded_at) over device_track as previous_at,
        lead(recorded_at) over device_track as next_at,
        lag(latitude_millionths) over device_track as previous_latitude,
        lead(latitude_millionths) over device_track as next_latitude,
        lag(longitude_millionths) over device_track as previous_longitude,
        lead(longitude_millionths) over device_track as next_longitude
    from rows_of_cells
    window device_track as (
        partition by device_no order by recorded_at, longitude_millionths, latitude_millionths
    )
),

points as (
    select *
    from neighbours
    where
        coalesce(previous_at <> recorded_at, true)
        and not (
            coalesce({{ is_too_fast('latitude_millionths - previous_latitude', 'longitude_millionths - previous_longitude', seconds_between('previous_at', 'recorded_at'), 'cell_column_width') }}, false)
            and coalesce({{ is_too_fast('next_latitude - latitude_millionths', 'next_longitude - longitude_millionths', seconds_between('recorded_at', 'next_at'), 'cell_column_width') }}, false)
        )
),

followed as (
    select
        *,
        lead(recorded_at) over device_track as ended_at,
        lead(latitude_millionths) over device_track as end_latitude,
        lead(longitude_millionths) over device_track as end_longitude
    from points
    window device_track as (partition by device_no order by recorded_at)
),

gaps as (
    select
        followed.*,
        {{ local_timestamp('recorded_at', 'run.timezone') }} as local_recorded_at,
        {{ seconds_between('recorded_at', 'ended_at') }} as gap_seconds
    from followed
    cross join run
    where {{ seconds_between('recorded_at', 'ended_at') }} <= 180
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
        row_number() over (partition by device_no, event_date order by gap_count desc, gap_seconds) as gap_rank
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

final as (
    select
        gaps.device_no,
        gaps.patrol_unit_id,
        gaps.unit_no,
        gaps.event_date,
        gaps.recorded_at as started_at,
        gaps.ended_at,
        cast(gaps.gap_seconds as integer) as interval_seconds,
        cast(extract(hour from gaps.local_recorded_at) as integer) as event_hour,
        cast(extract(minute from gaps.local_recorded_at) * 60 + extract(second from gaps.local_recorded_at) as integer)
            as hour_offset_seconds,
        {{ cell_id('gaps.cell_row_origin', 'gaps.cell_column_width', 'gaps.longitude') }} as cell_id,
        coalesce(duty_flags.is_patrol_time, true) as is_patrol_time
    from gaps
    inner join limits
        on gaps.device_no = limits.device_no
        and gaps.event_date = limits.event_date
        and gaps.gap_seconds <= limits.limit_seconds
    left join mappings
        on {{ mapping_holds('mappings', 'gaps.source_system', 'gaps.duty_status_raw', 'gaps.event_date') }}
    left join duty_flags on mappings.code = duty_flags.code
    where
        not coalesce({{ is_too_fast('gaps.end_latitude - gaps.latitude_millionths', 'gaps.end_longitude - gaps.longitude_millionths', 'gaps.gap_seconds', 'gaps.cell_column_width') }}, false)
        {% if is_incremental() -%}
        and gaps.event_date in ({{ affected_dates(this) }})
        {%- endif %}
)

select * from final
