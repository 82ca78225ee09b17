-- Grain: unit × week × month × step × state × exact seconds. Key: response_duration_id.
-- For the guard that runs before units are compared (heaping at round minutes, one duration again and again,
-- times in the wrong order); no quantile is read from here. Steps without a time have no seconds; periods as
-- in rpt_response_bands.
with steps as (
    select * from {{ ref('int_response_steps') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

dated as (
    {{ with_periods('steps', 'dates') }}
),

counted as (
    select
        unit_id,
        unit_no,
        week_start,
        month_start,
        step_code,
        step_state_code,
        step_seconds,
        cast(count(*) as bigint) as dispatch_count
    from dated
    where step_state_code in ('done', 'implausible')
    group by unit_id, unit_no, week_start, month_start, step_code, step_state_code, step_seconds
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'week_start', 'month_start', 'step_code', 'step_state_code', 'step_seconds'
        ]) }} as response_duration_id,
        counted.*
    from counted
)

select * from final
order by week_start, month_start, unit_no, step_code
