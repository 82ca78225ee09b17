"""Decisions about alerts in the store: append only, on the version seen, by leaders."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from jingcang.access.accounts import add_account, disable_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench, tables
from jingcang.workbench.alert_decisions import (
    DISPOSITION_LABELS,
    OPEN_STATES,
    STATE_LABELS,
    AlertBook,
    state_of,
)

WEEK = dt.date(2026, 6, 22)


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    made = Workbench.open(Home(tmp_path), {})
    for user_id, role in (("zhang", "leader_station"), ("wang", "leader_bureau"), ("chen", "steward")):
        add_account(
            made, user_id=user_id, display_name=user_id, role=role, unit_nos=("S1",),
            password="long enough for a test",
        )  # fmt: skip
    yield made
    made.close()


def decide(book: AlertBook, disposition: str, version: int, by: str = "zhang", reason: str = "核过") -> int:
    return book.decide(
        "a1", disposition, reason=reason, seen_version=version, last_week=WEEK, by=by, generation="g1"
    )


def test_decisions_follow_each_other_and_all_are_kept(workbench: Workbench) -> None:
    book = AlertBook(workbench)
    assert decide(book, "true", 0) == 1
    assert decide(book, "handled", 1, by="wang") == 2
    kept = [(item.version, item.disposition, item.user_id, item.role) for item in book.decisions()]
    assert kept == [(1, "true", "zhang", "leader_station"), (2, "handled", "wang", "leader_bureau")]
    assert book.latest()["a1"].disposition == "handled"


def test_a_stale_version_is_refused_and_names_who_was_first(workbench: Workbench) -> None:
    book = AlertBook(workbench)
    decide(book, "false", 0, by="wang")
    with pytest.raises(JingcangError, match=r"wang 已于 .*判为“误”，您的处置没有保存"):
        decide(book, "true", 0)
    with pytest.raises(JingcangError, match="已不存在"):
        book.decide("a2", "true", reason="x", seen_version=3, last_week=WEEK, by="wang", generation="g1")
    assert len(book.decisions()) == 1


@pytest.mark.parametrize("by", ["chen", "nobody"])
def test_only_leaders_in_use_decide(workbench: Workbench, by: str) -> None:
    with pytest.raises(JingcangError, match="它的角色不能这样处理"):
        decide(AlertBook(workbench), "true", 0, by=by)
    disable_account(workbench, "zhang")
    with pytest.raises(JingcangError, match="不在用"):
        decide(AlertBook(workbench), "true", 0)


def test_a_reason_and_a_known_disposition_are_asked_for(workbench: Workbench) -> None:
    with pytest.raises(JingcangError, match="请写明理由"):
        decide(AlertBook(workbench), "true", 0, reason="  ")
    with pytest.raises(JingcangError, match="没有这种处置"):
        decide(AlertBook(workbench), "maybe", 0)


@pytest.mark.parametrize(
    "change", [tables.alert_decisions.delete(), tables.alert_decisions.update().values(reason="改")]
)
def test_the_database_itself_refuses_to_change_a_decision(
    workbench: Workbench, change: sa.Delete | sa.Update
) -> None:
    decide(AlertBook(workbench), "true", 0)
    with pytest.raises(sa.exc.DatabaseError, match="append only"), workbench.write() as connection:
        connection.execute(change)


def test_states_follow_the_disposition_and_the_weeks_since() -> None:
    later = WEEK + dt.timedelta(7)
    table = {
        (None, None, WEEK, False): "open",
        (None, None, WEEK, True): "expired",
        ("true", WEEK, WEEK, False): "confirmed",
        ("true", WEEK, later, True): "ended",
        ("false", WEEK, later, False): "false_alarm",
        ("handled", WEEK, WEEK, False): "handled",
        ("handled", WEEK, later, False): "reopened",
        ("handled", WEEK, later, True): "handled",
    }
    for (disposition, decided, last, expired), state in table.items():
        assert state_of(disposition, decided, last, is_expired=expired) == state
    assert set(table.values()) == set(STATE_LABELS)
    assert set(OPEN_STATES) <= set(STATE_LABELS)


def test_the_warehouse_says_the_same_words() -> None:
    seed = Path(__file__).resolve().parents[3] / "dbt_project" / "seeds" / "alert_words.csv"
    with seed.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["code"]: row["label"] for row in rows if row["kind"] == "state"} == STATE_LABELS
    assert {row["code"]: row["label"] for row in rows if row["kind"] == "disposition"} == DISPOSITION_LABELS
