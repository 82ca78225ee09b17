"""Counts over time: complete periods, the band of chance, what lies outside it, in words and in a chart.

Belongs here: the one way a page draws a series by week or month. Does not belong here: which series
(``jingcang.statistics.series``), what else the chart marks (``series_marks``), whose
alerts they are (``trend_alerts``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go

from dashboards.components import charts, states
from dashboards.components.small_counts import hidden
from dashboards.context import Context
from dashboards.sections import series_marks
from dashboards.sections.series_marks import Marks
from jingcang.statistics.periods import day_label
from jingcang.statistics.series import KINDS, TREND_WEEKS, Kind, Series, bands

Limits = Mapping[int, tuple[int, int]]
LATEST = 4


def show(
    context: Context,
    series: Series,
    *,
    shown: int = TREND_WEEKS,
    unit: str = "起",
    what: str = "起数",
    values: Sequence[float | None] | None = None,
    base: str = "",
    dispersion: float | None = None,
    marks: Marks | None = None,
    is_suppressed: bool = False,
    is_last_told: bool = False,
) -> None:
    """Show the series above its data, or say why not.

    Args:
        context: of the page.
        series: the counts; the last ``shown`` periods are drawn, those before only feed the bands.
        shown: most periods drawn.
        unit: unit of the counts.
        what: what is counted, in the words of the legend.
        values: what is drawn in place of the counts where it is no count of events: it has no band of chance.
        base: heading under which the counts stand in the data beside such values, "" to leave them out.
        dispersion: overdispersion; that of the series itself by default.
        marks: what else is marked.
        is_suppressed: hide counts of 1–4 in exports.
        is_last_told: the page has told of the last period: the title tells how many lie outside the band.
    """
    marks = marks or Marks()
    kind = KINDS[series.kind]
    dispersion = series.dispersion if dispersion is None else dispersion
    is_count = values is None
    values = series.counts if values is None else values
    limits = bands(series, dispersion, list(marks.changes)) if is_count else {}
    drawn = range(max(len(series.counts) - shown, 0), len(series.counts))
    limits = {index: limit for index, limit in limits.items() if index in drawn}
    if is_count and len(limits) < 2:
        least = f"至少要有 {kind.band + 2} 个口径相同、数据完整的{kind.name}"
        states.withheld(f"{kind.name}趋势和偶然波动带", least)
        return
    if is_count:
        drawn = range(min(limits), len(series.counts))
    starts = series.starts
    outside = [index for index in limits if not is_inside(series, limits, index)]
    chart = charts.figure(
        *_traces(series, values, drawn, limits, outside, unit, what),
        *series_marks.alert_traces(series, drawn, marks),
        height=300,
        yaxis={
            "title": f"{unit} / {kind.name}" if is_count else unit,
            "rangemode": "tozero",
            "tickformat": ",d" if is_count else ",",
        },
        xaxis={"tickformat": "%Y-%m-%d", "range": [starts[drawn[0]], series_marks.right_edge(series, marks)]},
        legend={"x": 0},
        margin={"l": 64, "r": 16, "t": 30, "b": 36},
    )
    series_marks.mark(context, chart, series, drawn, marks)
    rows = _rows(series, values, base, drawn, limits, marks, is_count=is_count)
    spread = _spread_words(series, limits, outside) if is_count else ""
    if is_last_told:
        title = spread or _range_words([values[index] for index in drawn], kind, what, unit)
    else:
        title = finding(series, values, limits, unit)
    charts.show_chart(
        title,
        chart,
        key="trend",
        columns=_columns(kind, what, base, is_count=is_count),
        rows=rows,
        note=("" if is_last_told or not is_count else f"{spread}。")
        + _note(series, drawn, dispersion, marks, is_count=is_count)
        + ("淡蓝底为节假日。" if context.has_festival else "")
        + ("基数不足 10 的不画。" if base else ""),
        export_rows=hidden(rows, [1], told_with=range(2, len(rows[0]) - 1)) if is_suppressed else None,
    )


def is_inside(series: Series, limits: Limits, index: int) -> bool:
    """Return whether a period's count lies inside its band."""
    low, high = limits[index]
    return low <= (series.counts[index] or 0) <= high


def finding(series: Series, values: Sequence[float | None], limits: Limits, unit: str = "起") -> str:
    """Return the last complete period against its band, in words; without a band its value."""
    name = KINDS[series.kind].name
    last = max(limits, default=-1)
    if last < 0:
        known = [index for index, value in enumerate(values) if value is not None]
        if not known:
            return f"没有数据完整、基数够大的{name}"
        is_last = known[-1] == len(values) - 1
        when = f"最近一个完整{name}" if is_last else f"{day_label(series.starts[known[-1]])}起一{name}"
        return f"{when} {_with_unit(values[known[-1]], unit)}"
    count, (low, high) = series.counts[last] or 0, limits[last]
    is_last = last == len(series.counts) - 1
    when = f"最近一个完整{name}" if is_last else f"最近一个不缺数的{name}（{series.starts[last]} 起）"
    where = "低于偶然波动带" if count < low else "高于偶然波动带" if count > high else "在偶然波动带内"
    return f"{when} {count:,} {unit}，{where}（{low:,}–{high:,} {unit}）"


def _range_words(values: Sequence[float | None], kind: Kind, what: str, unit: str) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return f"每{kind.name}{what}：没有基数够大的{kind.name}"
    return f"{len(known)} 个完整{kind.name}的{what}在 {min(known):,}–{_with_unit(max(known), unit)}之间"


def _with_unit(value: float | None, unit: str) -> str:
    return f"{value:,}{'' if unit == '%' else ' '}{unit}"


def _columns(kind: Kind, what: str, base: str, *, is_count: bool) -> list[tuple[str, ...]]:
    told = [(what,), ("波动带", "下限"), ("波动带", "上限")] if is_count else [(what,)]
    return [(f"{kind.name}起始日",), *([(base,)] if base else []), *told, ("情况",)]


def _rows(
    series: Series, values: Sequence[float | None], base: str, drawn: range, limits: Limits, marks: Marks,
    *, is_count: bool,
) -> list[list[Any]]:  # fmt: skip
    rows: list[list[Any]] = []
    for index in drawn:
        start = series.starts[index]
        until = start + timedelta(series.days[index])
        said = ["缺数"] if series.counts[index] is None else ["基数太小"] if values[index] is None else []
        if index in limits and not is_inside(series, limits, index):
            said.append("带外")
        said += [words for day, words in marks.changes.items() if start <= day < until]
        said += [f"预警：{marks.alerts[start]}"] if start in marks.alerts else []
        said += [f"误报：{marks.false_alerts[start]}"] if start in marks.false_alerts else []
        said += [f"专项：{name}" for first, last, name in marks.operations if first < until and start <= last]
        told = [series.counts[index]] if base else []
        limit = limits.get(index, (None, None)) if is_count else ()
        rows.append([start, *told, values[index], *limit, "；".join(said)])
    return rows


def _spread_words(series: Series, limits: Limits, outside: Sequence[int]) -> str:
    """Return how many periods lie outside the band, and whether they lie together at the end.

    At a constant level two or more of four lie outside with a probability of 1.4% (binomial, 5% each).
    """
    name = KINDS[series.kind].name
    latest = sorted(limits)[-LATEST:]
    together = sum(index in latest for index in outside)
    often = f"水平不变时也会有约 {0.05 * len(limits):.0f} {name}"
    words = f"{len(limits)} 个完整{name}里有 {len(outside)} {name}在带外；{often}"
    if together >= 2:
        words += f"，但最近 {len(latest)} {name}就占 {together} {name}，不像偶然"
    return words


def _note(series: Series, drawn: range, dispersion: float, marks: Marks, *, is_count: bool) -> str:
    kind = KINDS[series.kind]
    late = sum(series.counts[index] is None for index in drawn)
    note = "不是起数，不推算偶然波动带，升降只供参看。"
    if is_count:
        note = f"每{kind.name}的带由此前 {kind.band} 个完整{kind.name}推算"
        note += "、按天数折算" if series.kind == "month" else ""
        if dispersion > 1 or len(series.complete) >= kind.enough:
            note += f"（过离散系数 {dispersion:.1f}）。"
        else:
            note += f"；完整{kind.name}不足 {kind.enough} 个，未计过离散，带可能偏窄。"
        if any(day > series.starts[drawn[0]] for day in marks.changes):
            note += "口径改动前后的数不能相比，带从改动后重新推算。"
    if late:
        note += f"橙底为缺数的 {late} {kind.name}，不画线也不参加推算。"
    since, right = series.starts[drawn[0]], series_marks.right_edge(series, marks)
    if any(first < right and since <= last for first, last, _ in marks.operations):
        note += "青色底为覆盖这里的专项行动；升降与它同时，不等于由它引起。"
    return note + (f"{marks.running[1]}。" if marks.running else "")


def _traces(
    series: Series, counts: Sequence[float | None], drawn: range, limits: Limits, outside: Sequence[int], unit: str,
    what: str,
) -> list[Any]:  # fmt: skip
    starts, name = series.starts, KINDS[series.kind].name
    banded = sorted(limits)
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    low = [limits[index][0] for index in banded]
    high = [limits[index][1] for index in banded]
    days = [starts[index] for index in banded]
    band = [
        go.Scatter(x=days, y=high, showlegend=False, **edge),
        go.Scatter(
            x=days, y=low, fill="tonexty", fillcolor=charts.BAND, name="偶然波动带（95%）", **edge
        ),
    ]  # fmt: skip
    line = go.Scatter(
        x=[starts[index] for index in drawn],
        y=[counts[index] for index in drawn],
        mode="lines",
        name=f"每{name}{what}",
        connectgaps=False,
        line={"color": charts.CONTEXT, "width": 2},
        customdata=[
            f"{day_label(starts[index])}起一{name}<br>{counts[index]:,} {unit}"
            + (f"（波动带 {limits[index][0]:,}–{limits[index][1]:,}）" if index in limits else "")
            if counts[index] is not None
            else ""
            for index in drawn
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    beyond = go.Scatter(
        x=[starts[index] for index in outside],
        y=[counts[index] for index in outside],
        mode="markers",
        name="超出波动带",
        marker={"color": charts.ATTENTION, "size": 9, "symbol": "diamond"},
        hoverinfo="skip",
    )
    return [*band, line, beyond] if limits else [line]
