"""Questions of the page 精准宣防.

Incidents are those the metric 诈骗警情 counts; victims are counts (``rpt_fraud_victims``), never persons. The area is
the one recorded by the source.
"""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import PLACE, SCOPE
from jingcang.access import Query
from jingcang.access.metrics import MetricQuery

_UNITS = "(len($units) = 0 or list_contains($units, unit_no))"
_PERIOD = {"start": date, "end": date}

TYPES = MetricQuery(
    "宣防·类型×地区",
    f"""
    select unit_no, area_no, class_label, cast(sum(record_count) as bigint) as incident_count
    from {{rpt_incident_counts}}
    where @counted and {PLACE} and event_date >= $start and event_date < $end
    group by unit_no, area_no, class_label
    having sum(record_count) > 0
    order by unit_no, area_no, class_label
    """,
    {**SCOPE, **_PERIOD},
)

DAILY = MetricQuery(
    "宣防·责任区逐日",
    f"""
    select area_no, event_date, cast(sum(record_count) as bigint) as incident_count
    from {{rpt_incident_counts}}
    where @counted and area_no is not null and {_UNITS} and event_date >= $start and event_date < $end
    group by area_no, event_date
    order by area_no, event_date
    """,
    {"units": list, **_PERIOD},
)

POPULATION = Query(
    "宣防·实有人口",
    f"""
    select unit_no, area_no, age_band, age_band_label, gender_code, gender_label, max(event_date) as stand_date,
        cast(sum(resident_count) as bigint) as resident_count
    from {{fct_population_monthly}}
    where {PLACE} and event_date = (select max(event_date) from {{fct_population_monthly}} where event_date < $end)
    group by unit_no, area_no, age_band, age_band_label, gender_code, gender_label
    order by unit_no, area_no, age_band, gender_code
    """,
    {**SCOPE, "end": date},
)

VICTIMS = Query(
    "宣防·受害人",
    f"""
    select fraud_type_code, fraud_type_label, age_band, age_band_label, gender_code, gender_label,
        cast(sum(victim_count) as bigint) as victim_count
    from {{rpt_fraud_victims}}
    where {PLACE} and event_date >= $start and event_date < $end
    group by fraud_type_code, fraud_type_label, age_band, age_band_label, gender_code, gender_label
    order by fraud_type_code, age_band, gender_code
    """,
    {**SCOPE, **_PERIOD},
)

EVENTS = Query(
    "宣防·反诈活动",
    f"""
    select area_no, event_date, cast(sum(coalesce(attendee_count, 0)) as bigint) as attendee_count,
        count(*) as event_count
    from {{fct_publicity_events}}
    where publicity_topic_code = 'fraud' and area_no is not null and {_UNITS} and event_date < $end
    group by area_no, event_date
    order by area_no, event_date
    """,
    {"units": list, "end": date},
)
