"""What a steward decides about source codes on the page: suggestions, a second person, several at once, taking back."""

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
from jingcang.workbench.code_mappings import DeclaredMapping, MappingBook

VALUE = "case|incidents.initial_class_raw|990199"


@pytest.fixture
def home(synthetic_home: Home, tmp_path: Path) -> Iterator[Home]:
    made = make_home(synthetic_home, tmp_path, 1)
    for user_id, units in (("zhaomin", ["*"]), ("liqiang", ["S2"])):
        add_account(
            Workbench.open(made), user_id=user_id, display_name=user_id, role="steward", unit_nos=units,
            password="correct horse battery",
        )  # fmt: skip
    with duckdb.connect(str(made.serving / "g000001.duckdb")) as connection:
        connection.execute("delete from rpt_unmapped_values where source_value <> '990199'")
    yield made
    Workbench.open(made).close()


def declared(home: Home) -> list[DeclaredMapping]:
    return MappingBook(Workbench.open(home)).declared()


def press(app: object, label: str) -> None:
    next(button for button in app.button if button.label.startswith(label)).click().run()  # type: ignore[attr-defined]


def propose(app: object, option: str, reason: str = "老系统的代码") -> None:
    app.radio(key=f"meaning_{VALUE}").set_value(option).run()  # type: ignore[attr-defined]
    app.text_input(key=f"why_{VALUE}").set_value(reason)  # type: ignore[attr-defined]
    press(app, "提出")


def test_a_code_is_proposed_and_approved_by_another_person(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "mappings")
    assert "1 个来源代码还没有含义，涉及 44 条记录" in words(app)
    assert "有指标用到它，须另一人审核" in words(app)
    app.radio(key=f"meaning_{VALUE}").set_value("另选代码").run()
    press(app, "提出")
    assert "请写明理由" in words(app) or "请选择字典代码" in words(app)
    assert declared(home) == []
    app.selectbox(key=f"other_{VALUE}").set_value("200000").run()
    app.text_input(key=f"why_{VALUE}").set_value("老系统的代码")
    press(app, "提出")
    assert "第 1 号映射等待另一名数据管理员审核" in words(app)
    assert "1 条是您提出的" in words(app)
    assert {"mapping_withdraw"} == {b.key for b in app.button if str(b.key).startswith("mapping_")}

    other = open_page(home, "mappings", "zhaomin")
    assert "200000 治安" in cells(other)
    other.text_input(key="mapping_judge_reason").set_value("核对过").run()
    other.button(key="mapping_approve").click().run()
    assert "第 1 号映射：批准，下一次运行起生效" in words(other)
    (item,) = declared(home)
    assert (item.code, item.outcome, item.state_code, item.decided_by) == (
        "200000",
        "mapped",
        "approved",
        "zhaomin",
    )
    told = {entry.action for entry in AuditLog(Workbench.open(home)).entries(limit=100)}
    assert {"mapping_proposed", "mapping_approve"} <= told


@pytest.mark.parametrize(
    ("option", "outcome", "state"), [("不计", "ignored", "proposed"), ("暂缓", "deferred", "deferred")]
)
def test_a_code_may_not_count_or_wait(
    home: Home, open_page: Open, option: str, outcome: str, state: str  # noqa: F811
) -> None:  # fmt: skip
    app = open_page(home, "mappings")
    propose(app, option)
    (item,) = declared(home)
    assert (item.outcome, item.code, item.state_code) == (outcome, None, state)


def test_a_steward_of_some_units_may_not_decide_for_all(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "mappings", "liqiang")
    assert "只有范围为全部单位的数据管理员可以决定映射" in words(app)
    assert not [radio for radio in app.radio if str(radio.key).startswith("meaning_")]


def test_shares_and_disagreements_of_the_last_weeks_are_told(home: Home, open_page: Open) -> None:  # noqa: F811
    said = words(open_page(home, "mappings"))
    assert "未映射占全部带代码记录的 4.0%（40/1,000）" in said
    assert "接警与反馈类别不一致 25.0%（50/200）" in said


def test_nothing_unmapped(home: Home, open_page: Open) -> None:  # noqa: F811
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("delete from rpt_unmapped_values")
    app = open_page(home, "mappings")
    assert "所有来源代码都有含义；没有映射等待审核" in words(app)
    assert "没有未映射的代码" in words(app)


def test_the_bureau_s_own_codes_are_suggested_and_marked(home: Home, open_page: Open) -> None:  # noqa: F811
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("update rpt_unmapped_values set source_value = '炸街'")
    app = open_page(home, "mappings")
    assert "200901 电动车扰民（本局代码）" in cells(app)
    radio = app.radio(key=f"meaning_{VALUE.replace('990199', '炸街')}")
    assert radio.options[0] == "200901 电动车扰民（本局代码）（别名相同）"


def test_a_code_the_bureau_ended_is_left_to_a_person(home: Home, open_page: Open) -> None:  # noqa: F811
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("update rpt_unmapped_values set source_value = '其它举报线索'")
    assert "首个建议须人看过：这个代码已停用" in words(open_page(home, "mappings"))


def test_the_dictionary_shows_the_codes_with_origin_and_validity(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "dictionary")
    app.selectbox[0].set_value("代码表").run()
    assert not app.exception
    assert "110 警情类别：4 个代码，其中本局代码 2 个、有失效日期的 1 个" in words(app)
    shown = app.dataframe[0].value.set_index("代码")
    assert list(shown["来历"]) == ["公开代码", "公开代码", "本局代码", "本局代码"]
    assert str(shown.loc["909900", "失效"]).startswith("2026-06-01")
    assert shown.loc["200901", "出处"] == "本局代码表 own.csv"
    app.text_input(key="wanted_code").set_value("炸街").run()
    assert list(app.dataframe[0].value["代码"]) == ["200901"]
    app.text_input(key="wanted_code").set_value("没有这个词").run()
    assert "没有含“没有这个词”的代码" in words(app)
