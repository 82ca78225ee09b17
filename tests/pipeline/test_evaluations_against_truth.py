"""The demo's programmes: verdicts of the published evaluations beside what the simulator planted."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest


@pytest.fixture(scope="module")
def found(demo_home: Path) -> dict[str, dict[str, Any]]:
    """Return evaluation code → its published row."""
    with duckdb.connect(os.path.realpath(demo_home / "serving" / "current"), read_only=True) as connection:
        rows = connection.execute("select * from fct_patrol_evaluations").pl().to_dicts()
    return {row["evaluation_code"]: row for row in rows}


@pytest.fixture(scope="module")
def planted(demo_home: Path) -> dict[str, Any]:
    effects: dict[str, Any] = json.loads((demo_home / "sources" / "truth.json").read_text(encoding="utf-8"))[
        "effects"
    ]
    return effects


def test_the_counts_are_those_of_the_published_incidents(
    demo_home: Path, found: dict[str, dict[str, Any]], planted: dict[str, Any]
) -> None:
    row = found["zx01"]
    with duckdb.connect(os.path.realpath(demo_home / "serving" / "current"), read_only=True) as connection:
        events = connection.execute(
            "select area_no, event_date, class_code, report_channel_code, record_count from fct_incidents "
            "where is_effective"
        ).fetchall()
    classes = planted["patrol_programme"]["classes"]
    for group in ("treated", "control"):
        areas = row[f"{group}_areas"].split(",")
        for side in ("before", "after"):
            counted = sum(
                count
                for area, day, code, channel, count in events
                if area in areas
                and code
                and any(code == c or code.startswith(f"{c}.") for c in classes)
                and channel != "patrol"
                and row[f"{side}_start_date"] <= day <= row[f"{side}_last_date"]
            )
            assert counted == row[f"{group}_{side}_count"], (group, side)


def covers(row: dict[str, Any], factor: float) -> bool:
    """Return whether the 95% interval holds a planted factor."""
    half = 1.96 * float(row["effect_standard_error"])
    return abs(float(row["effect_log"]) - math.log(factor)) <= half


def test_what_was_planned_and_not_done_is_not_done(
    found: dict[str, dict[str, Any]], planted: dict[str, Any]
) -> None:
    row, truth = found["zx02"], planted["idle_programme"]
    assert row["treated_areas"].split(",") == truth["areas"]
    assert (str(row["after_start_date"]), str(row["after_last_date"])) == (truth["from"], truth["to"])
    assert (row["verdict_label"], row["delivered_minutes"], row["delivered_pct"]) == ("未执行", 0, 0)
    assert row["planned_minutes"] > 10_000
    assert "整班没有定位" in row["dosage_note"]


def test_what_was_done_is_judged_by_its_counts_and_claims_no_more_than_they_hold(
    found: dict[str, dict[str, Any]], planted: dict[str, Any]
) -> None:
    row, truth = found["zx01"], planted["patrol_programme"]
    assert row["treated_areas"].split(",") == truth["areas"]
    assert set(truth["control_areas"]) <= set(row["control_areas"].split(","))
    assert row["class_codes"].split(",") == sorted(truth["classes"])
    assert row["delivered_pct"] > 50
    assert row["verdict_code"] in ("clear_fall", "possible_fall", "undecided"), "it works; the town is small"
    assert covers(row, truth["factor"])
    if row["verdict_code"] == "undecided":
        assert float(row["detectable_fall_pct"]) > 100 * (1 - truth["factor"])
        assert "能看出的最小下降是" in row["verdict_text"]


def test_what_patrols_cannot_change_is_not_said_to_have_changed(found: dict[str, dict[str, Any]]) -> None:
    row = found["zx01-traffic"]
    assert row["verdict_code"] in ("no_change", "undecided")
    assert covers(row, 1.0)
    assert (row["design_faults"], row["evaluation_state_code"]) == (None, "evaluated")
