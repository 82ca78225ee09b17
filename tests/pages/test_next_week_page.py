"""下周建议: the plan, changes by hand, saving, files, returns, the look back, states, and need by hand-written SQL."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import duckdb
import openpyxl
import pytest
from planted_plans import FOUND, WEEK
from reading import Open, page, table, words
from streamlit.testing.v1 import AppTest

from dashboards.sections import plan_files
from jingcang.access import Door, Identity, patrol_plans
from jingcang.access.accounts import list_accounts
from jingcang.access.door import Forbidden
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.patrol_plans import PlanBook, SavedPlan
from orchestration.cli_plans import export, read_back

NEXT = WEEK + timedelta(weeks=1)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def change(app: AppTest, more: int, hour: int = 15, area: str = "S1-A1", day: str = "每天") -> AppTest:
    app.selectbox(key="plan_change_area").set_value(area)
    app.selectbox(key="plan_change_day").set_value(day)
    app.selectbox(key="plan_change_hour").set_value(hour)
    app.number_input(key="plan_change_more").set_value(more)
    return press(app, "加入调整")


def save(app: AppTest, reason: str = "按会商意见") -> AppTest:
    box = next(box for box in app.text_input if box.label.startswith("保存的理由"))
    box.set_value(reason)
    return press(app, next(b.label for b in app.button if b.label in ("保存方案", "保存为新的一版")))


def latest(home: Home) -> SavedPlan:
    found = PlanBook(Workbench.open(home)).of_week("S1", NEXT)
    assert found is not None
    return found


def leader(home: Home, role: str = "leader_station") -> Identity:
    accounts = list_accounts(Workbench.open(home))
    return next(a.identity for a in accounts if a.identity.role == role and a.is_demo)


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """Key → what the page offers for download, built when called."""
    found: dict[str, Callable[[], bytes]] = {}

    def keep(_label: str, data: Any, *_: Any, key: str, **__: Any) -> None:
        found[key] = data

    monkeypatch.setattr(plan_files.st, "download_button", keep)
    return found


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
    open_changed: Open, open_page: Open, tmp_path: Path
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


def test_what_cannot_be_changed_is_refused(open_changed: Open) -> None:
    app = open_changed("next-week")
    for more, hour, found in ((0, 15, "加减块数是 0"), (4, 8, "2 个巡组最多 8 块"), (-4, 15, "没有块可减")):
        change(app, more, hour)
        if more:
            change(app, more, hour)
        assert found in app.error[0].value
        assert "请" in app.error[0].value


def test_duty_sheets_open_again_and_the_task_file_is_answered(
    open_changed: Open, open_page: Open, tmp_path: Path, files: dict[str, Callable[[], bytes]]
) -> None:
    app = open_changed("next-week")
    assert "task_json" not in files
    change(app, 1, area="S1-A3", hour=3)
    save(app)
    home = Home(tmp_path)
    kept = latest(home)
    book = openpyxl.load_workbook(io.BytesIO(files["duty_xlsx"]()))
    assert len(book.sheetnames) == 14
    first = book.worksheets[0]
    assert first["A1"].value == "城北派出所 2026-07-06（周一）早班勤务单"
    assert "第 1 号方案第 1 版" in first["A2"].value
    assert f"抽签种子 {kept.seed}" in first["A2"].value
    assert "导出于" in first["A3"].value
    cells = [row for sheet in book for row in sheet.iter_rows(min_row=5, values_only=True)]
    assert sorted(row[0] for row in cells) == list(range(1, len(kept.blocks()) + 1))
    assert {row[4] for row in cells} == {"按需求", "抽签", "手工"}
    assert all(row[5] for row in cells)
    document = docx.Document(io.BytesIO(files["duty_docx"]()))
    assert len(document.tables) == 14
    assert sum(len(one.rows) - 1 for one in document.tables) == len(kept.blocks())
    assert "导出于" in document.sections[0].header.paragraphs[0].text
    task = json.loads(files["task_json"]())
    exports = AuditLog(Workbench.open(home)).entries(limit=3, action="export")
    assert {entry.object_name for entry in exports} == {"duty_sheet", "task_file"}
    assert (task["plan_no"], task["version"], len(task["blocks"])) == (1, 1, len(kept.blocks()))
    raw = json.dumps({
        "schema": "jingcang.patrol_task_return/1", "plan_no": 1, "version": 1, "content_hash": task["content_hash"],
        "reported_at": "2026-07-07T08:00:00+08:00",
        "blocks": [{"block_no": 1, "state": "done"}, {"block_no": 2, "state": "refused"}],
    }).encode()  # fmt: skip
    workbench = Workbench.open(home)
    door = Door(home, workbench=workbench)
    with pytest.raises(Forbidden):
        patrol_plans.take_return(door, leader(home, "steward"), workbench, raw)
    patrol_plans.take_return(door, leader(home), workbench, raw)
    with pytest.raises(JingcangError, match="已经收过"):
        patrol_plans.take_return(door, leader(home), workbench, raw)
    shown = open_page("leader_station", page("next-week"), home)
    assert "2026-07-06（周一）起一周的第 1 号方案第 1 版" in words(shown)
    rest = len(kept.blocks()) - 2
    assert f"中已完成 1 块、退回 1 块，{rest} 块没有消息" in words(shown)
    returned = table(shown, "没有消息")
    assert sum(int(str(row["已完成"])) + int(str(row["退回"])) for row in returned) == 2


def test_formulas_in_names_are_no_formulas_in_sheets(
    open_changed: Open, files: dict[str, Callable[[], bytes]]
) -> None:
    open_changed("next-week", "update dim_area set area_name = '=1+1' where area_no = 'S1-A1'")
    book = openpyxl.load_workbook(io.BytesIO(files["duty_xlsx"]()))
    areas = {cell.value for sheet in book for cell in sheet["D"][4:]}
    assert "'=1+1" in areas
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize(
    ("sql", "profile", "found"),
    [
        ("delete from rpt_shift_hours", "demo", "没有可用的勤务排班"),
        ("update rpt_shift_hours set shift_kind_code = 'standby'", "demo", "没有可用的勤务排班"),
        ("delete from rpt_shift_hours", "st_louis", "没有接入勤务排班的来源"),
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
    assert "同样块数的上月实际巡逻" in words(full)
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


def test_the_command_exports_and_takes_back_what_the_page_saved(
    open_changed: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(open_changed("next-week"))
    home = Home(tmp_path)
    by = leader(home).user_id
    target = tmp_path / "task.json"
    export(1, by=by, output=target, home=tmp_path)
    assert target.read_bytes() == latest(home).task_file("城北派出所")
    told = json.loads(target.read_bytes())
    answer = {
        "schema": "jingcang.patrol_task_return/1", "plan_no": 1, "version": 1, "content_hash": told["content_hash"],
        "reported_at": "2026-07-07T08:00:00+08:00", "blocks": [{"block_no": 3, "state": "taken"}],
    }  # fmt: skip
    back = tmp_path / "return.json"
    back.write_text(json.dumps(answer), encoding="utf-8")
    read_back(back, by=by, home=tmp_path)
    assert "第 1 号方案第 1 版的回执已收下：已接 1 块" in capsys.readouterr().out
    book, kept = PlanBook(Workbench.open(home)), latest(home)
    assert book.states(kept) == {3: "taken"}
    back.write_text("{", encoding="utf-8")
    with pytest.raises(JingcangError, match="不是有效的 JSON"):
        read_back(back, by=by, home=tmp_path)
    back.write_text(json.dumps(answer | {"content_hash": "0"}), encoding="utf-8")
    with pytest.raises(JingcangError, match="不是第 1 号方案第 1 版的内容"):
        read_back(back, by=by, home=tmp_path)
    later = answer | {
        "reported_at": "2026-07-08T08:00:00+08:00",
        "blocks": [{"block_no": 3, "state": "not_done"}],
    }
    back.write_text(json.dumps(later), encoding="utf-8")
    read_back(back, by=by, home=tmp_path)
    assert book.states(kept) == {3: "not_done"}, "of each block the latest report counts"
    with pytest.raises(JingcangError, match="没有这个账号"):
        export(1, by="nobody", home=tmp_path)


def test_what_came_back_stands_there_while_the_plan_is_carried_out(
    open_changed: Open, open_page: Open, tmp_path: Path
) -> None:
    save(open_changed("next-week"))
    home = Home(tmp_path)
    kept, workbench = latest(home), Workbench.open(home)
    patrol_plans.save_plan(
        Door(home, workbench=workbench), leader(home), workbench, unit_no="S1", week_start=WEEK, weights_version="",
        weights_digest="", seed=1, changes=[], content=kept.content, covered_pct=1, best_pct=1, reason="上周存的",
        generation="g000001",
    )  # fmt: skip
    app = open_page("leader_station", page("next-week"), home)
    assert "2026-06-29（周一）起一周的第 2 号方案第 1 版还没有勤务系统的回执" in words(app)
    assert "2026-07-06（周一）起一周的第 1 号方案第 1 版还没有勤务系统的回执" in words(app)
    assert not app.error
