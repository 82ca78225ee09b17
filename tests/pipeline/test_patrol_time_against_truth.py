"""What the demo's patrols did that is no patrol: the yard planted by the simulator, calls by the dispatches' own times.

The seconds by reason of ``fct_patrol_shifts`` beside the reference calculation on the raw files of fixes, and beside
what the simulator says it planted.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from jingcang.statistics.presence import Presence, patrol_presence

Rows = dict[str, dict[str, Any]]
RADIUS_M = 60
LAST = dt.date(2026, 6, 28)
"""Last day compared with the raw files: that of the day after next holds planted faults."""
NOT_PATROL = ("2", "3")
"""Duty states of the demo's terminals that its mapping takes for 出警 and 在所."""


@pytest.fixture(scope="module")
def shifts(demo_home: Path) -> Rows:
    """Return shift number → its published row."""
    with duckdb.connect(os.path.realpath(demo_home / "serving" / "current"), read_only=True) as connection:
        rows = connection.execute("select * from fct_patrol_shifts").pl().to_dicts()
    return {row["shift_no"]: row for row in rows}


@pytest.fixture(scope="module")
def alone(demo_home: Path, shifts: Rows) -> pl.DataFrame:
    """Return shifts up to ``LAST`` during which their crew has no other: shift_no, unit, start, end (local)."""
    told = json.loads((demo_home / "sources" / "patrol_api" / "qw_pbxx.json").read_text(encoding="utf-8"))
    planned = [
        (row["PBID"], row["XZBH"], row["JHKSSJ"], row["JHJSSJ"]) for row in told if row["PBID"] in shifts
    ]
    frame = pl.DataFrame(planned, schema=["shift_no", "unit", "start", "end"], orient="row")
    frame = frame.with_columns(pl.col("start", "end").str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False))
    frame = frame.drop_nulls().unique("shift_no", keep="none").sort("unit", "start")
    begins_after = pl.col("start") >= pl.col("end").shift(1).over("unit")
    ends_before = pl.col("end") <= pl.col("start").shift(-1).over("unit")
    clear = begins_after.fill_null(value=True) & ends_before.fill_null(value=True)
    return frame.filter(clear & (pl.col("start").dt.date() <= LAST))


@pytest.fixture(scope="module")
def reference(demo_home: Path, alone: pl.DataFrame) -> dict[str, Presence]:
    """Return station → the reference calculation on the first make's fixes of those shifts, as written."""
    fixes = pl.concat(
        [
            pl.read_parquet(path).with_columns(pl.col("DWJD").cast(pl.Int64, strict=False))
            for path in sorted((demo_home / "sources" / "drop" / "gps").glob("*.parquet"))[:-1]
        ],
        how="vertical_relaxed",
    )
    fixes = (
        fixes.sort("DWSJ")
        .join_asof(alone.sort("start"), left_on="DWSJ", right_on="start", by_left="XZBH", by_right="unit")
        .filter(pl.col("DWSJ") < pl.col("end"))
        .with_columns(
            pl.col("DWSJ").dt.replace_time_zone("Asia/Shanghai"),
            (~pl.col("QWZT").is_in(NOT_PATROL)).alias("on_patrol"),
        )
    )
    with closing(sqlite3.connect(demo_home / "sources" / "organisation.sqlite")) as connection:
        yards = {
            unit: (float(x), float(y), RADIUS_M)
            for unit, x, y in connection.execute(
                "select DWBH, JD, WD from jg_dwxx where DWLB = '3' and JD is not null"
            )
        }
    calls = _calls(demo_home)
    return {
        unit: patrol_presence(
            fixes.filter(pl.col("DWBH") == unit), device="ZDBH", unit="XZBH", recorded_at="DWSJ", longitude="JD",
            latitude="WD", accuracy="DWJD", duty="on_patrol", stations=[yard], on_call=calls,
        )
        for unit, yard in sorted(yards.items())
    }  # fmt: skip


def _calls(demo_home: Path) -> list[tuple[str, float, float]]:
    """Return (patrol unit, start, end) of the dispatches of which the crew came to the place and told."""
    with closing(sqlite3.connect(demo_home / "sources" / "case.sqlite")) as connection:
        rows = connection.execute(
            "select distinct XZBH, CJSJ, FKSJ from pj_cjdb where DCSJ is not null and FKSJ > CJSJ and XZBH is not null"
        ).fetchall()
    frame = pl.DataFrame(rows, schema=["unit", "from", "to"], orient="row").with_columns(
        pl.col("from", "to").str.to_datetime("%Y%m%d%H%M%S", strict=False, time_zone="Asia/Shanghai")
    )
    frame = frame.drop_nulls().filter(pl.col("to") - pl.col("from") <= pl.duration(hours=12))
    return [(unit, start.timestamp(), end.timestamp()) for unit, start, end in frame.iter_rows()]


def test_planted_time_in_the_yard_is_taken_away(demo_home: Path, shifts: Rows) -> None:
    truth = json.loads((demo_home / "sources" / "truth.json").read_text(encoding="utf-8"))["effects"]
    planted = {number: seconds for number, seconds in truth["in_yard_seconds"].items() if number in shifts}
    assert len(planted) >= 20
    assert {
        number for number, least in planted.items() if shifts[number]["at_station_seconds"] < least
    } == set()
    others = [row["at_station_seconds"] for number, row in shifts.items() if number not in planted]
    assert sum(others) < 0.1 * sum(shifts[number]["at_station_seconds"] for number in planted)


def test_reasons_add_up_to_what_was_observed(shifts: Rows) -> None:
    names = ("delivered_seconds", "at_station_seconds", "on_call_seconds", "off_duty_seconds")
    assert all(row["observed_seconds"] == sum(row[name] for name in names) for row in shifts.values())


def test_seconds_by_reason_are_those_of_the_reference(
    shifts: Rows, alone: pl.DataFrame, reference: dict[str, Presence]
) -> None:
    assert len(reference) == 5
    chosen = [shifts[number] for number in alone["shift_no"]]
    assert len(chosen) > 100
    for unit, found in reference.items():
        rows = [row for row in chosen if row["unit_no"] == unit]
        for name, reason in (
            ("at_station_seconds", "station"), ("off_duty_seconds", "off_duty"), ("on_call_seconds", "on_call"),
        ):  # fmt: skip
            made = sum(row[name] for row in rows)
            assert made == pytest.approx(found.excluded_seconds[reason], rel=0.01, abs=60), (unit, name)
        delivered = sum(row["delivered_seconds"] for row in rows)
        assert delivered == pytest.approx(found.minutes["minutes"].sum() * 60, rel=0.01), unit
    assert sum(row["on_call_seconds"] for row in chosen) > 1_800
