"""What a steward decides about names of roads on the page: likely names, a second person, taking back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from reading import Open, cells, words
from test_steward_pages import make_home, open_page  # noqa: F401

from jingcang.access.accounts import add_account
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.address_aliases import AliasBook, DeclaredAlias

ROAD = "永安东露"


@pytest.fixture
def home(synthetic_home: Home, tmp_path: Path) -> Iterator[Home]:
    made = make_home(synthetic_home, tmp_path, 1)
    for user_id, units in (("zhaomin", ["*"]), ("liqiang", ["S2"])):
        add_account(
            Workbench.open(made), user_id=user_id, display_name=user_id, role="steward", unit_nos=units,
            password="correct horse battery",
        )  # fmt: skip
    yield made
    Workbench.open(made).close()


def declared(home: Home) -> list[DeclaredAlias]:
    return AliasBook(Workbench.open(home)).declared()


def propose(app: object, reason: str) -> None:
    app.text_input(key=f"why_{ROAD}").set_value(reason)  # type: ignore[attr-defined]
    next(button for button in app.button if button.label.startswith("提出")).click().run()  # type: ignore[attr-defined]


def test_a_name_is_proposed_approved_by_another_person_and_revoked(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "aliases")
    assert "2 个路名不在标准地址里，涉及 13 起警情" in words(app)
    assert "永安东路" in cells(app)
    propose(app, "")
    assert "请写明理由" in words(app)
    assert declared(home) == []
    propose(app, "路牌写法")
    assert "第 1 号别名等待另一名数据管理员审核" in words(app)

    other = open_page(home, "aliases", "zhaomin")
    other.text_input(key="alias_judge_reason").set_value("看过路牌").run()
    other.button(key="alias_approve").click().run()
    assert "第 1 号别名：批准，下一次运行起生效" in words(other)
    (item,) = declared(home)
    assert (item.written_name, item.standard_name, item.state_code) == (ROAD, "永安东路", "approved")
    told = {entry.action for entry in AuditLog(Workbench.open(home)).entries(limit=100)}
    assert {"alias_proposed", "alias_approve"} <= told


def test_a_steward_of_one_unit_sees_its_names_and_may_not_decide(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "aliases", "liqiang")
    assert "1 个路名不在标准地址里，涉及 2 起警情" in words(app)
    assert "只有范围为全部单位的数据管理员可以决定别名" in words(app)
    assert not [button for button in app.button if button.label.startswith("提出")]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("delete from rpt_unmatched_roads", "警情里的路名都在标准地址里；没有别名等待审核"),
        ("update dim_address set road_name = null", "还没有标准地址"),
    ],
)
def test_nothing_unmatched_and_no_standard_addresses_are_told(
    home: Home, open_page: Open, statement: str, said: str  # noqa: F811
) -> None:  # fmt: skip
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute(statement)
    assert said in words(open_page(home, "aliases"))
