{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['patrol_points', 'dispatches', 'patrol_shifts']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: device × patrol unit (巡组) × unit × duty state × source system of GPS points of one local date that
-- have a gap. Key: event_date, state_number.
-- Steps: a gap counts when it is at most min(3 × nominal ping, 180) seconds, the nominal ping being the
-- device's most frequent gap of the day, of several the shortest; whether the duty state is time on patrol,
-- by its mapping of that day.
with gaps as (
    select * from {{ ref('int_patrol_gaps') }}
    where
        dropped_code is null
        {% if is_incremental() -%}
        and event_date in ({{ affected_dates(this) }})
        {%- endif %}
),

tracks as (
    select * from {{ ref('int_patrol_tracks') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }} where field_name = 'patrol_points.duty_status_raw'
),

duty_flags as (
    select * from {{ ref('duty_status_flags') }}
),

gap_counts as (
    select
        gaps.event_date,
        tracks.device_number,
        gaps.interval_seconds,
        count(*) as gap_count
    from gaps
    inner join tracks on gaps.event_date = tracks.event_date and gaps.state_number = tracks.state_number
    group by gaps.event_date, tracks.device_number, gaps.interval_seconds
),

ranked_gaps as (
    select
        *,
        row_number() over (
            partition by event_date, device_number order by gap_count desc, interval_seconds asc
        ) as gap_rank
    from gap_counts
),

final as (
    select
        tracks.event_date,
        tracks.state_number,
        tracks.track_number,
        tracks.device_no,
        tracks.patrol_unit_id,
        tracks.unit_no,
        cast(least(3 * ranked_gaps.interval_seconds, 180) as integer) as limit_seconds,
        coalesce(duty_flags.is_patrol_time, true) as is_patrol_time
    from tracks
    inner join ranked_gaps
        on tracks.event_date = ranked_gaps.event_date
        and tracks.device_number = ranked_gaps.device_number
        and ranked_gaps.gap_rank = 1
    left join mappings
        on {{ mapping_holds(
            'mappings', 'tracks.source_system', 'tracks.duty_status_raw', 'tracks.event_date'
        ) }}
    left join duty_flags on mappings.code = duty_flags.code
)

select * from final
