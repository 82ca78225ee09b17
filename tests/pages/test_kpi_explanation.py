"""考核总览, 考核说明: one unit's document holds its figures, reasons and shortfalls, nobody else's, and is audited."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from reading import Open, table
from test_overview_page import ADDRESS, LOW, row_of

from dashboards.sections import kpi_explanations
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """Key → what the page offers for download, built when called."""
    found: dict[str, Callable[[], bytes]] = {}

    def keep(_label: str, data: Any, *_: Any, key: str, **__: Any) -> None:
        found[key] = data

    monkeypatch.setattr(kpi_explanations.st, "download_button", keep)
    return found


def test_the_explanation_of_a_unit_is_its_own_and_says_what_is_lacking(
    open_changed: Open, files: dict[str, Callable[[], bytes]], tmp_path: Path
) -> None:
    app = open_changed("overview", LOW, role="evaluator", address=ADDRESS, explained_unit="城北派出所")
    assert not app.error
    low = row_of(table(app, "同类组"), "及时归档率", "城北派出所")
    document = docx.Document(io.BytesIO(files["kpi_explanation"]()))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    lines = {row.cells[0].text: [cell.text for cell in row.cells] for row in document.tables[0].rows[1:]}
    assert len(lines) == 7
    assert lines["及时归档率"][2:7] == [
        str(low["分子"]), str(low["分母"]), str(low["95% 区间"]), "低于预期", "3",
    ]  # fmt: skip
    assert "差距：比同组水平少" in text
    assert "差距：距目标 90%，此后新增的记录还需连续达到" in text
    assert "本期还有" in text
    reasons = [[cell.text for cell in row.cells] for row in document.tables[1].rows[1:]]
    assert reasons == [["诉讼卷已移交", "2"], ["申诉成立", "1"]]
    cells = "".join(cell.text for one in document.tables for row in one.rows for cell in row.cells)
    assert not [other for other in ("城南", "城东") if other in text + cells]
    assert "导出于" in document.sections[0].header.paragraphs[0].text
    (entry,) = AuditLog(Workbench.open(Home(tmp_path))).entries(limit=1, action="export")
    assert entry.object_name == "kpi_explanation"


def test_all_units_stand_on_pages_of_their_own(
    open_changed: Open, files: dict[str, Callable[[], bytes]]
) -> None:
    open_changed("overview", LOW, role="evaluator", address=ADDRESS)
    document = docx.Document(io.BytesIO(files["kpi_explanation"]()))
    titles = [p.text for p in document.paragraphs if p.style.name == "Title"]
    assert len(titles) == len(set(titles)) == 3
