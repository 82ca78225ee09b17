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
from orchestration.ingest.sensor import change_sensor, decisions_state


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
    sensor = change_sensor("decisions", lambda: decisions_state(home), pipeline_job(), 10)
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
    for action, seen in (("approve", 1), ("revoke", 2)):
        book.decide(number, action, seen_version=seen, reason="看过", by="zhao", generation="g1")
        started, after = look(home, cursor)
        assert started == 1
        assert after != cursor
        cursor = after
        assert look(home, cursor) == (0, cursor)
