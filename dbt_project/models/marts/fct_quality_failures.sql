{{ config(tags=['history']) }}
-- Grain: one row that violates one check in one run, or one flagged row of a batch. Key:
-- quality_failure_id.
-- Steps: failures that checks reported; flags that landing set (their run is the batch).
with failures as (
    select * from {{ source('landed', 'quality_failures') }}
),

flags as (
    select * from {{ source('landed', 'quality_flags') }}
),

stacked as (
    select
        run_id,
        check_id,
        object_name,
        row_key,
        source_file,
        source_line,
        source_system,
        source_table,
        source_key,
        batch_id,
        unit_no,
        event_date
    from failures
    union
    select
        batch_id as run_id,
        source_system || '.' || source_table || '.' || rule_id as check_id,
        source_system || '.' || source_table as object_name,
        source_key as row_key,
        source_file,
        source_line,
        source_system,
        source_table,
        source_key,
        batch_id,
        unit_no,
        event_date
    from flags
),

final as (
    select
        {{ surrogate_key([
            'run_id', 'check_id', 'object_name', 'row_key', 'source_file', 'source_line'
        ]) }} as quality_failure_id,
        run_id,
        check_id,
        object_name,
        row_key,
        source_file,
        source_line,
        source_system,
        source_table,
        source_key,
        batch_id,
        unit_no,
        event_date
    from stacked
)

select * from final
