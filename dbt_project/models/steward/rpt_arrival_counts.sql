-- Grain: unit × area × class level 1 × day of dispatch. Key: arrival_count_id.
-- Counts and sums of 派警到到场 for metrics: means and shares are divided by whoever asks, after summing.
-- In time is every band that is not slow (seed response_bands). Arrivals that did not occur, that have no
-- time or whose times are implausible are counted apart and are in no sum.
with steps as (
    select * from {{ ref('int_response_steps') }}
    where step_code = 'on_scene'
),

bands as (
    select max(upto_seconds) as slow_above_seconds
    from {{ ref('response_bands') }}
    where step_code = 'on_scene' and not is_slow
),

counted as (
    select
        steps.unit_id,
        steps.unit_no,
        steps.area_no,
        steps.class_level1_code,
        steps.class_level1_label,
        steps.event_date,
        cast(count(*) as bigint) as dispatch_count,
        cast(sum({{ as_count("steps.step_state_code = 'done'") }}) as bigint) as arrival_count,
        cast(
            sum({{ as_count(
                "steps.step_state_code = 'done' and steps.step_seconds <= bands.slow_above_seconds"
            ) }}) as bigint
        ) as arrival_in_time_count,
        cast(
            sum(case when steps.step_state_code = 'done' then steps.step_seconds else 0 end) as bigint
        ) as arrive_seconds_sum,
        cast(
            sum({{ as_count("steps.step_state_code = 'not_applicable'") }}) as bigint
        ) as arrival_not_applicable_count,
        cast(
            sum({{ as_count("steps.step_state_code in ('open', 'missing', 'implausible')") }}) as bigint
        ) as arrival_unknown_count
    from steps
    cross join bands
    group by
        steps.unit_id,
        steps.unit_no,
        steps.area_no,
        steps.class_level1_code,
        steps.class_level1_label,
        steps.event_date
),

final as (
    select
        {{ surrogate_key(['unit_no', 'area_no', 'class_level1_code', 'class_level1_label', 'event_date']) }}
            as arrival_count_id,
        counted.*
    from counted
)

select * from final
