"""接处警时效, the pictures: bands of each step, the matrix of places, times by place, hour and class.

Belongs here: how cells are drawn and titled. Does not belong here: their figures (``response_steps``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, shapes, small_counts, verdict_matrix, wording
from dashboards.components.tables import show_table
from dashboards.sections.response_steps import (
    NOT_PLAUSIBLE,
    SMALLEST,
    STEPS,
    TOTAL,
    WHOLE,
    Cell,
    Figures,
    Side,
    duration,
    quantile_words,
)

MOST_PLACES = 15
BAND_SHADES = ("#dfe7ef", "#b9cbdc", "#8fb2d3")
_HELP = {
    "P50": "一半不超过；用时按窄档计数，给的是所在档的上沿",
    "P90": "九成不超过；括号内为 95% 区间",
    "不适用": "环节没有发生，例如电话了结不到场；不计入用时，也不算零",
    "缺时间": "后面的环节有时间、这一环节没有",
    "未完成": "这一环节和以后的环节都还没有时间",
    "不可信": "各环节先后颠倒，或日期晚于数据截至日",
}


def show_steps(figures: Figures) -> None:
    """Show the bands of every step as stacked shares, above the table of quantiles and states."""
    steps = [step for step in STEPS if figures.cell(step).now.states]
    timed = [step for step in steps if figures.cell(step).now.n]
    chart = charts.figure(
        *_bands(figures, timed),
        height=70 + 38 * max(len(timed), 1),
        barmode="stack",
        xaxis={"title": "占有时间登记的处警（%）", "range": [0, 100]},
        yaxis={"autorange": "reversed", "ticks": "", "ticksuffix": "  ", "type": "category"},
        margin={"l": 96, "r": 8, "t": 8, "b": 44},
        showlegend=False,
    )
    columns = [
        (name,)
        for name in (
            "环节",
            "有时间",
            "P50",
            "P90",
            "超时",
            "对比期超时",
            "判断",
            "不适用",
            "未完成",
            "缺时间",
            "不可信",
        )
    ]
    rows = []
    for step in steps:
        cell = figures.cell(step)
        now = cell.now
        rows.append(
            [
                STEPS[step],
                now.n,
                quantile_words(now.quantile(0.5)),
                quantile_words(now.quantile(0.9)),
                wording.share(now.slow, now.n),
                wording.share(cell.before.slow, cell.before.n),
                cell.verdict.words,
                *(now.states[state] for state in ("not_applicable", "open", "missing", "implausible")),
            ]
        )
    st.subheader(_steps_finding(figures, timed))
    st.caption("每一段从上一环节算起；橙色一段为超时。分档界线是本产品默认值，须由本单位确认。")
    st.plotly_chart(chart, theme=None, config=charts.CONFIG, key="chart_steps", alt="各环节用时分档")
    show_table(columns, rows, key="steps", title="各环节用时", help_texts=_HELP)


def _steps_finding(figures: Figures, steps: Sequence[str]) -> str:
    segments = [
        step for step in steps if step not in (WHOLE, "feedback") and figures.cell(step).now.n >= SMALLEST
    ]
    if not segments:
        return "各环节用时分档"
    longest = max(segments, key=lambda step: _estimate(figures.cell(step).now))
    found = figures.cell(longest).now.quantile(0.5)
    return f"到场前最费时的是{STEPS[longest]}：一半超过 {duration(found.estimate if found else None)}"


def _estimate(side: Side) -> float:
    found = side.quantile(0.5)
    return found.estimate if found else -1.0


def _bands(figures: Figures, steps: Sequence[str]) -> list[Any]:
    traces = []
    for step in steps:
        side = figures.cell(step).now
        labels = sorted(side.labels)
        for place, (rank, label) in enumerate(labels):
            count = side.labels[rank, label]
            is_slow = label.startswith("超过")
            share = 100 * count / side.n
            traces.append(
                go.Bar(
                    y=[STEPS[step]],
                    x=[share],
                    orientation="h",
                    marker={"color": charts.ATTENTION if is_slow else BAND_SHADES[min(place, 2)]},
                    text=[f"{label}<br>{share:.0f}%" if share >= 9 else ""],
                    textposition="inside",
                    insidetextanchor="middle",
                    textfont={"color": "white" if is_slow else charts.INK, "size": 12},
                    hovertemplate=f"{STEPS[step]} {label}<br>{count:,} 次，{share:.1f}%<extra></extra>",
                )
            )
    return traces


def show_matrix(figures: Figures) -> None:
    """Show place × step: slow share with its verdict; places that may not be compared say so."""
    places = _ranked(figures)
    if len(places) < 2:
        return
    shown = [*places[:MOST_PLACES], TOTAL]
    steps = [step for step in STEPS if figures.cell(step).now.n or figures.cell(step).before.n]
    names = [figures.places.get(place, place) for place in shown]
    table = [[figures.cell(step, place) for step in steps] for place in shown]
    is_compared = [figures.is_plausible(place) or place == TOTAL for place in shown]
    chart = verdict_matrix.draw(
        [STEPS[step] for step in steps],
        names,
        [[cell.verdict.words for cell in line] for line in table],
        [
            [_text(cell, is_plausible=plausible) for cell in line]
            for line, plausible in zip(table, is_compared, strict=True)
        ],
        [[f"{cell.change_words}<br>{cell.verdict.words}" for cell in line] for line in table],
        hover="%{y} · %{x}<br>超时 %{customdata}",
    )
    rows = [
        [
            name,
            STEPS[step],
            cell.now.n,
            cell.now.slow,
            cell.before.n,
            cell.before.slow,
            cell.verdict.words if plausible else NOT_PLAUSIBLE,
            round(cell.verdict.q, 4) if plausible and cell.verdict.is_compared else None,
        ]
        for name, line, plausible in zip(names, table, is_compared, strict=True)
        for step, cell in zip(steps, line, strict=True)
    ]
    charts.show_chart(
        _matrix_finding(figures),
        chart,
        key="response_matrix",
        columns=[
            ("地区",),
            ("环节",),
            ("本期", "有时间"),
            ("本期", "超时"),
            ("对比期", "有时间"),
            ("对比期", "超时"),
            ("判断", "结论"),
            ("判断", "q"),
        ],
        rows=rows,
        note=_matrix_note(figures, len(places) - MOST_PLACES),
        export_rows=small_counts.hidden(rows, (2, 3, 4, 5), totals=range(len(rows) - len(steps), len(rows)))
        if figures.is_by_area
        else None,
    )


def _ranked(figures: Figures) -> list[str]:
    """Return the places by slow arrivals, the ones without a comparison last."""
    return sorted(
        figures.places,
        key=lambda place: (not figures.is_plausible(place), -figures.cell(WHOLE, place).now.slow, place),
    )


def _text(cell: Cell, *, is_plausible: bool) -> str:
    if not is_plausible:
        return NOT_PLAUSIBLE
    if not cell.now.n:
        return wording.MISSING
    if cell.now.n < wording.SMALLEST_BASE:
        now = f"{cell.now.slow}/{cell.now.n}"
    else:
        now = f"{100 * cell.now.slow / cell.now.n:.0f}%"
    if not cell.verdict.is_compared or cell.before.n < wording.SMALLEST_BASE:
        return f"{now}"
    return f"{cell.verdict.mark}{now}（{100 * cell.before.slow / cell.before.n:.0f}%）"


def _matrix_finding(figures: Figures) -> str:
    what = f"{'责任区' if figures.is_by_area else '单位'} × 环节的超时占比"
    if figures.withheld:
        return f"{what}：只列本期，不作比较"
    if figures.is_by_area and figures.implausible:
        return f"{what}：时间登记不可信，不作比较"
    return verdict_matrix.finding(what, (cell.verdict for _, cell in figures.judged()))


def _matrix_note(figures: Figures, others: int) -> str:
    note = "格内为本期（对比期）超时占比；▲ 橙色为明显上升，▼ 蓝色为明显下降，灰色为不能说有变化；不足 10 次的写次数。"
    if figures.implausible:
        note += "“不可比”的单位时间登记不可信，原因见上，不参加比较，也不计入合计。"
    if others > 0:
        note += f"另有 {others} 处计入合计。"
    return note


def show_times(
    title: str, cells: Mapping[str, Side], *, key: str, subject: str, is_by_area: bool, height: int = 0
) -> None:
    """Show P50 and P90 of 派警→到场 as dots with intervals, one line a value.

    Args:
        title: the finding.
        cells: name → the period's times, in the order drawn.
        key: unique key on the page.
        subject: what the values are, for the table.
        is_by_area: the times are those of 责任区; their small counts do not leave the page.
        height: of the figure; by the number of lines when 0.
    """
    shown = {name: side for name, side in cells.items() if side.n >= SMALLEST}
    small = len(cells) - len(shown)
    if not shown:
        st.subheader(title)
        st.caption(f"每一{subject}有时间的处警都不足 {SMALLEST} 次，不给分位数。")
        return
    traces = []
    for share, name, colour in ((0.5, "一半不超过", charts.CONTEXT), (0.9, "九成不超过", charts.GREY)):
        found = {value: side.quantile(share) for value, side in shown.items()}
        points = {value: quantile for value, quantile in found.items() if quantile}
        traces.append(
            shapes.dots(
                list(points),
                [point.estimate / 60 for point in points.values()],
                [(point.ci_low / 60, point.ci_high / 60) for point in points.values()],
                told=[f"{name} {quantile_words(point)}，n = {point.n:,}" for point in points.values()],
                colour=colour,
                interval_colour=colour,
                symbol="circle" if share == 0.5 else "diamond",
                name=name,
            )
        )
    chart = charts.figure(
        *traces,
        height=height or 92 + 26 * len(shown),
        xaxis={"title": "派警到到场，分钟", "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "ticks": "", "ticksuffix": "  ", "type": "category"},
        margin={"l": 110, "r": 8, "t": 30, "b": 44},
    )
    note = "圆点为一半不超过，菱形为九成不超过，横线为 95% 区间。"
    if small:
        note += f"另有 {small} 处不足 {SMALLEST} 次，不给分位数。"
    rows = [
        [
            name,
            side.n,
            *(_seconds(side, share) for share in (0.5, 0.9)),
            *(quantile_words(side.quantile(share)) for share in (0.5, 0.9)),
        ]
        for name, side in cells.items()
    ]
    charts.show_chart(
        title,
        chart,
        key=key,
        columns=[(subject,), ("有时间",), ("秒", "P50"), ("秒", "P90"), ("P50 区间",), ("P90 区间",)],
        rows=rows,
        export_rows=small_counts.hidden(rows, (1,)) if is_by_area else None,
        note=note,
    )


def _seconds(side: Side, share: float) -> int | None:
    found = side.quantile(share)
    return round(found.estimate) if found else None
