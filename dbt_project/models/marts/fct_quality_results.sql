{{ config(tags=['history']) }}
-- Grain: one check in one run. Key: quality_result_id. Run history: left out of the content hash.
-- Steps: a check that only shows what another one found stands under that root (seed quality_issue_groups),
-- where the deployment has the root; share violated over rows checked; the latest result of each check and
-- the latest run marked. Runs of one day are told apart by their number in the log; old histories have none.
with results as (
    select * from {{ source('landed', 'quality_results') }}
),

known_checks as (
    select distinct check_id from results
),

roots as (
    select
        declared.check_id,
        declared.root_check_id
    from {{ ref('quality_issue_groups') }} as declared
    inner join known_checks on declared.root_check_id = known_checks.check_id
),

rooted as (
    select
        results.*,
        coalesce(roots.root_check_id, results.check_id) as root_check_id
    from results
    left join roots on results.check_id = roots.check_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by check_id
            order by as_of desc, coalesce(run_no, 0) desc, run_id desc, checked_by asc
        ) as recency_rank,
        dense_rank() over (order by as_of desc, coalesce(run_no, 0) desc, run_id desc) as run_rank
    from rooted
),

final as (
    select
        {{ surrogate_key(['run_id', 'check_id', 'checked_by', 'object_name']) }} as quality_result_id,
        run_id,
        run_no,
        as_of as as_of_date,
        check_id,
        root_check_id,
        source_system,
        object_name,
        rule_id,
        dimension,
        severity,
        status,
        {{ check_status_label('status') }} as status_label,
        rows_checked,
        rows_violated,
        {{ pct_of('rows_violated', 'rows_checked') }} as violated_pct,
        cast(threshold_pct as decimal(9, 4)) as threshold_pct,
        owner,
        note,
        checked_by,
        recency_rank = 1 as is_latest_result,
        run_rank = 1 as is_latest_run
    from ranked
)

select * from final
