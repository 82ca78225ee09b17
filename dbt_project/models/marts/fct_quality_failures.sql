{{ config(
    tags=['history'],
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='quality_failure_id',
    on_schema_change='fail',
) }}
-- depends_on: {{ source('control', 'history') }}
-- Grain: one stretch of consecutive runs that all list a row as violating one check. Key: quality_failure_id.
-- last_run_no is NULL while the latest run lists the row, so that a run that finds what the run before found
-- changes nothing here. What landing flags has no run: rpt_quality_rows shows it.
-- Steps: runs numbered in the order of the log; what each lists, a row listed twice by its copy; stretches
-- without a gap. An increment reads only the runs since the last build (control.history) and carries on the
-- stretches that were open then, which stand for its last run.
with runs as (
    select
        run_id,
        max(coalesce(run_no, 0)) as run_no
    from {{ source('landed', 'quality_results') }}
    {% if is_incremental() %}
    where run_no > (select built.run_no from {{ source('control', 'history') }} as built)
    {% endif %}
    group by run_id
),

numbered as (
    select
        run_id,
        run_no,
        dense_rank() over (order by run_no) as run_rank
    from runs
),

listed as (
    select
        numbered.run_no as first_run_no,
        numbered.run_no,
        numbered.run_rank,
        failures.check_id,
        failures.object_name,
        failures.row_key,
        failures.source_file,
        failures.source_line,
        failures.source_system,
        failures.source_table,
        failures.source_key,
        failures.batch_id,
        failures.unit_no,
        failures.event_date,
        row_number() over (
            partition by
                numbered.run_no, failures.check_id, failures.object_name, failures.row_key,
                failures.source_file, failures.source_line, failures.source_system, failures.source_table,
                failures.source_key, failures.batch_id, failures.unit_no, failures.event_date
            order by failures.run_id
        ) as copy_number
    from {{ source('landed', 'quality_failures') }} as failures
    inner join numbered on failures.run_id = numbered.run_id
),

{% if is_incremental() -%}
known as (
    select
        open_before.first_run_no,
        built.run_no,
        cast(0 as bigint) as run_rank,
        open_before.check_id,
        open_before.object_name,
        open_before.row_key,
        open_before.source_file,
        open_before.source_line,
        open_before.source_system,
        open_before.source_table,
        open_before.source_key,
        open_before.batch_id,
        open_before.unit_no,
        open_before.event_date,
        open_before.copy_number
    from {{ this }} as open_before
    cross join {{ source('control', 'history') }} as built
    where open_before.last_run_no is null
    union all
    select * from listed
),
{%- else -%}
known as (
    select * from listed
),
{%- endif %}

latest as (
    select coalesce(max(run_rank), 0) as run_rank
    from numbered
),

islands as (
    select
        *,
        run_rank - row_number() over (
            partition by
                check_id, object_name, row_key, source_file, source_line, source_system, source_table,
                source_key, batch_id, unit_no, event_date, copy_number
            order by run_rank
        ) as island
    from known
),

stretches as (
    select
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
        event_date,
        copy_number,
        min(first_run_no) as first_run_no,
        max(run_no) as last_listed_no,
        min(run_rank) as first_run_rank,
        max(run_rank) as last_run_rank
    from islands
    group by
        check_id, object_name, row_key, source_file, source_line, source_system, source_table, source_key,
        batch_id, unit_no, event_date, copy_number, island
),

final as (
    select
        {{ surrogate_key([
            'stretches.check_id', 'stretches.object_name', 'stretches.row_key', 'stretches.source_file',
            'stretches.source_line', 'stretches.source_system', 'stretches.source_table', 'stretches.source_key',
            'stretches.batch_id', 'stretches.unit_no', 'stretches.event_date', 'stretches.copy_number',
            'stretches.first_run_no'
        ]) }} as quality_failure_id,
        stretches.first_run_no,
        case when stretches.last_run_rank < latest.run_rank then stretches.last_listed_no end as last_run_no,
        stretches.check_id,
        stretches.object_name,
        stretches.row_key,
        stretches.copy_number,
        stretches.source_file,
        stretches.source_line,
        stretches.source_system,
        stretches.source_table,
        stretches.source_key,
        stretches.batch_id,
        stretches.unit_no,
        stretches.event_date
    from stretches
    cross join latest
    {% if is_incremental() %}
    where stretches.first_run_rank > 0 or stretches.last_run_rank < latest.run_rank
    {% endif %}
)

select * from final
