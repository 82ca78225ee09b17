-- Grain: one source value of one field on one day, with what the mapping of that day makes of it. Key:
-- source_system, field_name, source_value, record_date.
-- Steps: counted values joined to the mappings of their day (the run's day for records without a date);
-- what no mapping meets is unmapped.
with run as (
    select * from {{ source('control', 'run') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

raw_values as (
    select * from {{ ref('int_raw_values') }}
),

final as (
    select
        raw_values.source_system,
        raw_values.field_name,
        raw_values.source_value,
        raw_values.dictionary,
        raw_values.record_date,
        raw_values.record_count,
        coalesce(mappings.outcome, 'unmapped') as mapping_outcome
    from raw_values
    cross join run
    left join mappings
        on mappings.field_name = raw_values.field_name
        and {{ mapping_holds(
            'mappings', 'raw_values.source_system', 'raw_values.source_value',
            'coalesce(raw_values.record_date, run.as_of)'
        ) }}
)

select * from final
