-- The counted reports hold exactly the incidents of the fact, those by hour and by cell the effective ones.
with fact as (
    select
        coalesce(sum(record_count), 0) as total,
        coalesce(sum(case when is_effective then record_count else 0 end), 0) as effective
    from {{ ref('fct_incidents') }}
),

counts as (
    select coalesce(sum(record_count), 0) as total from {{ ref('rpt_incident_counts') }}
),

hours as (
    select coalesce(sum(record_count), 0) as total from {{ ref('rpt_incident_hours') }}
),

week_hours as (
    select coalesce(sum(incident_millionths), 0) as millionths from {{ ref('rpt_incident_week_hours') }}
),

cells as (
    select coalesce(sum(incident_count), 0) as total from {{ ref('rpt_cell_weeks') }}
)

select fact.total
from fact
cross join counts
cross join hours
cross join week_hours
cross join cells
where
    fact.total <> counts.total
    or fact.total <> hours.total
    or 1000000 * fact.effective <> week_hours.millionths
    or fact.effective <> cells.total
