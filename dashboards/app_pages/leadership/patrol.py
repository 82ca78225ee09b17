"""巡逻成效: was what was planned carried out, and were the busiest places and hours covered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, short_list, states
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.deployment import deployment
from dashboards.queries import patrol
from dashboards.sections import (
    patrol_coverage,
    patrol_not_counted,
    patrol_places,
    patrol_points,
    patrol_visits,
)
from jingcang.statistics.periods import Period

OBSERVED_FLOOR = 80
"""Below this observed share (percent) nothing is said about delivery (see 观测率 in the glossary)."""


MINUTES = ("planned", "observed", "delivered", *patrol_not_counted.REASONS)


def main() -> None:
    context = current()
    period = context.period
    context.foot = {
        "本期": period.label(),
        "口径": "落实＝计划时段内有定位、且不在出警、不在所、终端不报非巡逻状态的分钟，第 2 版；"
        f"覆盖＝停留满 {patrol.COVERED_SECONDS // 60} 分钟的网格小时里的警情需求占比，第 3 版（此前按四小时段的天数）",
        **context.foot,
    }
    st.header(f"巡逻成效：{context.scope_words()}")
    rows = context.run(
        patrol.SHIFTS, **context.scope_filters(), start=period.start, end=period.end
    ).to_dicts()
    if not rows and not deployment(context.generation.profile).has_source("patrol_shifts"):
        states.empty("这里没有接入勤务排班的来源", "接入后本页显示计划、观测、落实和最忙处的覆盖")
        return
    if not rows:
        states.empty(f"{period.label()}没有勤务排班", "请换一个时期，或核对勤务系统的数据是否到齐")
        return
    names = context.area_names(everywhere=True)
    lines = _lines(context, rows, names)
    coverage = patrol_coverage.load(context, names)
    context.foot["n"] = f"{sum(line['shifts'] for line in lines):,} 个班次"
    _answer(lines, coverage)
    _look_at(lines, coverage)
    _delivery(lines, patrol_not_counted.note(context, rows))
    patrol_points.show(context)
    patrol_coverage.show(context, coverage)
    patrol_visits.show(context, coverage)
    patrol_places.show(context)
    _shift_rows(context, period)


def _lines(context: Context, rows: Sequence[dict[str, Any]], names: dict[str, str]) -> list[dict[str, Any]]:
    """Return one line a place and shift kind: 责任区 for one station, stations for several."""
    is_by_area = len(context.unit_nos or context.units) == 1
    sums: dict[tuple[str, str], dict[str, Any]] = defaultdict(
        lambda: {"shifts": 0, **dict.fromkeys(MINUTES, 0.0)}
    )
    for row in rows:
        place = (
            names.get(row["area_no"], row["area_no"] or "未登记责任区")
            if is_by_area
            else context.unit_name(row["unit_no"])
        )
        line = sums[place, row["shift_kind_label"]]
        line["shifts"] += row["shift_count"]
        for name in MINUTES:
            line[name] += row[f"{name}_minutes"] or 0.0
    lines = [{"place": place, "kind": kind, **line} for (place, kind), line in sums.items()]
    for line in lines:
        line["observed_pct"] = 100 * line["observed"] / line["planned"] if line["planned"] else None
        is_known = line["observed_pct"] is not None and line["observed_pct"] >= OBSERVED_FLOOR
        line["delivered_pct"] = 100 * line["delivered"] / line["planned"] if is_known else None
    return sorted(
        lines, key=lambda line: (line["delivered_pct"] is not None, line["delivered_pct"] or 0, line["place"])
    )


def _answer(lines: Sequence[dict[str, Any]], coverage: patrol_coverage.Coverage) -> None:
    planned, observed = sum(line["planned"] for line in lines), sum(line["observed"] for line in lines)
    delivered = sum(line["delivered"] for line in lines)
    sentence = (
        f"计划巡逻 {planned / 60:,.0f} 小时，定位观测到 {100 * observed / planned:.0f}%"
        if planned
        else "没有计划分钟"
    )
    unknown = sum(line["delivered_pct"] is None for line in lines)
    if planned and 100 * observed / planned >= OBSERVED_FLOOR:
        sentence += f"，落实 {100 * delivered / planned:.0f}%"
    if unknown:
        sentence += f"；有 {unknown} 处观测不足 {OBSERVED_FLOOR}%，是否落实无从判断"
    answer(sentence + coverage.missed_words() + "。")


def _look_at(lines: Sequence[dict[str, Any]], coverage: patrol_coverage.Coverage) -> None:
    items: list[short_list.Item | str] = [
        f"**{line['place']}·{line['kind']}**：观测率 {line['observed_pct'] or 0:.0f}%，先查定位终端，再谈落实"
        for line in lines
        if line["delivered_pct"] is None
    ][:2]
    items += coverage.items()[: short_list.MOST_ITEMS - len(items)]
    short_list.show(items, "先看这几处（网格点开到“一张图”的巡逻分钟）")


def _delivery(lines: Sequence[dict[str, Any]], not_counted: str) -> None:
    labels = [f"{line['place']} · {line['kind']}" for line in lines]
    hover = [
        f"{label}<br>计划 {line['planned'] / 60:,.0f} 小时，{line['shifts']} 个班次<br>"
        f"观测 {line['observed'] / 60:,.0f} 小时（{line['observed_pct'] or 0:.0f}%）<br>"
        + (
            f"落实 {line['delivered'] / 60:,.0f} 小时"
            if line["delivered_pct"] is not None
            else "观测不足，落实不作判断"
        )
        for label, line in zip(labels, lines, strict=True)
    ]
    known = [line["delivered"] / 60 if line["delivered_pct"] is not None else None for line in lines]
    chart = charts.figure(
        go.Bar(
            y=labels,
            x=[line["planned"] / 60 for line in lines],
            orientation="h",
            name="计划",
            marker={"color": charts.LIGHT},
            width=0.8,
            hovertext=hover,
            hoverinfo="text",
        ),
        go.Bar(
            y=labels,
            x=[line["observed"] / 60 for line in lines],
            orientation="h",
            name="观测",
            marker={"color": "#a9b6c4"},
            width=0.52,
            hovertext=hover,
            hoverinfo="text",
        ),
        go.Bar(
            y=labels,
            x=known,
            orientation="h",
            name="落实",
            marker={"color": charts.CONTEXT},
            width=0.26,
            hovertext=hover,
            hoverinfo="text",
        ),
        height=90 + 25 * len(lines),
        barmode="overlay",
        xaxis={"title": "小时", "tickformat": ",d", "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "ticks": "", "ticksuffix": "  "},
        margin={"l": 150, "r": 60, "t": 30, "b": 44},
    )
    for label, line in zip(labels, lines, strict=True):
        text = f"{line['delivered_pct']:.0f}%" if line["delivered_pct"] is not None else "观测不足"
        chart.add_annotation(
            x=line["planned"] / 60,
            y=label,
            text=text,
            showarrow=False,
            xanchor="left",
            xshift=6,
            font={"color": charts.INK if line["delivered_pct"] is not None else charts.ATTENTION},
        )
    known_lines = [line for line in lines if line["delivered_pct"] is not None]
    finding = "各班次观测不足，落实情况不作判断"
    if known_lines:
        low, high = known_lines[0], known_lines[-1]
        finding = (
            f"落实占计划从 {low['delivered_pct']:.0f}%（{low['place']}{low['kind']}，{low['shifts']} 个班次）"
            f"到 {high['delivered_pct']:.0f}%（{high['place']}{high['kind']}，{high['shifts']} 个班次）"
        )
    charts.show_chart(
        finding,
        chart,
        key="delivery",
        columns=[
            ("地区",),
            ("班次",),
            ("班次数",),
            ("分钟", "计划"),
            ("分钟", "观测"),
            ("分钟", "落实"),
            *(("分钟", words) for words in patrol_not_counted.REASONS.values()),
            ("占计划 %", "观测"),
            ("占计划 %", "落实"),
        ],
        rows=[
            [
                line["place"],
                line["kind"],
                line["shifts"],
                round(line["planned"]),
                round(line["observed"]),
                round(line["delivered"]) if line["delivered_pct"] is not None else None,
                *(round(line[name]) for name in patrol_not_counted.REASONS),
                round(line["observed_pct"], 1) if line["observed_pct"] is not None else None,
                round(line["delivered_pct"], 1) if line["delivered_pct"] is not None else None,
            ]
            for line in lines
        ],
        note=f"右侧为落实占计划的百分比；观测率低于 {OBSERVED_FLOOR}% 的不算落实率，排在最前。{not_counted}",
    )


def _shift_rows(context: Context, period: Period) -> None:
    with st.expander("看明细：每一个班次和它的来源记录"):
        if not st.toggle("显示明细", key="shift_rows_shown"):
            return
        rows = context.run(patrol.SHIFT_ROWS, **context.scope_filters(), start=period.start, end=period.end)
        headings = {
            "shift_no": "班次编号",
            "event_date": "日期",
            "unit_no": "单位",
            "area_no": "责任区",
            "shift_kind_label": "班次",
            "patrol_unit_id": "巡组",
            "programme_no": "方案",
            "planned_minutes": "计划分钟",
            "observed_minutes": "观测分钟",
            "delivered_minutes": "落实分钟",
            **{f"{name}_minutes": f"{words}分钟" for name, words in patrol_not_counted.REASONS.items()},
            "observed_pct": "观测率 %",
            "_source_table": "来源表",
            "_source_key": "来源主键",
            "_source_file": "来源文件",
            "_source_line": "行号",
        }
        show_table(
            [(headings[name],) for name in rows.columns],
            rows.rows(),
            key="shift_rows",
            title=f"班次明细，{period.label()}",
            is_cut=rows.height >= patrol.MOST_ROWS,
        )


main()
