"""Questions of the page 接处警时效.

Counts of dispatches by step, state and narrow band (``rpt_response_bands``), by whole weeks or months; the guard reads
exact seconds (``rpt_response_durations``). Single dispatches are read for lists only. The area and the class are
those of the call.
"""

from __future__ import annotations

from datetime import date

from dashboards.queries.common import PLACE, SCOPE
from jingcang.access import Query

MOST_ROWS = 5000
"""Limit of the lists of rows; reaching it is said on the page."""

_UNITS = "(len($units) = 0 or list_contains($units, unit_no))"
_PERIOD = "case when $kind = 'week' then week_start else month_start end"
_NOW = f"{_PERIOD} >= $start and {_PERIOD} < $end"
_BEFORE = f"{_PERIOD} >= $before_start and {_PERIOD} < $before_end"
_PERIODS = {"kind": str, "start": date, "end": date, "before_start": date, "before_end": date}
_COUNTS = f"""cast(coalesce(sum(dispatch_count) filter (where {_NOW}), 0) as bigint) as current_count,
        cast(coalesce(sum(dispatch_count) filter (where {_BEFORE}), 0) as bigint) as before_count"""

STEPS = Query(
    "时效·环节×地区",
    f"""
    select case when $by_area then area_no else unit_no end as place_no, step_code, step_label, step_state_code,
        band_rank, band_label, is_slow, upto_seconds, {_COUNTS}
    from {{rpt_response_bands}}
    where {PLACE} and (({_NOW}) or ({_BEFORE}))
    group by case when $by_area then area_no else unit_no end, step_code, step_label, step_state_code, band_rank,
        band_label, is_slow, upto_seconds
    order by place_no, step_code, step_state_code, upto_seconds
    """,
    {**SCOPE, **_PERIODS, "by_area": bool},
)

CLASSES = Query(
    "时效·到场×类别",
    f"""
    select class_level1_label, is_slow, upto_seconds, {_COUNTS}
    from {{rpt_response_bands}}
    where {PLACE} and (({_NOW}) or ({_BEFORE}))
        and step_code = 'on_scene' and step_state_code = 'done'
    group by class_level1_label, is_slow, upto_seconds
    order by class_level1_label, upto_seconds
    """,
    {**SCOPE, **_PERIODS},
)

HOURS = Query(
    "时效·到场×小时",
    f"""
    select event_hour, upto_seconds, cast(sum(dispatch_count) as bigint) as dispatch_count
    from {{rpt_response_hours}}
    where {PLACE} and {_NOW} and event_hour is not null
    group by event_hour, upto_seconds
    order by event_hour, upto_seconds
    """,
    {**SCOPE, "kind": str, "start": date, "end": date},
)

DURATIONS = Query(
    "时效·时间是否可信",
    f"""
    select unit_no, {_NOW} as is_current, step_code, step_state_code, step_seconds,
        cast(sum(dispatch_count) as bigint) as dispatch_count
    from {{rpt_response_durations}}
    where {_UNITS} and (({_NOW}) or ({_BEFORE}))
    group by unit_no, {_NOW}, step_code, step_state_code, step_seconds
    order by unit_no, step_code, step_seconds
    """,
    {"units": list, **_PERIODS},
)

OPEN = Query(
    "时效·未反馈",
    f"""
    select coalesce(cast(sum(dispatch_count) as bigint), 0) as dispatch_count
    from {{rpt_response_bands}}
    where {PLACE} and step_code = 'feedback' and step_state_code = 'open'
    """,
    SCOPE,
)

_ROW = """response.dispatch_no, response.event_date, response.unit_no, incidents.area_no, response.officer_no,
        incidents.class_level1_label, incidents.class_label, response.sign_seconds, response.depart_seconds,
        response.arrive_seconds, response.feedback_seconds,
        case when response.is_arrival_applicable then '适用' else '不适用' end as arrival_words,
        case when response.is_order_valid then '正常' else '先后颠倒' end as order_words,
        response._source_table, response._source_key, response._source_file, response._source_line"""
_FROM = """from {fct_incident_response} as response
    left join {fct_incidents} as incidents
        on response.incident_id = incidents.incident_id and response.incident_date = incidents.event_date"""
_ROW_PLACE = """(len($units) = 0 or list_contains($units, response.unit_no))
        and ($area = '' or incidents.area_no = $area)"""

OPEN_ROWS = Query(
    "时效·未反馈明细",
    f"""
    select date_diff('day', response.event_date, $as_of) as open_days, {_ROW}
    {_FROM}
    where {_ROW_PLACE} and response.feedback_seconds is null
    order by response.event_date, response.dispatch_no
    limit {MOST_ROWS}
    """,
    {**SCOPE, "as_of": date},
)

ROWS = Query(
    "时效·明细",
    f"""
    select {_ROW}
    {_FROM}
    where {_ROW_PLACE} and response.event_date >= $start and response.event_date < $end
        and (not $is_slow or response.arrive_seconds > $slow_seconds)
    order by response.arrive_seconds desc nulls last, response.dispatch_no
    limit {MOST_ROWS}
    """,
    {**SCOPE, "start": date, "end": date, "is_slow": bool, "slow_seconds": int},
)
