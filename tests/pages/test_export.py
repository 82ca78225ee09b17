"""Exports: escaping, number types, headings of two levels, source line and watermark."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from dashboards.components.export import Sheet, escaped, to_csv, to_xlsx

SHEET = Sheet(
    "警情",
    [("类别",), ("本期", "起"), ("本期", "占比"), ("日期",)],
    [["盗窃", 12, 0.5, date(2026, 6, 1)], ["=1+1", None, -3.25, None]],
    "数据截至 2026-06-30",
    "王五导出",
)


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        " =1",
        "\u00a0=1",
        "\n=1",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "＝1",
        "\u200b=1",
        "%0A=1",
    ],
)
def test_text_that_a_spreadsheet_would_run_is_kept_from_it(text: str) -> None:
    assert escaped(text).startswith("'")


@pytest.mark.parametrize("value", ["盗窃", "城北-1", "a=b", "", -5, 3.2, None])
def test_other_values_are_left_alone(value: object) -> None:
    assert escaped(value) == value


def test_csv_opens_in_a_chinese_spreadsheet() -> None:
    content = to_csv(SHEET)
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.splitlines()[0] == "类别,本期·起,本期·占比,日期"
    assert "'=1+1,,-3.25," in text
    assert "数据截至 2026-06-30" in text
    assert "王五导出" in text


def test_excel_has_real_numbers_two_header_rows_and_no_formula() -> None:
    page = openpyxl.load_workbook(io.BytesIO(to_xlsx(SHEET)))["数据"]
    rows = list(page.iter_rows(values_only=True))
    assert rows[0][0] == "警情"
    assert rows[3][:2] == ("类别", "本期")
    assert rows[4][1:3] == ("起", "占比")
    assert rows[5][1:3] == (12, 0.5)
    assert rows[6][0] == "'=1+1"
    assert not any(cell.data_type == "f" for row in page.iter_rows() for cell in row)
    assert page.freeze_panes == "B6"
    assert page.print_area
