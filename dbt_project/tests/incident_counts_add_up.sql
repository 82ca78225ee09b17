-- The counted reports hold exactly the incidents of the fact.
with fact as (
    select sum(record_count) as total from {{ ref('fct_incidents') }}
),

counts as (
    select sum(record_count) as total from {{ ref('rpt_incident_counts') }}
),

hours as (
    select sum(record_count) as total from {{ ref('rpt_incident_hours') }}
)

select fact.total
from fact
cross join counts
cross join hours
where
    coalesce(fact.total, 0) <> coalesce(counts.total, 0)
    or coalesce(fact.total, 0) <> coalesce(hours.total, 0)
