"""专项行动 and decisions of meetings in the store: append only, on the version seen, by leaders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from jingcang.access.accounts import add_account, disable_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench, tables
from jingcang.workbench.meeting_decisions import DecisionBook, Figure
from jingcang.workbench.operations import OperationBook, landed_rows

AS_OF = dt.date(2026, 6, 30)
FIGURE = Figure(
    "incidents_theft", "", "S1", "S1-A1", "four_weeks", dt.date(2026, 6, 1), dt.date(2026, 6, 29), 41, None
)


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


def declare(book: OperationBook, **changed: Any) -> int:
    stated: dict[str, Any] = {
        "name": "夏夜治安巡查", "programme_no": None, "class_codes": ["100100", "100100"],
        "places": [("S1", "S1-A2"), ("S1", "S1-A1")], "start": dt.date(2026, 6, 1), "last": dt.date(2026, 6, 28),
        "unit_no": "S1", "reason": "上级部署", "by": "zhang", "generation": "g1",
    }  # fmt: skip
    return book.declare(**stated | changed)


def log(book: DecisionBook, **changed: Any) -> int:
    stated: dict[str, Any] = {
        "owner": "1001", "review_date": AS_OF + dt.timedelta(28), "as_of": AS_OF, "unit_no": "S1",
        "reason": "周例会", "by": "zhang", "generation": "g1",
    }  # fmt: skip
    return book.log("城北市场夜间增派一组", FIGURE, **stated | changed)


def review(book: DecisionBook, number: int, verdict: str, version: int, **changed: Any) -> int:
    stated: dict[str, Any] = {
        "now": None, "next_date": dt.date(2026, 8, 25), "as_of": dt.date(2026, 7, 28), "reason": "看过数",
        "by": "zhang", "generation": "g2",
    }  # fmt: skip
    return book.review(number, verdict, seen_version=version, **stated | changed)


def test_an_operation_is_declared_changed_and_withdrawn_and_all_versions_stay(workbench: Workbench) -> None:
    book = OperationBook(workbench)
    number = declare(book)
    assert declare(book, name="另一项") == number + 1
    assert declare(book, last=dt.date(2026, 7, 5), number=number, seen_version=1, by="wang") == number
    book.withdraw(number, seen_version=2, reason="并入另一项", by="wang", generation="g2")
    kept = [
        (v.version, v.state_code, v.last_date, v.user_id) for v in book.versions() if v.operation_no == number
    ]
    assert kept == [
        (1, "declared", dt.date(2026, 6, 28), "zhang"), (2, "declared", dt.date(2026, 7, 5), "wang"),
        (3, "withdrawn", dt.date(2026, 7, 5), "wang"),
    ]  # fmt: skip
    latest = book.latest()[number]
    assert (latest.is_standing, latest.unit_no, latest.class_codes) == (False, "S1", "100100")
    assert latest.place_pairs() == [("S1", "S1-A1"), ("S1", "S1-A2")]


def test_a_version_and_place_is_landed_as_one_row_in_a_fixed_order(workbench: Workbench) -> None:
    book = OperationBook(workbench)
    number = declare(book)
    declare(book, places=[("S1", "")], number=number, seen_version=1)
    rows = landed_rows(book.versions())
    assert [(row["version"], row["unit_no"], row["area_no"]) for row in rows] == [
        (1, "S1", "S1-A1"), (1, "S1", "S1-A2"), (2, "S1", None),
    ]  # fmt: skip
    keys = [row["place_key"] for row in rows]
    assert keys == sorted(set(keys))


def test_an_operation_on_an_old_version_is_refused_and_names_who_was_first(workbench: Workbench) -> None:
    book = OperationBook(workbench)
    number = declare(book)
    declare(book, name="改名", number=number, seen_version=1, by="wang")
    with pytest.raises(JingcangError, match=r"wang 已于 .*把它改为第 2 版“已登记”，您的处理没有保存"):
        declare(book, name="也改名", number=number, seen_version=1)
    with pytest.raises(JingcangError, match="没有保存"):
        book.withdraw(number, seen_version=1, reason="x", by="zhang", generation="g1")
    with pytest.raises(JingcangError, match="没有这条专项行动"):
        book.withdraw(99, seen_version=1, reason="x", by="zhang", generation="g1")
    assert len(book.versions()) == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": " "}, "要有名称"),
        ({"places": []}, "要有地点"),
        ({"last": dt.date(2026, 5, 31)}, "早于开始日期"),
        ({"last": dt.date(2027, 6, 2)}, "不能长于 366 天"),
        ({"reason": " "}, "请写明理由"),
        ({"by": "chen"}, "它的角色不能这样处理"),
        ({"by": "nobody"}, "它的角色不能这样处理"),
    ],
)
def test_an_operation_lacking_something_is_refused(
    workbench: Workbench, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(JingcangError, match=said):
        declare(OperationBook(workbench), **changed)
    assert OperationBook(workbench).versions() == []


def test_a_decision_is_logged_with_its_figure_and_reviewed_once(workbench: Workbench) -> None:
    book = DecisionBook(workbench)
    number = log(book)
    logged = book.latest()[number]
    assert (logged.is_open, logged.figure, logged.verdict) == (True, FIGURE, None)
    now = Figure(**vars(FIGURE) | {"period_start": dt.date(2026, 6, 29), "period_end": dt.date(2026, 7, 27),
                                   "figure_count": 20})  # fmt: skip
    review(book, number, "worked", 1, now=now, by="wang")
    done = book.latest()[number]
    assert (done.is_open, done.verdict, done.now_count, done.now_end) == (
        False, "worked", 20, dt.date(2026, 7, 27),
    )  # fmt: skip
    assert (done.figure, done.decision_text, done.owner) == (FIGURE, "城北市场夜间增派一组", "1001")
    with pytest.raises(JingcangError, match="已经复核过"):
        review(book, number, "failed", 2)
    with pytest.raises(JingcangError, match=r"wang 已于 .*改为第 2 版“已复核”"):
        review(book, number, "failed", 1)


def test_an_unclear_review_stays_open_until_the_next_date(workbench: Workbench) -> None:
    book = DecisionBook(workbench)
    number = log(book)
    review(book, number, "unclear", 1)
    again = book.latest()[number]
    assert (again.is_open, again.review_date, again.verdict) == (True, dt.date(2026, 8, 25), "unclear")
    with pytest.raises(JingcangError, match="应在数据截至日"):
        review(book, number, "unclear", 2, next_date=dt.date(2026, 7, 28))
    review(book, number, "dropped", 2)
    assert [item.version for item in book.versions()] == [1, 2, 3]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"owner": " "}, "谁负责"),
        ({"review_date": AS_OF}, "应在数据截至日"),
        ({"review_date": AS_OF + dt.timedelta(367)}, "一年以内"),
        ({"reason": ""}, "请写明理由"),
        ({"by": "chen"}, "它的角色不能这样处理"),
    ],
)
def test_a_decision_lacking_something_is_refused(
    workbench: Workbench, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(JingcangError, match=said):
        log(DecisionBook(workbench), **changed)
    assert DecisionBook(workbench).versions() == []


def test_a_leader_out_of_use_decides_nothing(workbench: Workbench) -> None:
    disable_account(workbench, "zhang")
    with pytest.raises(JingcangError, match="不在用"):
        declare(OperationBook(workbench))


@pytest.mark.parametrize("table", [tables.special_operations, tables.meeting_decisions])
def test_the_database_itself_refuses_to_change_what_was_stated(workbench: Workbench, table: sa.Table) -> None:
    declare(OperationBook(workbench))
    log(DecisionBook(workbench))
    for change in (table.delete(), table.update().values(reason="改")):
        with pytest.raises(sa.exc.DatabaseError, match="append only"), workbench.write() as connection:
            connection.execute(change)
