"""Work in the communities for 社区工作: who did what on which day, visits due, and key places due for a check.

Planted: the officer 1001 works every weekday of the last twelve weeks in S1-A1, 4.5 hours and 1.5 on other duties, and
never in S1-A3; of twenty visits of S1-A1 due in the last four weeks four were late and two not made, of S1-A2 none; in
S1-A2 nine of ten hotels are overdue, elsewhere one of ten; one school of S1-A1 was never checked.

The visits of S1-A1 are those of 1001, those of S1-A2 of 1004. Names of visited people are in landing only.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from issue_tables import AS_OF, STATIONS

WEEKS_BACK = AS_OF - timedelta(AS_OF.weekday())
"""First day of the running week: the last complete period ends before it."""
DUE, LATE, MISSED = 20, 4, 2
"""Visits of S1-A1 due in the last four weeks, of them made late and not made."""
OVERDUE = {"S1-A1": 1, "S1-A2": 9, "S1-A3": 1}
HOTELS = 10
NEVER = "第一小学"


def community_tables() -> dict[str, list[dict[str, Any]]]:
    """Return the three tables that only 社区工作 reads."""
    return {"rpt_community_work": work(), "fct_home_visits": visits(), "rpt_place_check_dues": places()}


def workdays() -> list[date]:
    """Return the weekdays of the twelve weeks before the running one."""
    days = (WEEKS_BACK - timedelta(back) for back in range(1, 85))
    return [day for day in days if day.weekday() < 5]


def work() -> list[dict[str, Any]]:
    """Return the days with registered work: S1-A1 every weekday, S1-A2 every Monday, one day of S2."""
    planned = [("S1", "S1-A1", "1001", day) for day in workdays()]
    planned += [("S1", "S1-A2", "1004", day) for day in workdays() if day.weekday() == 0]
    planned.append(("S2", "S2-A1", "1002", WEEKS_BACK - timedelta(3)))
    return [
        {
            "community_work_id": f"{area}{officer}{day}",
            "unit_no": unit,
            "area_no": area,
            "officer_no": officer,
            "event_date": day,
            "home_visit_count": 2,
            "place_check_count": 1 if day.weekday() == 0 else 0,
            "base_check_count": 3,
            "publicity_count": 0,
            "community_hours": 4.5 if officer == "1001" else None,
            "non_police_hours": 1.5 if officer == "1001" else None,
        }
        for unit, area, officer, day in planned
    ]


def visits() -> list[dict[str, Any]]:
    """Return visits due in the last four weeks, by the planted states; one more is due after the period."""
    rows = []
    for area in ("S1-A1", "S1-A2"):
        for number in range(DUE):
            due = WEEKS_BACK - timedelta(1 + number)
            is_missed = area == "S1-A1" and number < MISSED
            is_late = area == "S1-A1" and MISSED <= number < MISSED + LATE
            rows.append(
                _visit(area, number, due, is_visited=not is_missed, is_in_time=not (is_missed or is_late))
            )
    rows.append(_visit("S1-A1", DUE, AS_OF + timedelta(5), is_visited=False, is_in_time=None))
    return rows


def _visit(area: str, number: int, due: date, *, is_visited: bool, is_in_time: bool | None) -> dict[str, Any]:
    return {
        "home_visit_id": f"{area}{number}",
        "visit_no": f"ZF{area}{number:02d}",
        "visit_category_code": "elderly_alone" if number % 2 else "released",
        "visit_category_label": "独居老人" if number % 2 else "刑满释放人员",
        "interval_days": 15 if number % 2 else 30,
        "unit_no": "S1",
        "area_no": area,
        "officer_no": "1001" if area == "S1-A1" else "1004",
        "event_date": due + timedelta(0 if is_in_time else 3),
        "due_date": due,
        "is_visited": is_visited,
        "is_in_time": is_in_time,
        "check_result_label": "合格",
        "_source_batch_id": "b1",
        "_source_table": "patrol.qw_zfjl",
        "_source_key": f"ZF{area}{number:02d}",
        "_source_file": "raw/patrol__qw_zfjl/b1/1.json",
        "_source_line": number,
    }


def visited_name(visit_no: str) -> str:
    """Return who is visited on a planted visit."""
    area, number = visit_no[2:7], int(visit_no[7:])
    return f"{'赵钱孙李周吴郑王冯陈'[number % 10]}{'秀' if area == 'S1-A1' else '桂'}{'兰英珍'[number // 10]}"


def write_visited_names(path: Path) -> None:
    """Write who is visited as landing holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(
        [
            {"home_visit_id": row["home_visit_id"], "visited_name": visited_name(row["visit_no"])}
            for row in visits()
        ]
    ).write_parquet(path)


def places() -> list[dict[str, Any]]:
    """Return ten hotels an area and one school of S1-A1 that was never checked."""
    rows = []
    for unit in STATIONS:
        for area in (f"{unit}-A{number}" for number in (1, 2, 3)):
            for number in range(HOTELS):
                is_overdue = number < OVERDUE.get(area, 1)
                rows.append(_place(unit, area, number, "overdue" if is_overdue else "in_time"))
    rows.append(_place("S1", "S1-A1", HOTELS, "never") | {"place_name": NEVER, "place_type_label": "学校"})
    return rows


def _place(unit: str, area: str, number: int, state: str) -> dict[str, Any]:
    since = {"overdue": 40 + number, "in_time": 10}.get(state)
    return {
        "place_id": f"{area}h{number}",
        "place_no": f"CS{area}{number}",
        "place_name": f"{area}旅馆{number}",
        "place_type_label": "酒店宾馆",
        "unit_no": unit,
        "area_no": area,
        "interval_days": 30,
        "last_check_date": AS_OF - timedelta(since) if since else None,
        "due_date": AS_OF - timedelta(since - 30) if since else None,
        "check_due_code": state,
        "check_due_label": {"overdue": "逾期", "in_time": "期限内", "never": "没有检查记录"}[state],
        "overdue_days": since - 30 if since and state == "overdue" else None,
        "check_result_label": "合格" if since else None,
        "problem_count": 0 if since else None,
        "event_date": AS_OF,
    }
