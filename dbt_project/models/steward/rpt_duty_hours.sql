-- Grain: unit × area × month × weekday × hour × kind of staff. Key: duty_hour_id. Planned seconds of persons.
-- Steps: planned shifts of at most 24 hours cut at the clock hours of the deployment's zone (the offset is
-- that of the shift's start); one row a member of the crew (at most 30); a person planned twice in an hour is
-- there once, its parts shortened alike; kind as of the shift's day. A shift without recorded members counts
-- its own hours under the kind unrecorded, a number that no officer has under unknown.
with shifts as (
    select * from {{ ref('stg_patrol_shifts') }}
),

officers as (
    select * from {{ ref('dim_officer') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

places as (
    {{ crew_places() }}
),

planned as (
    select
        shifts.shift_id,
        shifts.unit_no,
        shifts.area_no,
        shifts.event_date,
        nullif(trim(shifts.crew_officer_nos), '') as crew_officer_nos,
        {{ clock_second('shifts.planned_start_at') }}
        + {{ zone_offset_seconds('shifts.planned_start_at', 'run.timezone') }} as started_second,
        {{ seconds_between('shifts.planned_start_at', 'shifts.planned_end_at') }} as planned_seconds
    from shifts
    cross join run
    where shifts.event_date >= date '2000-01-02'
),

hours as (
    select
        planned.*,
        planned.started_second - planned.started_second % 3600 + 3600 * (places.number - 1) as hour_second
    from planned
    inner join places
        on 3600 * (places.number - 1) < planned.started_second % 3600 + planned.planned_seconds
    where planned.planned_seconds between 1 and 86400
),

members as (
    select
        hours.shift_id,
        hours.unit_no,
        hours.area_no,
        hours.event_date,
        hours.hour_second,
        {{ list_part('hours.crew_officer_nos', 'places.number') }} as officer_no,
        least(hours.started_second + hours.planned_seconds, hours.hour_second + 3600)
        - greatest(hours.started_second, hours.hour_second) as duty_seconds
    from hours
    inner join places on {{ list_part('hours.crew_officer_nos', 'places.number') }} <> ''
    union all
    select
        shift_id,
        unit_no,
        area_no,
        event_date,
        hour_second,
        null as officer_no,
        least(started_second + planned_seconds, hour_second + 3600) - greatest(started_second, hour_second)
            as duty_seconds
    from hours
    where crew_officer_nos is null
),

shared as (
    select
        members.*,
        sum(members.duty_seconds) over (
            partition by members.officer_no, members.hour_second
        ) as person_seconds
    from members
),

dated as (
    select
        shared.unit_no,
        shared.area_no,
        {{ add_days("date '2000-01-01'", whole_quotient('shared.hour_second', '86400')) }} as duty_date,
        {{ whole_quotient('shared.hour_second % 86400', '3600') }} as event_hour,
        case
            when shared.officer_no is null then 'unrecorded'
            else coalesce(officers.officer_kind_code, 'unknown')
        end as officer_kind_code,
        case
            when shared.officer_no is null then '班次未登记成员'
            else coalesce(officers.officer_kind_label, '类别不详')
        end as officer_kind_label,
        case
            when shared.officer_no is null or shared.person_seconds <= 3600 then shared.duty_seconds
            else {{ whole_quotient('3600 * shared.duty_seconds', 'shared.person_seconds') }}
        end as duty_seconds
    from shared
    left join officers
        on shared.officer_no = officers.officer_no and {{ valid_on('officers', 'shared.event_date') }}
),

counted as (
    select
        units.unit_id,
        dated.unit_no,
        dated.area_no,
        {{ month_start('dated.duty_date') }} as month_start,
        {{ weekday_number('dated.duty_date') }} as weekday_number,
        dated.event_hour,
        dated.officer_kind_code,
        dated.officer_kind_label,
        cast(sum(dated.duty_seconds) as bigint) as duty_seconds
    from dated
    left join units on dated.unit_no = units.unit_no
    group by
        units.unit_id,
        dated.unit_no,
        dated.area_no,
        {{ month_start('dated.duty_date') }},
        {{ weekday_number('dated.duty_date') }},
        dated.event_hour,
        dated.officer_kind_code,
        dated.officer_kind_label
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'month_start', 'weekday_number', 'event_hour', 'officer_kind_code',
            'officer_kind_label'
        ]) }} as duty_hour_id,
        counted.*
    from counted
)

select * from final
