-- Grain: one dispute (矛盾纠纷). Key: dispute_id.
-- Steps: kind, risk and outcome mapped on the event date; open until closed; unit as recorded, else the
-- officer's; the call it began with is NULL when that is not in force.
with disputes as (
    select * from {{ ref('stg_disputes') }}
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

run as (
    select * from {{ source('control', 'run') }}
),

final as (
    select
        disputes.dispute_id,
        disputes.dispute_no,
        incidents.incident_id,
        units.unit_id,
        coalesce(disputes.unit_no, officers.unit_no) as unit_no,
        disputes.area_no,
        disputes.officer_no,
        disputes.event_date,
        disputes.registered_date,
        {{ code_and_label('dispute_kind', 'disputes.kind_raw', 'dispute_kind') }},
        {{ code_and_label('risk_level', 'disputes.risk_level_raw', 'risk_level') }},
        disputes.party_count,
        disputes.mediation_count,
        {{ code_and_label('dispute_outcome', 'disputes.outcome_raw', 'dispute_outcome') }},
        disputes.closed_date,
        coalesce(disputes.closed_date > run.as_of, true) as is_open,
        {{ days_between(
            'disputes.registered_date', 'least(coalesce(disputes.closed_date, run.as_of), run.as_of)'
        ) }}
            as days_open,
        {{ lineage('disputes') }}
    from disputes
    cross join run
    left join incidents on disputes.incident_id = incidents.incident_id
    left join officers
        on disputes.officer_no = officers.officer_no and {{ valid_on('officers', 'disputes.event_date') }}
    left join units on coalesce(disputes.unit_no, officers.unit_no) = units.unit_no
    left join mappings as dispute_kind
        on {{ mapping_matches(
            'dispute_kind', 'disputes.kind_raw', 'disputes.source_system', 'disputes.kind_raw',
            'disputes.event_date'
        ) }}
    left join mappings as risk_level
        on {{ mapping_matches(
            'risk_level', 'disputes.risk_level_raw', 'disputes.source_system', 'disputes.risk_level_raw',
            'disputes.event_date'
        ) }}
    left join mappings as dispute_outcome
        on {{ mapping_matches(
            'dispute_outcome', 'disputes.outcome_raw', 'disputes.source_system', 'disputes.outcome_raw',
            'disputes.event_date'
        ) }}
)

select * from final
