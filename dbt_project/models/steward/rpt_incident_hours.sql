{{ config(
    materialized='incremental',
    incremental_strategy='affected_partitions',
    on_schema_change='fail',
    meta={'partition_inputs': ['incidents', 'dispatches', 'located_areas', 'incident_addresses']},
) }}
-- depends_on: {{ source('control', 'affected_partitions') }}
-- Grain: unit × area × class level 1 × month × weekday × hour. Key: incident_hour_id. Without hour:
-- event_hour NULL.
with incidents as (
    select * from {{ ref('fct_incidents') }}
    {% if is_incremental() -%}
    where event_date in ({{ affected_days(this) }})
    {%- endif %}
),

counted as (
    select
        unit_id,
        unit_no,
        area_no,
        class_level1_code,
        class_level1_label,
        {{ month_start('event_date') }} as month_start,
        {{ weekday_number('event_date') }} as weekday_number,
        event_hour,
        cast(sum(record_count) as bigint) as record_count,
        cast(sum(case when is_effective then record_count else 0 end) as bigint) as effective_count
    from incidents
    group by
        unit_id,
        unit_no,
        area_no,
        class_level1_code,
        class_level1_label,
        {{ month_start('event_date') }},
        {{ weekday_number('event_date') }},
        event_hour
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'class_level1_code', 'class_level1_label', 'month_start',
            'weekday_number', 'event_hour'
        ]) }} as incident_hour_id,
        counted.*
    from counted
)

select * from final
