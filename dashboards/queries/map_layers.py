"""Questions of the page 一张图.

Counts of cells and hours are read from ``rpt_cell_weeks`` and ``rpt_incident_week_hours``, both by whole weeks and of
effective incidents; neither knows the place of an incident of a discreet class. Key places are rows of a register, not
of persons.
"""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import PLACE, SCOPE
from jingcang.access import Query
from jingcang.access.metrics import MetricQuery

_SCOPE = {**SCOPE, "start": date, "end": date}
_OF_CLASS = "($class_label = '' or class_level1_label = $class_label)"

AREAS = MetricQuery(
    "一张图·地区",
    f"""
    select class_level1_code, class_level1_label, unit_no, area_no,
        cast(sum(record_count) as bigint) as current_count, cast(sum(located_count) as bigint) as located_count
    from {{rpt_incident_counts}}
    where @counted and {PLACE} and event_date >= $start and event_date < $end
    group by class_level1_code, class_level1_label, unit_no, area_no
    having sum(record_count) <> 0
    order by class_level1_label, unit_no, area_no
    """,
    _SCOPE,
)

CELLS = Query(
    "一张图·网格",
    f"""
    select cell_id, area_no, count_kind_code,
        cast(coalesce(sum(incident_count) filter (where week_start >= $start), 0) as bigint) as current_count,
        cast(coalesce(sum(incident_count) filter (where week_start < $start), 0) as bigint) as before_count,
        cast(coalesce(sum(presence_seconds) filter (where week_start >= $start), 0) as bigint) as presence_seconds,
        min(week_start) as first_week_start
    from {{rpt_cell_weeks}}
    where {PLACE} and week_start >= $before_start and week_start < $end
        and (count_kind_code = 'patrol' or {_OF_CLASS})
    group by cell_id, area_no, count_kind_code
    order by cell_id, area_no, count_kind_code
    """,
    {**_SCOPE, "before_start": date, "class_label": str},
)

HOURS = Query(
    "一张图·星期×小时",
    f"""
    select time_state_code, weekday_number, event_hour,
        cast(sum(incident_millionths) as bigint) as incident_millionths
    from {{rpt_incident_week_hours}}
    where {PLACE} and week_start >= $start and week_start < $end and {_OF_CLASS}
    group by time_state_code, weekday_number, event_hour
    order by time_state_code, weekday_number, event_hour
    """,
    {**_SCOPE, "class_label": str},
)

PLACES = Query(
    "一张图·重点场所",
    f"""
    select cell_id, unit_no, area_no, coalesce(place_type_label, '未登记类型') as place_type_label,
        count(*) as place_count
    from {{dim_place}}
    where {PLACE} and is_key_place and (valid_from is null or valid_from <= $day)
        and (valid_to is null or $day < valid_to)
    group by cell_id, unit_no, area_no, coalesce(place_type_label, '未登记类型')
    order by cell_id, area_no, place_type_label
    """,
    {"units": list, "area": str, "day": date},
)

DISPUTES = Query(
    "一张图·纠纷",
    f"""
    select unit_no, area_no, cast(sum(dispute_count) as bigint) as current_count,
        cast(sum(open_count) as bigint) as open_count
    from {{rpt_dispute_counts}}
    where {PLACE} and registered_date >= $start and registered_date < $end
    group by unit_no, area_no
    order by unit_no, area_no
    """,
    _SCOPE,
)
