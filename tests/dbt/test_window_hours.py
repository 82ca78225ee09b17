"""Incidents spread over the hours of the week: the SQL against the library, also over changes of the clock."""

from __future__ import annotations

import duckdb
import pytest
from warehouse import dbt

from jingcang.statistics import aoristic_profile

ZONE = "Europe/Berlin"
WINDOWS = [
    # incident, own window, window of its case
    ("night", "2026-05-31 21:40", "2026-05-31 23:10", None, None),
    ("instant", "2026-05-31 21:40", "2026-05-31 21:40", None, None),
    ("week", "2026-05-24 10:07", "2026-05-31 10:07", None, None),
    ("longer", "2026-05-24 10:07", "2026-05-31 10:08", None, None),
    ("autumn", "2025-10-25 20:00", "2025-10-26 04:00", None, None),
    ("spring", "2026-03-28 20:00", "2026-03-29 04:00", None, None),
    ("case", None, None, "2026-06-01 18:00", "2026-06-02 05:30"),
    ("both", "2026-06-03 01:00", "2026-06-03 02:00", "2026-06-01 18:00", "2026-06-02 05:30"),
    ("turned", "2026-06-03 02:00", "2026-06-03 01:00", "2026-06-01 18:00", "2026-06-02 05:30"),
    ("none", None, None, None, None),
]


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[int, int, int]]]:
    """Return incident → (weekday, hour, millionths)."""
    database = tmp_path_factory.mktemp("hours") / "build.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema control; create schema main_staging")
        connection.execute(f"create table control.run as select '{ZONE}' as timezone")
        for table in ("stg_incidents", "stg_cases"):
            connection.execute(
                f"create table {table} (incident_id varchar, case_id varchar, event_date date, "
                "occurred_from_at timestamptz, occurred_to_at timestamptz)"
            )
        for incident, own_from, own_to, case_from, case_to in WINDOWS:
            connection.execute(
                "insert into stg_incidents values (?, null, '2026-06-01', ? || ':00+00', ? || ':00+00')",
                [incident, own_from, own_to],
            )
            connection.execute(
                "insert into stg_cases values (?, ?, '2026-06-01', ? || ':00+00', ? || ':00+00')",
                [incident, f"c_{incident}", case_from, case_to],
            )
    target = tmp_path_factory.mktemp("target")
    assert dbt(database, target, "run", "--select", "int_incident_windows", "int_window_hours") == []
    with duckdb.connect(str(target / "build.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select incident_id, weekday_number, event_hour, incident_millionths from int_window_hours order by all"
        ).fetchall()
    found: dict[str, list[tuple[int, int, int]]] = {}
    for incident, *hour in rows:
        found.setdefault(incident, []).append((hour[0], hour[1], hour[2]))
    return found


def test_every_window_of_at_most_a_week_adds_up_to_one(
    spread: dict[str, list[tuple[int, int, int]]],
) -> None:
    assert spread.keys() == {row[0] for row in WINDOWS} - {"longer", "none"}
    assert {sum(part for _, _, part in hours) for hours in spread.values()} == {1_000_000}


@pytest.mark.parametrize(("incident", "began", "ended"), [row[:3] for row in WINDOWS if row[0] in (
    "night", "instant", "week", "autumn", "spring")])  # fmt: skip
def test_the_weights_are_those_of_the_library(
    spread: dict[str, list[tuple[int, int, int]]], incident: str, began: str, ended: str
) -> None:
    expected = aoristic_profile([f"{began}+00:00"], [f"{ended}+00:00"], ZONE).weights
    found = {24 * (weekday - 1) + hour: part / 1e6 for weekday, hour, part in spread[incident]}
    assert found == pytest.approx(
        {place: weight for place, weight in enumerate(expected) if weight > 0}, abs=2e-4
    )


def test_the_incidents_own_window_comes_before_that_of_its_case(
    spread: dict[str, list[tuple[int, int, int]]],
) -> None:
    assert spread["both"] == [(3, 3, 1_000_000)]
    assert spread["turned"] == spread["case"]
    assert len(spread["case"]) == 12
