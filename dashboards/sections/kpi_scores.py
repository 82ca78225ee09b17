"""考核总览, points by the 赋分表 of the profile, and what is still needed to reach its targets.

Belongs here: how points are shown, never without their components. Does not belong here: the points
(``jingcang.kpis.scoring``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboards.components import states
from dashboards.components.kpis import kpis
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.sections.kpi_matrix import Cell, Matrix
from jingcang.contracts.kpi_scoring import ScoringTable, table_for
from jingcang.kpis.scoring import score_units, still_needed


def show(context: Context, matrix: Matrix, tables: Sequence[ScoringTable], start: date, end: date) -> None:
    """Show both tables, or why there are none.

    Args:
        context: of the page.
        matrix: every cell; KPIs that may not be compared earn no points.
        tables: of the profile.
        start, end: of the assessment period.
    """
    table, why = table_for(tables, start)
    if table is None:
        states.withheld("赋分", why)
        return
    counts = {
        unit: {
            code: (matrix[code][unit].measured.numerator, matrix[code][unit].measured.denominator)
            for code in table.kpis
            if code in matrix
            and matrix[code][unit].judged is not None
            and not matrix[code][unit].measured.withheld
        }
        for unit in next(iter(matrix.values()))
    }
    counts = {unit: own for unit, own in counts.items() if any(trials for _, trials in own.values())}
    if not counts:
        states.withheld("赋分", "赋分表里的指标没有一项可以比较")
        return
    _points(context, table, counts)
    if end >= context.as_of:
        _needed(context, table, matrix, (end - context.as_of).days)


def _points(context: Context, table: ScoringTable, counts: dict[str, dict[str, tuple[int, int]]]) -> None:
    st.subheader(f"赋分：{len(counts)} 个单位按目标得分，各项得分并列")
    st.caption(
        f"赋分表第 {table.version} 版，{table.signed_by}于 {table.signed_on} 签批，{table.valid_from} 起用；"
        f"{table.reason}。只按目标、不按名次赋分；不可比、件数太少或没有记录的指标不计分，也不计入可得分。"
    )
    rows: list[list[Any]] = []
    for score in score_units(table, kpis(), counts):
        span = "—" if score.rank_low is None else f"{score.rank_low}–{score.rank_high}"
        points = [None if found is None else round(found, 1) for found in score.points.values()]
        rows.append([
            context.unit_name(score.unit_no or None), *points, round(score.total, 1), round(score.possible, 1), span
        ])  # fmt: skip
    show_table(
        [
            ("单位",),
            *(
                (
                    "得分",
                    f"{kpis()[code].name_zh}（{line.weight:g} 分，目标 {line.target:g}{kpis()[code].unit}"
                    f"{f'，加分至多 {line.most_added:g}' if line.most_added else ''}）",
                )
                for code, line in table.kpis.items()
            ),
            ("得分", "合计"),
            ("可得分",),
            ("名次范围",),
        ],
        rows,
        key="scores",
        title="档案利用赋分",
        help_texts={
            "名次范围": "权重上下浮动一半、各项比率在偶然误差内变动时，百分之九十五的情形落在其中；范围重叠的不分先后",
        },
    )


def still_due(cell: Cell, table: ScoringTable) -> int | None:
    """Return how many further records in a row a unit needs for the target of a KPI; None where that cannot be said.

    Args:
        cell: the unit's; not told where the KPI is not compared, has no target or is no share of which more is better.
        table: of the period.
    """
    found, kpi = cell.measured, cell.measured.kpi
    line = table.kpis.get(kpi.kpi_code)
    if line is None or cell.judged is None or not found.denominator:
        return None
    if kpi.direction != "higher" or kpi.scale != 100 or not 0 < line.target < 100:
        return None
    return still_needed(found.numerator, found.denominator, line.target / 100)


def _needed(context: Context, table: ScoringTable, matrix: Matrix, days_left: int) -> None:
    rows = []
    for code in table.kpis:
        for unit, cell in matrix.get(code, {}).items():
            found, needed = cell.measured, still_due(cell, table)
            if needed and found.value is not None:
                rows.append([
                    context.unit_name(unit or None), found.kpi.name_zh, round(found.value, 1),
                    table.kpis[code].target, found.numerator, found.denominator, needed,
                ])  # fmt: skip
    st.subheader(
        f"离目标还差多少：{len(rows)} 格未达目标，本期还有 {days_left} 天" if rows else "各单位都已达到目标"
    )
    if rows:
        show_table(
            [("单位",), ("指标",), ("现值 %",), ("目标 %",), ("分子",), ("分母",), ("还需连续达到",)],
            sorted(rows, key=lambda row: -row[-1]),
            key="needed",
            title="离目标还差多少",
            help_texts={
                "还需连续达到": "此后新增的记录条条达到，要多少条比率才到目标；逾期已成事实的不能补回"
            },
        )
