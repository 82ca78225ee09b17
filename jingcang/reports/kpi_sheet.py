"""The assessment sheet for the personnel department: units × KPIs with sums as formulas and a signature block.

Belongs here: how the workbook looks. Does not belong here: values and words (``jingcang.kpis``), who takes it out.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_rowcol_to_cell

from jingcang.reports.spreadsheets import escaped, print_landscape, printed_book

PARTS = ("分子", "分母", "值", "结论")
SIGNATURES = "　".join(
    f"{who}：＿＿＿＿＿＿＿" for who in ("考核员（签字）", "审核人（签字）", "单位（盖章）", "日期")
)
NO_VALUE = "—"
"""Stands where counts alone are told."""
_FIRST = 5
"""Row of the first unit: title, source, watermark and two rows of heading stand above."""


@dataclass(frozen=True)
class SheetKpi:
    """One KPI of the sheet.

    Args:
        name, unit: as declared.
        scale: multiplies the ratio.
        cells: (numerator, denominator, word) of each unit, in the order of the sheet; None without records.
        minimum_n: denominator below which no value stands beside the counts.
        withheld: places in ``cells`` whose value is withheld whatever their counts, which withholds the sum's as well.
    """

    name: str
    unit: str
    scale: int
    cells: Sequence[tuple[int, int, str] | None]
    minimum_n: int = 1
    withheld: frozenset[int] = frozenset()


def to_xlsx(
    title: str, units: Sequence[str], kpis: Sequence[SheetKpi], *, source: str, watermark: str
) -> bytes:
    """Return the workbook, ready to print on A4 landscape.

    Args:
        title: period and what is shown.
        units: their names, in the order of the sheet; 合计 stands below them.
        kpis: groups of columns. Numerators and denominators are numbers; values and all of 合计 are formulas with
            their result, so that a changed count changes its value.
        source: what it rests on.
        watermark: who exported it and when.
    """
    out = io.BytesIO()
    with printed_book(out) as styles:
        book, heading, whole = styles.book, styles.heading, styles.whole
        page = book.add_worksheet("考核")
        ratio = book.add_format({"num_format": "#,##0.0", "border": 1, "align": "right"})
        text = book.add_format({"border": 1})
        styles.head(page, title, source, watermark)
        page.merge_range(3, 0, 4, 0, "单位", heading)
        page.set_column(0, 0, 18)
        last = _FIRST + len(units)
        for row, name in enumerate([*units, "合计"], _FIRST):
            page.write_string(row, 0, escaped(name), text)
        for place, kpi in enumerate(kpis):
            left = 1 + place * len(PARTS)
            page.merge_range(3, left, 3, left + len(PARTS) - 1, escaped(f"{kpi.name}（{kpi.unit}）"), heading)
            page.set_column(left, left + len(PARTS) - 1, 10)
            for offset, part in enumerate(PARTS):
                page.write_string(4, left + offset, escaped(part), heading)
            cells = [counts or (0, 0, "不适用") for counts in kpi.cells]
            for row, counts in enumerate(cells, _FIRST):
                page.write_number(row, left, counts[0], whole)
                page.write_number(row, left + 1, counts[1], whole)
                page.write_string(row, left + 3, escaped(counts[2]), text)
            sums = [sum(counts[0] for counts in cells), sum(counts[1] for counts in cells)]
            for side, total in enumerate(sums):
                column = left + side
                span = f"{xl_rowcol_to_cell(_FIRST, column)}:{xl_rowcol_to_cell(last - 1, column)}"
                page.write_formula(last, column, f"=SUM({span})", whole, total)
            page.write_string(last, left + 3, "", text)
            for row, (hits, trials) in enumerate(
                [*((c[0], c[1]) for c in cells), (sums[0], sums[1])], _FIRST
            ):
                is_sum = row == last
                if row - _FIRST in kpi.withheld or (is_sum and kpi.withheld):
                    page.write_string(row, left + 2, escaped(NO_VALUE), text)
                    continue
                above, below = (xl_rowcol_to_cell(row, left + side) for side in (0, 1))
                value = f'IF({below}<{kpi.minimum_n},"{NO_VALUE}",{kpi.scale}*{above}/{below})'
                told = kpi.scale * hits / trials if trials >= kpi.minimum_n else NO_VALUE
                page.write_formula(
                    row, left + 2, f'=IF({below}=0,"不适用",{value})', ratio, told if trials else "不适用"
                )
        page.write_string(last + 2, 0, escaped(SIGNATURES))
        page.freeze_panes(_FIRST, 1)
        page.print_area(0, 0, last + 2, len(kpis) * len(PARTS))
        page.repeat_rows(3, 4)
        print_landscape(page, watermark)
    return out.getvalue()
