-- Grain: one 重点场所 registered on the run's day. Key: place_check_due_id. As of the run's day (event_date).
-- Steps: latest registration of the place, open on that day; last check that took place (neither refused nor
-- not found) up to that day; due that day plus the interval of the type, from the registration where there
-- was none. Where the log of checks is shorter than the interval, no check is of unknown state.
with places as (
    select
        *,
        row_number() over (
            partition by place_no order by coalesce(valid_from, date '0001-01-01') desc, place_id asc
        ) as recency_rank
    from {{ ref('dim_place') }}
),

checks as (
    select * from {{ ref('fct_place_checks') }}
),

intervals as (
    select * from {{ ref('place_check_intervals') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

past_checks as (
    select checks.*
    from checks
    cross join run
    where checks.event_date <= run.as_of
),

log as (
    select min(event_date) as first_check_date
    from past_checks
),

last_checks as (
    select
        place_no,
        event_date,
        problem_count,
        check_result_code,
        check_result_label,
        row_number() over (
            partition by place_no order by event_date desc, event_hour desc, place_check_id desc
        ) as recency_rank
    from past_checks
    where coalesce(check_result_code, '') not in ('refused', 'not_found')
),

dated as (
    select
        places.place_id,
        places.place_no,
        places.place_name,
        places.place_type_code,
        places.place_type_label,
        places.unit_id,
        places.unit_no,
        places.area_no,
        coalesce(intervals.interval_days, others.interval_days) as interval_days,
        last_checks.event_date as last_check_date,
        last_checks.problem_count,
        last_checks.check_result_code,
        last_checks.check_result_label,
        coalesce(last_checks.event_date, places.valid_from) as counted_from_date,
        log.first_check_date,
        run.as_of
    from places
    cross join run
    cross join log
    left join intervals on places.place_type_code = intervals.place_type_code
    left join intervals as others on others.place_type_code = 'default'
    left join last_checks on places.place_no = last_checks.place_no and last_checks.recency_rank = 1
    where
        places.recency_rank = 1
        and places.is_key_place
        and {{ valid_on('places', 'run.as_of') }}
),

due as (
    select
        *,
        {{ add_days('counted_from_date', 'interval_days') }} as due_date,
        case
            when last_check_date is null
                and coalesce({{ days_between('first_check_date', 'as_of') }}, 0) < interval_days
                and (
                    counted_from_date is null
                    or {{ days_between('counted_from_date', 'as_of') }} > interval_days
                )
                then 'unknown'
            when {{ days_between('counted_from_date', 'as_of') }} <= interval_days then 'in_time'
            when last_check_date is null then 'never'
            else 'overdue'
        end as check_due_code
    from dated
),

final as (
    select
        {{ surrogate_key(['place_no', 'as_of']) }} as place_check_due_id,
        place_id,
        place_no,
        place_name,
        place_type_code,
        place_type_label,
        unit_id,
        unit_no,
        area_no,
        interval_days,
        last_check_date,
        problem_count,
        check_result_code,
        check_result_label,
        due_date,
        check_due_code,
        case check_due_code
            when 'in_time' then '期限内'
            when 'overdue' then '逾期'
            when 'never' then '没有检查记录'
            else '记录不足，说不出'
        end as check_due_label,
        case when check_due_code = 'overdue' then {{ days_between('due_date', 'as_of') }} end as overdue_days,
        as_of as event_date
    from due
)

select * from final
