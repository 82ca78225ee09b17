{{ config(tags=['history']) }}
-- Grain: one alert: the alarms of one cause over nested places and following weeks. Key: alert_id.
-- Run history and decisions.
-- Steps: first and last week; told by its broadest place, there by the narrower class, there by the latest
-- week; events above the expected ones over its weeks; open until four weeks pass without an alarm; latest
-- landed decision. The pages apply the same rule to decisions that have not landed yet
-- (jingcang/workbench/alert_decisions.py); a test holds both equal.
with signals as (
    select * from {{ ref('fct_alert_signals') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

severities as (
    select * from {{ ref('alert_severities') }}
),

words as (
    select * from {{ ref('alert_words') }}
),

decisions as (
    select
        *,
        row_number() over (partition by alert_id order by version desc) as decision_rank
    from {{ source('landed', 'alert_decisions') }}
),

headlines as (
    select
        *,
        row_number() over (
            partition by alert_id
            order by
                case scope_code when 'bureau' then 1 when 'unit' then 2 else 3 end asc,
                class_level desc,
                week_start desc,
                case when method_code = 'cusum' then 1 else 0 end asc,
                alert_signal_id asc
        ) as headline_rank
    from signals
    where is_headline
),

lives as (
    select
        alert_id,
        min(week_start) as first_week_start,
        max(week_start) as last_week_start,
        count(distinct week_start) as weeks_count,
        count(
            distinct {{ surrogate_key(['class_code', 'scope_code', 'unit_no', 'area_no']) }}
        ) as series_count,
        max(case when is_listed then 1 else 0 end) as listed,
        max(excess_count) as largest_excess_count
    from signals
    group by alert_id
),

-- A slow drift adds up weeks by itself; the weeks of the told series are added here.
told as (
    select
        headlines.alert_id,
        sum(signals.excess_count) as excess_count
    from headlines
    inner join signals
        on headlines.alert_id = signals.alert_id
        and headlines.class_code = signals.class_code
        and headlines.scope_code = signals.scope_code
        and coalesce(headlines.unit_no, '') = coalesce(signals.unit_no, '')
        and coalesce(headlines.area_no, '') = coalesce(signals.area_no, '')
        and signals.method_code <> 'cusum'
    where headlines.headline_rank = 1
    group by headlines.alert_id
),

joined as (
    select
        headlines.*,
        lives.first_week_start,
        lives.last_week_start,
        lives.weeks_count,
        lives.series_count - 1 as part_count,
        lives.listed = 1 as is_listed_ever,
        cast(
            case
                when told.excess_count > lives.largest_excess_count then told.excess_count
                else lives.largest_excess_count
            end as decimal(12, 2)
        ) as total_excess_count,
        {{ add_days('lives.last_week_start', '35') }} as expires_date,
        {{ add_days('lives.last_week_start', '35') }} <= run.as_of as is_expired,
        decisions.disposition as disposition_code,
        decisions.version as decision_version,
        decisions.reason,
        decisions.last_week_start as decided_week_start,
        decisions.user_id as decided_by,
        decisions.decided_at
    from headlines
    cross join run
    inner join lives on headlines.alert_id = lives.alert_id
    left join told on headlines.alert_id = told.alert_id
    left join decisions on headlines.alert_id = decisions.alert_id and decisions.decision_rank = 1
    where headlines.headline_rank = 1
),

ranked as (
    select
        joined.*,
        case
            when joined.disposition_code = 'false' then 'false_alarm'
            when
                joined.disposition_code = 'handled'
                and joined.last_week_start > joined.decided_week_start
                and not joined.is_expired
                then 'reopened'
            when joined.disposition_code = 'handled' then 'handled'
            when joined.disposition_code = 'true' and joined.is_expired then 'ended'
            when joined.disposition_code = 'true' then 'confirmed'
            when joined.is_expired then 'expired'
            else 'open'
        end as state_code,
        severities.alert_severity_code,
        severities.alert_severity_label,
        severities.severity_rank,
        row_number() over (
            partition by joined.alert_id
            order by severities.min_excess_count desc
        ) as severity_choice
    from joined
    inner join severities
        on joined.total_excess_count >= severities.min_excess_count or severities.min_excess_count = 0
),

final as (
    select
        ranked.alert_id,
        ranked.class_level,
        ranked.class_code,
        ranked.class_label,
        ranked.class_level1_code,
        ranked.class_level1_label,
        ranked.scope_code,
        ranked.scope_label,
        ranked.unit_no,
        ranked.unit_name,
        ranked.area_no,
        ranked.area_name,
        ranked.first_week_start,
        ranked.last_week_start,
        cast(ranked.weeks_count as bigint) as weeks_count,
        cast(ranked.part_count as bigint) as part_count,
        ranked.week_start,
        ranked.method_code,
        ranked.method_label,
        ranked.weeks_counted,
        ranked.observed_count,
        ranked.expected_count,
        ranked.threshold_count,
        ranked.total_excess_count as excess_count,
        ranked.p_value,
        ranked.q_value,
        ranked.is_listed_ever as is_listed,
        ranked.alert_severity_code,
        ranked.alert_severity_label,
        ranked.severity_rank,
        ranked.expires_date,
        ranked.is_expired,
        ranked.state_code,
        states.label as state_label,
        ranked.state_code in ('open', 'confirmed', 'reopened') as is_alert_open,
        ranked.disposition_code,
        dispositions.label as disposition_label,
        ranked.decision_version,
        ranked.decided_week_start,
        ranked.decided_by,
        ranked.decided_at,
        ranked.reason
    from ranked
    left join words as states on ranked.state_code = states.code and states.kind = 'state'
    left join words as dispositions
        on ranked.disposition_code = dispositions.code and dispositions.kind = 'disposition'
    where ranked.severity_choice = 1
)

select * from final
