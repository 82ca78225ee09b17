"""规则试验: a draft tried on real cases, proposed and approved by another; nothing, one and many; who may not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
from reading import Open, words
from test_steward_pages import make_home, open_page  # noqa: F401

from jingcang.access.accounts import add_account
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.label_rules import DeclaredRule, RuleBook

RULE = "MO05_MO05-1_1.0.0"
TEXTS = {
    "c0": "3月2日，报案人王建国报称家中被盗，嫌疑人翻窗溜进屋内，电话13800001939。",
    "c1": "嫌疑人溜门进入李某家中，盗走现金。",
    "c2": "民警上门走访，未发现异常<script>alert(1)</script>。",
    "c9": "不在范围里的案件：溜门入室。",
}


@pytest.fixture
def home(synthetic_home: Home, tmp_path: Path) -> Iterator[Home]:
    made = make_home(synthetic_home, tmp_path, 1)
    for user_id, units in (("zhaomin", ["*"]), ("liqiang", ["S1"]), ("sunli", ["S2"])):
        add_account(
            Workbench.open(made), user_id=user_id, display_name=user_id, role="steward", unit_nos=units,
            password="correct horse battery",
        )  # fmt: skip
    land(made, TEXTS)
    with duckdb.connect(str(made.serving / "g000001.duckdb")) as connection:
        connection.execute("delete from dim_label where label_code not in ('MO05', 'MO10')")
        connection.execute("delete from fct_cases where case_id not in ('c0', 'c1', 'c2')")
        connection.execute("update fct_case_persons set is_sealed = false")
    yield made
    Workbench.open(made).close()


def land(home: Home, texts: dict[str, str]) -> None:
    path = home.landing / "accepted" / "cases" / "b1.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(
        {
            "case_id": list(texts),
            "narrative_text": list(texts.values()),
            "_source_batch_id": ["b1"] * len(texts),
        }
    ).write_parquet(path)


def declared(home: Home) -> list[DeclaredRule]:
    return RuleBook(Workbench.open(home)).declared()


def press(app: object, label: str) -> None:
    next(button for button in app.button if button.label.startswith(label)).click().run()  # type: ignore[attr-defined]


def try_terms(app: object, *added: str) -> None:
    area = app.text_area(key=f"terms_{RULE}")  # type: ignore[attr-defined]
    area.set_value("\n".join([area.value, *added]))
    press(app, "在真实案件上试一试")


def test_a_case_with_a_sealed_record_is_not_read(home: Home, open_page: Open) -> None:  # noqa: F811
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("update fct_case_persons set is_sealed = (case_id = 'c0')")
    app = open_page(home, "label-rules")
    try_terms(app, "溜进屋内")
    assert "看了 2 起案件" in words(app)


def test_a_draft_is_tried_proposed_and_approved_by_another(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "label-rules")
    assert "条规则在用" in words(app)
    assert "没有改动等待审核" in words(app)
    press(app, "在真实案件上试一试")
    assert "草稿与现行规则相同" in words(app)

    try_terms(app, "溜进屋内")
    said = words(app)
    assert "试验结果：多标 1 起，少标 0 起，不变 1 起" in said
    assert "看了 3 起案件，其中 2 起含有新旧规则的词" in said
    assert ">溜进屋内</mark>" in said
    assert "标签质量：溜门入室尚未审核" in said, "beside the counts of the label"
    assert "A0" in said
    assert "提出：影响 1 条标签，" in said
    for hidden in ("13800001939", "王建国", "不在范围里"):
        assert hidden not in said
    read = AuditLog(Workbench.open(home)).entries(limit=50, action="case_texts_read")
    (told,) = [json.loads(entry.detail) for entry in read]
    assert (told["purpose"], told["cases"], told["rule"]) == ("规则试验", 3, "MO05-1")

    press(app, "提出，交另一人审核")
    assert "请写明理由" in words(app)
    assert declared(home) == []
    app.text_input(key="rule_why_MO05-1").set_value("漏了一种说法")
    press(app, "提出，交另一人审核")
    assert "第 1 号规则改动等待另一名数据管理员审核" in words(app)
    assert "触发词加“溜进屋内”" in words(app)
    assert {"rule_withdraw"} == {
        b.key for b in app.button if re.match(r"rule_(approve|reject|withdraw)", str(b.key))
    }

    other = open_page(home, "label-rules", "zhaomin")
    assert "1 条改动等待另一人审核" in words(other)
    other.toggle(key="seen_1").set_value(True).run()
    assert "试验结果：多标 1 起，少标 0 起，不变 1 起" in words(other)
    other.text_input(key="judge_rule_reason").set_value("看过试验").run()
    other.button(key="rule_approve").click().run()
    assert "第 1 号规则改动：批准，下一次运行起生效" in words(other)
    (item,) = declared(home)
    assert (item.state_code, item.decided_by, item.rule_version) == ("approved", "zhaomin", "1.0.0+1")
    assert "溜进屋内" in item.terms

    other.text_input(key="revoke_rule_reason").set_value("误标").run()
    other.button(key="rule_revoke").click().run()
    assert declared(home)[0].state_code == "revoked"
    told = {entry.action for entry in AuditLog(Workbench.open(home)).entries(limit=100)}
    assert {"label_rule_proposed", "label_rule_approve", "label_rule_revoke"} <= told


def test_what_is_lost_is_shown_and_a_rule_can_be_switched_off(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "label-rules")
    app.radio(key=f"status_{RULE}").set_value("retired")
    press(app, "在真实案件上试一试")
    assert "多标 0 起，少标 1 起" in words(app)
    assert ">溜门</mark>" in words(app)
    app.text_input(key="rule_why_MO05-1").set_value("误标太多")
    press(app, "提出，交另一人审核")
    assert [(item.rule_id, item.status, item.based_on) for item in declared(home)] == [
        ("MO05-1", "retired", "1.0.0")
    ]


def test_a_new_rule_gets_a_number_of_its_own(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "label-rules")
    app.selectbox(key="rule_of_MO05").set_value("新增一条规则").run()
    area = next(a for a in app.text_area if str(a.key).startswith("terms_MO05"))
    area.set_value("走访")
    press(app, "在真实案件上试一试")
    said = words(app)
    assert "多标 1 起" in said
    assert "<script>" not in said
    rule_id = str(area.key).split("_")[2]
    app.text_input(key=f"rule_why_{rule_id}").set_value("新说法")
    press(app, "提出，交另一人审核")
    (item,) = declared(home)
    assert (item.rule_id, item.based_on, item.label_group) == (rule_id, "", "作案手段")


def test_a_fault_names_its_column_and_nothing_is_tried(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "label-rules")
    app.number_input(key=f"context_reach_{RULE}").set_value(12)
    try_terms(app, "[溜/潜门")
    told = [str(error.value) for error in app.error]
    assert any("“触发词”的“[溜/潜门”写法不对" in line for line in told)
    assert any("“上下文范围”" in line for line in told)
    assert "试验结果" not in words(app)
    assert not AuditLog(Workbench.open(home)).entries(limit=50, action="case_texts_read")


def test_no_case_touched_and_no_case_at_all(home: Home, open_page: Open) -> None:  # noqa: F811
    app = open_page(home, "label-rules")
    try_terms(app, "从无此说")
    assert "没有一起案件的标签改变" in words(app)
    land(home, {})
    app = open_page(home, "label-rules")
    try_terms(app, "溜进屋内")
    assert "没有可试的案情" in words(app)


def test_ten_thousand_cases_show_ten_examples(home: Home, open_page: Open) -> None:  # noqa: F811
    texts = {f"m{number}": f"第{number}起：嫌疑人溜进屋内。" for number in range(10_000)}
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("delete from fct_cases where case_id <> 'c0'")
        connection.execute(
            "insert into fct_cases select * replace ('m' || n as case_id, 'M' || n as case_no) "
            "from fct_cases, range(10000) as numbers(n)".replace("select *", "select fct_cases.*")
        )
    land(home, texts)
    app = open_page(home, "label-rules")
    try_terms(app, "溜进屋内")
    said = words(app)
    assert "多标 10,000 起" in said
    assert "列前 10 起" in said
    assert said.count("<mark") == 10


def test_a_steward_of_some_units_tries_on_own_cases_and_may_not_propose(
    home: Home,
    open_page: Open,  # noqa: F811
) -> None:
    app = open_page(home, "label-rules", "liqiang")
    try_terms(app, "溜进屋内")
    assert "多标 1 起" in words(app)
    assert "只有范围为全部单位的数据管理员可以提出" in words(app)
    assert not [b for b in app.button if b.label.startswith("提出")]
    elsewhere = open_page(home, "label-rules", "sunli")
    try_terms(elsewhere, "溜进屋内")
    assert "没有可试的案情" in words(elsewhere)


def test_no_labels(home: Home, open_page: Open) -> None:  # noqa: F811
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        connection.execute("delete from dim_label")
    assert "标签表是空的" in words(open_page(home, "label-rules"))
