"""下周建议: the plan, changes by hand, saving, the look back, states, and need by hand-written SQL."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from plan_forms import change, latest, leader, press, save
from planted_plans import FOUND, WEEK
from reading import Open, page, table, words

from jingcang.access import Door, patrol_plans
from jingcang.access.door import Forbidden
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.patrol_plans import PlanBook


def test_the_sentence_the_matrix_and_the_shifts_tell_the_same_plan(open_page: Open) -> None:
    app = open_page("leader_station", page("next-week"))
    assert not app.error
    said = words(app)
    total = int(re.search(r"14 个班次排 (\d+) 块", said)[1])  # type: ignore[index]
    assert total == 7 * 16 * 2 * 2
    shifts = table(app, "其中手工")
    assert sum(int(str(row["一周块数"])) for row in shifts) == total
    assert sum(int(str(row["其中抽签"])) for row in shifts) >= total / 10
    assert "先排这几处" in said
    assert "**先看排班**：没有班次的钟点有" in said
    assert re.search(r"一成抽签，种子 \d+；权重 demo-1", said)
    assert "demo 于 2026-01-05 签批" in said
    equal = table(app, "一周块数·等权")
    assert sum(int(str(row["一周块数·按危害"])) for row in equal) == total
    app.toggle(key="plan_lines_shown").set_value(True).run()
    lines = table(app, "块号")
    assert len(lines) == 200, "a page of them"
    assert {row["怎么来的"] for row in lines} == {"按需求", "抽签"}
    assert words(open_page("leader_station", page("next-week"))) == said, (
        "the same data and seed: the same plan"
    )


def test_the_need_agrees_with_sql_by_hand(open_changed: Open, serving_copy: Path) -> None:
    """Counts of 52 weeks by area and hour of the call, from the fact and not from the mart."""
    app = open_changed("next-week")
    shown = {(row["责任区"], row["钟点"]): row["近一年起数"] for row in table(app, "近一年起数")}
    with duckdb.connect(str(serving_copy)) as connection:
        counted = connection.execute(
            "select a.area_name, i.event_hour, count(*) from fct_incidents i join dim_area a using (area_no) "
            f"where i.unit_no = 'S1' and i.class_code is not null and not (i.{FOUND}) "
            f"and i.event_date >= date '{WEEK - timedelta(weeks=52)}' and i.event_date < date '{WEEK}' group by all"
        ).fetchall()
    assert {(area, hour): count for area, hour, count in counted} == {
        key: count for key, count in shown.items() if count
    }
    assert sum(count for _, _, count in counted) == int(
        re.search(r"n：([\d,]+) 起警情", words(app))[1].replace(",", "")  # type: ignore[index]
    )


def test_a_change_by_hand_shows_its_loss_and_is_saved_with_a_reason(
    open_changed: Open, open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_changed("next-week")
    change(app, -2)
    assert not app.error
    lost = re.search(r"调整后满足需求的 ([\d.]+)%，方案为 ([\d.]+)%（块数从 448 变为 434", words(app))
    assert lost
    assert float(lost[1]) < float(lost[2])
    assert "个百分点，相当于一年" in words(app)
    change(app, 1, area="S1-A3", hour=3)
    assert len(table(app, "块数增减")) == 14
    save(app, " ")
    assert app.error
    assert "理由" in app.error[0].value
    save(app)
    assert "第 1 号方案第 1 版已保存" in words(app)
    home = Home(tmp_path)
    kept = latest(home)
    assert (kept.reason, kept.version, len(kept.changes), kept.is_intact) == ("按会商意见", 1, 14, True)
    assert kept.weights_version == "demo-1"
    assert kept.covered_pct < kept.best_pct
    assert len(kept.blocks()) == 441
    assert sum(block["kind"] == "by_hand" for block in kept.blocks()) == 7
    assert AuditLog(Workbench.open(home)).entries(limit=1, action="patrol_plan_saved")[0].object_name == "new"
    again = open_page("leader_station", page("next-week"), home)
    assert "这就是已保存的第 1 号方案第 1 版" in words(again)
    assert len(table(again, "块数增减")) == 14
    press(again, "撤掉全部调整")
    assert "页面上的与它有 14 块不同" in words(again)
    assert "手工调整：加减块数" in words(again)
    save(again, "恢复原方案")
    assert latest(home).version == 2
    stated = {
        name: getattr(kept, name)
        for name in ("week_start", "weights_version", "weights_digest", "seed", "changes", "content")
    }
    workbench = Workbench.open(home)
    with pytest.raises(JingcangError, match="第 2 版"):
        patrol_plans.save_plan(
            Door(home, workbench=workbench), leader(home), workbench, unit_no="S1", covered_pct=1, best_pct=1,
            reason="按旧版", generation="g000001", number=1, seen_version=1, **stated,
        )  # fmt: skip
    monkeypatch.setattr(PlanBook, "of_week", lambda *_: None)
    with pytest.raises(JingcangError, match="没有这条"):
        patrol_plans.save_plan(
            Door(home, workbench=workbench), leader(home), workbench, unit_no="S1", covered_pct=1, best_pct=1,
            reason="同时保存", generation="g000001", **stated,
        )  # fmt: skip


def test_what_cannot_be_changed_is_refused(open_changed: Open) -> None:
    app = open_changed("next-week")
    for more, hour, found in ((0, 15, "加减块数是 0"), (4, 8, "2 个巡组最多 8 块"), (-4, 15, "没有块可减")):
        change(app, more, hour)
        if more:
            change(app, more, hour)
        assert found in app.error[0].value
        assert "请" in app.error[0].value


@pytest.mark.parametrize(
    ("sql", "profile", "found"),
    [
        ("delete from rpt_shift_hours", "demo", "没有可用的勤务排班"),
        ("update rpt_shift_hours set shift_kind_code = 'standby'", "demo", "没有可用的勤务排班"),
        ("delete from rpt_shift_hours", "st_louis", "没有接入勤务排班的来源"),
        ("delete from dim_area", "st_louis", "没有接入勤务排班的来源"),
        ("delete from dim_area", "demo", "没有责任区"),
        ("delete from rpt_patrol_need", "demo", "没有带责任区和钟点的警情"),
        ("delete from rpt_patrol_need where event_hour <> 12", "demo", "平均不到 1 起"),
        ("drop table rpt_patrol_need", "demo", "还没有巡防需求的计数"),
    ],
)
def test_without_a_plan_the_page_says_why(open_changed: Open, sql: str, profile: str, found: str) -> None:
    app = open_changed("next-week", sql, profile=profile)
    assert not app.error, words(app)
    assert found in words(app)
    assert not app.get("plotly_chart")


def test_equal_weights_are_said_where_nobody_signed(open_changed: Open) -> None:
    app = open_changed("next-week", profile="st_louis")
    assert "这里没有登记危害权重表" in words(app)
    assert "每起警情一样重算" in words(app)
    assert "与等权方案比" not in words(app)


def test_the_look_back_sets_three_beside_each_other(open_page: Open) -> None:
    full = open_page("leader_station", page("next-week"))
    assert re.search(r"同样块数，.*上月实际巡逻（\d+%）", words(full))
    names = [row["方案"] for row in table(full, "命中倍数（PAI）")]
    assert names == ["方案", "等权方案", "上月实际巡逻", "随机"]


def test_the_look_back_without_fixes(open_changed: Open) -> None:
    blind = open_changed("next-week", "delete from rpt_patrol_need where need_kind_code = 'patrol'")
    assert "上月没有定位，实际巡逻不能比" in words(blind)
    assert [row["方案"] for row in table(blind, "命中倍数（PAI）")] == ["方案", "等权方案", "随机"]


def test_the_look_back_needs_sixty_weeks(open_changed: Open) -> None:
    young = open_changed(
        "next-week", f"delete from rpt_patrol_need where week_start < date '{WEEK - timedelta(weeks=55)}'"
    )
    assert "方案与上月、随机的比较暂不显示" in words(young)


def test_a_bureau_leader_chooses_the_station_and_a_station_leader_has_no_other(
    open_changed: Open, tmp_path: Path
) -> None:
    app = open_changed("next-week", role="leader_bureau")
    assert app.selectbox(key="plan_unit").options == ["城北派出所", "城南派出所", "河西派出所"]
    app.selectbox(key="plan_unit").set_value("S2").run()
    assert "5 个班次排 80 块" in words(app)
    app.selectbox(key="plan_unit").set_value("S3").run()
    assert "没有可用的勤务排班" in words(app)
    app.selectbox(key="plan_unit").set_value("S2").run()
    save(app)
    home = Home(tmp_path)
    workbench = Workbench.open(home)
    door = Door(home, workbench=workbench)
    with pytest.raises(Forbidden):
        patrol_plans.plan_of_number(door, leader(home), workbench, 1)
    assert AuditLog(workbench).entries(limit=1)[0].action == "patrol_plan_denied"
    assert page("next-week").roles == ("leader_station", "leader_bureau")


def test_fixed_posts_cover_the_busy_block_and_say_what_they_cannot(
    open_page: Open, open_changed: Open
) -> None:
    app = open_page("leader_station", page("next-week"), posts="1")
    assert not app.error
    (post,) = table(app, "照应格数")
    # The planted block of three by three cells is by far the busiest; its middle cell has four neighbours in it.
    assert post["照应格数"] == 5
    found = re.search(r"固定岗：设 1 个，能照应此前 52 周 ([\d,]+) 起警情中的 ([\d,]+) 起", words(app))
    assert found is not None
    assert int(found[2].replace(",", "")) == post["照应警情"]
    assert "岗数与照应占比：1 个" in words(app)
    assert "同样几个岗设在警情最多的格里" in words(app)
    few = open_changed("next-week", "delete from rpt_cell_weeks where count_kind_code = 'placed'")
    assert "能落到格网上的警情不足 50 起" in words(few)


def test_what_patrols_found_is_no_need_of_a_fixed_post(open_changed: Open) -> None:
    app = open_changed("next-week", "update rpt_cell_weeks set patrol_found_count = incident_count")
    assert "能落到格网上的警情不足 50 起" in words(app)
