{{ config(tags=['history']) }}
-- Grain: one root cause (a root check) that failed in any run. Key: issue_id. Run history and decisions.
-- Steps: latest known outcome of the root; figures of the root's own check, or of the worst of its group;
-- latest landed decision of the present spell; state. A person may resolve, only a passing run closes, and a
-- run that still fails after the resolution opens again. The pages apply the same rule to decisions that have
-- not landed yet (jingcang/workbench/issues.py); a test holds both equal.
with issue_runs as (
    select * from {{ ref('int_quality_issue_runs') }}
),

latest as (
    select * from issue_runs
    where recency_rank = 1
),

spells as (
    select
        check_id,
        max(case when is_spell_start = 1 then as_of_date end) as opened_date,
        max(case when is_spell_start = 1 then run_rank end) as opened_rank,
        max(case when is_failing = 0 and was_failing = 1 then as_of_date end) as cleared_date,
        max(case when is_failing = 0 and was_failing = 1 then run_rank end) as closed_rank
    from issue_runs
    group by check_id
),

results as (
    select
        *,
        row_number() over (
            partition by root_check_id, run_id
            order by
                case when check_id = root_check_id then 0 else 1 end asc,
                case status when 'error' then 0 when 'fail' then 1 when 'warn' then 2 else 3 end asc,
                rows_violated desc,
                check_id asc
        ) as figure_rank
    from {{ ref('fct_quality_results') }}
),

failing_members as (
    select
        root_check_id,
        run_id,
        sum(case
            when status in ('fail', 'error') then 1
            when severity in ('quarantine', 'flag') and rows_violated > 0 then 1
            else 0
        end) as check_count
    from results
    group by root_check_id, run_id
),

-- The figures of an issue are those of the run in which it last failed.
last_failing as (
    select
        *,
        row_number() over (partition by check_id order by run_rank desc) as failing_recency
    from issue_runs
    where is_failing = 1
),

latest_run as (
    select
        max(run_rank) as run_rank,
        max(run_no) as run_no
    from issue_runs
),

units as (
    select
        check_id,
        count(distinct unit_no) as unit_count
    from {{ ref('rpt_quality_rows') }}
    group by check_id
),

decisions as (
    select
        *,
        row_number() over (partition by issue_id order by decision_version desc) as decision_rank
    from {{ ref('stg_quality_decisions') }}
),

severities as (
    select * from {{ ref('quality_issue_severities') }}
),

labels as (
    select * from {{ ref('quality_issue_states') }}
),

joined as (
    select
        {{ surrogate_key(['latest.check_id']) }} as issue_id,
        latest.check_id,
        coalesce(failing_members.check_count, 0) as check_count,
        results.source_system,
        results.object_name,
        results.dimension,
        results.checked_by,
        case
            when results.severity = 'block' then 'blocking'
            when results.severity = 'quarantine' then 'medium'
            when results.severity = 'flag' then 'low'
            else 'high'
        end as issue_severity_code,
        latest.is_failing = 1 as is_issue_open,
        latest.spell_no,
        spells.opened_date,
        case when latest.is_failing = 0 then spells.cleared_date end as cleared_date,
        case
            when latest.is_failing = 1 and spells.opened_rank = latest_run.run_rank then 'new'
            when latest.is_failing = 1 then 'persisting'
            when spells.closed_rank = latest_run.run_rank then 'resolved'
            else 'closed'
        end as change_code,
        latest_run.run_no as latest_run_no,
        results.status,
        results.status_label,
        results.rows_checked,
        results.rows_violated,
        results.violated_pct,
        previous.rows_violated as previous_rows_violated,
        coalesce(units.unit_count, 0) as unit_count,
        coalesce(results.owner, '数据管理员') as owner,
        results.note
    from latest
    cross join latest_run
    inner join spells on latest.check_id = spells.check_id
    inner join last_failing on latest.check_id = last_failing.check_id and last_failing.failing_recency = 1
    inner join results
        on last_failing.check_id = results.root_check_id
        and last_failing.run_id = results.run_id
        and results.figure_rank = 1
    left join failing_members
        on latest.check_id = failing_members.root_check_id and latest.run_id = failing_members.run_id
    left join issue_runs as earlier
        on last_failing.check_id = earlier.check_id and last_failing.run_rank - 1 = earlier.run_rank
    left join results as previous
        on earlier.check_id = previous.root_check_id
        and earlier.run_id = previous.run_id
        and previous.figure_rank = 1
    left join units on latest.check_id = units.check_id
),

stated as (
    select
        joined.*,
        severities.issue_severity_label,
        severities.severity_rank,
        case
            when not joined.is_issue_open then 'closed'
            when decisions.state_code is null or decisions.spell_no <> joined.spell_no
                then case when joined.spell_no > 1 then 'reopened' else 'new' end
            when decisions.state_code = 'resolved' and decisions.run_no < joined.latest_run_no then 'reopened'
            else decisions.state_code
        end as state_code,
        case when decisions.spell_no = joined.spell_no then decisions.assigned_to end as assigned_to,
        coalesce(
            case when decisions.spell_no = joined.spell_no then decisions.due_date end,
            {{ add_days('joined.opened_date', 'severities.due_days') }}
        ) as due_date,
        decisions.decision_version,
        decisions.decided_by,
        decisions.decided_at,
        decisions.reason
    from joined
    inner join severities on joined.issue_severity_code = severities.issue_severity_code
    left join decisions on joined.issue_id = decisions.issue_id and decisions.decision_rank = 1
),

final as (
    select
        stated.issue_id,
        stated.check_id,
        cast(stated.check_count as bigint) as check_count,
        stated.source_system,
        stated.object_name,
        stated.dimension,
        stated.checked_by,
        stated.issue_severity_code,
        stated.issue_severity_label,
        stated.severity_rank,
        stated.is_issue_open,
        stated.state_code,
        states.label as state_label,
        stated.change_code,
        changes.label as change_label,
        cast(stated.spell_no as bigint) as spell_no,
        stated.opened_date,
        stated.cleared_date,
        stated.latest_run_no,
        stated.status,
        stated.status_label,
        stated.rows_checked,
        stated.rows_violated,
        stated.violated_pct,
        stated.previous_rows_violated,
        cast(stated.unit_count as bigint) as unit_count,
        stated.owner,
        stated.assigned_to,
        stated.due_date,
        stated.decision_version,
        stated.decided_by,
        stated.decided_at,
        stated.reason,
        stated.note
    from stated
    left join labels as states on stated.state_code = states.code and states.kind = 'state'
    left join labels as changes on stated.change_code = changes.code and changes.kind = 'change'
)

select * from final
