{{ config(tags=['history']) }}
-- Grain: one row that violates one check now: quarantined or flagged and in force, or listed by the latest
-- run. Key: quality_row_id. Ordered by check, so that the rows of one check are read without the others.
-- Steps: a quarantined row stands under each rule it breaks; what the landing lists says which row it is; a
-- row that loaded with a corrected value names the fix. The latest run is that of the latest day, which an
-- earlier one of the log may be.
with quarantined as (
    select
        source_system || '.' || source_table || '.' || rule_id as check_id,
        'quarantined' as row_state,
        source_system || '.' || source_table as object_name,
        source_key as row_key,
        source_system,
        source_table,
        source_key,
        source_file,
        source_line,
        batch_id,
        unit_no,
        event_date,
        cast(null as bigint) as fix_no
    from {{ source('landed', 'quarantined_rules') }}
),

flagged as (
    select
        source_system || '.' || source_table || '.' || rule_id as check_id,
        'loaded' as row_state,
        source_system || '.' || source_table as object_name,
        source_key as row_key,
        source_system,
        source_table,
        source_key,
        source_file,
        source_line,
        batch_id,
        unit_no,
        event_date,
        fix_no
    from {{ source('landed', 'quality_flags') }}
),

latest_run as (
    select max(coalesce(run_no, 0)) as run_no
    from {{ ref('fct_quality_results') }}
    where is_latest_run
),

failing as (
    select
        failures.check_id,
        'loaded' as row_state,
        failures.object_name,
        failures.row_key,
        failures.source_system,
        failures.source_table,
        failures.source_key,
        failures.source_file,
        failures.source_line,
        failures.batch_id,
        failures.unit_no,
        failures.event_date,
        cast(null as bigint) as fix_no
    from {{ ref('fct_quality_failures') }} as failures
    inner join latest_run
        on failures.first_run_no <= latest_run.run_no
        and (failures.last_run_no is null or latest_run.run_no <= failures.last_run_no)
),

stacked as (
    select * from quarantined
    union all
    select * from flagged
    union all
    select * from failing
),

numbered as (
    select
        *,
        row_number() over (
            partition by check_id, object_name, row_key, batch_id, source_file, source_line
            order by row_state
        ) as copy_number
    from stacked
),

final as (
    select
        {{ surrogate_key([
            'check_id', 'object_name', 'row_key', 'batch_id', 'source_file', 'source_line', 'copy_number'
        ]) }} as quality_row_id,
        check_id,
        row_state,
        object_name,
        row_key,
        source_system,
        source_table,
        source_key,
        source_file,
        source_line,
        batch_id,
        unit_no,
        event_date,
        fix_no
    from numbered
)

select * from final
order by check_id, quality_row_id
