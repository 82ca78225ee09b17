"""档案利用, 公示表: what the button gives holds one officer a sheet, the figures of the page, and is audited."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from reading import Open, table
from test_kpi_units import ADDRESS

from dashboards.sections import officer_sheets
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench

KPI = "及时归档率（%）"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes]]:
    """Key → what the page offers for download, built when called."""
    found: dict[str, Callable[[], bytes]] = {}

    def keep(_label: str, data: Any, *_: Any, key: str, **__: Any) -> None:
        found[key] = data

    monkeypatch.setattr(officer_sheets.st, "download_button", keep)
    return found


def test_each_officer_has_a_sheet_with_the_figures_of_the_page(
    open_changed: Open, files: dict[str, Callable[[], bytes]], tmp_path: Path
) -> None:
    app = open_changed("archive", role="evaluator", address=ADDRESS)
    assert not app.error
    of_page = {str(row["警号"]): row for row in table(app, "警号")}
    book = openpyxl.load_workbook(io.BytesIO(files["officer_sheets"]()))
    of_sheets = {}
    for sheet in book.worksheets:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        text = "\n".join(str(value) for row in rows for value in row if value is not None)
        (number,) = [number for number in of_page if f"警号 {number}" in text]
        assert not [other for other in of_page if other != number and other in text]
        of_sheets[number] = next(row for row in rows if row[0] == KPI)
    assert of_sheets.keys() == of_page.keys()
    for number, row in of_sheets.items():
        assert row[1:3] == [of_page[number]["分子"], of_page[number]["分母"]]
    (entry,) = AuditLog(Workbench.open(Home(tmp_path))).entries(limit=1, action="export")
    assert entry.object_name == "officer_sheets"
