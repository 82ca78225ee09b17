"""Repeats of the demo against what was planted, and against counts by hand from what landed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

DISCREET = "('100900', '101700', '200200.02', 'J30200', '200600', '201900', '202000', '202100', '500100.02', '500700', '500800')"  # noqa: E501


@pytest.fixture(scope="module")
def planted(demo_home: Path) -> dict[str, Any]:
    truth = json.loads((demo_home / "sources" / "truth.json").read_text(encoding="utf-8"))
    return dict(truth["effects"]["repeats"])


@pytest.fixture(scope="module")
def published(demo_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(os.path.realpath(demo_home / "serving" / "current"), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def built(demo_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo_home / "build" / "build.duckdb"), read_only=True) as connection:
        yield connection


def clusters(published: duckdb.DuckDBPyConnection, kind: str) -> list[tuple[set[str], int]]:
    """Return the incidents and the 90-day count of every cluster of a kind."""
    rows = published.execute(
        "select list(incident_no), any_value(repeat_90d_count) from fct_repeat_incidents "
        "join fct_repeat_clusters using (repeat_cluster_id) where cluster_kind_code = ? and days_ago <= 90 "
        "group by repeat_cluster_id",
        [kind],
    ).fetchall()
    return [(set(numbers), count) for numbers, count in rows]


def test_planted_buildings_are_found_with_nearly_all_their_incidents(
    published: duckdb.DuckDBPyConnection, planted: dict[str, Any]
) -> None:
    found = clusters(published, "place")
    for place in planted["places"]:
        wanted = set(place["incident_nos"])
        best, count = max(found, key=lambda cluster: len(cluster[0] & wanted))
        # a call may be in quarantine, fed back as a discreet class, or written with its road only
        assert len(best & wanted) >= 0.7 * len(wanted), (place, best)
        assert count >= 0.7 * len(wanted) - 1


def test_planted_second_reports_are_one_event(
    published: duckdb.DuckDBPyConnection, planted: dict[str, Any]
) -> None:
    found = clusters(published, "event")
    joined = sum(any(set(pair) <= numbers for numbers, _ in found) for pair in planted["reports"])
    assert joined >= 0.6 * len(planted["reports"]), (joined, planted["reports"])


def test_planted_phones_are_counted_and_nowhere_told(
    published: duckdb.DuckDBPyConnection, planted: dict[str, Any]
) -> None:
    often = published.execute(
        "select coalesce(sum(person_count), 0) from rpt_repeat_persons where appearance_code = 'phone' "
        "and repeat_90d_count >= 7"
    ).fetchone()
    assert often is not None
    assert often[0] == pytest.approx(len(planted["phones"]), abs=1)
    told = published.execute(
        "select table_name, column_name from information_schema.columns "
        "where column_name in ('caller_id', 'subject_key')"
    ).fetchall()
    assert told == []


def test_clusters_are_those_counted_by_hand_from_what_landed(built: duckdb.DuckDBPyConnection) -> None:
    """A place is counted by its buildings' own columns; events by the gap to the report before."""
    by_hand = built.execute(
        f"""
        with building as (
            select address_no, concat_ws('|', road_name, house_no, compound_name, building_no) as building
            from landed.addresses
        ), calls as (
            select i.incident_id, b.building, f.class_level2_code as class, i.event_at, f.event_date
            from landed.incidents i
            join derived.incident_addresses a using (incident_id)
            join building b on b.address_no = a.building_address_no
            join fct_incidents f using (incident_id)
            cross join control.run r
            where f.event_date < r.as_of and f.event_date >= r.as_of - 90 and f.is_effective and f.record_count > 0
                and f.class_code is not null and f.class_code not in {DISCREET}
                and coalesce(f.initial_class_code, '') not in {DISCREET}
        ), firsts as (
            select *, coalesce(epoch(event_at - lag(event_at) over (
                partition by building, class order by event_at, incident_id)) > 1800, true) as is_first
            from calls
        )
        select count(*) filter (where is_first) as events from firsts group by building having events >= 2
        """
    ).fetchall()
    shown = built.execute(
        "select repeat_90d_count from fct_repeat_clusters where cluster_kind_code = 'place'"
    ).fetchall()
    assert sorted(shown) == sorted(by_hand)
    assert len(shown) >= 6


def test_no_discreet_incident_has_a_place(published: duckdb.DuckDBPyConnection) -> None:
    told = published.execute(
        "select count(*) from fct_repeat_incidents join fct_incidents using (incident_id) "
        f"where class_code in {DISCREET} or initial_class_code in {DISCREET} or class_code is null"
    ).fetchone()
    assert told == (0,)


def test_near_repeats_are_burglaries_and_nothing_else(published: duckdb.DuckDBPyConnection) -> None:
    told = published.execute(
        "select class_code, is_near_repeat from rpt_near_repeats where is_nearest_bin and scope_code = 'bureau'"
    ).fetchall()
    assert told
    assert {code for code, is_near in told if is_near} <= {"100100.01"}
