"""What a chart of counts over time marks besides them: alerts, missing data, holidays, changed definitions, 专项行动.

Belongs here: drawing these marks. Does not belong here: the counts and their band (``series_chart``), which operations
cover what is drawn (``operation_marks``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from dashboards.components import charts
from dashboards.context import Context
from dashboards.queries import situation
from jingcang.statistics.series import WEEK, Series

CROWDED = timedelta(days=400)
"""Of a longer span only the Spring Festivals are named."""


@dataclass(frozen=True)
class Marks:
    """What a chart tells besides counts and band.

    Args:
        changes: day → words of a changed definition.
        alerts: first day of a period → words of the alerts in it that were not judged false.
        false_alerts: the same of those judged false.
        running: first day of the period that still runs, with its words; None where it is not shown.
        operations: first and last day of a 专项行动 that covers what is drawn, with its name.
    """

    changes: Mapping[date, str] = field(default_factory=dict)
    alerts: Mapping[date, str] = field(default_factory=dict)
    false_alerts: Mapping[date, str] = field(default_factory=dict)
    running: tuple[date, str] | None = None
    operations: Sequence[tuple[date, date, str]] = ()


def mark(context: Context, chart: go.Figure, series: Series, drawn: range, marks: Marks) -> None:
    """Mark a chart of a series.

    Args:
        context: of the page; tells the holidays.
        chart: the chart.
        series: what is drawn.
        drawn: places of the periods drawn.
        marks: what is marked.
    """
    since, until = series.starts[drawn[0]], right_edge(series, marks)
    _shade_missing(chart, series, drawn)
    for day, words in marks.changes.items():
        if day > since:
            _mark_change(chart, day, words)
    if marks.running:
        _shade(chart, marks.running[0], until, "未<br>完")  # a week of a year is narrower than two characters
    if context.has_festival:
        calendar = context.run(situation.CALENDAR, since=since, until=until).to_dicts()
        _mark_holidays(chart, calendar, is_crowded=until - since > CROWDED)
    _mark_operations(chart, marks.operations, since, until)


def right_edge(series: Series, marks: Marks) -> date:
    """Return the right edge of the chart."""
    if not marks.running:
        return series.end
    return marks.running[0] + (WEEK if series.kind == "week" else timedelta(30))


def alert_traces(series: Series, drawn: range, marks: Marks) -> list[Any]:
    """Return triangles above the line: filled for alerts not judged false, hollow grey for false ones."""
    most = max((series.counts[index] or 0 for index in drawn), default=0)
    looks = (
        ("有预警（未判、为真或已处置）", marks.alerts, charts.ATTENTION, "triangle-down"),
        ("预警判为误报", marks.false_alerts, charts.GREY, "triangle-down-open"),
    )
    return [
        go.Scatter(
            x=[series.starts[index] for index in drawn if series.starts[index] in told],
            y=[(series.counts[index] or 0) + 0.08 * most for index in drawn if series.starts[index] in told],
            mode="markers",
            name=name,
            marker={"color": colour, "size": 10, "symbol": symbol},
            customdata=[told[series.starts[index]] for index in drawn if series.starts[index] in told],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for name, told, colour, symbol in looks
        if any(series.starts[index] in told for index in drawn)
    ]


def _shade_missing(chart: go.Figure, series: Series, drawn: range) -> None:
    """Shade the runs of periods that did not arrive."""
    run: list[int] = []
    for index in [*drawn, None]:
        if index is not None and series.counts[index] is None:
            run.append(index)
            continue
        if run:
            _shade(
                chart,
                series.starts[run[0]],
                series.starts[run[-1]] + timedelta(series.days[run[-1]]),
                "缺数",
                "#f7e6dc",
                "#8a3a12",
            )
            run = []


def _shade(
    chart: go.Figure, since: date, until: date, words: str, fill: str = "#eef1f4", ink: str = "#4b5968"
) -> None:
    chart.add_vrect(
        x0=since, x1=until, line_width=0, layer="below", fillcolor=fill,
        label={"text": words, "textposition": "middle", "font": {"color": ink}},
    )  # fmt: skip


def _mark_change(chart: go.Figure, day: date, words: str) -> None:
    chart.add_vline(x=day, line={"color": charts.INK, "dash": "dash", "width": 1})
    chart.add_annotation(
        x=day, y=1, yref="paper", yanchor="top", xanchor="left", text=words, showarrow=False,
        font={"size": 11, "color": charts.INK},
    )  # fmt: skip


def _mark_operations(
    chart: go.Figure, operations: Sequence[tuple[date, date, str]], since: date, until: date
) -> None:
    """Shade the operations and name them at the top, one line each where they follow closely."""
    shapes, names = [], []
    shown = [mark for mark in operations if mark[0] < until and since <= mark[1]]
    for number, (first, last, name) in enumerate(sorted(shown)):
        left, right = max(first, since), min(last + timedelta(1), until)
        shapes.append(
            {
                "type": "rect", "xref": "x", "yref": "y domain", "x0": left, "x1": right, "y0": 0, "y1": 1,
                "line": {"width": 1, "dash": "dot", "color": charts.IMPROVEMENT},
                "fillcolor": "rgba(31,111,139,0.14)", "layer": "below",
            }
        )  # fmt: skip
        is_late = left > since + (until - since) * 0.8
        names.append(
            {
                "x": right if is_late else left, "y": 1 - 0.09 * (number % 3), "yref": "paper", "yanchor": "top",
                "xanchor": "right" if is_late else "left", "text": f"专项：{_plain(name)}", "showarrow": False,
                "bgcolor": "rgba(255,255,255,0.75)", "font": {"size": 11, "color": charts.IMPROVEMENT},
            }
        )  # fmt: skip
    if shapes:
        chart.update_layout(
            shapes=[*chart.layout.shapes, *shapes], annotations=[*chart.layout.annotations, *names]
        )


def _plain(text: str) -> str:
    """Return text that Plotly takes for no markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


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


def _mark_holidays(chart: go.Figure, calendar: Sequence[Mapping[str, Any]], *, is_crowded: bool) -> None:
    """Shade the holidays and name them; all in one update, since Plotly checks a figure anew with each."""
    start = calendar[0]["date_day"] if calendar else date.min
    shapes, names = [], []
    for first, last, name in holidays(calendar):
        until = last + timedelta(1)
        shapes.append(
            {
                "type": "rect", "xref": "x", "yref": "y domain", "x0": first, "x1": until, "y0": 0, "y1": 1,
                "line": {"width": 0}, "fillcolor": "rgba(31,90,150,0.10)", "layer": "below",
            }
        )  # fmt: skip
        if first - start < WEEK or (is_crowded and "春节" not in name):
            continue  # its name would lie over the axis or over another
        names.append(
            {
                "x": first + (until - first) / 2, "y": 0, "yref": "paper", "yanchor": "bottom",
                "text": "春节" if is_crowded else name, "showarrow": False, "font": {"size": 11, "color": "#4b5968"},
            }
        )  # fmt: skip
    chart.update_layout(
        shapes=[*chart.layout.shapes, *shapes], annotations=[*chart.layout.annotations, *names]
    )
