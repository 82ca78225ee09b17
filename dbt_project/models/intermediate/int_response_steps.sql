-- Grain: one step of one dispatch. Key: dispatch_id, step_code.
-- Steps: the time of a step runs from the step before it (派警 → 签收 → 出警 → 到场 → 反馈); on_scene is 派警
-- to 到场 as a whole. A dispatch whose steps stand in the wrong order, or that is dated after the run's day,
-- has no plausible time at any step. Not applicable: the arrival did not occur (settled by phone), and with
-- it the time from the arrival to the feedback. Open: neither this step nor a later one is recorded. Missing:
-- a later step is recorded, or the step before has no time.
with dispatches as (
    select * from {{ ref('fct_incident_response') }}
),

incidents as (
    select * from {{ ref('fct_incidents') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

steps as (
    select
        dispatch_id,
        'sign' as step_code,
        '签收' as step_label,
        sign_seconds as step_seconds,
        true as is_applicable,
        coalesce(sign_seconds, depart_seconds, arrive_seconds, feedback_seconds) is null as is_open
    from dispatches
    union all
    select
        dispatch_id,
        'depart' as step_code,
        '出警' as step_label,
        depart_seconds - sign_seconds as step_seconds,
        true as is_applicable,
        coalesce(depart_seconds, arrive_seconds, feedback_seconds) is null as is_open
    from dispatches
    union all
    select
        dispatch_id,
        'arrive' as step_code,
        '到场' as step_label,
        arrive_seconds - depart_seconds as step_seconds,
        is_arrival_applicable as is_applicable,
        coalesce(arrive_seconds, feedback_seconds) is null as is_open
    from dispatches
    union all
    select
        dispatch_id,
        'feedback' as step_code,
        '反馈' as step_label,
        feedback_seconds - arrive_seconds as step_seconds,
        is_arrival_applicable or feedback_seconds is null as is_applicable,
        feedback_seconds is null as is_open
    from dispatches
    union all
    select
        dispatch_id,
        'on_scene' as step_code,
        '派警到到场' as step_label,
        arrive_seconds as step_seconds,
        is_arrival_applicable as is_applicable,
        coalesce(arrive_seconds, feedback_seconds) is null as is_open
    from dispatches
),

judged as (
    select
        steps.dispatch_id,
        dispatches.unit_id,
        dispatches.unit_no,
        incidents.area_no,
        incidents.class_level1_code,
        coalesce(incidents.class_level1_label, '未关联警情') as class_level1_label,
        dispatches.event_date,
        incidents.event_hour,
        steps.step_code,
        steps.step_label,
        steps.step_seconds,
        case
            when dispatches.event_date > run.as_of or not dispatches.is_order_valid then 'implausible'
            when not steps.is_applicable then 'not_applicable'
            when steps.step_seconds is not null then 'done'
            when steps.is_open then 'open'
            else 'missing'
        end as step_state_code
    from steps
    inner join dispatches on steps.dispatch_id = dispatches.dispatch_id
    cross join run
    left join incidents on dispatches.incident_id = incidents.incident_id
),

final as (
    select
        dispatch_id,
        unit_id,
        unit_no,
        area_no,
        class_level1_code,
        class_level1_label,
        event_date,
        event_hour,
        step_code,
        step_label,
        step_seconds,
        step_state_code,
        case step_state_code
            when 'done' then '已完成'
            when 'not_applicable' then '不适用'
            when 'open' then '未完成'
            when 'missing' then '缺时间'
            else '时间不可信'
        end as step_state_label,
        case
            when step_state_code <> 'done' then null
            when step_seconds <= 600 then {{ whole_quotient('step_seconds + 9', '10') }} * 10
            when step_seconds <= 7200 then {{ whole_quotient('step_seconds + 59', '60') }} * 60
            else {{ whole_quotient('step_seconds + 599', '600') }} * 600
        end as upto_seconds
    from judged
)

select * from final
