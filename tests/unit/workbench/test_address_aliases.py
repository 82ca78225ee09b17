"""Aliases of road names in the workbench: two people, the last one proposed holds, nothing empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from jingcang.access.accounts import add_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.address_aliases import AliasBook, standing


@pytest.fixture
def book(tmp_path: Path) -> AliasBook:
    workbench = Workbench.open(Home(tmp_path).prepare(), {})
    for user_id in ("wang", "zhao"):
        add_account(
            workbench, user_id=user_id, display_name=user_id, role="steward", unit_nos=["*"],
            password="correct horse battery",
        )  # fmt: skip
    return AliasBook(workbench)


def propose(book: AliasBook, written: str, standard: str) -> int:
    return book.propose(
        written_name=written, standard_name=standard, reason="牌子写法", by="wang", generation="g1"
    )


def approve(book: AliasBook, number: int, by: str = "zhao") -> None:
    book.decide(number, "approve", seen_version=1, reason="看过现场", by=by, generation="g1")


def test_an_alias_needs_another_person_and_the_last_proposed_holds(book: AliasBook) -> None:
    first, other = propose(book, "永安东露", "永安东路"), propose(book, "永安东露", "永安西路")
    with pytest.raises(JingcangError, match="不能审核自己提出的别名"):
        approve(book, first, "wang")
    approve(book, other)
    approve(book, first)
    assert [(item.alias_no, item.standard_name) for item in standing(book.declared())] == [
        (other, "永安西路")
    ]
    book.decide(other, "revoke", seen_version=2, reason="认错了", by="zhao", generation="g1")
    assert [item.standard_name for item in standing(book.declared())] == ["永安东路"]


@pytest.mark.parametrize(
    ("written", "standard"), [("", "永安东路"), ("永安东路", "永安东路"), ("永安东露", "")]
)
def test_an_alias_of_nothing_is_refused(book: AliasBook, written: str, standard: str) -> None:
    with pytest.raises(JingcangError, match="不能为空，也不能相同"):
        propose(book, written, standard)
