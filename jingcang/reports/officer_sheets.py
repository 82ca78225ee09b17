"""公示表: one sheet an officer with the own figures of a period, to be read and signed by that officer.

Belongs here: how the workbook looks. Does not belong here: which values are told (``dashboards.components.kpis``), who
takes it out. A sheet compares its officer with nobody: there is no rank, no word and no other person on it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from jingcang.reports.spreadsheets import escaped, print_landscape, printed_book

COLUMNS = ("指标", "分子", "分母", "值", "95% 区间", "剔除", "说明")
_WIDTHS = (20, 10, 10, 14, 18, 10, 60)
_FIRST = 5
"""Row of the first KPI: title, period, source, watermark and the heading stand above."""
SIGNATURES = "本人签字：＿＿＿＿＿＿＿　　日期：＿＿＿＿＿＿＿　　经办人：＿＿＿＿＿＿＿"


@dataclass(frozen=True)
class OfficerLine:
    """One KPI of one officer.

    Args:
        name, unit: of the KPI, as declared.
        numerator, denominator, excluded: of its records.
        value: numerator / denominator × scale; None where only counts are told.
        interval: of the value in words, "" without one.
        note: what is counted, or why there is no value.
    """

    name: str
    unit: str
    numerator: int
    denominator: int
    excluded: int
    value: float | None
    interval: str
    note: str


@dataclass(frozen=True)
class OfficerSheet:
    """One officer.

    Args:
        officer_no, officer_name, unit_name: whose.
        lines: one a KPI.
    """

    officer_no: str
    officer_name: str
    unit_name: str
    lines: tuple[OfficerLine, ...]


def to_xlsx(
    sheets: Sequence[OfficerSheet], *, period: str, appeals: str, source: str, watermark: str
) -> bytes:
    """Return the workbook, a sheet an officer, ready to print on A4 landscape.

    Args:
        sheets: at least one, in the order of the workbook.
        period: first and last day and state of the period in words.
        appeals: how and until when records can be appealed against.
        source: what the figures rest on.
        watermark: who exported it and when.
    """
    out = io.BytesIO()
    with printed_book(out) as styles:
        book, text = styles.book, styles.text
        ratio = book.add_format({"num_format": "#,##0.0", "border": 1, "valign": "top"})
        for index, sheet in enumerate(sheets, 1):
            page = book.add_worksheet(f"{index} {sheet.officer_no}"[:31])
            head = f"档案利用考核公示：{sheet.unit_name} {sheet.officer_name}（警号 {sheet.officer_no}）"
            styles.head(page, head, period, source, watermark)
            styles.columns(page, _FIRST - 1, COLUMNS, _WIDTHS)
            for row, line in enumerate(sheet.lines, _FIRST):
                page.write_string(row, 0, escaped(f"{line.name}（{line.unit}）"), text)
                for column, count in ((1, line.numerator), (2, line.denominator), (5, line.excluded)):
                    page.write_number(row, column, count, styles.whole)
                if line.value is None:
                    page.write_string(row, 3, "只列件数", text)
                else:
                    page.write_number(row, 3, line.value, ratio)
                page.write_string(row, 4, escaped(line.interval), text)
                page.write_string(row, 6, escaped(line.note), text)
            last = _FIRST + len(sheet.lines)
            page.write_string(last + 1, 0, escaped(appeals))
            page.write_string(last + 3, 0, escaped(SIGNATURES))
            page.freeze_panes(_FIRST, 1)
            page.print_area(0, 0, last + 3, len(COLUMNS) - 1)
            print_landscape(page, watermark)
    return out.getvalue()
