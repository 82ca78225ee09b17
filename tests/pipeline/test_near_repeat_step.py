"""Near repeats on a small build database: reckoned once a week, one event once, nothing discreet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from jingcang.config import Settings
from jingcang.contracts import load_profile
from jingcang.home import Home
from jingcang.landing import current_cut, landed_history
from orchestration import PROJECT_ROOT
from orchestration.alerts.near_repeats import find_near_repeats
from orchestration.session import Session

AS_OF = dt.date(2026, 6, 30)
UNTIL = dt.date(2026, 6, 29)


def build(home: Home, number: int) -> None:
    """Write burglaries anywhere in a year, each followed within a week next door; later reports and discreet ones."""
    rng = np.random.default_rng(5)
    rows = []
    for index in range(number):
        day = UNTIL - dt.timedelta(int(rng.integers(10, 350)))
        place = (118.0 + float(rng.uniform(0, 0.1)), 32.0 + float(rng.uniform(0, 0.1)))
        for step in range(2):
            where = (place[0] + 0.0005 * step, place[1])
            rows.append(("S1", "100100.01.01", day + dt.timedelta(3 * step), *where, True, True, False))
        rows.append(("S1", "100100.01", day, *place, False, True, False))  # a second report of the same
        rows.append(("S1", "100100.01", day, *place, True, True, True))  # discreet
        rows.append(("S1", "100100.0", day, *place, True, True, False))  # no class of the list
        rows.append(("S1", "200500", None if index else UNTIL, None, None, True, True, False))
    home.build.mkdir(parents=True, exist_ok=True)
    home.build_database.unlink(missing_ok=True)
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute(
            "create table int_incident_events (incident_id integer, unit_no varchar, class_code varchar,"
            " event_date date, longitude double, latitude double, is_first_report boolean, is_effective boolean,"
            " is_discreet boolean)"
        )
        connection.executemany(
            "insert into int_incident_events values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(index, *row) for index, row in enumerate(rows)],
        )
        connection.execute(
            "create table near_repeat_classes as select * from (values ('100100.01', '入室盗窃'),"
            " ('200500', '故意毁坏公私财物')) as made(class_code, class_label);"
            "create table rpt_incident_counts as select unit_no from int_incident_events;"
            "create table dim_unit as select * from (values ('B', null), ('S1', 'B')) as"
            " made(unit_no, parent_unit_no)"
        )


def session(home: Home, as_of: dt.date = AS_OF) -> Session:
    made = Session(
        home, load_profile(PROJECT_ROOT / "data_contracts" / "profiles" / "demo"), as_of, Settings(), "r1"
    )
    made.cut = current_cut(home)
    return made


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).prepare()


def landed(home: Home) -> pl.DataFrame:
    return landed_history(home, current_cut(home), "near_repeats")


def test_what_comes_again_next_door_lands_with_its_figures(home: Home) -> None:
    build(home, 40)
    assert find_near_repeats(session(home)) == 18
    rows = landed(home)
    assert set(rows["unit_no"]) == {"B", "S1"}
    assert set(rows["class_code"]) == {"100100.01"}
    first = rows.filter(pl.col("is_nearest_bin") & (pl.col("unit_no") == "S1")).row(0, named=True)
    assert (first["incident_count"], first["located_count"]) == (80, 80)
    assert first["pair_count"] >= 40
    assert first["pair_count"] <= 45
    assert float(first["pair_q_value"]) == pytest.approx(0.001)
    assert rows.filter(~pl.col("is_nearest_bin"))["pair_q_value"].null_count() == 16


def test_once_a_week_is_enough(home: Home) -> None:
    build(home, 40)
    find_near_repeats(session(home))
    before = current_cut(home).pipeline_batches
    assert find_near_repeats(session(home)) == 0
    assert current_cut(home).pipeline_batches == before
    assert find_near_repeats(session(home, AS_OF + dt.timedelta(7))) == 18


def test_too_few_land_nothing(home: Home) -> None:
    build(home, 24)
    assert find_near_repeats(session(home)) == 0
    assert landed(home).is_empty()
