"""态势, the trend: complete weeks, the band of chance, holidays, and the weeks whose data did not arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from dashboards.components import charts, states
from dashboards.context import Context
from dashboards.queries import situation
from jingcang.statistics.periods import day_label
from jingcang.statistics.weeks import BAND_WEEKS, SEASON, WEEK, Weeks, bands


def show(context: Context, weeks: Weeks) -> None:
    """Show the trend above its data, or say why not."""
    dispersion = weeks.dispersion
    limits = bands(weeks, dispersion)
    if len(limits) < 2:
        states.withheld("周趋势和偶然波动带", f"至少要有 {BAND_WEEKS + 2} 个数据完整的周")
        return
    shown = range(min(limits), len(weeks.counts))
    starts, counts = weeks.starts, weeks.counts
    outside = [week for week, (low, high) in limits.items() if not low <= (counts[week] or 0) <= high]
    chart = charts.figure(
        *_traces(weeks, shown, limits, outside),
        height=300,
        yaxis={"title": "起 / 周", "rangemode": "tozero", "tickformat": ",d"},
        xaxis={"tickformat": "%Y-%m-%d", "range": [starts[shown[0]], starts[-1] + WEEK]},
        legend={"x": 0},
        margin={"l": 64, "r": 16, "t": 30, "b": 36},
    )
    _mark_late(chart, weeks, shown)
    if context.has_festival:
        since, until = starts[shown[0]], starts[-1] + WEEK
        _mark_holidays(chart, context.run(situation.CALENDAR, since=since, until=until).to_dicts())
    late = sum(counts[week] is None for week in shown)
    note = (
        f"{len(limits)} 个完整周里有 {len(outside)} 周在带外；水平不变时也会有约 {0.05 * len(limits):.0f} 周。"
        f"每周的带由此前 {BAND_WEEKS} 个完整周推算"
    )
    if len(weeks.complete) >= SEASON:
        note += f"（过离散系数 {dispersion:.1f}）。"
    else:
        note += f"；完整周不足 {SEASON} 个，未计过离散，带可能偏窄。"
    charts.show_chart(
        _finding(weeks, limits),
        chart,
        key="trend",
        columns=[("周起始日",), ("起数",), ("波动带", "下限"), ("波动带", "上限")],
        rows=[[starts[w], counts[w], *limits.get(w, (None, None))] for w in shown],
        note=note + (f"橙底为缺数的 {late} 周，不画线也不参加推算。" if late else ""),
    )


def _finding(weeks: Weeks, limits: Mapping[int, tuple[int, int]]) -> str:
    last = max(limits)
    count, (low, high) = weeks.counts[last] or 0, limits[last]
    name = (
        "最近一个完整周"
        if last == len(weeks.counts) - 1
        else f"最近一个不缺数的周（{weeks.starts[last]} 起）"
    )
    where = "低于偶然波动带" if count < low else "高于偶然波动带" if count > high else "在偶然波动带内"
    return f"{name} {count:,} 起，{where}（{low:,}–{high:,} 起）"


def _traces(
    weeks: Weeks, shown: range, limits: Mapping[int, tuple[int, int]], outside: Sequence[int]
) -> list[Any]:
    starts, counts = weeks.starts, weeks.counts
    banded = sorted(limits)
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        go.Scatter(x=[starts[w] for w in banded], y=[limits[w][1] for w in banded], showlegend=False, **edge),
        go.Scatter(
            x=[starts[w] for w in banded],
            y=[limits[w][0] for w in banded],
            fill="tonexty",
            fillcolor=charts.BAND,
            name="偶然波动带（95%）",
            **edge,
        ),
        go.Scatter(
            x=[starts[w] for w in shown],
            y=[counts[w] for w in shown],
            mode="lines",
            name="每周起数",
            connectgaps=False,
            line={"color": charts.CONTEXT, "width": 2},
            customdata=[
                f"{day_label(starts[w])}起一周<br>{counts[w]:,} 起"
                + (f"（波动带 {limits[w][0]:,}–{limits[w][1]:,}）" if w in limits else "")
                if counts[w] is not None
                else ""
                for w in shown
            ],
            hovertemplate="%{customdata}<extra></extra>",
        ),
        go.Scatter(
            x=[starts[w] for w in outside],
            y=[counts[w] for w in outside],
            mode="markers",
            name="超出波动带",
            marker={"color": charts.ATTENTION, "size": 9, "symbol": "diamond"},
            hoverinfo="skip",
        ),
    ]


def _mark_late(chart: go.Figure, weeks: Weeks, shown: range) -> None:
    """Shade the runs of weeks that did not arrive."""
    run: list[date] = []
    for week in [*shown, None]:
        if week is not None and weeks.counts[week] is None:
            run.append(weeks.starts[week])
            continue
        if run:
            chart.add_vrect(
                x0=run[0],
                x1=run[-1] + WEEK,
                line_width=0,
                layer="below",
                fillcolor="#f7e6dc",
                label={"text": "缺数", "textposition": "middle", "font": {"color": "#8a3a12"}},
            )
            run = []


def holidays(calendar: Sequence[Mapping[str, Any]]) -> list[tuple[date, date, str]]:
    """Return runs of holidays as (first day, last day, short name); the festival day where none is known.

    Args:
        calendar: days in order with is_holiday, holiday_label and spring_festival_offset_days.
    """
    runs: list[tuple[date, date, list[str]]] = []
    for row in calendar:
        label = row["holiday_label"] if row["is_holiday"] else None
        if not label and row["spring_festival_offset_days"] == 0:
            label = "春节"
        if not label:
            continue
        day, name = row["date_day"], label if len(label) <= 3 else "纪念日"
        if runs and day - runs[-1][1] == timedelta(1):
            runs[-1] = (runs[-1][0], day, runs[-1][2] + [name] * (name not in runs[-1][2]))
        else:
            runs.append((day, day, [name]))
    return [(first, last, "·".join(names)) for first, last, names in runs]


def _mark_holidays(chart: go.Figure, calendar: Sequence[Mapping[str, Any]]) -> None:
    start = calendar[0]["date_day"] if calendar else date.min
    for first, last, name in holidays(calendar):
        chart.add_vrect(
            x0=first,
            x1=last + timedelta(1),
            line_width=0,
            fillcolor="rgba(31,90,150,0.10)",
            layer="below",
        )
        if first - start < WEEK:  # its name would lie over the axis
            continue
        chart.add_annotation(
            x=first + (last + timedelta(1) - first) / 2,
            y=0,
            yref="paper",
            yanchor="bottom",
            text=name,
            showarrow=False,
            font={"size": 11, "color": "#4b5968"},
        )
