"""档案利用: one KPI by unit with intervals, in the words of 考核总览.

Belongs here: the chart and its sentence. Does not belong here: the judgement, which is that of 考核总览
(``kpi_matrix``, ``kpi_guard``): a unit must not be told apart on one page and not on the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, states
from dashboards.components.kpis import Measured
from dashboards.context import Context
from dashboards.deployment import profile_of
from dashboards.queries import overview
from dashboards.sections import kpi_guard, kpi_matrix
from dashboards.sections.kpi_matrix import Cell
from jingcang.contracts.kpis import Kpi


def judged(context: Context, kpi: Kpi, start: date, end: date) -> dict[str, Cell]:
    """Return name of the unit → its cell of 考核总览, all units of the reader, whichever are chosen.

    Args:
        context: of the page.
        kpi: the chosen KPI.
        start, end: of the assessment period.
    """
    found = context.run(overview.VALUES, period_start=start).to_dicts()
    rows = [row for row in found if row["kpi_code"] == kpi.kpi_code]
    reasons = kpi_guard.reasons(context, rows, start, end, kpi_matrix.counted(rows))
    profile = profile_of(context.generation.profile)
    matrix = kpi_matrix.build(context, rows, reasons, profile.peer_groups if profile else ())
    return {context.unit_name(unit or None): cell for unit, cell in matrix.get(kpi.kpi_code, {}).items()}


def words(whole: Measured, cells: Mapping[str, Cell]) -> str:
    """Return what the sentence says of the units shown, "" of one unit without a comparison.

    Args:
        whole: the KPI over the scope.
        cells: name → cell of the units shown.
    """
    reason = next((cell.reason for cell in cells.values() if cell.reason), "")
    if reason:
        return f"；各单位不可比：{reason}" if len(cells) > 1 else ""
    outside = {name: cell.word for name, cell in cells.items() if cell.judged and cell.judged.is_outside}
    if outside:
        told: dict[str, list[str]] = {}
        for name, word in outside.items():
            told.setdefault(word, []).append(name)
        said = "，".join(f"{'、'.join(names)}{word}" for word, names in told.items())
        return f"；{said}" + ("，其余不分先后" if len(outside) < len(cells) else "")
    return "；没有单位超出偶然界限，不分先后" if len(cells) > 1 and whole.low is not None else ""


def show(whole: Measured, units: Mapping[str, Measured], cells: Mapping[str, Cell]) -> None:
    """Show the units with a value, or why there is none.

    Args:
        whole: the KPI over the scope.
        units: name → the KPI of the unit.
        cells: name → its cell of 考核总览.
    """
    shown = {name: m for name, m in units.items() if m.value is not None}
    if not shown or whole.value is None:
        states.withheld(whole.kpi.name_zh, whole.withheld or "没有分母")
        return
    ordered = sorted(shown.items(), key=lambda item: item[1].value or 0)
    judged_units = [cells[name].judged for name in shown if name in cells]
    outside = [unit for unit in judged_units if unit is not None and unit.is_outside]
    charts.show_chart(
        f"{whole.kpi.name_zh}："
        + (f"{len(outside)} 个单位超出偶然界限" if outside else "没有单位超出偶然界限"),
        _chart(whole, ordered, cells),
        key="by_unit",
        columns=[
            ("单位",), ("值",), ("分子",), ("分母",), ("区间", "下限"), ("区间", "上限"), ("剔除",), ("结论",),
        ],
        rows=[
            [
                name, round(m.value or 0, 1), m.numerator, m.denominator, None if m.low is None else round(m.low, 1),
                None if m.high is None else round(m.high, 1), m.excluded,
                cells[name].word if name in cells else None,
            ]
            for name, m in ordered
        ],
        note="点为本单位，横线为 95% 区间，虚线为全体。颜色和结论同“考核总览”：按门类校正后超出 99.8% 界限的才有色。",
    )  # fmt: skip
    withheld = [f"{name} {m.words()}" for name, m in units.items() if m.withheld]
    if withheld:
        st.caption(f"不计比率：{'；'.join(withheld)}。")


def _chart(whole: Measured, ordered: Sequence[tuple[str, Measured]], cells: Mapping[str, Cell]) -> go.Figure:
    chart = charts.figure(
        go.Scatter(
            x=[m.value for _, m in ordered],
            y=[name for name, _ in ordered],
            mode="markers",
            marker={"size": 10, "color": [_colour(cells.get(name)) for name, _ in ordered]},
            showlegend=False,
            error_x={
                "type": "data",
                "symmetric": False,
                "color": charts.GREY,
                "thickness": 2,
                "array": [(m.high if m.high is not None else m.value) - m.value for _, m in ordered],
                "arrayminus": [m.value - (m.low if m.low is not None else m.value) for _, m in ordered],
            },
            customdata=[f"{m.words()}<br>{cells[n].word if n in cells else ''}" for n, m in ordered],
            hovertemplate="%{y}<br>%{customdata}<extra></extra>",
        ),
        height=110 + 34 * len(ordered),
        xaxis={"title": f"{whole.kpi.name_zh}（{whole.kpi.unit}）"},
        yaxis={"ticks": ""},
        margin={"l": 120, "r": 24, "t": 26, "b": 48},
    )
    chart.add_vline(x=whole.value, line={"color": charts.GREY, "dash": "dash", "width": 1.5})
    chart.add_annotation(
        x=whole.value, y=1, yref="paper", yanchor="bottom", text=f"全体 {whole.value:.1f}", showarrow=False
    )
    return chart


def _colour(cell: Cell | None) -> str:
    if cell is not None and cell.is_adverse:
        return charts.ATTENTION
    return charts.IMPROVEMENT if cell is not None and cell.is_favourable else charts.CONTEXT
