"""Evaluations of patrols in the store: append only, on the version seen, published once a version, landed with the
profile's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from jingcang.access.accounts import add_account
from jingcang.contracts import load_profile
from jingcang.contracts.evaluations import EvaluationPlan, read_evaluations
from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing.decisions import EVALUATIONS, SCHEMAS
from jingcang.workbench import Workbench, tables
from jingcang.workbench.evaluations import EvaluationBook, landed_rows

PLAN = EvaluationPlan(
    evaluation_name="夜巡", planned_minutes=600, treated_areas=("S1-A2", "S1-A1"), after_start=dt.date(2026, 5, 4),
    after_last=dt.date(2026, 6, 28), chosen_because="directive", class_codes=("100100",),
)  # fmt: skip
DEMO = load_profile(CONTRACTS_ROOT / "profiles" / "demo").evaluations


@pytest.fixture
def book(tmp_path: Path) -> Iterator[EvaluationBook]:
    made = Workbench.open(Home(tmp_path), {})
    for user_id, role in (("zhang", "leader_station"), ("chen", "steward")):
        add_account(
            made, user_id=user_id, display_name=user_id, role=role, unit_nos=("S1",),
            password="long enough for a test",
        )  # fmt: skip
    yield EvaluationBook(made)
    made.close()


def declare(book: EvaluationBook, plan: EvaluationPlan = PLAN, **changed: Any) -> int:
    stated: dict[str, Any] = {
        "evaluated_unit_no": "S1", "unit_no": "S1", "reason": "部署", "by": "zhang", "generation": "g1",
    }  # fmt: skip
    return book.declare(plan, **stated | changed)


def publish(book: EvaluationBook, **changed: Any) -> None:
    stated: dict[str, Any] = {
        "verdict_code": "clear_fall", "content": '{"a": 1}', "input_hash": "h", "as_of": dt.date(2026, 6, 30),
        "reason": "会上通过", "by": "zhang", "generation": "g1",
    }  # fmt: skip
    book.publish("P1", 1, **stated | changed)


def test_versions_stay_and_land_beside_those_of_the_profile(book: EvaluationBook) -> None:
    number = declare(book)
    changed = PLAN.model_copy(update={"evaluation_name": "夜巡二"})
    assert declare(book, changed, number=number, seen_version=1) == number
    book.withdraw(number, seen_version=2, reason="并入另一项", by="zhang", generation="g2")
    with pytest.raises(JingcangError, match="改为第 3 版“已撤回”，您的处理没有保存"):
        declare(book, number=number, seen_version=2)
    assert [item.plan() for item in book.versions()][:2] == [
        PLAN.model_copy(update={"treated_areas": ("S1-A1", "S1-A2")}),
        changed.model_copy(update={"treated_areas": ("S1-A1", "S1-A2")}),
    ]
    rows = landed_rows(book.versions(), DEMO)
    keys = ["P1-0001", "P1-0002", "P1-0003", "zx01-0001", "zx02-0001", "zx01-traffic-0001"]
    assert [row["evaluation_key"] for row in rows] == keys
    assert all(set(SCHEMAS[EVALUATIONS]) <= set(row) for row in rows)
    assert [row["state_code"] for row in rows[:3]] == ["declared", "declared", "withdrawn"]
    assert rows[3]["chosen_because_label"] == "多年来一直警情多（不按某一期）"


def test_a_version_is_published_once_and_stays_as_it_is(book: EvaluationBook) -> None:
    declare(book)
    publish(book)
    with pytest.raises(JingcangError, match=r"zhang 已于 .* 发布了这一版"):
        publish(book, content='{"a": 2}')
    (kept,) = book.publications()
    assert (kept.content, kept.is_intact) == ('{"a": 1}', True)
    table = tables.evaluation_publications
    with pytest.raises(sa.exc.IntegrityError, match="append only"), book._workbench.write() as connection:
        connection.execute(sa.update(table).values(content="{}"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"reason": " "}, "请写明理由"), ({"by": "chen"}, "角色不能这样处理"), ({"by": "nobody"}, "账号不在用")],
)
def test_without_reason_or_right_nothing_is_kept(
    book: EvaluationBook, changed: dict[str, Any], said: str
) -> None:
    for act in (declare, publish):
        with pytest.raises(JingcangError, match=said):
            act(book, **changed)
    with pytest.raises(JingcangError, match="要有名称"):
        declare(book, PLAN.model_copy(update={"evaluation_name": ""}))
    assert (book.versions(), book.publications()) == ([], [])


ENTRY: dict[str, Any] = {
    "evaluation_code": "x", "evaluation_name": "夜巡", "programme_no": "ZX01", "chosen_because": "directive",
    "decided_by": "zhang", "decided_on": dt.date(2026, 1, 1), "reason": "部署",
}  # fmt: skip


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([ENTRY | {"evaluation_code": "X 1"}], "evaluation_code"),
        ([ENTRY | {"chosen_because": "hunch"}], "没有这种选点理由"),
        ([ENTRY | {"colour": "red"}], "不认识的键"),
        ([ENTRY, ENTRY], "写了两次"),
    ],
)
def test_a_wrong_evaluation_of_a_profile_names_its_key(items: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(JingcangError) as caught:
        read_evaluations(CONTRACTS_ROOT / "profiles" / "demo" / "profile.yaml", items)
    assert said in f"{caught.value.what} {caught.value.where}"
    assert "evaluations[" in caught.value.where
