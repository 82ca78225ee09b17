"""Declared fixes in the workbench: two persons, versions, append only; replay requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from jingcang.access.accounts import add_account, disable_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.fixes import FixBook
from jingcang.workbench.replays import ReplayBook

FIX: dict[str, Any] = {
    "source_system": "case", "source_table": "pj_jjdb", "rule_id": "AJLB.enum", "column_name": "AJLB",
    "kind": "replace", "parameters": {"77": "20"}, "reason": "旧代码", "generation": "g000001",
}  # fmt: skip


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    workbench = Workbench.open(Home(tmp_path), {})
    for user_id, role in (
        ("chenhui", "steward"),
        ("zhaomin", "steward"),
        ("lingdao", "leader_station"),
        ("lizhi", "steward"),
    ):
        add_account(
            workbench, user_id=user_id, display_name="某", role=role, unit_nos=("*",),
            password="long enough for a test",
        )  # fmt: skip
    disable_account(workbench, "lizhi")
    yield workbench
    workbench.close()


@pytest.fixture
def book(workbench: Workbench) -> FixBook:
    return FixBook(workbench)


def decide(book: FixBook, action: str, by: str, version: int = 1, reason: str = "核实过") -> str:
    return book.decide(1, action, seen_version=version, reason=reason, by=by, generation="g000002").state_code


def test_one_proposes_another_approves_and_every_step_is_kept(book: FixBook) -> None:
    assert book.propose(**FIX, by="chenhui") == 1
    assert decide(book, "approve", "zhaomin") == "approved"
    assert decide(book, "revoke", "chenhui", 2, "来源已改") == "revoked"
    (fix,) = book.declared()
    assert (fix.proposed_by, fix.decided_by, fix.reason, fix.version) == ("chenhui", "chenhui", "来源已改", 3)
    steps = [
        (step["version"], step["action"], step["user_id"], step["generation"]) for step in book.actions(1)
    ]
    assert steps == [
        (1, "propose", "chenhui", "g000001"),
        (2, "approve", "zhaomin", "g000002"),
        (3, "revoke", "chenhui", "g000002"),
    ]


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_nobody_judges_the_own_proposal(book: FixBook, action: str) -> None:
    book.propose(**FIX, by="chenhui")
    with pytest.raises(JingcangError, match="不能审核自己提出的修正"):
        decide(book, action, "chenhui")
    assert book.declared()[0].state_code == "proposed"
    assert decide(book, "withdraw", "chenhui") == "withdrawn"


def test_only_the_proposer_withdraws(book: FixBook) -> None:
    book.propose(**FIX, by="chenhui")
    with pytest.raises(JingcangError, match="只有提出人可以撤回"):
        decide(book, "withdraw", "zhaomin")


def test_a_stale_version_is_refused_with_the_name(book: FixBook) -> None:
    book.propose(**FIX, by="chenhui")
    decide(book, "reject", "zhaomin")
    with pytest.raises(JingcangError, match="zhaomin 已把它改为“未批准”，您的处理没有保存"):
        decide(book, "withdraw", "chenhui", 1)
    with pytest.raises(JingcangError, match="不能这样处理"):
        decide(book, "approve", "zhaomin", 2)


@pytest.mark.parametrize("by", ["lingdao", "lizhi", "nobody"])
def test_only_a_steward_in_service_decides(book: FixBook, by: str) -> None:
    with pytest.raises(JingcangError, match="可以决定隔离行的去留"):
        book.propose(**FIX, by=by)
    book.propose(**FIX, by="chenhui")
    with pytest.raises(JingcangError, match="可以决定隔离行的去留"):
        decide(book, "approve", by)


def test_the_same_fix_does_not_stand_twice(book: FixBook) -> None:
    book.propose(**FIX, by="chenhui")
    with pytest.raises(JingcangError, match="同样的修正已是第 1 号"):
        book.propose(**FIX, by="zhaomin")
    decide(book, "reject", "zhaomin")
    assert book.propose(**FIX, by="chenhui") == 2
    with pytest.raises(JingcangError, match="理由"):
        book.propose(**FIX | {"reason": "  "}, by="chenhui")


@pytest.mark.parametrize(
    "statement", ["update quarantine_fixes set kind = 'x'", "delete from quarantine_fix_actions"]
)
def test_what_was_declared_and_done_cannot_be_changed(
    book: FixBook, workbench: Workbench, statement: str
) -> None:
    book.propose(**FIX, by="chenhui")
    with pytest.raises(sa.exc.DatabaseError, match="append only"), workbench.write() as connection:
        connection.execute(sa.text(statement))


def test_a_replay_is_asked_for_once_until_a_run_has_done_it(workbench: Workbench) -> None:
    book = ReplayBook(workbench)
    asked = {"reason": "补投了文件", "by": "chenhui", "generation": "g000001"}
    assert book.request("case", "pj_jjdb", **asked) == 1
    with pytest.raises(JingcangError, match="chenhui 已申请重放"):
        book.request("case", "pj_jjdb", **asked | {"by": "zhaomin"})
    book.carried_out([1], "run-7")
    assert book.request("case", "pj_jjdb", **asked) == 2
    done, waiting = reversed(book.requested())
    assert (done.run_id, waiting.carried_out_at) == ("run-7", None)
    with pytest.raises(JingcangError, match="理由"):
        book.request("case", "aj_ajxx", **asked | {"reason": ""})
    with pytest.raises(JingcangError, match="去留"):
        book.request("case", "aj_ajxx", **asked | {"by": "lingdao"})
