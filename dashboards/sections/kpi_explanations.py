"""考核总览, the 考核说明: a Word document that explains each figure of a unit, taken out by a button, audited.

Belongs here: what goes into it. Does not belong here: how it looks (``jingcang.reports.kpi_explanations``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime

import streamlit as st

from dashboards.components.tables import recorded_mark
from dashboards.context import Context
from dashboards.queries import overview
from dashboards.sections.kpi_matrix import Cell, Matrix
from dashboards.sections.kpi_scores import still_due
from jingcang.contracts.kpi_scoring import ScoringTable, table_for
from jingcang.reports.kpi_explanations import ExplainedKpi, UnitExplanation, to_docx

ALL = "全部单位（每个单位另起一页）"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_Reasons = dict[tuple[str, str], list[tuple[str, int]]]


def show(
    context: Context, matrix: Matrix, tables: Sequence[ScoringTable], start: date, end: date, state: str
) -> None:
    """Show the choice of a unit and the button.

    Args:
        context: of the page.
        matrix: every cell.
        tables: 赋分表 of the profile.
        start, end: of the assessment year.
        state: of the period, in words.
    """
    units = list(dict.fromkeys(unit for cells in matrix.values() for unit in cells))
    with st.expander("考核说明：逐项写明一个单位的分子、分母、区间、结论、剔除理由和差距"):
        names = {ALL: ""} | {context.unit_name(unit or None): unit for unit in units}
        chosen = st.selectbox("哪个单位", list(names), key="explained_unit", width=360)
        wanted = units if chosen == ALL else [names[chosen]]

        def content() -> bytes:
            mark = recorded_mark(
                context, "kpi_explanation", kind="docx", rows=len(wanted), title=f"考核说明：{chosen}"
            )
            return to_docx(
                explained(context, matrix, tables, start, end, wanted),
                period=f"考核周期 {start} 至 {end}（{state}）",
                source=f"数据截至 {context.as_of.isoformat()}；版本 {context.generation.name}",
                watermark=mark,
                made_at=datetime.now(UTC),
            )

        st.download_button(
            "导出考核说明（Word）",
            content,
            f"档案利用考核说明_{start.isoformat()}.docx",
            _DOCX,
            key="kpi_explanation",
            on_click="ignore",
        )


def explained(
    context: Context,
    matrix: Matrix,
    tables: Sequence[ScoringTable],
    start: date,
    end: date,
    units: Sequence[str],
) -> list[UnitExplanation]:
    """Return the explanations of some units, KPIs in the order of the page.

    Args:
        context: of the page.
        matrix: every cell.
        tables: 赋分表 of the profile; shortfalls to a target are told where one holds for the period.
        start, end: of the assessment year.
        units: whose.
    """
    reasons: _Reasons = defaultdict(list)
    for row in context.run(overview.EXCLUDED, period_start=start).to_dicts():
        reasons[row["kpi_code"], row["unit_no"] or ""].append((row["reason"], row["record_count"]))
    table, _ = table_for(tables, start)
    days_left = max(0, (end - context.as_of).days)
    return [
        UnitExplanation(
            context.unit_name(unit or None),
            [
                _one(cells[unit], reasons[code, unit], _shortfall(cells[unit], table, days_left))
                for code, cells in matrix.items()
                if unit in cells
            ],
        )
        for unit in units
    ]


def _one(cell: Cell, exclusions: Sequence[tuple[str, int]], shortfall: Sequence[str]) -> ExplainedKpi:
    found = cell.measured
    if found.value is None:
        value = found.withheld or "没有分母"
    else:
        value = f"{found.value:,.1f}{found.kpi.unit}"
    return ExplainedKpi(
        found.kpi, found.numerator, found.denominator, value, found.interval(), cell.word, cell.why, exclusions,
        shortfall,
    )  # fmt: skip


def _shortfall(cell: Cell, table: ScoringTable | None, days_left: int) -> list[str]:
    """Return what is lacking to the peers' level, where the word says so, and to the target of the 赋分表."""
    said = []
    if cell.is_adverse and cell.judged is not None:
        side = "少" if cell.measured.kpi.direction == "higher" else "多"
        said.append(f"差距：比同组水平{side} {abs(cell.judged.missing):.0f} 条。")
    needed = still_due(cell, table) if table else None
    if table and needed:
        target = table.kpis[cell.measured.kpi.kpi_code].target
        when = f"本期还有 {days_left} 天" if days_left else "本期已结束"
        said.append(
            f"差距：距目标 {target:g}{cell.measured.kpi.unit}，此后新增的记录还需连续达到 {needed:,} 条；{when}。"
        )
    return said
