"""Look-ups shared by all pages: units, areas, freshness, the small print's shares; the chosen place as a condition."""

from __future__ import annotations

from datetime import date

from jingcang.access import Query

PLACE = "(len($units) = 0 or list_contains($units, unit_no)) and ($area = '' or area_no = $area)"
SCOPE = {"units": list, "area": str}
"""Condition on the chosen units and 责任区, and the types of its filters (``Context.scope_filters``)."""

NOT_FOUND_BY_PATROL = "coalesce(report_channel_code <> 'patrol', true)"
"""Condition on incidents: those that patrols found themselves follow the patrols, they are no demand for them."""

UNITS = Query(
    "单位",
    "select unit_no, max(unit_name) as unit_name, max(parent_unit_no) as parent_unit_no, "
    "max(unit_kind_code) as unit_kind_code from {dim_unit} group by unit_no order by unit_no",
)

AREAS = Query(
    "责任区",
    """
    select area_no, max(area_name) as area_name, max(unit_no) as unit_no
    from {dim_area}
    where is_current and (len($units) = 0 or list_contains($units, unit_no))
        and (area_level_code = 'beat' or area_level_code is null)
    group by area_no
    order by area_no
    """,
    {"units": list},
)

_MISSING = (
    "is_missing and event_date >= $since and event_date < $until "
    "and (unit_no is null or len($units) = 0 or list_contains($units, unit_no))"
)

FRESHNESS = Query(
    "来源更新",
    f"""
    select source_system, source_table, max(event_date) filter (where row_count > 0) as latest_date,
        count(distinct event_date) filter (where {_MISSING}) as missing_days,
        min(event_date) filter (where {_MISSING}) as first_missing_date,
        count(distinct unit_no) filter (where {_MISSING}) as missing_units,
        min(unit_no) filter (where {_MISSING}) as first_missing_unit
    from {{rpt_freshness}}
    group by source_system, source_table
    order by source_system, source_table
    """,
    {"units": list, "since": date, "until": date},
)
"""The last day is that of the whole source: a small unit may have nothing to send for days. Gaps are the units' own."""

WEEK = Query(
    "本周起始日",
    "select iso_week_start from {dim_date} where date_day = $day",
    {"day": date},
)

MISSING_DAYS = Query(
    "来源缺数",
    """
    select source_system, source_table, event_date
    from {rpt_freshness}
    where is_missing and (unit_no is null or len($units) = 0 or list_contains($units, unit_no))
        and ((event_date >= $start and event_date < $end)
            or (event_date >= $before_start and event_date < $before_end))
    group by source_system, source_table, event_date
    order by event_date
    """,
    {"units": list, "start": date, "end": date, "before_start": date, "before_end": date},
)
