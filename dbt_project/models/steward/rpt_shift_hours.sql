-- Grain: unit × kind of shift × week × weekday of the shift's date × hour. Key: shift_hour_id. Planned
-- seconds of crews. Steps: planned shifts of at most 24 hours cut at the clock hours of the deployment's
-- zone (the offset is that of the shift's start); the hour is counted from the midnight that begins the
-- shift's date, so that the small hours of a night shift are 24 and more. Shifts of a programme have places
-- of their own and are left out, and so are those that begin on another day than their date.
with shifts as (
    select * from {{ ref('stg_patrol_shifts') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

places as (
    {{ whole_numbers(0, 24) }}
),

planned as (
    select
        shifts.unit_no,
        shifts.event_date,
        {{ code_and_label('shift_kind', 'shifts.shift_kind_raw', 'shift_kind') }},
        {{ clock_second('shifts.planned_start_at') }}
        + {{ zone_offset_seconds('shifts.planned_start_at', 'run.timezone') }}
        - 86400 * {{ days_between("date '2000-01-01'", 'shifts.event_date') }} as started_second,
        {{ seconds_between('shifts.planned_start_at', 'shifts.planned_end_at') }} as planned_seconds
    from shifts
    cross join run
    left join mappings as shift_kind
        on {{ mapping_matches(
            'shift_kind', 'patrol_shifts.shift_kind_raw', 'shifts.source_system', 'shifts.shift_kind_raw',
            'shifts.event_date'
        ) }}
    where
        nullif(trim(shifts.programme_no), '') is null
        and shifts.event_date >= {{ add_days('cast(run.as_of as date)', '-70') }}
        and shifts.event_date >= date '2000-01-02'
),

hours as (
    select
        planned.*,
        planned.started_second - planned.started_second % 3600 + 3600 * places.number as hour_second
    from planned
    inner join places
        on 3600 * places.number < planned.started_second % 3600 + planned.planned_seconds
    where planned.planned_seconds between 1 and 86400 and planned.started_second between 0 and 86399
),

counted as (
    select
        units.unit_id,
        hours.unit_no,
        hours.shift_kind_code,
        coalesce(hours.shift_kind_label, '未登记班次') as shift_kind_label,
        dates.iso_week_start as week_start,
        {{ weekday_number('hours.event_date') }} as weekday_number,
        {{ whole_quotient('hours.hour_second', '3600') }} as shift_hour,
        cast(sum(
            least(hours.started_second + hours.planned_seconds, hours.hour_second + 3600)
            - greatest(hours.started_second, hours.hour_second)
        ) as bigint) as crew_seconds
    from hours
    left join units on hours.unit_no = units.unit_no
    left join dates on hours.event_date = dates.date_day
    group by
        units.unit_id, hours.unit_no, hours.shift_kind_code, coalesce(hours.shift_kind_label, '未登记班次'),
        dates.iso_week_start, {{ weekday_number('hours.event_date') }},
        {{ whole_quotient('hours.hour_second', '3600') }}
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'shift_kind_code', 'shift_kind_label', 'week_start', 'weekday_number', 'shift_hour'
        ]) }} as shift_hour_id,
        counted.*
    from counted
)

select * from final
