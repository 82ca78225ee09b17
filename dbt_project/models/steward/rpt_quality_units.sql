{{ config(tags=['history']) }}
-- Grain: one check x one unit in the latest run. Key: quality_unit_id. Rows without a unit stand under NULL.
with counts as (
    select * from {{ source('landed', 'quality_unit_results') }}
),

latest as (
    select
        run_id,
        check_id,
        object_name,
        dimension,
        source_system,
        severity
    from {{ ref('fct_quality_results') }}
    where is_latest_run
),

final as (
    select
        {{ surrogate_key(['counts.check_id', 'counts.unit_no']) }} as quality_unit_id,
        counts.check_id,
        latest.object_name,
        latest.source_system,
        latest.dimension,
        latest.severity,
        counts.unit_no,
        counts.rows_checked,
        counts.rows_violated,
        {{ pct_of('counts.rows_violated', 'counts.rows_checked') }} as violated_pct
    from counts
    inner join latest on counts.run_id = latest.run_id and counts.check_id = latest.check_id
)

select * from final
