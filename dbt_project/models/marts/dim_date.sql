-- Grain: one calendar day, 1990-01-01 to 2040-12-31 (the years of the Spring Festival table). Key:
-- date_day.
-- Steps: a series of day numbers from digits; holidays where an arrangement is known; days to the nearest
-- Spring Festival within 60 days; whether the week of the day was over on the run's day.
with run as (
    select * from {{ source('control', 'run') }}
),

holidays as (
    select * from {{ ref('holidays') }}
),

festivals as (
    select * from {{ ref('spring_festival') }}
),

digits as (
    {% for digit in range(10) -%}
    {%- if not loop.first %} union all {% endif -%}
    select {{ digit }} as digit
    {%- endfor %}
),

days as (
    select
        {{ add_days(
            "date '1990-01-01'",
            'ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit + 10000 * myriads.digit'
        ) }} as date_day
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as myriads
    where myriads.digit < 2
),

weeks as (
    select
        days.date_day,
        {{ weekday_number('days.date_day') }} as weekday_number,
        {{ week_start('days.date_day', 'run.week_start') }} as iso_week_start,
        run.as_of
    from days
    cross join run
    where days.date_day < date '2041-01-01'
),

festival_offsets as (
    select
        weeks.date_day,
        {{ days_between(
            'festivals.spring_festival_date', 'weeks.date_day'
        ) }} as spring_festival_offset_days
    from weeks
    inner join festivals
        on abs({{ days_between('festivals.spring_festival_date', 'weeks.date_day') }}) <= 60
),

final as (
    select
        weeks.date_day,
        weeks.iso_week_start,
        {{ month_start('weeks.date_day') }} as month_start,
        cast(extract(year from weeks.date_day) as bigint) as year_number,
        weeks.weekday_number,
        '周' || substr('一二三四五六日', weeks.weekday_number, 1) as weekday_label,
        holidays.is_holiday,
        holidays.holiday_label,
        holidays.is_workday,
        festival_offsets.spring_festival_offset_days,
        {{ days_between('weeks.iso_week_start', 'weeks.as_of') }} >= 6 as is_complete_week_as_of
    from weeks
    left join holidays on weeks.date_day = holidays.date_day
    left join festival_offsets on weeks.date_day = festival_offsets.date_day
)

select * from final
