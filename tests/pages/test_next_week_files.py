"""下周建议, files: duty sheets opened again, the task file, what the duty system sends back by page and by command."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from plan_forms import change, latest, leader, save
from planted_plans import WEEK
from reading import Open, page, table, words

from dashboards.sections import plan_files
from jingcang.access import Door, patrol_plans
from jingcang.access.door import Forbidden
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.patrol_plans import PlanBook
from orchestration.cli_plans import export, read_back


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """Key → what the page offers for download, built when called."""
    found: dict[str, Callable[[], bytes]] = {}

    def keep(_label: str, data: Any, *_: Any, key: str, **__: Any) -> None:
        found[key] = data

    monkeypatch.setattr(plan_files.st, "download_button", keep)
    return found


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
