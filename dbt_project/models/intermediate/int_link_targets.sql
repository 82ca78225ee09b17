{{ config(materialized='table') }}
-- Grain: one number that an archive record can point to. Key: linked_no (the smallest kind where numbers
-- collide).
-- Steps: cases, incidents and disputes with the day their work ended and the officer responsible; of
-- incidents, the many, those that an archive record names, and all if a rule makes volumes of them due.
with cases as (
    select * from {{ ref('fct_cases') }}
),

named as (
    select linked_no from {{ ref('stg_archive_items') }}
    union
    select linked_no from {{ ref('stg_archive_uses') }}
),

due_rules as (
    select * from {{ ref('archive_due_rules') }} where record_kind = 'incident'
),

incidents as (
    select fct_incidents.*
    from {{ ref('fct_incidents') }} as fct_incidents
    where
        fct_incidents.incident_no in (select named.linked_no from named)
        or exists (select 1 from due_rules)
),

disputes as (
    select * from {{ ref('fct_disputes') }}
),

targets as (
    select
        case_no as linked_no,
        'case' as record_kind,
        case_id as record_id,
        nature_code,
        unit_no,
        lead_officer_no as officer_no,
        nullif(
            least(
                coalesce(closed_date, date '9999-12-31'),
                coalesce(transferred_date, date '9999-12-31'),
                coalesce(terminated_date, date '9999-12-31'),
                coalesce(punished_date, date '9999-12-31'),
                coalesce(mediated_date, date '9999-12-31')
            ),
            date '9999-12-31'
        ) as finished_date,
        cell_id,
        {{ lineage('cases') }}
    from cases
    union all
    select
        incident_no as linked_no,
        'incident' as record_kind,
        incident_id as record_id,
        cast(null as varchar) as nature_code,
        unit_no,
        cast(null as varchar) as officer_no,
        event_date as finished_date,
        cell_id,
        {{ lineage('incidents') }}
    from incidents
    union all
    select
        dispute_no as linked_no,
        'dispute' as record_kind,
        dispute_id as record_id,
        cast(null as varchar) as nature_code,
        unit_no,
        officer_no,
        closed_date as finished_date,
        cast(null as varchar) as cell_id,
        {{ lineage('disputes') }}
    from disputes
),

ranked as (
    select
        *,
        row_number() over (partition by linked_no order by record_kind, record_id) as target_rank
    from targets
),

final as (
    select
        linked_no,
        record_kind,
        record_id,
        nature_code,
        unit_no,
        officer_no,
        finished_date,
        cell_id,
        {{ lineage('ranked') }}
    from ranked
    where target_rank = 1
)

select * from final
