"""公示表: a sheet an officer with the own figures alone, counts without a rate where they are few, nothing run."""

from __future__ import annotations

import io

import openpyxl

from jingcang.reports.officer_sheets import OfficerLine, OfficerSheet, to_xlsx

LINES = (
    OfficerLine("及时归档率", "%", 40, 50, 2, 80.0, "67.0–88.8", "分子 / 分母"),
    OfficerLine("利用成效", "%", 1, 4, 0, None, "", "分子 / 分母；件数少"),
)


def test_every_officer_has_a_sheet_with_the_own_lines_alone() -> None:
    content = to_xlsx(
        [OfficerSheet("1001", "=HYPERLINK(1)", "城北所", LINES), OfficerSheet("1002", "李四", "城北所", LINES[1:])],
        period="考核周期 2025-12-21 至 2026-12-20（公示）",
        appeals="申诉到 7 月 7 日",
        source="数据截至",
        watermark="王五导出",
    )  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["1 1001", "2 1002"]
    first, second = book.worksheets
    assert first["A1"].value == "档案利用考核公示：城北所 =HYPERLINK(1)（警号 1001）"
    assert first["A1"].data_type == "s"
    assert [cell.value for cell in first[6]][:6] == ["及时归档率（%）", 40, 50, 80, "67.0–88.8", 2]
    assert first["D7"].value == "只列件数"
    assert second.max_row == 10
    assert "1001" not in "".join(str(cell.value) for row in second.iter_rows() for cell in row)
    texts = [str(row[0].value) for row in first.iter_rows()]
    assert "申诉到 7 月 7 日" in texts
    assert any("本人签字" in text for text in texts)
