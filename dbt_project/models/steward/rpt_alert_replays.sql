{{ config(tags=['history']) }}
-- Grain: one replay of the alarm methods over the deployment's own history. Key: alert_replay_id.
-- Run history. Steps: the latest one marked; a method is accepted when it alarms at most 1.5 times as often
-- as its nominal rate says (METHODS 2).
with replays as (
    select
        *,
        row_number() over (order by as_of desc, coalesce(run_no, 0) desc) as recency_rank
    from {{ source('landed', 'alert_replays') }}
),

final as (
    select
        {{ surrogate_key(['as_of', 'run_no', 'last_week_start']) }} as alert_replay_id,
        first_week_start,
        last_week_start,
        series_count,
        tested_count,
        alpha,
        alarm_count,
        expected_alarm_count,
        rate_ratio,
        cast(ci_low as decimal(9, 6)) as ci_low,
        cast(ci_high as decimal(9, 6)) as ci_high,
        rate_ratio <= 1.5 as is_accepted,
        recency_rank = 1 as is_latest_replay,
        as_of as as_of_date
    from replays
)

select * from final
