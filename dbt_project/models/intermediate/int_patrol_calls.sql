{{ config(materialized='table') }}
-- Grain: one contiguous stretch of a patrol unit (巡组) on calls × quarter of an hour, as far as intervals that
-- begin in that quarter reach (they last at most 180 s). Key: patrol_unit_id, quarter_second, from_second.
-- Steps: a dispatch is answered by the patrol unit that it names; where it names none, by the unit in whose
-- planned shift its officer is when it is sent. From 出警 (else 到场) to 反馈. Without a feedback, settled by
-- phone, in a wrong order or told more than 12 hours after it was sent, a dispatch has no known time on the
-- road and takes nothing away. Seconds count from 2000-01-01 UTC.
with dispatches as (
    select
        *,
        {{ clock_second('coalesce(dispatched_at, departed_at, arrived_at)') }} as sent_second,
        {{ clock_second('coalesce(departed_at, arrived_at)') }} as from_second,
        {{ clock_second('feedback_at') }} as to_second
    from {{ ref('stg_dispatches') }}
    where feedback_at is not null and (arrived_at is not null or not_applicable_steps_raw is null)
),

timed as (
    select * from dispatches
    where sent_second <= from_second and from_second < to_second and to_second <= sent_second + 43200
),

shifts as (
    select
        patrol_unit_no,
        event_date,
        crew_officer_nos,
        {{ clock_second('planned_start_at') }} as planned_start_second,
        {{ clock_second('planned_end_at') }} as planned_end_second
    from {{ ref('stg_patrol_shifts') }}
    where patrol_unit_no is not null and crew_officer_nos is not null
),

crew_places as (
    {{ crew_places() }}
),

crews as (
    select
        shifts.patrol_unit_no,
        shifts.planned_start_second,
        shifts.planned_end_second,
        shifts.event_date,
        {{ list_part('shifts.crew_officer_nos', 'crew_places.number') }} as officer_no
    from shifts
    cross join crew_places
),

-- A shift that began the day before may last into this one.
crew_days as (
    select * from crews
    where officer_no <> ''
    union all
    select
        patrol_unit_no,
        planned_start_second,
        planned_end_second,
        {{ add_days('event_date', 1) }} as event_date,
        officer_no
    from crews
    where officer_no <> ''
),

answered as (
    select
        patrol_unit_no as patrol_unit_id,
        from_second,
        to_second
    from timed
    where patrol_unit_no is not null
    union all
    select
        crew_days.patrol_unit_no as patrol_unit_id,
        timed.from_second,
        timed.to_second
    from timed
    inner join crew_days
        on timed.officer_no = crew_days.officer_no
        and timed.event_date = crew_days.event_date
        and crew_days.planned_start_second <= timed.sent_second
        and timed.sent_second < crew_days.planned_end_second
    where timed.patrol_unit_no is null
),

-- Twelve hours and the three minutes before them touch at most fifty quarters.
quarter_numbers as (
    {{ whole_numbers(0, 49) }}
),

begun as (
    select
        *,
        {{ quarter_second('(from_second - 180)') }} as first_quarter_second
    from answered
),

quarters as (
    select
        begun.patrol_unit_id,
        begun.first_quarter_second + 900 * quarter_numbers.number as quarter_second,
        begun.from_second,
        begun.to_second
    from begun
    inner join quarter_numbers
        on begun.first_quarter_second + 900 * quarter_numbers.number < begun.to_second
),

clipped as (
    select
        patrol_unit_id,
        quarter_second,
        greatest(from_second, quarter_second) as from_second,
        least(to_second, quarter_second + 1080) as to_second
    from quarters
),

reached as (
    select
        *,
        max(to_second) over (
            partition by patrol_unit_id, quarter_second
            order by from_second, to_second
            rows between unbounded preceding and 1 preceding
        ) as reached_second
    from clipped
    where from_second < to_second
),

numbered as (
    select
        *,
        sum(case when from_second <= reached_second then 0 else 1 end) over (
            partition by patrol_unit_id, quarter_second
            order by from_second, to_second
            rows between unbounded preceding and current row
        ) as stretch_number
    from reached
),

final as (
    select
        patrol_unit_id,
        quarter_second,
        min(from_second) as from_second,
        max(to_second) as to_second
    from numbered
    group by patrol_unit_id, quarter_second, stretch_number
)

select * from final
