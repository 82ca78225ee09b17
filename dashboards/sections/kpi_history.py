"""档案利用: one KPI over the assessment periods, with the places where its definition changed.

Belongs here: the chart and its marks. Does not belong here: the value of a sum (``components.kpis``), what a frozen
period was computed with (``jingcang.workbench.kpi_periods``).

Every period is computed by the definition in force now; what differs from that is marked, not mended: periods before
it held, and frozen ones whose records were computed under another version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import plotly.graph_objects as go

from dashboards import session
from dashboards.components import charts
from dashboards.components.kpis import Measured, in_force, measure
from dashboards.context import Context
from dashboards.queries import archive
from jingcang.contracts.kpis import Kpi
from jingcang.workbench.kpi_periods import STATE_LABELS, PeriodBook

FEWEST_PERIODS = 2


@dataclass(frozen=True)
class Point:
    """One period.

    Args:
        start, end: its days.
        measured: by the definition in force now.
        state: 开放 to 冻结.
        version: by which its records count: the frozen one, else the one in force now.
        is_other: whether a reader must know that: another version, or one that began after the period did.
    """

    start: date
    end: date
    measured: Measured
    state: str
    version: str
    is_other: bool

    @property
    def name(self) -> str:
        """The period as it stands on the axis, two lines."""
        return f"{self.start}<br>至 {self.end}"


def show(context: Context, kpi: Kpi) -> None:
    """Show the periods of a KPI in scope; nothing where there is only one.

    Args:
        context: of the page.
        kpi: the chosen KPI.
    """
    points = _points(context, kpi)
    if len(points) < FEWEST_PERIODS:
        return
    charts.show_chart(
        _sentence(kpi, points),
        _chart(kpi, points),
        key="history",
        columns=[("考核周期",), ("值",), ("分子",), ("分母",), ("95% 区间",), ("状态",), ("口径",)],
        rows=[
            [
                f"{point.start} 至 {point.end}", _one(point.measured.value), point.measured.numerator,
                point.measured.denominator, point.measured.interval(), point.state, point.version,
            ]
            for point in points
        ],
        note=f"{kpi.standing_zh}。各期都按现行口径计算；空心点的周期当时不是这一版口径，冻结的数见“周期管理”。",
    )  # fmt: skip


def _points(context: Context, kpi: Kpi) -> list[Point]:
    book = PeriodBook(session.workbench())
    latest = {step.period_start: step for step in book.latest().values()}
    definitions = book.definitions()
    points = []
    for row in context.run(archive.BY_PERIOD, kpi_code=kpi.kpi_code, units=list(context.unit_nos)).to_dicts():
        start = row["period_start"]
        if kpi.kpi_code not in in_force(start):
            continue
        step, then = latest.get(start), definitions.get(start, {}).get(kpi.kpi_code)
        is_earlier = start < kpi.valid_from
        version = f"现行第 {kpi.version} 版"
        if then is not None and then != kpi.version:
            version = f"冻结时第 {then} 版，图上按现行第 {kpi.version} 版"
        elif is_earlier:
            version = f"现行第 {kpi.version} 版（{kpi.valid_from} 起）重算"
        points.append(
            Point(
                start, row["period_end"], measure(kpi, row),
                STATE_LABELS[step.state_code] if step else STATE_LABELS["open"], version,
                is_earlier or (then is not None and then != kpi.version),
            )
        )  # fmt: skip
    return points


def _sentence(kpi: Kpi, points: Sequence[Point]) -> str:
    other = sum(point.is_other for point in points)
    tail = f"其中 {other} 期当时不是现行口径" if other else "口径没有变过"
    return f"历期：{kpi.name_zh}的 {len(points)} 个考核周期，{tail}"


def _chart(kpi: Kpi, points: Sequence[Point]) -> go.Figure:
    shown = [point for point in points if point.measured.value is not None]
    values = [point.measured.value or 0.0 for point in shown]
    chart = charts.figure(
        go.Scatter(
            x=[point.name for point in shown],
            y=values,
            mode="lines+markers",
            line={"color": charts.GREY, "width": 1.5},
            marker={
                "size": 10, "color": charts.GREY,
                "symbol": ["circle-open" if point.is_other else "circle" for point in shown],
            },
            error_y={
                "type": "data", "symmetric": False, "color": charts.GREY, "thickness": 1.5,
                "array": [_beyond(point.measured.high, value) for point, value in zip(shown, values, strict=True)],
                "arrayminus": [_beyond(value, point.measured.low) for point, value in zip(shown, values, strict=True)],
            },
            customdata=[f"{point.measured.words()}<br>{point.state}，{point.version}" for point in shown],
            hovertemplate="%{x}<br>%{customdata}<extra></extra>",
            showlegend=False,
        ),
        height=260,
        xaxis={"type": "category", "title": "考核周期", "categoryarray": [point.name for point in points],
               "range": [-0.5, len(points) - 0.5]},
        yaxis={"title": f"{kpi.name_zh}（{kpi.unit}）"},
        margin={"l": 64, "r": 16, "t": 30, "b": 72},
    )  # fmt: skip
    first = next((place for place, point in enumerate(points) if point.start >= kpi.valid_from), None)
    if first:
        chart.add_vline(x=first - 0.5, line={"color": charts.GREY, "dash": "dash", "width": 1.5})
        chart.add_annotation(
            x=first - 0.5, y=1, yref="paper", yanchor="bottom", text=f"第 {kpi.version} 版起", showarrow=False
        )
    return chart


def _beyond(higher: float | None, lower: float | None) -> float:
    return 0.0 if higher is None or lower is None else higher - lower


def _one(value: float | None) -> float | Any:
    return None if value is None else round(value, 1)
