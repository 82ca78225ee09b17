"""Decided meanings of codes: one person where nothing rests on them, two where something does; which stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jingcang.access.accounts import add_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.code_mappings import MappingBook, standing

MAPPING: dict[str, Any] = {
    "source_system": "case", "field_name": "incidents.initial_class_raw", "source_value": "77",
    "dictionary": "incident_class", "outcome": "mapped", "code": "100000", "equivalence": "exact",
    "valid_from": None, "needs_second": True, "reason": "旧代码", "generation": "g1",
}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Iterator[MappingBook]:
    workbench = Workbench.open(Home(tmp_path), {})
    for user_id in ("chenhui", "zhaomin"):
        add_account(
            workbench, user_id=user_id, display_name="某", role="steward", unit_nos=("*",),
            password="long enough for a test",
        )  # fmt: skip
    yield MappingBook(workbench)
    workbench.close()


def decide(book: MappingBook, number: int, action: str, by: str, version: int = 1) -> str:
    made = book.decide(number, action, seen_version=version, reason="核实过", by=by, generation="g2")
    return made.state_code


def test_the_proposer_approves_only_what_no_figure_rests_on(book: MappingBook) -> None:
    book.propose(**MAPPING, by="chenhui")
    with pytest.raises(JingcangError, match="不能审核自己提出的映射"):
        decide(book, 1, "approve", "chenhui")
    book.propose(**{**MAPPING, "source_value": "78", "needs_second": False}, by="chenhui")
    assert decide(book, 2, "approve", "chenhui") == "approved"


def test_of_one_value_and_day_the_last_approved_stands(book: MappingBook) -> None:
    since = dt.date(2026, 1, 1)
    for code, day in (("100000", None), ("200000", None), ("300000", since)):
        number = book.propose(**{**MAPPING, "code": code, "valid_from": day}, by="chenhui")
        decide(book, number, "approve", "zhaomin")
    assert [(item.code, item.valid_from) for item in standing(book.declared())] == [
        ("200000", None),
        ("300000", since),
    ]
    decide(book, 2, "revoke", "chenhui", 2)
    assert [item.code for item in standing(book.declared())] == ["100000", "300000"]


def test_what_is_put_off_does_not_stand_and_can_be_taken_up_again(book: MappingBook) -> None:
    number = book.propose(**{**MAPPING, "outcome": "deferred", "code": None}, by="chenhui")
    assert book.declared()[0].state_code == "deferred"
    assert standing(book.declared()) == []
    with pytest.raises(JingcangError, match="不能这样处理"):
        decide(book, number, "approve", "zhaomin")
    assert decide(book, number, "resume", "zhaomin") == "withdrawn"


@pytest.mark.parametrize("wrong", [{"code": None}, {"outcome": "ignored"}, {"outcome": "perhaps"}])
def test_an_outcome_without_its_code_is_refused(book: MappingBook, wrong: dict[str, Any]) -> None:
    with pytest.raises(JingcangError, match="请选择字典代码"):
        book.propose(**{**MAPPING, **wrong}, by="chenhui")
    assert book.declared() == []
