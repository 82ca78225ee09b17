{{ config(materialized='table') }}
-- Grain: one source value of one field, one validity. Key: source_system, field_name, source_value,
-- valid_from.
-- Steps: a steward's decision for all days takes the place of every mapping the profile has of the value;
-- open ends filled; a version ends where the next begins; of two rows with one beginning the decision stays,
-- among the profile's own the smaller mapping_id (the duplicate is a finding of the landing checks);
-- dictionary names joined.
with mappings as (
    select * from {{ ref('stg_code_mappings') }}
),

dictionary_codes as (
    select * from {{ ref('int_dictionary_codes') }}
),

decided_for_all_days as (
    select distinct
        source_system,
        field_name,
        source_value
    from mappings
    where _source_system = '_workbench' and valid_from is null
),

considered as (
    select mappings.*
    from mappings
    left join decided_for_all_days as decided
        on mappings.source_system = decided.source_system
        and mappings.field_name = decided.field_name
        and mappings.source_value = decided.source_value
    where mappings._source_system = '_workbench' or decided.source_value is null
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, field_name, source_value, coalesce(valid_from, date '0001-01-01')
            order by case when _source_system = '_workbench' then 0 else 1 end, mapping_id
        ) as version_rank
    from considered
),

versions as (
    select
        source_system,
        field_name,
        source_value,
        dictionary,
        code,
        outcome,
        reason,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        {{ version_end('source_system, field_name, source_value') }} as valid_to
    from ranked
    where version_rank = 1
),

final as (
    select
        versions.source_system,
        versions.field_name,
        versions.source_value,
        versions.dictionary,
        case when versions.outcome = 'mapped' then versions.code end as code,
        versions.outcome,
        versions.reason,
        dictionary_codes.name_zh,
        dictionary_codes.level1_code,
        dictionary_codes.level1_label,
        dictionary_codes.level2_code,
        dictionary_codes.level2_label,
        versions.valid_from,
        versions.valid_to
    from versions
    left join dictionary_codes
        on versions.dictionary = dictionary_codes.dictionary
        and versions.code = dictionary_codes.code
        and versions.outcome = 'mapped'
)

select * from final
