{{ config(tags=['history']) }}
-- Grain: week × bureau or unit (with its areas). Key: alert_week_id. Run history.
-- Steps: what the last run that looked at the week says of it; a week with days missing is not judged until
-- the data are there, for at most eight weeks.
with weeks as (
    select
        *,
        row_number() over (
            partition by week_start, scope_code, coalesce(unit_no, '')
            order by as_of desc, coalesce(run_no, 0) desc
        ) as recency_rank
    from {{ source('landed', 'alert_weeks') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

words as (
    select * from {{ ref('alert_words') }}
),

final as (
    select
        {{ surrogate_key(['weeks.week_start', 'weeks.scope_code', 'weeks.unit_no']) }} as alert_week_id,
        weeks.week_start,
        weeks.scope_code,
        weeks.unit_no,
        units.unit_name,
        weeks.status as week_status_code,
        words.label as week_status_label,
        weeks.missing_days as missing_day_count,
        weeks.tested_count,
        weeks.drift_tested_count,
        weeks.short_count,
        weeks.unwatched_count,
        weeks.alarm_count,
        weeks.alpha,
        weeks.expected_alarm_count,
        weeks.alarms_per_year,
        weeks.as_of as as_of_date
    from weeks
    left join units on weeks.unit_no = units.unit_no
    left join words on weeks.status = words.code and words.kind = 'week'
    where weeks.recency_rank = 1
)

select * from final
