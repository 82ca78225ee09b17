"""A warehouse of a few hundred incidents whose every count is known by hand, and a leader of one station.

Each day has one 盗窃案 and two 邻里纠纷 in S1-A1 and one 求助 in S2; the week of the briefing (2026-06-22 to 06-28) has
24 frauds in S1-A2 (the week before 3, a year before 2), one 虚假购物 and the others 刷单返利, one 抢劫 and one 强奸. In
that week S1 filed 12 criminal cases (11 the week before, 10 a year before) and solved one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl

from jingcang.access import Door, Identity
from jingcang.access.accounts import add_account
from jingcang.contracts.deployment import UNKNOWN
from jingcang.home import Home
from jingcang.reports.briefing.service import Checked, Made, make_weekly, verify
from jingcang.workbench import AuditLog, Workbench

AS_OF, FIRST = date(2026, 6, 30), date(2024, 12, 2)
WEEK, BEFORE, YEAR = date(2026, 6, 22), date(2026, 6, 15), date(2025, 6, 23)
CLASSES = {
    "100100": ("刑事", "盗窃案", "盗窃案"), "J30100": ("纠纷", "邻里纠纷", "邻里纠纷"),
    "100600.01.01": ("刑事", "诈骗案", "刷单返利"), "100600.01.03": ("刑事", "诈骗案", "虚假购物、服务"),
    "100200": ("刑事", "抢劫案", "抢劫案"),
    "100900": ("刑事", "强奸案", "强奸案"), "509900": ("求助", "其它群众求助", "其它群众求助"),
}  # fmt: skip
Row = tuple[date, int | None, str, str, str]


def planted() -> list[Row]:
    """Return (day, hour, unit, area, class) of every incident."""
    rows: list[Row] = []
    for number in range((AS_OF - FIRST).days):
        day = FIRST + timedelta(number)
        rows.append((day, 3, "S1", "S1-A1", "100100"))
        rows += [(day, 20, "S1", "S1-A1", "J30100")] * 2
        rows.append((day, 9, "S2", "S2-A1", "509900"))
    for monday, count in ((WEEK, 24), (BEFORE, 3), (YEAR, 2)):
        rows += [(monday + timedelta(n % 7), 10, "S1", "S1-A2", "100600.01.01") for n in range(count - 1)]
        rows.append((monday, 10, "S1", "S1-A2", "100600.01.03"))
    rows.append((WEEK + timedelta(2), 23, "S1", "S1-A1", "100200"))
    rows.append((WEEK + timedelta(3), 22, "S1", "S1-A2", "100900"))
    return rows


def publish(home: Home, rows: list[Row], name: str = "g000001") -> None:
    """Write a generation of the rows and point the link at it."""
    with duckdb.connect(str(home.serving / f"{name}.duckdb")) as connection:
        connection.execute(
            "create table dim_unit as from (values ('B', '清川分局', null, 'sub_bureau'), "
            "('S1', '城东所', 'B', 'station'), ('S2', '城西所', 'B', 'station')) "
            "as t(unit_no, unit_name, parent_unit_no, unit_kind_code)"
        )
        connection.execute(
            "create table dim_area as from (values ('S1-A1', '第一责任区', 'S1', 'beat', true), "
            "('S1-A2', '第二责任区', 'S1', 'beat', true), ('S2-A1', '第三责任区', 'S2', 'beat', true)) "
            "as t(area_no, area_name, unit_no, area_level_code, is_current)"
        )
        connection.execute(
            "create table dim_date as select d::date as date_day, date_trunc('week', d)::date as iso_week_start, "
            "date_trunc('month', d)::date as month_start, d::date = date '2026-06-22' as is_holiday, "
            "case when d::date = date '2026-06-22' then '端午节' end as holiday_label "
            "from range(date '2024-01-01', date '2027-01-01', interval 1 day) as t(d)"
        )
        frame = pl.DataFrame(
            [
                {
                    "incident_id": f"i{number}", "incident_no": f"J{number:06}", "event_date": day,
                    "event_hour": hour, "unit_no": unit, "area_no": area, "class_code": code,
                    "class_level1_label": CLASSES[code][0], "class_level2_label": CLASSES[code][1],
                    "class_label": CLASSES[code][2], "class_outcome": "mapped", "outcome_label": "已处理",
                    "place_type_label": "路边" if number % 2 else "小区住宅", "record_count": 1,
                    "is_located": number % 4 > 0, "is_effective": True,
                }
                for number, (day, hour, unit, area, code) in enumerate(rows)
            ]
        )  # fmt: skip
        connection.register("frame", frame.to_arrow())
        connection.execute(
            "create table fct_incidents as select *, cast(null as varchar) as outcome_code from frame"
        )
        connection.execute(
            "create table rpt_incident_counts as select unit_no, area_no, class_code, class_level1_label, "
            "class_level2_label, class_label, class_outcome, outcome_code, event_date, "
            "cast(sum(record_count) as bigint) as record_count, cast(0 as bigint) as unmapped_count, "
            "cast(0 as bigint) as unclassified_count, "
            "cast(sum(case when is_located then record_count else 0 end) as bigint) as located_count "
            "from fct_incidents group by all"
        )
        connection.execute(
            "create table rpt_case_counts as from (values "
            "('S1', 'S1-A1', 'criminal', 'filed', date '2026-06-23', 12), "
            "('S1', 'S1-A1', 'criminal', 'filed', date '2026-06-16', 11), "
            "('S1', 'S1-A1', 'criminal', 'filed', date '2025-06-24', 10), "
            "('S1', 'S1-A1', 'criminal', 'solved', date '2026-06-24', 1)) "
            "as t(unit_no, area_no, nature_code, stage_code, event_date, case_count)"
        )
    record = {"as_of": AS_OF.isoformat(), "profile": "demo", "content_hash": f"hash of {name}"}
    (home.serving / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
    home.current_link.unlink(missing_ok=True)
    home.current_link.symlink_to(f"{name}.duckdb")


@dataclass
class World:
    """A home with one leader a station, one of the bureau, an officer and a steward."""

    home: Home
    workbench: Workbench
    people: dict[str, Identity]

    @property
    def door(self) -> Door:
        return Door(self.home, workbench=self.workbench)

    def make(self, who: str = "leader", as_of: date = AS_OF, units: tuple[str, ...] = ()) -> Made:
        return make_weekly(
            self.door, self.workbench, self.people[who], as_of=as_of, units=units, deployment=UNKNOWN
        )

    def check(self, path: Path, who: str = "leader") -> Checked:
        return verify(self.door, self.workbench, self.people[who], path)

    def audit(self, action: str) -> list[dict]:
        entries = AuditLog(self.workbench).entries()
        return [json.loads(entry.detail) for entry in entries if entry.action == action]


def build_world(home: Home, rows: list[Row]) -> World:
    """Return a world of the rows."""
    publish(home.prepare(), rows)
    workbench = Workbench.open(home, {})
    people = {}
    for user, role, units, officer in (
        ("leader", "leader_station", ("S1",), None), ("neighbour", "leader_station", ("S2",), None),
        ("bureau", "leader_bureau", ("B",), None), ("officer", "officer", ("S1",), "1001"),
        ("steward", "steward", ("*",), None), ("everything", "leader_bureau", ("*",), None),
    ):  # fmt: skip
        people[user] = add_account(
            workbench, user_id=user, display_name=user, role=role, unit_nos=units, officer_no=officer,
            external_subject=user,
        ).identity  # fmt: skip
    return World(home, workbench, people)
