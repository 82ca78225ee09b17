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
from tests.faults.runner import Outcome, Runner
from tests.faults.world import INCIDENTS, UNITS, World, incident

Succeeded = Callable[[Outcome], Outcome]
COUNT = Query("警情件数", "select count(*) as n from {fct_incidents}")
PERSONS = Query("人员件数", "select count(*) as n from {dim_person}")


@dataclass(frozen=True)
class Office:
    """The published world with its workbench, a door and somebody who may use it."""

    workbench: Workbench
    door: Door
    steward: Identity


@pytest.fixture
def office(world: World) -> Iterator[Office]:
    workbench = Workbench.open(world.home, {})
    steward = add_account(
        workbench, user_id="steward", display_name="测试丁", role="steward", unit_nos=("*",), officer_no=None,
        password="correct horse battery",
    ).identity  # fmt: skip
    yield Office(workbench, Door(world.home, workbench=workbench), steward)
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
    assert office.door.run(COUNT, office.steward).rows() == [(60,)]
    change_account(office.workbench, "steward", role="steward", unit_nos=(UNITS[0],))
    with pytest.raises(Forbidden) as refusal:
        office.door.run(COUNT, office.steward)
    oracle.assert_helpful(str(refusal.value), "已变更", "重新登录")
    assert office.door.run(COUNT, find_account(office.workbench, "steward").identity) is not None


def test_fault_37_audit_log_that_cannot_be_written(office: Office, world: World) -> None:
    office.door.run(PERSONS, office.steward)
    with closing(sqlite3.connect(world.home.workbench_database)) as connection, connection:
        connection.execute(
            "create trigger full before insert on audit_log begin select raise(abort, 'database or disk is full'); end"
        )
    with pytest.raises(JingcangError) as refusal:
        office.door.run(PERSONS, office.steward)
    oracle.assert_helpful(str(refusal.value), "审计日志写不进去", "操作已拒绝", "audit_fail_closed")


def test_fault_37_audit_log_tampered_with(office: Office, world: World) -> None:
    office.door.run(PERSONS, office.steward)
    with closing(sqlite3.connect(world.home.workbench_database)) as connection, connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f"drop trigger {name}")
        connection.execute(
            "update audit_log set user_id = 'nobody' where seq = (select max(seq) from audit_log)"
        )
    with pytest.raises(JingcangError) as refusal:
        office.door.run(PERSONS, office.steward)
    oracle.assert_helpful(str(refusal.value), "审计日志被改动过", "audit_chain", "报告上级")


def test_fault_38_role_revoked_in_mid_session(office: Office) -> None:
    assert office.door.run(COUNT, office.steward).rows() == [(60,)]
    disable_account(office.workbench, "steward")
    with pytest.raises(Forbidden) as refusal:
        office.door.run(COUNT, office.steward)
    oracle.assert_helpful(str(refusal.value), "已停用", "重新登录")
