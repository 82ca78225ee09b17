{{ config(tags=['history']) }}
-- Grain: root check x run in which its outcome is known. Key: check_id, run_rank.
-- Steps: checks of one root together, failing when any fails; a run that does not name the root passed it
-- (checks such as an unreadable source exist only while they fail); a run in which nothing could be checked
-- says nothing, so it neither opens nor closes; spells of failing counted.
with results as (
    select * from {{ ref('fct_quality_results') }}
),

seen as (
    select distinct
        run_id,
        run_no,
        as_of_date
    from results
),

runs as (
    select
        *,
        row_number() over (order by as_of_date, coalesce(run_no, 0), run_id) as run_rank
    from seen
),

outcomes as (
    select
        root_check_id as check_id,
        run_id,
        max(case
            when status in ('fail', 'error') then 1
            when severity in ('quarantine', 'flag') and rows_violated > 0 then 1
            else 0
        end) as is_failing,
        max(case when status = 'not_applicable' then 0 else 1 end) as is_known
    from results
    group by root_check_id, run_id
),

ever_failing as (
    select check_id
    from outcomes
    group by check_id
    having max(is_failing) = 1
),

known as (
    select
        ever_failing.check_id,
        runs.run_rank,
        runs.run_id,
        runs.run_no,
        runs.as_of_date,
        coalesce(outcomes.is_failing, 0) as is_failing
    from ever_failing
    cross join runs
    left join outcomes on ever_failing.check_id = outcomes.check_id and runs.run_id = outcomes.run_id
    where outcomes.is_known = 1 or outcomes.is_known is null
),

changes as (
    select
        *,
        coalesce(lag(is_failing) over (partition by check_id order by run_rank), 0) as was_failing
    from known
),

final as (
    select
        check_id,
        run_rank,
        run_id,
        run_no,
        as_of_date,
        is_failing,
        was_failing,
        case when is_failing = 1 and was_failing = 0 then 1 else 0 end as is_spell_start,
        sum(case when is_failing = 1 and was_failing = 0 then 1 else 0 end) over (
            partition by check_id
            order by run_rank
            rows between unbounded preceding and current row
        ) as spell_no,
        row_number() over (partition by check_id order by run_rank desc) as recency_rank
    from changes
)

select * from final
