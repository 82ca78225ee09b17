-- Grain: unit × area × class × event date. Key: incident_count_id. Counts are sums of record_count.
with incidents as (
    select * from {{ ref('fct_incidents') }}
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
        event_date,
        cast(sum(record_count) as bigint) as record_count,
        cast(sum(case when is_effective then record_count else 0 end) as bigint) as effective_count,
        cast(sum(case when is_located then record_count else 0 end) as bigint) as located_count
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
        event_date
),

final as (
    select
        {{ surrogate_key([
            'unit_no', 'area_no', 'class_code', 'class_label', 'event_date'
        ]) }} as incident_count_id,
        counted.*
    from counted
)

select * from final
