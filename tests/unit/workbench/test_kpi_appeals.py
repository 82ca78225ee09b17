"""申诉 in the store: filed for own records in time, once a record, ruled by somebody else on the version seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from jingcang.access.accounts import add_account
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing.decisions import KPI_APPEALS, SCHEMAS
from jingcang.workbench import Workbench, tables
from jingcang.workbench.kpi_appeals import AppealBook, Claim, deadline, landed_rows, missing_record_id
from jingcang.workbench.kpi_periods import PeriodBook
from jingcang.workbench.standing import decisions_mark

START, END = dt.date(2024, 12, 21), dt.date(2025, 12, 20)
AS_OF = dt.date(2026, 6, 30)
NOW = dt.datetime(2026, 7, 1, 2, tzinfo=dt.UTC)
CLAIM = Claim(
    START, END, "archive_in_time", "r1", "2025-0001", dt.date(2025, 5, 1), "1001", "count", "回执 0501"
)
STEPS = ("draft", "announced", "appeals")


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    made = Workbench.open(Home(tmp_path), {})
    people = (
        ("zhao", "officer", "1001"), ("qian", "officer", "1002"), ("kao1", "evaluator", None),
        ("kao2", "evaluator", None), ("kao3", "evaluator", "1001"),
    )  # fmt: skip
    for user_id, role, officer_no in people:
        add_account(
            made, user_id=user_id, display_name=user_id, role=role, unit_nos=("S1",), officer_no=officer_no,
            password="long enough for a test",
        )  # fmt: skip
    yield made
    made.close()


def bring(workbench: Workbench, *states: str, by: str = "kao1", seen: int = 0) -> None:
    book = PeriodBook(workbench, lambda: NOW)
    for number, state in enumerate(states, seen):
        book.step(START, END, state, as_of=AS_OF, seen_version=number, reason="到期", by=by, generation="g1")


def book(workbench: Workbench, days_later: int = 0) -> AppealBook:
    return AppealBook(workbench, lambda: NOW + dt.timedelta(days_later))


def file(workbench: Workbench, claim: Claim = CLAIM, *, later: int = 0, **changed: Any) -> int:
    stated: dict[str, Any] = {
        "unit_no": "S1", "days": 7, "reason": "当天已移交", "by": "zhao", "generation": "g1",
    }  # fmt: skip
    return book(workbench, later).file(claim, **stated | changed)


def rule(workbench: Workbench, number: int, state: str = "supported", **changed: Any) -> int:
    stated: dict[str, Any] = {"seen_version": 1, "reason": "回执属实", "by": "kao2", "generation": "g1"}
    return book(workbench).rule_on(number, state, **stated | changed)


def test_a_claim_is_filed_ruled_and_landed_with_what_it_does(workbench: Workbench) -> None:
    bring(workbench, *STEPS)
    mark = decisions_mark(workbench)
    number = file(workbench)
    assert decisions_mark(workbench) == mark
    rule(workbench, number)
    assert decisions_mark(workbench) != mark
    kept = book(workbench).versions()
    assert [(item.version, item.state_code, item.user_id, item.reason) for item in kept] == [
        (1, "filed", "zhao", "当天已移交"), (2, "supported", "kao2", "回执属实"),
    ]  # fmt: skip
    assert (kept[1].claim_reason, kept[1].filed_by, kept[1].filed_at) == ("当天已移交", "zhao", NOW)
    first, second = landed_rows(kept)
    assert (first["effect_code"], second["effect_code"], second["effect_label"]) == (
        None,
        "count",
        "申诉成立",
    )
    assert SCHEMAS[KPI_APPEALS].keys() <= second.keys()


@pytest.mark.parametrize(
    ("claim_code", "state", "effect"),
    [
        ("exclude", "supported", "exclude"), ("add", "supported", "add"), ("count", "partly", "exclude"),
        ("count", "rejected", None),
    ],
)  # fmt: skip
def test_what_a_ruling_does(workbench: Workbench, claim_code: str, state: str, effect: str | None) -> None:
    bring(workbench, *STEPS)
    rule(workbench, file(workbench, replace(CLAIM, claim_code=claim_code)), state)
    assert book(workbench).latest()[1].effect_code == effect


@pytest.mark.parametrize("states", [(), ("draft",)])
def test_no_claim_is_taken_before_the_period_is_announced(
    workbench: Workbench, states: tuple[str, ...]
) -> None:
    bring(workbench, *states)
    with pytest.raises(JingcangError, match="不受理申诉"):
        file(workbench)


def test_no_claim_is_taken_in_a_frozen_period(workbench: Workbench) -> None:
    bring(workbench, *STEPS)
    with workbench.write() as connection:  # what a freeze keeps is of no matter here
        last = (
            connection.execute(sa.select(tables.kpi_period_steps).where(sa.text("version = 3")))
            .one()
            ._mapping
        )
        row = {name: value for name, value in last.items() if name != "row_no"}
        connection.execute(
            tables.kpi_period_steps.insert().values(**row | {"version": 4, "state_code": "frozen"})
        )
    with pytest.raises(JingcangError, match="现在是“冻结”，不受理申诉"):
        file(workbench)


def test_a_claim_is_taken_on_the_last_day_and_not_after(workbench: Workbench) -> None:
    bring(workbench, *STEPS[:2])
    steps = PeriodBook(workbench).of(START)
    last = deadline(steps, 7)
    assert last == NOW.astimezone().date() + dt.timedelta(7)
    with pytest.raises(JingcangError, match=f"已于 {last} 截止"):
        file(workbench, later=8)
    assert file(workbench, later=7) == 1
    assert deadline(steps[:1], 7) is None
    assert deadline([], 7) is None


def test_a_record_of_another_officer_is_refused(workbench: Workbench) -> None:
    bring(workbench, *STEPS)
    for by, told in (("qian", "只能对自己的记录"), ("kao1", "不能这样处理")):
        with pytest.raises(JingcangError, match=told):
            file(workbench, by=by)
    with pytest.raises(JingcangError, match="请写明编号和证据"):
        file(workbench, replace(CLAIM, claim_evidence=" "))
    assert book(workbench).versions() == []


def test_a_record_is_claimed_once_and_anew_only_after_it_was_taken_back(workbench: Workbench) -> None:
    bring(workbench, *STEPS)
    number = file(workbench)
    with pytest.raises(JingcangError, match="已有第 1 号申诉，待裁定"):
        file(workbench)
    with pytest.raises(JingcangError, match="只有提出人可以撤回"):
        book(workbench).withdraw(number, seen_version=1, reason="代撤", by="qian", generation="g1")
    book(workbench).withdraw(number, seen_version=1, reason="写错了证据", by="zhao", generation="g1")
    assert file(workbench, replace(CLAIM, claim_code="exclude")) == number
    assert [item.state_code for item in book(workbench).versions()] == ["filed", "withdrawn", "filed"]
    rule(workbench, number, "rejected", seen_version=3)
    with pytest.raises(JingcangError, match="已有第 1 号申诉，不支持"):
        file(workbench)
    other = replace(
        CLAIM,
        kpi_record_id=missing_record_id(START, "archive_in_time", "1001", "X1"),
        record_no="X1",
        claim_code="add",
    )
    assert file(workbench, other) == number + 1


def test_nobody_rules_in_an_own_matter_or_after_the_last_step_of_the_period(workbench: Workbench) -> None:
    bring(workbench, *STEPS)
    number = file(workbench)
    for by, told in (("zhao", "不能这样处理"), ("kao3", "不能裁定自己的申诉"), ("kao1", "最近一步由您办理")):
        with pytest.raises(JingcangError, match=told):
            rule(workbench, number, by=by)
    bring(workbench, "draft", by="kao1", seen=3)
    with pytest.raises(JingcangError, match="考核周期已退回"):
        rule(workbench, number)
    assert book(workbench).latest()[number].is_pending


def test_a_ruling_on_an_outdated_view_is_refused_and_a_ruling_is_final(workbench: Workbench) -> None:
    bring(workbench, *STEPS)
    number = file(workbench)
    for wrong, told in (({"reason": " "}, "请写明理由"), ({"state": "withdrawn"}, "不能这样裁定")):
        with pytest.raises(JingcangError, match=told):
            rule(workbench, number, **wrong)
    rule(workbench, number, "rejected")
    with pytest.raises(JingcangError, match="把它改为第 2 版“不支持”，您的处理没有保存"):
        rule(workbench, number)
    with pytest.raises(JingcangError, match="已是“不支持”"):
        rule(workbench, number, seen_version=2)
    with pytest.raises(JingcangError, match="没有这条申诉"):
        rule(workbench, 9)


def test_partial_support_is_for_records_that_should_have_counted(workbench: Workbench) -> None:
    bring(workbench, *STEPS)
    number = file(workbench, replace(CLAIM, claim_code="exclude"))
    with pytest.raises(JingcangError, match="部分支持只用于"):
        rule(workbench, number, "partly")


@pytest.mark.parametrize("verb", ["update kpi_appeals set state_code = 'x'", "delete from kpi_appeals"])
def test_kept_appeals_are_never_changed(workbench: Workbench, verb: str) -> None:
    bring(workbench, *STEPS)
    file(workbench)
    with pytest.raises(sa.exc.DatabaseError, match="append only"), workbench.write() as connection:
        connection.exec_driver_sql(verb)
