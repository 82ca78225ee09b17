"""考核总览, the sheet for the personnel department: taken out by a button, written to the audit trail.

Belongs here: what goes into it. Does not belong here: how it looks (``jingcang.reports.kpi_sheet``).
"""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards.components.kpis import kpis
from dashboards.components.tables import recorded_mark
from dashboards.context import Context
from dashboards.sections.kpi_matrix import Matrix
from jingcang.reports.kpi_sheet import SheetKpi, to_xlsx


def show(context: Context, matrix: Matrix, start: date, end: date, state: str) -> None:
    """Show the button.

    Args:
        context: of the page.
        matrix: every cell.
        start, end: of the assessment period.
        state: of the period, in words.
    """
    units = list(dict.fromkeys(unit for cells in matrix.values() for unit in cells))
    title = f"档案利用考核表（{start} 至 {end}）"
    groups = [
        SheetKpi(
            kpis()[code].name_zh, kpis()[code].unit, kpis()[code].scale,
            [(cells[unit].measured.numerator, cells[unit].measured.denominator, cells[unit].word)
             if unit in cells else None for unit in units],
            kpis()[code].minimum_n,
            frozenset(place for place, unit in enumerate(units) if unit in cells and cells[unit].measured.is_unmapped),
        )
        for code, cells in matrix.items()
    ]  # fmt: skip

    def content() -> bytes:
        mark = recorded_mark(context, "kpi_sheet", kind="xlsx", rows=len(units), title=title)
        source = f"数据截至 {context.as_of.isoformat()}；版本 {context.generation.name}；状态：{state}"
        names = [context.unit_name(unit or None) for unit in units]
        return to_xlsx(title, names, groups, source=source, watermark=mark)

    st.download_button(
        "导出考核表（Excel，含合计公式和签字栏）",
        content,
        f"档案利用考核表_{start.isoformat()}.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key="kpi_sheet",
        on_click="ignore",
    )
