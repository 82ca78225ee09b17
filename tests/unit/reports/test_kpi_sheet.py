"""The assessment sheet: two-level heading, sums and values as formulas, words, signatures, no text run as a formula."""

from __future__ import annotations

import io

import openpyxl

from jingcang.reports.kpi_sheet import SheetKpi, to_xlsx

FILED = SheetKpi("及时归档率", "%", 100, [(40, 100, "低于预期"), (85, 100, "正常范围")])
USED = SheetKpi("满意度", "分", 1, [(0, 0, "不适用"), None])


def test_the_sheet_adds_up_by_formula_and_is_signed() -> None:
    content = to_xlsx("考核表", ["城北", "=1+1"], [FILED, USED], source="来源", watermark="张三导出")
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True).active
    assert page is not None
    assert values is not None
    assert [page["B4"].value, page["F4"].value] == ["及时归档率（%）", "满意度（分）"]
    assert [page.cell(5, column).value for column in range(2, 6)] == ["分子", "分母", "值", "结论"]
    assert (page["B8"].value, page["C8"].value) == ("=SUM(B6:B7)", "=SUM(C6:C7)")
    assert page["D8"].value == '=IF(C8=0,"不适用",IF(C8<1,"—",100*B8/C8))'
    assert [values[cell].value for cell in ("D6", "B8", "C8", "D8", "H8")] == [40, 125, 200, 62.5, "不适用"]
    assert page["E6"].value == "低于预期"
    assert page["A7"].value == "'=1+1"
    assert [page["A2"].value, page["A3"].value] == ["来源", "张三导出"]
    assert "签字" in str(page["A10"].value)


def test_few_and_unmapped_records_have_counts_and_no_value() -> None:
    few = SheetKpi("及时归档率", "%", 100, [(4, 9, "样本不足"), (85, 100, "正常范围")], 10)
    unmapped = SheetKpi("非纸质", "%", 100, [(4, 50, "不可比"), (8, 50, "正常范围")], 10, frozenset({0}))
    content = to_xlsx("考核表", ["城北", "城南"], [few, unmapped], source="来源", watermark="张三导出")
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True).active
    assert values is not None
    assert [values[cell].value for cell in ("B6", "C6", "D6", "D7")] == [4, 9, "—", 85]
    assert [values[cell].value for cell in ("F6", "H6", "H7", "H8")] == [4, "—", 16, "—"]
