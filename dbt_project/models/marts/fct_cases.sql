-- Grain: one case (criminal or public-order). Key: case_id.
-- Steps: class, nature, status and place mapped on the event date; open until the first ending date; days
-- open count from acceptance to that date or to the run's day. The dated stages of the two natures stay
-- apart. The call it began with is NULL when that is not in force.
with cases as (
    select
        *,
        least(
            coalesce(closed_date, date '9999-12-31'),
            coalesce(transferred_date, date '9999-12-31'),
            coalesce(terminated_date, date '9999-12-31'),
            coalesce(punished_date, date '9999-12-31'),
            coalesce(mediated_date, date '9999-12-31')
        ) as first_end_date,
        {{ cell_row_origin('latitude') }} as cell_row_origin
    from {{ ref('stg_cases') }}
),

incidents as (
    select * from {{ ref('stg_incidents') }}
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

located_areas as (
    select * from {{ source('derived', 'located_areas') }} where object_kind = 'case'
),

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        cases.case_id,
        cases.case_no,
        cases.source_system,
        incidents.incident_id,
        units.unit_id,
        coalesce(cases.unit_no, officers.unit_no) as unit_no,
        cases.area_no,
        located_areas.geometry_area_no,
        {{ cell_id(
            'cases.cell_row_origin', cell_column_width('cases.cell_row_origin'), 'cases.longitude'
        ) }} as cell_id,
        cases.event_date,
        {{ code_and_label('nature', 'cases.case_nature_raw', 'nature') }},
        cases.case_class_raw as class_raw,
        {{ code_and_label('case_class', 'cases.case_class_raw', 'class') }},
        {{ mapping_outcome('case_class', 'cases.case_class_raw') }} as class_outcome,
        case_class.level1_code as class_level1_code,
        coalesce(case_class.level1_label, {{ mapping_label('case_class', 'cases.case_class_raw') }}, '未登记')
            as class_level1_label,
        {{ code_and_label('place_type', 'cases.place_type_raw', 'place_type') }},
        cases.lead_officer_no,
        cases.accepted_date,
        cases.filed_date,
        cases.solved_date,
        cases.transferred_date,
        cases.terminated_date,
        cases.punished_date,
        cases.mediated_date,
        cases.closed_date,
        {{ code_and_label('case_status', 'cases.status_raw', 'status') }},
        cases.loss_amount_fen,
        cases.first_end_date > run.as_of as is_open,
        {{ days_between('cases.accepted_date', 'least(cases.first_end_date, run.as_of)') }} as days_open,
        {{ lineage('cases') }}
    from cases
    cross join run
    left join incidents on cases.incident_id = incidents.incident_id
    left join officers
        on cases.lead_officer_no = officers.officer_no and {{ valid_on('officers', 'cases.event_date') }}
    left join units on coalesce(cases.unit_no, officers.unit_no) = units.unit_no
    left join located_areas on cases.case_id = located_areas.object_id
    left join mappings as nature
        on {{ mapping_matches(
            'nature', 'cases.case_nature_raw', 'cases.source_system', 'cases.case_nature_raw',
            'cases.event_date'
        ) }}
    left join mappings as case_class
        on {{ mapping_matches(
            'case_class', 'cases.case_class_raw', 'cases.source_system', 'cases.case_class_raw',
            'cases.event_date'
        ) }}
    left join mappings as place_type
        on {{ mapping_matches(
            'place_type', 'cases.place_type_raw', 'cases.source_system', 'cases.place_type_raw',
            'cases.event_date'
        ) }}
    left join mappings as case_status
        on {{ mapping_matches(
            'case_status', 'cases.status_raw', 'cases.source_system', 'cases.status_raw',
            'cases.event_date'
        ) }}
)

select * from final
