"""The stage "alerts" on a small build database: judged once, landed as raised, never restated."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import polars as pl
import pytest

from jingcang.config import Alerts, Settings
from jingcang.contracts import load_profile
from jingcang.home import Home
from jingcang.landing import current_cut, landed_history
from orchestration import PROJECT_ROOT
from orchestration.alerts.steps import Raised, last_week_end, raise_alerts
from orchestration.session import Session

AS_OF = dt.date(2026, 6, 30)
UNTIL = dt.date(2026, 6, 29)
WEEK = dt.timedelta(7)


def build(home: Home, counts: list[int], until: dt.date, *, prank: int = 0) -> None:
    """Write 盗窃 a week at S1 and 14 at S2, and calls that are no incidents in the last week."""
    rows = []
    for number, count in enumerate(counts):
        day = until - (len(counts) - number) * WEEK
        for offset in range(7):
            at, share = day + dt.timedelta(offset), count // 7 + (offset < count % 7)
            rows += [
                (unit, area, "100000", "100100", "100100", at, number_of)
                for unit, area, number_of in (("S1", "A1", share), ("S2", "A2", 2))
            ]
    rows.append(("S2", "A2", "J10000", "J10100", "J10100", until - WEEK, prank))
    home.build.mkdir(parents=True, exist_ok=True)
    home.build_database.unlink(missing_ok=True)
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute(
            "create table rpt_incident_counts (unit_no varchar, area_no varchar, class_level1_code varchar,"
            " class_level2_code varchar, class_code varchar, event_date date, record_count bigint)"
        )
        connection.executemany("insert into rpt_incident_counts values (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute(
            "alter table rpt_incident_counts add column class_outcome varchar default 'mapped';"
            "alter table rpt_incident_counts add column class_level1_label varchar default '刑事';"
            "alter table rpt_incident_counts add column class_level2_label varchar default '盗窃案';"
            "create table dim_unit as select * from (values ('B', null), ('S1', 'B'), ('S2', 'B')) as"
            " made(unit_no, parent_unit_no)"
        )


def session(home: Home, as_of: dt.date = AS_OF, budget: float = 24) -> Session:
    made = Session(
        home, load_profile(PROJECT_ROOT / "data_contracts" / "profiles" / "demo"), as_of,
        Settings(alerts=Alerts(alarms_per_year=budget)), "r1",
    )  # fmt: skip
    made.cut = current_cut(home)
    return made


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).prepare()


def landed(home: Home, kind: str) -> pl.DataFrame:
    return landed_history(home, current_cut(home), kind)


def test_the_last_eight_weeks_are_judged_once_and_the_rise_lands_with_its_figures(home: Home) -> None:
    build(home, [14] * 69 + [60], UNTIL)
    assert raise_alerts(session(home)) == Raised(8, 2)
    weeks, signals = landed(home, "alert_weeks"), landed(home, "alert_signals")
    assert sorted(weeks["week_start"].unique()) == [UNTIL - number * WEEK for number in range(8, 0, -1)]
    assert set(weeks["status"]) == {"evaluated"}
    assert signals["week_start"].unique().to_list() == [UNTIL - WEEK]
    told = signals.filter(pl.col("is_headline")).to_dicts()
    assert [
        (row["scope_code"], row["unit_no"], row["observed_count"], row["expected_count"]) for row in told
    ] == [("bureau", "B", 74, 28)]
    assert signals["alert_id"].n_unique() == 1
    assert landed(home, "alert_replays").height == 1
    before = current_cut(home).pipeline_batches
    assert raise_alerts(session(home)) == Raised(0, 0)
    assert current_cut(home).pipeline_batches == before


def test_what_was_raised_stays_when_late_data_come_and_the_next_week_extends_it(home: Home) -> None:
    build(home, [14] * 69 + [60], UNTIL)
    raise_alerts(session(home))
    build(home, [14] * 69 + [14, 62], UNTIL + WEEK)  # the rise turns out to be a week later
    assert raise_alerts(session(home, AS_OF + WEEK)).weeks == 1
    signals = landed(home, "alert_signals").filter(pl.col("is_headline")).sort("week_start")
    assert signals["observed_count"].to_list() == [74, 76]
    assert signals["alert_id"].n_unique() == 1


def test_calls_that_are_no_incidents_raise_nothing(home: Home) -> None:
    build(home, [14] * 70, UNTIL, prank=500)
    assert raise_alerts(session(home)) == Raised(8, 0)


def test_a_week_that_has_not_arrived_waits_and_is_judged_when_it_has(home: Home) -> None:
    build(home, [70] * 69 + [0], UNTIL)
    raise_alerts(session(home))
    last = landed(home, "alert_weeks").filter(pl.col("week_start") == UNTIL - WEEK)
    assert dict(last.select("unit_no", "status").rows())["S1"] == "missing_days"
    assert raise_alerts(session(home)) == Raised(0, 0)  # nothing new to say: nothing lands
    build(home, [70] * 69 + [200], UNTIL)
    raise_alerts(session(home))
    again = landed(home, "alert_weeks").filter(
        (pl.col("week_start") == UNTIL - WEEK) & (pl.col("unit_no") == "S1")
    )
    assert again["status"].to_list() == ["missing_days", "evaluated"]
    assert landed(home, "alert_signals").filter(pl.col("unit_no") == "S1")["observed_count"].to_list() == [
        200
    ]


def test_the_run_day_is_in_no_complete_week_whatever_day_weeks_begin_on() -> None:
    assert last_week_end(dt.date(2026, 6, 29), "monday") == dt.date(2026, 6, 29)
    assert last_week_end(dt.date(2026, 7, 5), "monday") == dt.date(2026, 6, 29)
    assert last_week_end(dt.date(2026, 6, 30), "sunday") == dt.date(2026, 6, 28)
