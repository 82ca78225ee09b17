{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['incidents', 'dispatches', 'located_areas', 'incident_addresses']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: unit × area × class × outcome × event date. Key: incident_count_id. Counts are sums of record_count.
-- The mart of counts that metrics over incidents read (data_contracts/metrics): it leaves nothing out, so
-- that what counts is decided by a declared filter alone.
with incidents as (
    select * from {{ ref('fct_incidents') }}
    {% if is_incremental() -%}
    where event_date in ({{ affected_partitions(this) }})
    {%- endif %}
),

counted as (
    select
        unit_id,
        unit_no,
        area_no,
        class_level1_code,
        class_level1_label,
        class_level2_code,
        class_level2_label,
        class_code,
        class_label,
        class_outcome,
        outcome_code,
        outcome_label,
        event_date,
        cast(sum(record_count) as bigint) as record_count,
        cast(sum(case when is_located then record_count else 0 end) as bigint) as located_count,
        cast(sum(case when class_outcome = 'unmapped' then record_count else 0 end) as bigint)
            as unmapped_count,
        cast(sum(case when class_outcome = 'absent' then record_count else 0 end) as bigint)
            as unclassified_count,
        cast(sum(case when is_area_disagreeing then record_count else 0 end) as bigint) as disagreeing_count
    from incidents
    group by
        unit_id,
        unit_no,
        area_no,
        class_level1_code,
        class_level1_label,
        class_level2_code,
        class_level2_label,
        class_code,
        class_label,
        class_outcome,
        outcome_code,
        outcome_label,
        event_date
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'class_code', 'class_label', 'outcome_code', 'outcome_label', 'event_date'
        ]) }} as incident_count_id,
        counted.*
    from counted
)

select * from final
