"""Questions of the page 巡逻成效.

The busiest places and hours are those of the 52 weeks before the period, never of the period itself:
places chosen for a high count fall by themselves in the next look (METHODS, trap 5).
"""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import NOT_FOUND_BY_PATROL, PLACE, SCOPE
from jingcang.access import Query

MOST_ROWS = 5000
"""Limit of the lists of rows; reaching it is said on the page."""

_SCOPE = {**SCOPE, "start": date, "end": date}

SHIFTS = Query(
    "巡逻·班次",
    """
    select unit_no, area_no, coalesce(shift_kind_label, '未登记班次') as shift_kind_label, count(*) as shift_count,
        cast(sum(planned_minutes) as double) as planned_minutes,
        cast(sum(observed_minutes) as double) as observed_minutes,
        cast(sum(delivered_minutes) as double) as delivered_minutes,
        cast(sum(on_call_seconds) as double) / 60 as on_call_minutes,
        cast(sum(at_station_seconds) as double) / 60 as at_station_minutes,
        cast(sum(off_duty_seconds) as double) / 60 as off_duty_minutes
    from {fct_patrol_shifts}
    where event_date >= $start and event_date < $end
        and (len($units) = 0 or list_contains($units, unit_no)) and ($area = '' or area_no = $area)
    group by unit_no, area_no, coalesce(shift_kind_label, '未登记班次')
    order by unit_no, area_no, shift_kind_label
    """,
    _SCOPE,
)

CALLS = Query(
    "巡逻·处警写明的巡组",
    """
    select count(*) as dispatch_count, count(patrol_unit_id) as named_count
    from {fct_incident_response}
    where event_date >= $start and event_date < $end
        and (len($units) = 0 or list_contains($units, unit_no))
    """,
    {"units": list, "start": date, "end": date},
)

YARDS = Query(
    "巡逻·没有院落的单位",
    """
    select unit_no from {dim_unit}
    where list_contains($units, unit_no)
        and (unit_longitude is null or unit_latitude is null or coalesce(yard_radius_m, 0) = 0)
    group by unit_no order by unit_no
    """,
    {"units": list},
)
"""Of the units whose shifts are shown, those whose place or radius no source gives."""

POINTS = Query(
    "巡逻·定位点去留",
    """
    select unit_no, source_system, cast(sum(point_count) as bigint) as point_count,
        cast(sum(used_point_count) as bigint) as used_point_count,
        cast(sum(unplaced_point_count) as bigint) as unplaced_point_count,
        cast(sum(inaccurate_point_count) as bigint) as inaccurate_point_count,
        cast(sum(duplicate_point_count) as bigint) as duplicate_point_count,
        cast(sum(jump_point_count) as bigint) as jump_point_count
    from {rpt_patrol_point_counts}
    where event_date >= $start and event_date < $end
        and (len($units) = 0 or unit_no is null or list_contains($units, unit_no))
    group by unit_no, source_system
    order by unit_no nulls last, source_system
    """,
    {"units": list, "start": date, "end": date},
)
"""Points of terminals that name no unit count for every unit's reader: nothing tells whose they are."""

COVERED_SECONDS = 600
"""From which a cell counts as covered in an hour of a day (METHODS section 4, ``jingcang.statistics.coverage``)."""

COVERAGE = Query(
    "巡逻·最忙处覆盖",
    f"""
    with incidents as (
        select cell_id, event_hour, max(area_no) as area_no, cast(sum(record_count) as bigint) as incident_count
        from {{fct_incidents}}
        where is_effective and cell_id is not null and event_hour is not null
            and class_code is not null and not list_contains($discreet, class_code)
            and not list_contains($discreet, coalesce(initial_class_code, ''))
            and {NOT_FOUND_BY_PATROL}
            and event_date >= $before_start and event_date < $start and {PLACE}
        group by cell_id, event_hour
    ),
    busy_cells as (
        select cell_id, sum(incident_count) as cell_count from incidents
        group by cell_id order by cell_count desc, cell_id limit 10
    ),
    days as (
        select cell_id, event_hour, event_date, sum(presence_seconds) as seconds
        from {{fct_patrol_presence}}
        where event_date >= $start and event_date < $end and cell_id in (select cell_id from busy_cells)
            and (len($units) = 0 or list_contains($units, unit_no))
        group by cell_id, event_hour, event_date
    ),
    covered as (
        select cell_id, event_hour, sum(seconds) as seconds,
            count(*) filter (where seconds >= {COVERED_SECONDS}) as covered_days
        from days group by cell_id, event_hour
    ),
    hours as (
        select cell_id, event_hour // 4 as band_number, area_no, coalesce(incident_count, 0) as incident_count,
            coalesce(covered_days, 0) as covered_days, coalesce(seconds, 0) as seconds
        from incidents full join covered using (cell_id, event_hour)
    )
    select cell_id, max(area_no) as area_no, band_number,
        cast(sum(incident_count) as bigint) as incident_count,
        cast(sum(incident_count * covered_days) as double) / date_diff('day', $start, $end) as covered_count,
        cast(sum(covered_days) as bigint) as covered_hours,
        cast(sum(seconds) / 60 as bigint) as patrol_minutes, max(cell_count) as cell_count
    from hours inner join busy_cells using (cell_id)
    group by cell_id, band_number
    having sum(incident_count) > 0
    order by max(cell_count) desc, cell_id, band_number
    """,
    {**_SCOPE, "before_start": date, "discreet": list},
)
"""By cell and four-hour band. Demand: incidents of the year before by cell and clock hour, every day of the period
alike, without those that patrols found themselves. ``covered_count``: the part of it in covered hours."""

VISITS = Query(
    "巡逻·最忙处停留",
    """
    select cell_id, count(*) as visit_count,
        count(*) filter (where visit_seconds < 600) as short_count,
        count(*) filter (where is_koper_length) as koper_count,
        count(*) filter (where visit_seconds > 960) as long_count,
        cast(sum(visit_seconds) as double) / 60 as visit_minutes,
        median(gap_seconds) / 60 as median_gap_minutes
    from {fct_patrol_visits}
    where event_date >= $start and event_date < $end and list_contains($cells, cell_id)
        and (len($units) = 0 or list_contains($units, unit_no))
    group by cell_id
    order by cell_id
    """,
    {"units": list, "cells": list, "start": date, "end": date},
)

_IN_PERIOD = """
    where event_date >= $start and event_date < $end
        and (len($units) = 0 or list_contains($units, unit_no))
"""

_IN_SCOPE = _IN_PERIOD + " and ($area = '' or area_no = $area)"

_OF_SHIFT_AREA = _IN_PERIOD + " and ($area = '' or shift_area_no = $area)"


def _by(name: str, place: str) -> Query:
    """Return the question of patrol time by one column of presence."""
    return Query(
        name,
        f"""
        select {place} as place_no, cast(sum(presence_seconds) as bigint) as seconds,
            count(distinct event_date) as day_count
        from {{fct_patrol_presence}} {_IN_SCOPE}
        group by {place}
        order by seconds desc, place_no
        limit {MOST_ROWS}
        """,
        _SCOPE,
    )


BY_CELL = _by("巡逻·网格分钟", "cell_id")

BY_SHIFT_AREA = _by("巡逻·班次责任区分钟", "area_no")
"""By the area of the crew's shift, as the source recorded it: all that can be said without boundaries."""

BY_AREA = Query(
    "巡逻·责任区分钟",
    f"""
    select geometry_area_no as place_no, cast(sum(presence_seconds) as bigint) as seconds,
        count(distinct event_date) as day_count
    from {{fct_patrol_area_presence}} {_OF_SHIFT_AREA}
    group by geometry_area_no
    order by geometry_area_no is null, seconds desc, place_no
    limit {MOST_ROWS}
    """,
    _SCOPE,
)
"""By the area whose boundary holds the place; the last row, without an area, is the time outside every boundary."""

OWN_AREA = Query(
    "巡逻·在本责任区的分钟",
    f"""
    with drawn as (
        select distinct area_no from {{dim_area}} where boundary_wkt is not null and area_level_code = 'beat'
    )
    select shift_area_no as place_no, drawn.area_no is not null as has_boundary,
        cast(sum(presence_seconds) as bigint) as seconds,
        cast(coalesce(sum(presence_seconds) filter (where geometry_area_no = shift_area_no), 0) as bigint)
            as own_seconds,
        cast(coalesce(sum(presence_seconds) filter (where geometry_area_no is null), 0) as bigint)
            as outside_seconds
    from {{fct_patrol_area_presence}}
    left join drawn on shift_area_no = drawn.area_no {_OF_SHIFT_AREA}
    group by shift_area_no, drawn.area_no
    order by seconds desc, place_no
    limit {MOST_ROWS}
    """,
    _SCOPE,
)
"""By the area of the crew's shift: how much of its time was inside that area's boundary, and outside every one."""

BOUNDARIES = Query(
    "巡逻·有边界的责任区数",
    """
    select count(*) as boundary_count from {dim_area}
    where boundary_wkt is not null and area_level_code = 'beat'
    """,
    {},
)
"""Of all units and days: without any, nothing is known by boundary."""

BY_STREET = Query(
    "巡逻·街段分钟",
    f"""
    with spent as (
        select street_segment_id, cast(sum(presence_seconds) as bigint) as seconds,
            count(distinct event_date) as day_count
        from {{fct_patrol_street_presence}} {_IN_SCOPE}
        group by street_segment_id
    )
    select segments.street_segment_no as place_no, segments.road_name, segments.length_m,
        segments.centre_line_wkt, spent.seconds, spent.day_count
    from spent
    left join {{dim_street_segment}} as segments on spent.street_segment_id = segments.street_segment_id
    order by spent.street_segment_id is null, spent.seconds desc, place_no
    limit {MOST_ROWS}
    """,
    _SCOPE,
)
"""The last row, without a segment, is the time on none."""

STREETS = Query("巡逻·街段数", "select count(*) as segment_count from {dim_street_segment}", {})
"""Of all units: a segment belongs to none."""

SHIFT_ROWS = Query(
    "巡逻·班次明细",
    f"""
    select shift_no, event_date, unit_no, area_no, shift_kind_label, patrol_unit_id, programme_no, planned_minutes,
        observed_minutes, delivered_minutes, cast(on_call_seconds / 60 as bigint) as on_call_minutes,
        cast(at_station_seconds / 60 as bigint) as at_station_minutes,
        cast(off_duty_seconds / 60 as bigint) as off_duty_minutes, observed_pct,
        _source_table, _source_key, _source_file, _source_line
    from {{fct_patrol_shifts}}
    where event_date >= $start and event_date < $end
        and (len($units) = 0 or list_contains($units, unit_no)) and ($area = '' or area_no = $area)
    order by observed_pct, event_date desc, shift_no
    limit {MOST_ROWS}
    """,
    _SCOPE,
)
