"""What starts a run by itself: an approval, a revocation, a new file; and nothing else."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from jingcang.access.accounts import add_account
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.address_aliases import AliasBook
from orchestration.definitions import pipeline_job
from orchestration.ingest.sensor import change_sensor
from orchestration.ingest.watched import DECISIONS, decisions_state, remember, seen


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path).prepare()
    assert decisions_state(made) == ""
    workbench = Workbench.open(made, {})
    for user_id in ("wang", "zhao"):
        add_account(
            workbench, user_id=user_id, display_name=user_id, role="steward", unit_nos=["*"],
            password="correct horse battery",
        )  # fmt: skip
    return made


def look(home: Home, cursor: str | None) -> tuple[int, str]:
    sensor = change_sensor(
        DECISIONS, lambda: decisions_state(home), lambda: seen(home).get(DECISIONS), pipeline_job(), 10
    )
    with dg.build_sensor_context(cursor=cursor, instance=dg.DagsterInstance.ephemeral()) as context:
        found = sensor(context)
    assert isinstance(found, dg.SensorResult)
    return len(found.run_requests or ()), str(found.cursor)


def test_a_decision_that_takes_effect_starts_one_run(home: Home) -> None:
    book = AliasBook(Workbench.open(home, {}))
    started, cursor = look(home, None)
    assert started == 0
    number = book.propose(
        written_name="永安东露", standard_name="永安东路", reason="路牌写法", by="wang", generation="g1"
    )
    assert look(home, cursor) == (0, cursor)
    for action, version in (("approve", 1), ("revoke", 2)):
        book.decide(number, action, seen_version=version, reason="看过", by="zhao", generation="g1")
        started, after = look(home, cursor)
        assert started == 1
        assert after != cursor
        cursor = after
        assert look(home, cursor) == (0, cursor)


def test_a_decision_of_the_time_without_services_starts_a_run_when_they_come_up(home: Home) -> None:
    book = AliasBook(Workbench.open(home, {}))
    remember(home, {DECISIONS: decisions_state(home)})
    assert look(home, None)[0] == 0
    number = book.propose(
        written_name="永安东露", standard_name="永安东路", reason="路牌写法", by="wang", generation="g1"
    )
    book.decide(number, "approve", seen_version=1, reason="看过", by="zhao", generation="g1")
    started, cursor = look(home, None)
    assert started == 1
    assert look(home, cursor) == (0, cursor)


def test_what_the_last_run_saw_is_kept_and_a_damaged_note_is_nothing(home: Home) -> None:
    assert seen(home) == {}
    remember(home, {DECISIONS: "1-0"})
    assert seen(home) == {DECISIONS: "1-0"}
    (home.ledger / "watched.json").write_text("[1,", encoding="utf-8")
    assert seen(home) == {}
    assert look(home, None)[0] == 0
