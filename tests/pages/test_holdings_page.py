"""馆藏与数字化: demand beside holdings, what to digitise, what is missing, what is due, and the lists as files."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from issue_tables import AS_OF
from planted_archive import ASKED_MOST, MISSES, SEARCHES
from reading import Open, cells, page, table, words

from dashboards.sections import filing_dues as shown_dues
from jingcang.access import ALL_UNITS, Door, Identity
from jingcang.access.accounts import list_accounts
from jingcang.access.door import Forbidden
from jingcang.access.filing_dues import filing_dues
from jingcang.home import Home
from jingcang.statistics import poisson_interval, wilson_interval
from jingcang.workbench import AuditLog, Workbench
from orchestration.cli_archive import export_due


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """Key → what the page offers for download, built when called."""
    found: dict[str, Callable[[], bytes]] = {}

    def keep(_label: str, data: Any, *_: Any, key: str, **__: Any) -> None:
        found[key] = data

    monkeypatch.setattr(shown_dues.st, "download_button", keep)
    return found


def test_demand_stands_beside_holdings_with_its_interval(open_page: Open) -> None:
    app = open_page("evaluator", page("holdings"))
    assert not app.error
    assert "在馆 912 件 36,480 页，已数字化 25.0%（9,120/36,480）" in words(app)
    assert "近 12 个月利用 1,080 次，其中利用未全部数字化档案的 83.3%（900/1,080）" in words(app)
    assert "利用与馆藏：刑事诉讼卷的利用高于预期" in words(app)
    by_class = {row["门类"]: row for row in table(app, "每百件利用")}
    low, high = poisson_interval(900, exposure=3)
    assert by_class["刑事诉讼卷"]["每百件利用"] == 300
    assert by_class["刑事诉讼卷"]["95% 区间"] == f"{low:.1f}–{high:.1f}"
    assert by_class["矛盾纠纷档案"]["结论"] == "低于预期"
    assert by_class["未映射"]["结论"] == "低于预期"
    assert "门类或载体未映射：12 件" in words(app)


def test_a_class_with_too_few_expected_uses_is_not_compared(open_changed: Open) -> None:
    app = open_changed(
        "holdings",
        "update rpt_archive_holdings set archive_file_count = 1 where category_label = '未映射'",
        role="evaluator",
    )
    (row,) = [row for row in table(app, "每百件利用") if row["门类"] == "未映射"]
    assert row["结论"] == "样本不足"


def test_what_to_digitise_next_is_what_is_asked_for(open_page: Open) -> None:
    app = open_page("evaluator", page("holdings"))
    first, *others = table(app, "待扫页数")
    assert (first["门类"], first["未全部数字化"], first["被利用"]) == ("刑事诉讼卷", 150, 900)
    assert first["待扫页数"] == 9000
    assert all(row["被利用"] == 0 for row in others)
    assert "先数字化刑事诉讼卷（纸质）" in words(app)
    top = table(app, "近12个月·利用人")[0]
    low, high = poisson_interval(19)
    assert (top["档号"], top["近12个月·95% 区间"]) == (ASKED_MOST, f"{low:.1f}–{high:.1f}")


def test_searches_without_a_hit_missing_numbers_and_retention(open_page: Open) -> None:
    app = open_page("evaluator", page("holdings"))
    asked = {row["利用目的"]: row for row in table(app, "未果率")}
    low, high = wilson_interval(3 * MISSES, 3 * SEARCHES)
    assert (asked["办案"]["未果"], asked["群众服务"]["未果"]) == (60, 0)
    assert asked["办案"]["按什么查"] == "题名、年度"
    assert not isinstance(asked["群众服务"]["按什么查"], str), "the archive system does not say"
    assert asked["办案"]["95% 区间"] == f"{100 * low:.1f}%–{100 * high:.1f}%"
    assert "断号：2 处共 4 个号没有档案" in words(app)
    assert "另有 1 处跳号" in words(app)
    assert [row["没有档案的号"] for row in table(app, "没有档案的号")] == ["3", "5–7", "9–90000"]
    assert "912 件里有 9 件的档号不合格式" in words(app)
    assert "保管期满：1 件已满，一年内还有 2 件" in words(app)
    assert [row["状态"] for row in table(app, "期满日期")] == ["已期满", "一年内期满", "一年内期满"]
    assert "从未利用：1 类从来没有人利用" in words(app)
    oldest = table(app, "距今年数")[0]
    assert (oldest["门类"], oldest["距今年数"]) == ("未映射", 4.0)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("delete from rpt_archive_gaps", "断号：编号之间没有断开的"),
        ("delete from rpt_archive_retention_dues", "没有已满或一年内期满的，最早一件 2026-09-28（周一）期满"),
        ("delete from rpt_archive_searches", "没有登记检索结果"),
        ("update rpt_archive_holdings set not_digital_file_count = 0", "在馆档案都已数字化"),
        ("delete from rpt_archive_digitising", "近 12 个月没有人利用"),
        ("delete from fct_kpi_records", "没有应归未归的案卷"),
        ("delete from rpt_archive_holdings", "没有在馆档案"),
    ],
)
def test_what_there_is_nothing_of_is_said(open_changed: Open, sql: str, told: str) -> None:
    app = open_changed("holdings", sql, role="evaluator")
    assert not app.error
    assert told in words(app)


def test_a_unit_sees_its_own(open_changed: Open) -> None:
    app = open_changed("holdings", role="evaluator", unit="城南派出所")
    assert "在馆 304 件" in words(app)
    assert "断号：编号之间没有断开的" in words(app)
    assert "S1-" not in cells(app)


def test_the_lists_of_what_is_due_are_files_by_unit(
    open_changed: Open, tmp_path: Path, files: dict[str, Callable[[], bytes]]
) -> None:
    app = open_changed(
        "holdings", "update fct_kpi_records set evidence = '=1+1' where unit_no = 'S2'", role="evaluator"
    )
    units = {row["单位"]: row for row in table(app, "应归未归")}
    book = openpyxl.load_workbook(io.BytesIO(files["filing_xlsx"]()))
    assert book.sheetnames == ["1 城北派出所", "2 城南派出所", "3 河西派出所"]
    for sheet, (name, row) in zip(book, units.items(), strict=True):
        assert sheet["A1"].value.startswith(f"{name}应归未归 {row['应归未归']:,} 卷")
        assert "版本 g000001" in sheet["A2"].value
        assert "导出于" in sheet["A3"].value
        assert sheet.max_row == 4 + row["应归未归"]
        assert [cell.value for cell in sheet[4]][:5] == ["警号", "种类", "编号", "应归日期", "逾期天数"]
        days = [line[4] for line in sheet.iter_rows(min_row=5, values_only=True)]
        assert all(
            (AS_OF - line[3].date()).days == line[4] for line in sheet.iter_rows(min_row=5, values_only=True)
        )
        assert sum(day > 0 for day in days) == row["其中逾期"]
    assert all(cell.data_type != "f" for sheet in book for line in sheet.iter_rows() for cell in line)
    task = json.loads(files["filing_json"]())
    assert (task["schema"], task["unit_no"], task["as_of"]) == ("jingcang.filing_task/1", "S1", "2026-06-30")
    assert len(task["volumes"]) == units["城北派出所"]["应归未归"]
    assert all(volume["officer_no"] and volume["record_no"] for volume in task["volumes"])
    exports = AuditLog(Workbench.open(Home(tmp_path))).entries(limit=2, action="export")
    assert [entry.object_name for entry in exports] == ["filing_dues", "filing_dues"]


def test_the_command_writes_the_same_lists(
    open_changed: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_changed("holdings", role="evaluator")
    accounts = list_accounts(Workbench.open(Home(tmp_path)))
    by = next(one.identity.user_id for one in accounts if one.identity.role == "evaluator")
    folder = tmp_path / "out"
    folder.mkdir()
    export_due(by=by, unit=["S1"], folder=folder, home=tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == [
        "应归未归_2026-06-30.xlsx",
        "归档任务_S1_2026-06-30.json",
    ]
    task = json.loads((folder / "归档任务_S1_2026-06-30.json").read_bytes())
    assert f"{len(task['volumes']):,} 卷" in capsys.readouterr().out


def test_an_officer_gets_own_volumes_and_a_leader_none(synthetic_home: Home) -> None:
    door = Door(synthetic_home, is_current=lambda identity: True)
    own = filing_dues(door, Identity("x", "x", "officer", ("S1",), "1001"))
    assert {volume.officer_no for unit in own for volume in unit.volumes} == {"1001"}
    with pytest.raises(Forbidden):
        filing_dues(door, Identity("x", "x", "leader_bureau", (ALL_UNITS,), None))
