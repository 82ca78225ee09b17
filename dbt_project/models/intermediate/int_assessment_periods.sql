-- Grain: one assessment period. Key: period_start. period_end is the last day (inclusive).
-- Steps: every day belongs to the month that began on the last day of the month named by
-- control.run.assessment_start (MM-DD, a real one is 12-21); months are counted from the start of the
-- assessment year and grouped by control.run.assessment_months: 12 a year, 3 its quarters, 1 its months;
-- periods up to the one of the run's day.
with dates as (
    select * from {{ ref('dim_date') }}
),

run as (
    select
        *,
        cast(substr(assessment_start, 1, 2) as integer) as start_month,
        cast(substr(assessment_start, 4, 2) as integer) as start_day
    from {{ source('control', 'run') }}
),

numbered as (
    select
        dates.date_day,
        run.assessment_months,
        run.as_of,
        12 * extract(year from dates.date_day) + extract(month from dates.date_day) - run.start_month
        - case when extract(day from dates.date_day) < run.start_day then 1 else 0 end as month_number
    from dates
    cross join run
),

labelled as (
    select
        date_day,
        as_of,
        month_number - month_number % assessment_months as period_number
    from numbered
),

final as (
    select
        min(date_day) as period_start,
        max(date_day) as period_end
    from labelled
    group by period_number
    having min(date_day) <= max(as_of)
)

select * from final
