-- Grain: one source value without a mapping on the day of at least one record. Key: unmapped_value_id.
-- Steps: source values of the days on which no mapping met them, summed by value.
with value_outcomes as (
    select * from {{ ref('int_value_outcomes') }}
),

unmapped as (
    select * from value_outcomes
    where mapping_outcome = 'unmapped'
),

final as (
    select
        {{ surrogate_key(['source_system', 'field_name', 'source_value']) }} as unmapped_value_id,
        source_system,
        field_name,
        source_value,
        dictionary,
        cast(sum(record_count) as bigint) as record_count,
        min(record_date) as first_date,
        max(record_date) as last_date
    from unmapped
    group by source_system, field_name, source_value, dictionary
)

select * from final
