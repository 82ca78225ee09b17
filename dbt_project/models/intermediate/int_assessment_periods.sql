-- Grain: one assessment year. Key: period_start. period_end is the last day (inclusive).
-- Steps: every day of the calendar belongs to the year that began on the last control.run.assessment_start
-- (MM-DD, a real one is 12-21); years up to the one of the run's day.
with dates as (
    select * from {{ ref('dim_date') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

labelled as (
    select
        dates.date_day,
        case
            when {{ month_day_text('dates.date_day') }} >= run.assessment_start then dates.year_number
            else dates.year_number - 1
        end as start_year,
        run.as_of
    from dates
    cross join run
),

final as (
    select
        min(date_day) as period_start,
        max(date_day) as period_end
    from labelled
    group by start_year
    having min(date_day) <= max(as_of)
)

select * from final
