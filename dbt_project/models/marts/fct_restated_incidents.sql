{{ config(tags=['history']) }}
-- Grain: publication × incident × side (as it stood before, as it stands after). Key: restated_incident_id.
-- record_count has a minus sign on the side before: summed under any filter it is the difference of two
-- published numbers. Only days that the older publication showed as complete.
-- Steps: of runs that prepared one publication, the last one is what readers got; the cause named.
with movements as (
    select * from {{ source('landed', 'restated_incidents') }}
),

latest as (
    select
        generation,
        max(run_no) as run_no
    from {{ source('landed', 'published_figures') }}
    group by generation
),

causes as (
    select * from {{ ref('int_dictionary_codes') }} where dictionary = 'restatement_cause'
),

final as (
    select
        {{ surrogate_key([
            'movements.generation_to', 'movements.incident_id', 'movements.side_code'
        ]) }} as restated_incident_id,
        movements.generation_from,
        movements.generation_to,
        movements.from_as_of,
        movements.to_as_of,
        movements.incident_id,
        movements.incident_no,
        movements.side_code,
        movements.cause_code,
        causes.name_zh as cause_label,
        movements.unit_no,
        movements.area_no,
        movements.event_date,
        movements.class_level1_code,
        movements.class_level1_label,
        movements.class_code,
        movements.class_label,
        movements.class_outcome,
        movements.outcome_code,
        movements.outcome_label,
        movements.record_count,
        movements.source_table,
        movements.source_key,
        movements.source_file,
        movements.source_line
    from movements
    inner join latest on movements.generation_to = latest.generation and movements.run_no = latest.run_no
    left join causes on movements.cause_code = causes.code
)

select * from final
