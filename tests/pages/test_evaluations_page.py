"""成效评估: the list, one evaluation down to its rows, wrong designs, states, stating, publishing, what moved since."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from issue_tables import AS_OF
from planted_evaluations import LAST, START, UNCOUNTED
from reading import Open, page, table, words
from streamlit.testing.v1 import AppTest

from dashboards.components import charts, tables
from dashboards.sections import evaluation_list, evaluation_result
from jingcang.access import Door, Identity, evaluations
from jingcang.access.accounts import list_accounts
from jingcang.access.door import Forbidden
from jingcang.contracts.evaluations import EvaluationPlan
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.evaluations import EvaluationBook

ALIKE = f"delete from fct_incidents where {UNCOUNTED}"
"""The incidents as the planted results count them."""
PLAN = EvaluationPlan(
    evaluation_name="市场夜巡", planned_minutes=600, treated_areas=("S1-A2",), after_start=date(2026, 7, 6),
    after_last=date(2026, 8, 30), chosen_because="directive",
)  # fmt: skip


def who(home: Home, role: str) -> Identity:
    accounts = list_accounts(Workbench.open(home))
    return next(a.identity for a in accounts if a.identity.role == role and a.is_demo)


def declare(home: Home, plan: EvaluationPlan = PLAN, role: str = "leader_station", **changed: Any) -> int:
    workbench = Workbench.open(home)
    stated: dict[str, Any] = {"reason": "部署", "generation": "g000001"}
    door = Door(home, workbench=workbench)
    return evaluations.declare_evaluation(door, who(home, role), workbench, plan, **stated | changed)


def said(app: AppTest) -> str:
    """Return what the page says below its title."""
    return words(app).replace("成效评估", "")


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_the_list_and_one_sound_evaluation_tell_the_same_figures_down_to_the_rows(open_changed: Open) -> None:
    app = open_changed("evaluations", ALIKE)
    assert not app.error
    rows = {row["名称"]: row for row in table(app, "选点理由")}
    assert set(rows) == {"夜间步巡", "上期最多处", "进行中的"}, "城南所 is another station's"
    assert [rows[name]["结论"] for name in ("夜间步巡", "上期最多处", "进行中的")] == [
        "明显下降",
        "无法判断",
        "进行中",
    ]
    assert "评估 3 项：" in words(app)
    assert "1 项设计有问题，不能归因于巡逻" in words(app)
    assert rows["上期最多处"]["相对变化"] == "干预区 340 → 17 起，对照区 356 → 55 起", (
        "no percentage of a wrong design"
    )
    app.selectbox(key="evaluation_of_").set_value("sound").run()
    assert app.query_params["evaluation"] == "sound"
    assert not app.error
    found = re.search(r"干预区相对对照区 (−\d+%（−\d+% 至 −\d+%）)", words(app))
    assert found
    assert found[1] == rows["夜间步巡"]["相对变化"]
    assert "“夜间步巡”第 1 版：明显下降：" in words(app)
    for said_too in (
        "能看出的最小下降：",
        "转移：",
        "加权转移差 −",
        "剂量：计划 48 小时",
        "落实 40 小时（83%）",
    ):
        assert said_too in words(app)
    groups = {row["地区"]: row for row in table(app, "责任区")}
    weeks = table(app, "周起始日")
    for group in ("干预区", "对照区"):
        for part in ("前期", "干预期"):
            counted = sum(row[f"起数·{group}"] for row in weeks if row["时期"] == part)
            assert counted == groups[group][f"起数·{part}"], (group, part)
    before = [row["前期平均＝100·干预区"] for row in weeks if row["时期"] == "前期"]
    assert sum(before) / len(before) == pytest.approx(100, abs=0.1)
    assert len(before) == 52
    assert {row["结果"] for row in table(app, "核对")} == {"通过"}
    app.toggle(key="evaluation_incidents_shown").set_value(True)
    app.toggle(key="evaluation_shifts_shown").set_value(True).run()
    listed = table(app, "接警单编号")
    total = sum(
        groups[group][f"起数·{part}"] for group in ("干预区", "对照区") for part in ("前期", "干预期")
    )
    assert f"{total:,} 行" in app.number_input(key="page_evaluation_incidents").label
    assert listed[0]["来源主键"]
    shifts = table(app, "班次编号")
    assert {row["责任区"] for row in shifts} == {"S1-A1"}
    assert len(shifts) == 2 * (LAST - START).days, "two a day, since the day after the start"


def test_a_wrong_design_is_named_and_nothing_is_called_an_effect(open_changed: Open) -> None:
    app = open_changed("evaluations", address={"evaluation": "wrong"})
    assert not app.error
    assert "按结果选点，且选点期计入基线（选点期 2026-03-09 至 2026-04-05 与基线" in words(app)
    assert "只列前后起数：设计有问题，不能归因于巡逻" in words(app)
    assert "设计核对 7 项，1 项不通过" in words(app)
    (failed,) = [row for row in table(app, "核对") if row["结果"] == "不通过"]
    assert failed["核对"] == "没有按结果选点"
    assert "基线改用选点期之前 12 个月" in str(failed["依据"])
    for hidden in ("成效", "相对对照区", "加权转移差", "明显下降"):
        assert hidden not in said(app).replace("无法判断、明显下降、可能下降", ""), hidden


def test_before_its_time_counts_are_shown_and_no_verdict(
    open_changed: Open, open_page: Open, tmp_path: Path
) -> None:
    app = open_changed(
        "evaluations",
        "update fct_patrol_evaluations set class_codes = '200901'",
        address={"evaluation": "running"},
    )
    assert not app.error
    assert "类别 治安 / 电动车扰民" in words(app)
    assert "“进行中的”第 1 版进行中，还没有结论" in words(app)
    assert "结论暂不显示：到 2026-06-30 结束，结束后才下结论" in words(app)
    assert "到目前为止的起数" in words(app)
    assert not [button for button in app.button if button.label == "发布结果"]
    other = open_page("leader_bureau", page("evaluations"), Home(tmp_path), evaluation="other")
    assert "“城南没有做的”第 1 版：未执行：只完成计划的 0%" in words(other)
    assert "只列前后起数：巡逻没有做到，不能归因于巡逻" in words(other)
    assert not [said for said in ("相对对照区", "加权转移差", "能看出的最小下降") if said in words(other)]
    (outside,) = [row for row in table(other, "责任区") if row["地区"] == "外围"]
    assert outside["起数·前期"] is None or outside["起数·前期"] != outside["起数·前期"], "none was named"
    assert "12 个班次整班没有定位" in words(other)
    assert "选点期不计入，不画点" in words(other)
    drawn = [str(row["周起始日"]) for row in table(other, "周起始日")]
    assert ("2026-03-02" in drawn, "2026-04-06" in drawn) == (True, True)
    assert not [day for day in drawn if "2026-03-09" <= day < "2026-04-06"], "the days it was chosen by"


def test_few_incidents_are_put_together_by_four_weeks_are_no_percentage_and_do_not_leave_the_page(
    open_changed: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving: dict[str, str] = {}

    def spy(columns: Any, rows: Any, *, key: str, export_rows: Any = None, **rest: Any) -> list[int]:
        leaving[key] = str(export_rows)
        return tables.show_table(columns, rows, key=key, export_rows=export_rows, **rest)

    for module in (charts, evaluation_list, evaluation_result):
        monkeypatch.setattr(module, "show_table", spy)
    thin = (
        "delete from fct_incidents where area_no = 'S1-A1' and cast(substr(incident_id, 2) as bigint) % 50 <> 0; "
        "update fct_patrol_evaluations set treated_before_count = 7, treated_after_count = 1, effect_pct = null"
    )
    app = open_changed("evaluations", thin)
    (change,) = [row["相对变化"] for row in table(app, "选点理由") if row["名称"] == "夜间步巡"]
    assert change == "干预区 7 → 1 起，对照区 356 → 55 起"
    app.selectbox(key="evaluation_of_").set_value("sound").run()
    assert not app.error
    assert "起数太少，不算相对变化：干预区 7 → 1 起" in words(app)
    assert "不折成指数，只列起数" in words(app)
    assert "四周合为一点" in words(app)
    assert "干预区 7 → <5 起" in leaving["evaluations"]
    assert "干预区 7 → 1 起" not in leaving["evaluations"]
    assert "'<5'" in leaving["evaluation_counts"]
    assert "'<5'" in leaving["evaluation"]
    steps = table(app, "四周起始日")
    assert len(steps) == 15
    assert all(row["前期平均＝100·干预区"] is None for row in steps)


def test_an_older_version_stays_to_be_read_and_what_was_taken_back_says_so(open_changed: Open) -> None:
    app = open_changed(
        "evaluations",
        "insert into fct_patrol_evaluations by name select * replace (2 as evaluation_version, 'rise' as verdict_code, "
        "'上升' as verdict_label) from fct_patrol_evaluations where evaluation_code = 'sound'; "
        "update fct_patrol_evaluations set is_withdrawn = true where evaluation_code = 'wrong'",
    )
    rows = table(app, "选点理由")
    assert [(row["名称"], row["结论"], row["版本"]) for row in rows if row["名称"] != "进行中的"] == [
        ("夜间步巡", "上升", 2), ("上期最多处", "已撤回", 1),
    ]  # fmt: skip
    assert "评估 2 项：" in words(app)
    app.selectbox(key="evaluation_of_").set_value("sound").run()
    assert "“夜间步巡”第 2 版" in words(app)
    app.selectbox(key="version_of_").set_value("1").run()
    assert "“夜间步巡”第 1 版：明显下降" in words(app)
    app.selectbox(key="evaluation_of_sound").set_value("wrong").run()
    assert "已经撤回" in words(app)
    assert not [button for button in app.button if button.label == "发布结果"]


@pytest.mark.parametrize("sql", ["delete from fct_patrol_evaluations", "drop table fct_patrol_evaluations"])
def test_without_any_evaluation_the_page_offers_to_state_one(
    open_changed: Open, tmp_path: Path, sql: str
) -> None:
    app = open_changed("evaluations", sql)
    assert not app.error
    assert "还没有评估" in words(app)
    app.text_input(key="evaluation_name_new").set_value("夏夜步巡")
    press(app, "登记")
    assert "要写明干预区和干预期" in words(app) or "请选干预区" in words(app)
    app.multiselect(key="evaluation_treated_new").set_value(["S1-A1"])
    app.number_input(key="evaluation_minutes_new").set_value(600)
    app.text_input(key="evaluation_reason_new").set_value("警情上升")
    press(app, "登记")
    assert "没有这种选点理由" in words(app)
    app.selectbox(key="evaluation_because_new").set_value("highest_last_period")
    press(app, "登记")
    assert "要写明看的是哪一段日期" in words(app)
    app.date_input(key="evaluation_selection_days_new").set_value((date(2026, 6, 1), date(2026, 6, 28)))
    press(app, "登记")
    assert (
        "第 1 号评估“夏夜步巡”已保存（2026-06-30（周二）至2026-08-24（周一）），下一次运行后给出结果"
        in words(app)
    )
    (row,) = table(app, "选点理由")
    assert (row["名称"], row["结论"], row["干预区"], row["选点理由"]) == (
        "夏夜步巡", "下一次运行后", "城北第1责任区", "上期警情最多",
    )  # fmt: skip
    (kept,) = EvaluationBook(Workbench.open(Home(tmp_path))).versions()
    assert (kept.evaluated_unit_no, kept.unit_no, kept.selection_last) == ("S1", "S1", date(2026, 6, 28))


def test_a_statement_is_changed_and_withdrawn_on_the_version_seen(
    open_changed: Open, open_page: Open, tmp_path: Path
) -> None:
    open_changed("evaluations")
    home = Home(tmp_path)
    number = declare(home)
    app = open_page("leader_station", page("evaluations"), home, evaluation=f"P{number}")
    assert "“市场夜巡”第 1 版已登记，下一次运行后给出结果" in words(app)
    app.text_input(key="evaluation_name_1_1").set_value("市场夜巡二")
    app.text_input(key="evaluation_reason_1_1").set_value("改名")
    press(app, "保存修改")
    assert "“市场夜巡二”第 2 版已登记" in words(app)
    with pytest.raises(JingcangError, match="改为第 2 版“已登记”，您的处理没有保存"):
        declare(home, number=number, seen_version=1)
    app.text_input(key="withdraw_evaluation_1_2_reason").set_value("登错了")
    press(app, "撤回")
    assert "第 1 号评估“市场夜巡二”已撤回" in words(app)
    assert "市场夜巡二" not in [row["名称"] for row in table(app, "选点理由")]


def test_a_published_result_stays_and_what_moved_since_is_told(open_changed: Open, tmp_path: Path) -> None:
    app = open_changed("evaluations", address={"evaluation": "sound"})
    press(app, "发布结果")
    assert "请写明理由" in words(app)
    app.text_input(key="publish_evaluation_sound_1_reason").set_value("会上通过")
    press(app, "发布结果")
    assert "第 1 版的结果已发布并冻结" in words(app)
    assert "已发布结论“明显下降”，按现在的数据结论相同" in words(app)
    assert "此后各次运行算得相同。理由：会上通过" in words(app)
    home, workbench = Home(tmp_path), Workbench.open(Home(tmp_path))
    (kept,) = EvaluationBook(workbench).publications()
    assert json.loads(kept.content)["verdict_label"] == "明显下降"
    door, leader = Door(home, workbench=workbench), who(home, "leader_station")
    with pytest.raises(JingcangError, match="发布了这一版"):
        evaluations.publish_result(door, leader, workbench, "sound", 1, reason="再发一次")
    with pytest.raises(JingcangError, match="还没有结论"):
        evaluations.publish_result(door, leader, workbench, "running", 1, reason="发布")
    earlier = json.dumps(json.loads(kept.content) | {"verdict_label": "无法判断", "treated_after_count": 99})
    EvaluationBook(workbench).publish(
        "wrong", 1, verdict_code="undecided", content=earlier, input_hash="h", as_of=AS_OF, reason="会上通过",
        by=leader.user_id, generation="g000000",
    )  # fmt: skip
    app.selectbox(key="evaluation_of_sound").set_value("wrong").run()
    moved = {row["项目"]: (row["发布时"], row["现在"]) for row in table(app, "发布时")}
    assert moved["干预区干预期"][0] == "99"
    assert "结论" not in moved, "无法判断 then and now"
    assert f"发布的结果不变；此后有 {len(moved)} 项算得不同" in words(app)


@pytest.mark.parametrize(
    ("role", "changed"),
    [
        ("leader_station", {"treated_areas": ("S2-A1",)}),
        ("leader_station", {"control_areas": ("S2-A1",)}),
        ("leader_station", {"treated_areas": ("X",)}),
        ("steward", {}),
        ("officer", {}),
    ],
)
def test_whoever_is_no_leader_of_every_area_is_refused(
    open_changed: Open, tmp_path: Path, role: str, changed: dict[str, Any]
) -> None:
    open_changed("evaluations")
    home = Home(tmp_path)
    workbench = Workbench.open(home)
    with pytest.raises(Forbidden, match="或者它不在您的范围内"):
        declare(home, PLAN.model_copy(update=changed), role)
    with pytest.raises(Forbidden):
        evaluations.publish_result(
            Door(home, workbench=workbench), who(home, role), workbench, "other", 1, reason="发布"
        )
    assert EvaluationBook(workbench).versions() == []
    assert AuditLog(workbench).entries(limit=1)[0].action == "evaluation_denied"
