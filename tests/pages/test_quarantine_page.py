"""What a steward decides about quarantined rows on the page: fixes by two persons, waivers, replays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from reading import Open, cells, words
from test_steward_pages import make_home, open_page  # noqa: F401

from jingcang.access import quarantine as decisions
from jingcang.access.accounts import add_account
from jingcang.home import Home
from jingcang.landing.fix_preview import Preview
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.fixes import FixBook
from jingcang.workbench.replays import ReplayBook
from jingcang.workbench.waivers import every_waiver

REASON = "case.pj_jjdb:BJSJ.format"
SEEN = Preview(5, 5, 4, {"BJSJ.format": 1}, [("2026/05/01", "2026-05-01 00:00:00", 4), (None, "x", 1)], 0)


@pytest.fixture
def home(synthetic_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    made = make_home(synthetic_home, tmp_path, 1)
    for user_id, units in (("zhaomin", ["*"]), ("liqiang", ["S2"])):
        add_account(
            Workbench.open(made), user_id=user_id, display_name=user_id, role="steward", unit_nos=units,
            password="correct horse battery",
        )  # fmt: skip
    monkeypatch.setattr(decisions, "preview", lambda *_: SEEN)
    yield made
    Workbench.open(made).close()


def book(home: Home) -> FixBook:
    return FixBook(Workbench.open(home))


def press(app: object, label: str) -> None:
    next(button for button in app.button if button.label.startswith(label)).click().run()  # type: ignore[attr-defined]


def propose(app: object, reason: str = "老系统的写法") -> None:
    app.segmented_control(key="doing").set_value("提出修正").run()  # type: ignore[attr-defined]
    app.selectbox(key="fix_kind_BJSJ").set_value("date_format").run()  # type: ignore[attr-defined]
    app.button(key="fix_try").click().run()  # type: ignore[attr-defined]
    app.text_input(key="fix_reason").set_value(reason)  # type: ignore[attr-defined]
    press(app, "提出这条修正")


def test_a_fix_is_tried_proposed_and_approved_by_another_person(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "quarantine", reason=REASON)
    app.segmented_control(key="doing").set_value("提出修正").run()
    assert "先试算" in words(app)
    assert not [button for button in app.button if button.label.startswith("提出这条")]
    propose(app)
    assert "已提出第 1 号修正，等待另一名数据管理员审核" in words(app)
    assert "1 条修正规则等待另一人审核" in words(app)
    (fix,) = book(home).declared()
    assert (fix.kind, fix.rule_id, fix.column_name) == ("date_format", "BJSJ.format", "BJSJ")
    keys = {button.key for button in app.button}
    assert "fix_withdraw" in keys
    assert not {"fix_approve", "fix_reject"} & keys

    other = open_page(home, "quarantine", "zhaomin", reason=REASON)
    other.button(key="fix_approve").click().run()
    assert "请写明理由" in words(other)
    other.button(key="judge_try").click().run()
    assert "现在因此隔离 **5** 行，这条修正改动 5 行：**4** 行可以入库，**1** 行仍不行" in words(other)
    assert "2026-05-01 00:00:00" in cells(other)
    other.text_input(key="judge_reason").set_value("与来源核实").run()
    other.button(key="fix_approve").click().run()
    assert "第 1 号修正：批准，下一次运行起生效" in words(other)
    assert book(home).declared()[0].state_code == "approved"
    told = {entry.action for entry in AuditLog(Workbench.open(home)).entries(limit=100)}
    assert {"fix_preview", "fix_proposed", "fix_approve"} <= told
    other.text_input(key="judge_reason").set_value("来源已改").run()
    assert not other.error, words(other)
    assert "fix_revoke" in {b.key for b in other.button}, words(other)
    other.button(key="fix_revoke").click().run()
    assert "下一次运行起恢复隔离" in words(other)
    assert "不再处理" in words(other)


def test_a_steward_of_some_units_may_not_decide_for_all(home: Home, open_page: Open) -> None:  # noqa: F811
    propose(open_page(home, "quarantine", reason=REASON))
    app = open_page(home, "quarantine", "liqiang", reason=REASON)
    app.segmented_control(key="doing").set_value("提出修正").run()
    assert "只有范围为全部单位的数据管理员可以提出和审核" in words(app)
    assert not {"fix_try", "fix_approve", "fix_withdraw"} & {button.key for button in app.button}


def test_a_decision_on_a_changed_fix_is_refused_with_the_name(home: Home, open_page: Open) -> None:  # noqa: F811
    propose(open_page(home, "quarantine", reason=REASON))
    app = open_page(home, "quarantine", "zhaomin", reason=REASON)
    (fix,) = book(home).declared()
    app.text_input(key="judge_reason").set_value("同意").run()
    stale = FixBook.decide

    def overtaken(self: FixBook, *given: object, **named: object) -> object:
        FixBook.decide = stale  # type: ignore[method-assign]
        book(home).decide(
            fix.fix_no, "withdraw", seen_version=1, reason="写错了", by=fix.proposed_by, generation="g000001"
        )
        return stale(self, *given, **named)  # type: ignore[arg-type]

    FixBook.decide = overtaken  # type: ignore[method-assign, assignment]
    app.button(key="fix_approve").click().run()
    assert f"{fix.proposed_by} 已把它改为“已撤回”，您的处理没有保存" in words(app)


def test_a_key_column_and_a_line_that_is_no_row_offer_no_fix(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "quarantine", reason="case.pj_jjdb:JJDBH.required")
    app.segmented_control(key="doing").set_value("提出修正").run()
    assert "这种原因不能用修正规则处理" in words(app)


def test_rows_are_waived_until_a_day_and_the_waiver_is_revoked(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "quarantine", reason=REASON)
    app.segmented_control(key="doing").set_value("豁免").run()
    press(app, "豁免全部 5 行")
    assert "必须写明理由" in words(app)
    app.text_input(key="waive_reason").set_value("设备校时故障")
    press(app, "豁免全部 5 行")
    assert "已豁免 5 行，自下一次运行起入库，2026-07-30 起自动恢复隔离" in words(app)
    given = every_waiver(Workbench.open(home))
    assert {(row["source_table"], row["rule_id"], row["created_by"]) for row in given} == {
        ("pj_jjdb", "BJSJ.format", "shuju")
    }
    assert "豁免：5 行有效" in words(app)
    press(app, "撤销这 5 行豁免")
    assert "已撤销 5 行豁免" in words(app)
    assert all(row["revoked_by"] == "shuju" for row in every_waiver(Workbench.open(home)))


def test_a_replay_is_asked_for_once_and_waits_for_the_next_run(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "quarantine", reason=REASON)
    for said in ("已登记第 1 号重放申请", "shuju 已申请重放这张表，等待下一次运行"):
        app.segmented_control(key="doing").set_value("重放").run()
        app.text_input(key="replay_reason").set_value("补投了文件")
        press(app, "申请重放")
        assert said in words(app)
    assert "重放申请：1 个等待下一次运行" in words(app)
    (request,) = ReplayBook(Workbench.open(home)).requested()
    assert (request.qualified, request.carried_out_at) == ("case.pj_jjdb", None)


def test_nothing_in_quarantine_is_said_so(home: Home, open_page: Open) -> None:  # noqa: F811
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("delete from fct_quarantined_rows")
    app = open_page(home, "quarantine")
    assert "没有来源记录在隔离中；没有修正规则等待审核" in words(app)
    assert "还没有修正规则" in words(app)
    assert "没有豁免" in words(app)
