"""The page 线索: grounds first, links within the scope, whom to ask beyond it, sealed records only with an approval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from planted_clues import CARD, PHONE, write_narratives
from reading import page, words
from streamlit.testing.v1 import AppTest
from test_steward_pages import make_home

from dashboards.registry import PageSpec
from jingcang.access.case_sentences import around
from jingcang.home import Home
from jingcang.landing.store import accepted_file
from jingcang.workbench import AuditLog, Workbench

Open = Callable[..., AppTest]


@pytest.fixture
def home(synthetic_home: Home, tmp_path: Path) -> Iterator[Home]:
    made = make_home(synthetic_home, tmp_path, 1)
    write_narratives(accepted_file(made, "cases", "b1"))
    yield made
    Workbench.open(made).close()


@pytest.fixture
def look(open_page: Open, home: Home) -> Open:
    spec: PageSpec = page("clues")

    def ask(role: str, case_no: str, statement: str = "比对近期同类案件") -> AppTest:
        app = open_page(role, spec, home)
        app.text_input(key="clue_case_no").set_value(case_no)
        app.text_input(key="clue_statement").set_value(statement)
        return press(app, "查询")

    return ask


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label.startswith(label)).click().run()


def everything(app: AppTest) -> str:
    return words(app) + " ".join(frame.value.to_csv() for frame in app.dataframe)


def test_nothing_is_shown_before_the_grounds_are_stated(look: Open, home: Home) -> None:
    app = look("officer", "A0", "  ")
    assert "须写明说明" in words(app)
    assert not app.dataframe
    assert PHONE not in everything(app)


def test_an_officer_sees_the_sentence_in_scope_and_whom_to_ask_beyond(look: Open, home: Home) -> None:
    app = look("officer", "A0")
    assert not app.exception
    shown = everything(app)
    assert (
        f"对方电话<mark>{PHONE}</mark>，先后向卡号6222" in shown
    )  # the sentence of this case, its card covered
    assert CARD not in shown
    assert f"联系电话<mark>{PHONE}</mark>" in shown  # of A1, led by the same officer
    assert "A3" in shown
    assert "请向城南" in shown
    assert "商户被骗" not in shown
    assert "案件 A0 有 2 条可关联线索" in shown, "a number of the public links nothing"
    assert "其中 1 条见于另外 2 起案件；另有 1 起案件作案方式相似" in shown
    assert "戴手套、遮挡面部" in shown
    assert "标签质量：撬门破锁 准确率 90%（95% 区间 70%–100%，n=40）" in shown, (
        "beside the table that uses the labels"
    )
    assert "扒窃尚未审核" in shown
    entries = AuditLog(Workbench.open(home)).entries(limit=50, action="person_data_read")
    assert entries
    assert all(
        "比对近期同类案件" in entry.detail and '"purpose": "investigate"' in entry.detail for entry in entries
    )


def test_the_hub_is_named_and_links_nothing(look: Open) -> None:
    assert "公用号码，不作关联" in everything(look("officer", "A0"))


def test_a_link_through_a_sealed_record_leaves_no_trace(look: Open) -> None:
    shown = everything(look("leader_bureau", "A0"))
    assert "A2" not in shown
    assert "依法封存的记录不在其内" in str([item.label for item in look("leader_bureau", "A0").expander])


def test_the_sealed_case_and_the_case_without_clues_say_the_same(look: Open) -> None:
    sealed, none = (words(look("officer", case_no)).replace(case_no, "") for case_no in ("A2", "A4"))
    assert "没有可以显示的线索" in sealed
    assert sealed == none


def test_a_case_out_of_scope_and_none_say_the_same(look: Open) -> None:
    told = [look("officer", case_no).warning[0].value for case_no in ("A3", "A99")]
    assert told[0] == told[1]
    assert "不在您的范围内" in told[0]


def test_a_steward_sees_masked_values_and_no_sentence(look: Open) -> None:
    shown = everything(look("steward", "A0"))
    assert "139****0001" in shown
    assert PHONE not in shown
    assert "先后向卡号" not in shown
    assert "数据管理员不能查阅" in shown


def test_a_leader_approves_and_the_officer_then_sees_the_sealed_link(look: Open) -> None:
    app = look("officer", "A0")
    app.text_input(key="sealed_reason").set_value("转账去向须核对")
    app = press(app, "申请查阅")
    assert "第 1 号封存查阅申请已提出" in app.success[0].value
    assert "A2" not in everything(app)

    leader = look("leader_station", "A0")
    assert "1 件等待您审批" in words(leader)
    leader.text_input(key="judge_sealed_reason").set_value("同意，限本案")
    leader = press(leader, "批准第 1 号")
    assert "已批准第 1 号" in leader.success[0].value
    assert "A2" not in everything(leader).split("封存查阅")[0]  # the approval is the officer's

    app = look("officer", "A0")
    assert "由 suoling 批准" in words(app)
    assert "2 条见于另外 3 起案件" in words(app)


def test_a_sentence_is_cut_and_other_numbers_are_covered() -> None:
    narrative = "前一句13800000009。电话13900000001，另一号码13700000008。后一句"
    start = narrative.index("13900000001")
    found = around(narrative, start, start + 11)
    assert (found.before, found.found, found.after) == ("电话", "13900000001", "，另一号码137****0008。")
