-- Grain: one source value without a mapping on the day of at least one record. Key: unmapped_value_id.
-- Steps: raw codes of every landed entity counted by day, joined to the mappings of that day (the run's day for
-- records without a date); what no mapping meets is summed by value.
with run as (
    select * from {{ source('control', 'run') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

raw_values as (
    {% for entity, column, dictionary, date_column in mapped_fields() -%}
    {%- if not loop.first %}
    union all
    {% endif -%}
    select
        source_system,
        '{{ entity }}.{{ column }}' as field_name,
        {{ column }} as source_value,
        '{{ dictionary }}' as dictionary,
        {{ date_column if date_column else 'cast(null as date)' }} as record_date,
        count(*) as record_count
    from {{ ref('stg_' ~ entity) }}
    where {{ column }} is not null
    group by 1, 2, 3, 4, 5
    {%- endfor %}
),

unmapped as (
    select raw_values.*
    from raw_values
    cross join run
    left join mappings
        on mappings.field_name = raw_values.field_name
        and {{ mapping_holds('mappings', 'raw_values.source_system', 'raw_values.source_value', 'coalesce(raw_values.record_date, run.as_of)') }}
    where mappings.outcome is null
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
