"""Decided label rules: one pending version a rule, a second steward always, the last approved stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jingcang.access.accounts import add_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.label_rules import RuleBook, landed_row, standing

ROW = {
    "rule_id": "MO05-1", "label_code": "MO05", "label_group": "作案手段", "terms": "溜门|[潜/溜]入", "context": "",
    "context_reach": "0", "exclusions": "", "exclusion_reach": "0", "counts_in_claim": "false", "priority": "60",
    "confidence_pct": "90", "status": "active",
}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Iterator[RuleBook]:
    workbench = Workbench.open(Home(tmp_path), {})
    for user_id in ("chenhui", "zhaomin"):
        add_account(
            workbench, user_id=user_id, display_name="某", role="steward", unit_nos=("*",),
            password="long enough for a test",
        )  # fmt: skip
    yield RuleBook(workbench)
    workbench.close()


def propose(book: RuleBook, based_on: str = "1.0.0", **changed: str) -> int:
    return book.propose(
        ROW | changed, based_on=based_on, reason="漏了一种说法", by="chenhui", generation="g1"
    )


def decide(book: RuleBook, number: int, action: str, version: int = 1, by: str = "zhaomin") -> str:
    made = book.decide(number, action, seen_version=version, reason="看过试验", by=by, generation="g1")
    return made.state_code


def test_nobody_approves_the_own_rule(book: RuleBook) -> None:
    number = propose(book)
    with pytest.raises(JingcangError, match="不能审核自己提出的标签规则"):
        decide(book, number, "approve", by="chenhui")
    assert decide(book, number, "approve") == "approved"


def test_of_one_rule_the_last_approved_version_stands_and_a_revoked_one_gives_way(book: RuleBook) -> None:
    first = propose(book)
    decide(book, first, "approve")
    second = propose(book, "1.0.0+1", terms="溜门", status="retired")
    decide(book, second, "approve")
    other = propose(book, "", rule_id="MO05-9")
    assert [(item.rule_id, item.rule_version) for item in standing(book.declared())] == [
        ("MO05-1", "1.0.0+2")
    ]
    decide(book, other, "approve")
    decide(book, second, "revoke", 2)
    assert [(item.rule_id, item.rule_version, item.terms) for item in standing(book.declared())] == [
        ("MO05-1", "1.0.0+1", ROW["terms"]),
        ("MO05-9", "1.0.0+3", ROW["terms"]),
    ]
    assert landed_row(standing(book.declared())[0]) == ROW | {
        "rule_version": "1.0.0+1", "proposed_by": "chenhui", "decided_by": "zhaomin", "reason": "漏了一种说法"
    }  # fmt: skip


def test_one_version_of_a_rule_waits_at_a_time(book: RuleBook) -> None:
    propose(book)
    with pytest.raises(JingcangError, match="另一个版本已是第 1 号，待另一人审核"):
        propose(book, terms="潜入")
    decide(book, 1, "withdraw", by="chenhui")
    assert propose(book, terms="潜入") == 2


def test_a_rule_that_cannot_be_applied_is_refused_by_its_column(book: RuleBook) -> None:
    with pytest.raises(JingcangError, match="“上下文范围”应是 0，因为没有上下文词"):
        propose(book, context_reach="10")
    assert book.declared() == []
