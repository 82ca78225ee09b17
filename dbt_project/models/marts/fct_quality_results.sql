{{ config(tags=['history']) }}
-- Grain: one check in one run. Key: quality_result_id. Run history: left out of the content hash.
-- Steps: share violated over rows checked; the latest result of each check marked.
with results as (
    select * from {{ source('landed', 'quality_results') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by check_id order by as_of desc, run_id desc, checked_by asc
        ) as recency_rank
    from results
),

final as (
    select
        {{ surrogate_key(['run_id', 'check_id', 'checked_by', 'object_name']) }} as quality_result_id,
        run_id,
        as_of as as_of_date,
        check_id,
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
        recency_rank = 1 as is_latest_result
    from ranked
)

select * from final
