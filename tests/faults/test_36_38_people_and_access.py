"""Rows 36 to 38 of FAULTS: two at once, a full or forged audit log, a role revoked in mid-session."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from jingcang.access import Door, Identity, Query
from jingcang.access.accounts import add_account, change_account, disable_account, find_account
from jingcang.access.door import Forbidden
from jingcang.errors import JingcangError
from jingcang.workbench import Workbench
from tests.faults import oracle
from tests.faults.records import INCIDENTS, UNITS, incident
from tests.faults.runner import Outcome, Runner
from tests.faults.world import World

Succeeded = Callable[[Outcome], Outcome]
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


def test_fault_36_an_identity_of_a_stale_version_is_refused(office: Office) -> None:
    assert office.door.run(COUNT, office.leader).rows() == [(60,)]
    change_account(office.workbench, "leader", role="leader_bureau", unit_nos=(UNITS[0],))
    with pytest.raises(Forbidden) as refusal:
        office.door.run(COUNT, office.leader)
    oracle.assert_helpful(str(refusal.value), "已变更", "重新登录")
    assert office.door.run(COUNT, find_account(office.workbench, "leader").identity) is not None


def test_fault_37_audit_log_that_cannot_be_written(office: Office, world: World) -> None:
    office.door.record(office.leader, "export", "警情")
    with closing(sqlite3.connect(world.home.workbench_database)) as connection, connection:
        connection.execute(
            "create trigger full before insert on audit_log begin select raise(abort, 'database or disk is full'); end"
        )
    with pytest.raises(JingcangError) as refusal:
        # Pages record an export before they hand it out, and a refusal before they state it.
        office.door.record(office.leader, "export", "警情")
    oracle.assert_helpful(str(refusal.value), "审计日志写不进去", "操作已拒绝", "audit_fail_closed")


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
