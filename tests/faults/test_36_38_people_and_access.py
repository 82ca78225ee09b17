"""Rows 36 to 38 of FAULTS: two at once, a full or forged audit log, a role revoked in mid-session."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from jingcang.access import Door, Identity, Query
from jingcang.access.accounts import add_account, change_account, disable_account, find_account
from jingcang.access.door import Forbidden
from jingcang.errors import JingcangError
from jingcang.workbench import Actor, AuditLog, IssueBoard, Published, Workbench
from tests.faults import oracle
from tests.faults.records import INCIDENTS, UNITS, incident
from tests.faults.runner import Outcome, Runner
from tests.faults.steps import fill
from tests.faults.world import World

Succeeded = Callable[[Outcome], Outcome]
MORE_THAN_A_FILE_HAS_ROOM_FOR = 5000
COUNT = Query("警情件数", "select count(*) as n from {fct_incidents}")


@dataclass(frozen=True)
class Office:
    """The published world with its workbench, a door and somebody who may use it."""

    workbench: Workbench
    door: Door
    leader: Identity


@pytest.fixture
def office(world: World) -> Iterator[Office]:
    workbench = Workbench.open(world.home, {})
    leader = add_account(
        workbench, user_id="leader", display_name="测试丁", role="leader_bureau", unit_nos=("*",), officer_no=None,
        password="correct horse battery",
    ).identity  # fmt: skip
    yield Office(workbench, Door(world.home, workbench=workbench), leader)
    workbench.close()


def test_fault_36_two_runs_at_once(world: World, runner: Runner, succeeded: Succeeded) -> None:
    from orchestration import lease

    world.insert(INCIDENTS, [incident(100, GXSJ="20260629230000")])
    before = oracle.published(world)
    with lease.hold(world.home, "数据更新") as holder:
        second = runner.run(world)
        oracle.assert_helpful(second.error, "另一个任务正在使用", str(holder.pid), holder.since, "处理办法")
        assert second.steps.count("replace") == 0, "the one that was refused wrote nothing"
        assert oracle.published(world) == before
    succeeded(runner.run(world))
    assert oracle.rows(world, "select count(*) from fct_incidents") == [(61,)]
    oracle.check(world)


def test_fault_36_two_stewards_at_once(world: World, runner: Runner, succeeded: Succeeded) -> None:
    """Both saw the same issue; one decision stands and is published, the other steward is told whose it is."""
    world.insert(INCIDENTS, [incident(100, SSRS="两人", GXSJ="20260629230000")])
    succeeded(runner.run(world))
    oracle.check(world)
    query = """
        select issue_id, check_id, is_issue_open, spell_no, latest_run_no from fct_quality_issues
        where is_issue_open and object_name = 'case.pj_jjdb' order by check_id
    """
    generation = Path(os.path.realpath(world.home.current_link)).stem
    issue = Published(*oracle.rows(world, query)[0], generation)
    together = threading.Barrier(2)

    def decide(name: str) -> str | None:
        workbench = Workbench.open(world.home, {})
        together.wait()
        try:
            IssueBoard(workbench).act([(issue, 0)], "acknowledge", Actor(name, "steward"))
        except JingcangError as refusal:
            return str(refusal)
        finally:
            workbench.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        told = dict(zip(("wang", "li"), pool.map(decide, ("wang", "li")), strict=True))
    winner = next(name for name, refusal in told.items() if refusal is None)
    loser = next(name for name, refusal in told.items() if refusal is not None)
    oracle.assert_helpful(told[loser], f"{winner} 已于", "您的处理没有保存", "请刷新", issue.check_id)
    succeeded(runner.run(world))
    found = f"""
        select state_code, decided_by, decision_version from fct_quality_issues where issue_id = '{issue.issue_id}'
    """
    assert oracle.rows(world, found) == [("acknowledged", winner, 1)]
    oracle.check(world)


def test_fault_36_an_identity_of_a_stale_version_is_refused(office: Office) -> None:
    assert office.door.run(COUNT, office.leader).rows() == [(60,)]
    change_account(office.workbench, "leader", role="leader_bureau", unit_nos=(UNITS[0],))
    with pytest.raises(Forbidden) as refusal:
        office.door.run(COUNT, office.leader)
    oracle.assert_helpful(str(refusal.value), "已变更", "重新登录")
    assert office.door.run(COUNT, find_account(office.workbench, "leader").identity) is not None


def test_fault_37_audit_log_on_a_full_disk(world: World, on_small_disk: Callable[[World], Path]) -> None:
    disk = on_small_disk(world)
    workbench = Workbench.open(world.home, {})
    leader = add_account(
        workbench, user_id="leader", display_name="测试丁", role="leader_bureau", unit_nos=("*",), officer_no=None,
        password="correct horse battery",
    ).identity  # fmt: skip
    door = Door(world.home, workbench=workbench)

    def recorded() -> int:
        with workbench.read() as connection:
            return connection.execute(sa.text("select count(*) from audit_log")).scalar_one()

    before, allowed, refusal = recorded(), 0, None
    filler = fill(disk)
    # Pages record an export before they hand it out. What room the log's file has left is used up first.
    while refusal is None and allowed < MORE_THAN_A_FILE_HAS_ROOM_FOR:
        try:
            door.record(leader, "export", "警情")
            allowed += 1
        except JingcangError as error:
            refusal = str(error)
    oracle.assert_helpful(refusal, "审计日志写不进去", "操作已拒绝", "audit_fail_closed")
    filler.unlink()
    door.record(leader, "export", "警情")
    assert recorded() == before + allowed + 1, "allowed and logged are the same"
    AuditLog(workbench).verify()
    workbench.close()
    oracle.check(world)


def test_fault_37_audit_log_tampered_with(office: Office, world: World) -> None:
    office.door.record(office.leader, "export", "警情")
    with closing(sqlite3.connect(world.home.workbench_database)) as connection, connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f"drop trigger {name}")
        connection.execute(
            "update audit_log set user_id = 'nobody' where seq = (select max(seq) from audit_log)"
        )
    with pytest.raises(JingcangError) as refusal:
        # Pages record an export before they hand it out, and a refusal before they state it.
        office.door.record(office.leader, "export", "警情")
    oracle.assert_helpful(str(refusal.value), "审计日志被改动过", "audit_chain", "报告上级")


def test_fault_38_role_revoked_in_mid_session(office: Office) -> None:
    assert office.door.run(COUNT, office.leader).rows() == [(60,)]
    disable_account(office.workbench, "leader")
    with pytest.raises(Forbidden) as refusal:
        office.door.run(COUNT, office.leader)
    oracle.assert_helpful(str(refusal.value), "已停用", "重新登录")
