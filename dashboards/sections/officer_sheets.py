"""档案利用, the 公示表: a sheet an officer, taken out by a button, written to the audit trail.

Belongs here: what goes on a sheet. Does not belong here: how it looks (``jingcang.reports.officer_sheets``).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import streamlit as st

from dashboards.components.kpis import (
    OFFICER_FLOORS,
    Measured,
    add,
    kpis,
    measure,
    told_officers,
    without_ended,
)
from dashboards.components.tables import recorded_mark
from dashboards.context import Context
from dashboards.queries import archive
from dashboards.sections import period_steps
from dashboards.sections.own_appeals import taken_until
from jingcang.reports.officer_sheets import OfficerLine, OfficerSheet, to_xlsx

FEW = f"{OFFICER_FLOORS}，只列件数，不算比率"


def show(context: Context, start: date, end: date) -> None:
    """Show the button for the units in scope; nothing where no KPI is counted by officer."""
    found = context.run(archive.OFFICER_VALUES, period_start=start, units=list(context.unit_nos)).to_dicts()
    rows, _ = without_ended(found, start)
    if not rows:
        return
    with st.expander("公示表：每名民警一张，只有本人的数"):
        st.caption("分子、分母与“我的”页相同；件数少的只列件数。没有排名，没有他人的数。导出会记入审计。")

        def content() -> bytes:
            sheets = _sheets(context, rows)
            mark = recorded_mark(context, "officer_sheets", kind="xlsx", rows=len(sheets), title="公示表")
            return to_xlsx(
                sheets,
                period=f"考核周期 {start} 至 {end}（{period_steps.state_words(context, start, end)}）",
                appeals=f"对记录有异议的，在“我的”页提出申诉：考核周期{taken_until(start)[1]}。",
                source=f"数据截至 {context.as_of.isoformat()}；版本 {context.generation.name}",
                watermark=mark,
            )

        st.download_button(
            "导出公示表（Excel）",
            content,
            f"档案利用考核公示_{start.isoformat()}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            key="officer_sheets",
            on_click="ignore",
        )


def _sheets(context: Context, rows: list[dict[str, object]]) -> list[OfficerSheet]:
    names = dict(context.run(archive.OFFICERS).rows())
    by_kpi: dict[str, list[dict[str, object]]] = defaultdict(list)
    by_officer: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows:
        by_kpi[str(row["kpi_code"])].append(row)
        by_officer[str(row["officer_no"])].append(row)
    whole = {code: measure(kpis()[code], add(found)) for code, found in by_kpi.items() if code in kpis()}
    told = {
        code: told_officers(
            {str(row["officer_no"]): measure(kpis()[code], row) for row in found}, whole[code]
        )
        for code, found in by_kpi.items()
        if code in kpis()
    }
    made = []
    for number in sorted(by_officer):
        own = {str(row["kpi_code"]): row for row in by_officer[number]}
        lines = [
            _line(measure(kpi, own[code]), is_told=number in told[code])
            for code, kpi in kpis().items()
            if code in own
        ]
        unit = str(by_officer[number][0]["unit_no"] or "")
        made.append(
            OfficerSheet(number, str(names.get(number) or ""), context.unit_name(unit or None), tuple(lines))
        )
    return made


def _line(measured: Measured, *, is_told: bool) -> OfficerLine:
    kpi = measured.kpi
    return OfficerLine(
        kpi.name_zh, kpi.unit, measured.numerator, measured.denominator, measured.excluded,
        measured.value if is_told else None, measured.interval() if is_told else "",
        f"{kpi.numerator_zh} / {kpi.denominator_zh}" + ("" if is_told else f"；{FEW}"),
    )  # fmt: skip
