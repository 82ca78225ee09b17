-- Grain: one home visit of a statutory list. Key: home_visit_id. Names stay in the source.
-- Steps: category and result mapped on the event date; in time when the visit day is not after the due day.
with visits as (
    select * from {{ ref('stg_home_visits') }}
),

mappings as (
    select * from {{ ref('int_code_mappings') }}
),

units as (
    select * from {{ ref('dim_unit') }}
),

officers as (
    select * from {{ ref('dim_officer') }}
),

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        visits.home_visit_id,
        visits.visit_no,
        {{ code_and_label('visit_category', 'visits.visit_category_raw', 'visit_category') }},
        visits.interval_days,
        units.unit_id,
        coalesce(visits.unit_no, officers.unit_no) as unit_no,
        visits.area_no,
        visits.officer_no,
        visits.event_date,
        visits.due_date,
        visits.visited_at is not null as is_visited,
        case
            when visits.visited_at is not null then visits.event_date <= visits.due_date
            when visits.due_date < run.as_of then false
        end as is_in_time,
        {{ code_and_label('check_result', 'visits.result_raw', 'check_result') }},
        {{ lineage('visits') }}
    from visits
    cross join run
    left join officers
        on visits.officer_no = officers.officer_no and {{ valid_on('officers', 'visits.event_date') }}
    left join units on coalesce(visits.unit_no, officers.unit_no) = units.unit_no
    left join mappings as visit_category
        on {{ mapping_matches(
            'visit_category', 'home_visits.visit_category_raw', 'visits.source_system',
            'visits.visit_category_raw', 'visits.event_date'
        ) }}
    left join mappings as check_result
        on {{ mapping_matches(
            'check_result', 'home_visits.result_raw', 'visits.source_system', 'visits.result_raw',
            'visits.event_date'
        ) }}
)

select * from final
