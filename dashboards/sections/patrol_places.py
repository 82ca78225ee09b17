"""巡逻成效: where the minutes of patrol went, by cell, 责任区 or street segment.

Belongs here: the choice of the unit, its chart or map, its table, and the share on no segment or in no area. Does not
belong here: whether the busiest places were covered (``patrol_coverage``), whether crews were in their own area
(``patrol_own_areas``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, states
from dashboards.components.cell_maps import MapCell, cell_map
from dashboards.components.line_maps import MapLine, line_map
from dashboards.context import Context
from dashboards.queries import patrol, situation
from dashboards.sections import patrol_own_areas
from jingcang.access import Query
from jingcang.addresses.cells import is_cell

CELL, AREA, STREET = "网格", "责任区", "街段"
SHIFT_AREA = "班次责任区"
"""What stands for 责任区 where no boundary is known."""
QUERIES: dict[str, Query] = {
    CELL: patrol.BY_CELL, AREA: patrol.BY_AREA, SHIFT_AREA: patrol.BY_SHIFT_AREA, STREET: patrol.BY_STREET,
}  # fmt: skip
MOST_SHOWN = 15
"""Bars of a chart; the table below has every row."""
ON_NONE = {STREET: "未落在街段上", AREA: "在责任区边界以外"}
"""Time that belongs to no place, of the units that do not cover all ground."""
TOLERANCE_M = 30
"""Metres within which time belongs to the nearest segment (dbt macro ``street_tolerance``)."""
HOW = {
    CELL: "格子边长 500 米，路线跨格的按经过的时间分摊",
    AREA: "每一段路线（不超过 25 米）归当天边界里包含它的责任区，离边界 12.5 米以内的可能记到邻区",
    SHIFT_AREA: "责任区为巡组当天班次登记的责任区，不是车辆所在的位置",
    STREET: f"每一段路线（不超过 25 米）归 {TOLERANCE_M} 米以内最近的街段，更远的归“{ON_NONE[STREET]}”",
}


@dataclass(frozen=True)
class Places:
    """Minutes of the period by place.

    Args:
        kind: 网格, 责任区, 班次责任区 or 街段.
        rows: one a place, most minutes first: place_no, seconds, day_count; of segments road_name, length_m,
            centre_line_wkt.
        on_none: seconds on no segment, or in no area.
        names: 责任区 number → name.
    """

    kind: str
    rows: Sequence[dict[str, Any]]
    on_none: int
    names: dict[str, str]

    @property
    def seconds(self) -> int:
        """Seconds on places."""
        return sum(row["seconds"] for row in self.rows)

    @property
    def half(self) -> int:
        """How many places hold half of the seconds on places."""
        reached = 0
        for number, row in enumerate(self.rows, 1):
            reached += row["seconds"]
            if 2 * reached >= self.seconds:
                return number
        return 0

    def label(self, row: dict[str, Any]) -> str:
        """Return a place in words."""
        if self.kind in (AREA, SHIFT_AREA):
            return self.names.get(row["place_no"], row["place_no"] or "未登记责任区")
        if self.kind == STREET:
            return f"{row['road_name'] or '无名路'}（{row['place_no']}）"
        return str(row["place_no"])

    def finding(self) -> str:
        """Return the title."""
        if not self.rows:
            return f"巡逻 {self.on_none / 60:,.0f} 分钟，全部{ON_NONE[self.kind]}"
        shared = f"，一半在其中 {self.half} 个" if len(self.rows) > 1 else ""
        where = (
            f"记在 {len(self.rows):,} 个责任区的班次上"
            if self.kind == SHIFT_AREA
            else f"落在 {len(self.rows):,} 个{self.kind}"
        )
        told = f"巡逻 {self.seconds / 60:,.0f} 分钟{where}{shared}"
        whole = self.seconds + self.on_none
        if self.kind in ON_NONE:
            told += f"；另有 {self.on_none / 60:,.0f} 分钟（{100 * self.on_none / whole:.0f}%）{ON_NONE[self.kind]}"
        return told


def show(context: Context) -> None:
    """Show the choice and the minutes by the unit chosen."""
    segments = context.run(patrol.STREETS)["segment_count"][0]
    kinds = [CELL, AREA, *([STREET] if segments else [])]
    kind = (
        st.segmented_control("巡逻分钟的单元", kinds, key="place_kind", default=CELL, bind="query-params")
        or CELL
    )
    if not segments:
        st.caption("没有街段数据，不能按街段看；接入街道中心线后，这里多出“街段”一项。")
    if kind == AREA and not context.run(patrol.BOUNDARIES)["boundary_count"][0]:
        kind = SHIFT_AREA
        st.caption(
            "没有责任区边界，不能按车辆所在的位置看，只能按班次登记的责任区看；接入责任区边界后改按位置计。"
        )
    places = load(context, kind)
    if not places.rows and not places.on_none:
        states.empty(
            f"{context.period.label()}没有算得出位置的巡逻分钟", "请换一个时期，或核对定位数据是否到齐"
        )
        return
    note = f"{context.period.label()}；{HOW[kind]}。" + _of_all(kind, segments)
    columns, lines = _table(places)
    chart = _cell_map(context, places) if kind == CELL else _bars(places)
    left, right = st.columns(2, gap="medium") if kind == AREA else (st.container(), None)
    with left:
        charts.show_chart(places.finding(), chart, key="places", columns=columns, rows=lines, note=note)
    if right is not None:
        with right:
            patrol_own_areas.show(context, places.names)
    if kind == STREET:
        _street_map(context, places)


def load(context: Context, kind: str) -> Places:
    """Return the minutes of the chosen scope and period.

    Args:
        context: the page's context.
        kind: 网格, 责任区, 班次责任区 or 街段.
    """
    period = context.period
    found = context.run(
        QUERIES[kind], **context.scope_filters(), start=period.start, end=period.end
    ).to_dicts()
    on_none = sum(row["seconds"] for row in found if kind in ON_NONE and row["place_no"] is None)
    rows = [row for row in found if kind not in ON_NONE or row["place_no"] is not None]
    return Places(kind, rows, on_none, context.area_names(everywhere=True))


def _of_all(kind: str, segments: int) -> str:
    return f"来源共有 {segments:,} 个街段，不分单位；没有列出的本期没有观测到巡逻。" if kind == STREET else ""


def _bars(places: Places) -> go.Figure:
    shown = places.rows[:MOST_SHOWN]
    labels = [places.label(row) for row in shown] or [ON_NONE[places.kind]]
    minutes = [row["seconds"] / 60 for row in shown] or [places.on_none / 60]
    cut = f"（最多的 {MOST_SHOWN} 个）" if len(places.rows) > MOST_SHOWN else ""
    return charts.figure(
        go.Bar(
            y=labels,
            x=minutes,
            orientation="h",
            marker={"color": charts.CONTEXT},
            customdata=[row["day_count"] for row in shown] or [None],
            hovertemplate="%{y}<br>%{x:,.0f} 分钟，%{customdata} 天<extra></extra>",
        ),
        height=90 + 25 * len(labels),
        xaxis={"title": f"巡逻分钟{cut}", "tickformat": ",d", "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "ticks": "", "ticksuffix": "  "},
        margin={"l": 190, "r": 20, "t": 30, "b": 44},
    )


def _cell_map(context: Context, places: Places) -> go.Figure:
    cells = [
        MapCell(row["place_no"], value=row["seconds"] / 60, hover=_told(row))
        for row in places.rows
        if is_cell(row["place_no"])
    ]
    if not cells:
        return _bars(places)
    return cell_map(_boundaries(context), cells, height=460, legend="巡逻分钟")


def _street_map(context: Context, places: Places) -> None:
    lines = [
        MapLine(row["centre_line_wkt"], row["seconds"] / 60, f"{places.label(row)}<br>{_told(row)}")
        for row in places.rows
        if row["length_m"]
    ]
    if not lines:
        states.withheld("街段的位置", "这些街段没有能画的中心线")
        return
    title = f"{len(lines):,} 个街段的位置和巡逻分钟"
    st.subheader(title)
    missing = len(places.rows) - len(lines)
    without = f"；另有 {missing} 个没有能画的中心线" if missing else ""
    st.caption(f"{context.period.label()}；只画本期观测到巡逻的街段，灰线为责任区边界{without}。")
    chart = line_map(_boundaries(context), lines, height=520, legend="巡逻分钟")
    st.plotly_chart(chart, theme=None, config=charts.CONFIG, key="chart_street_map", alt=title)


def _told(row: dict[str, Any]) -> str:
    return f"{row['seconds'] / 60:,.0f} 分钟，{row['day_count']} 天"


def _boundaries(context: Context) -> list[str]:
    found = context.run(
        situation.BOUNDARIES,
        day=context.period.end - timedelta(1),
        units=list(context.unit_nos or context.units),
    )
    return list(found["boundary_wkt"])


def _table(places: Places) -> tuple[list[tuple[str, ...]], list[list[Any]]]:
    """Return header and rows; the last is the time on no segment or in no area."""
    is_street = places.kind == STREET
    columns: list[tuple[str, ...]] = [(AREA if places.kind == SHIFT_AREA else places.kind,)]
    if is_street:
        columns += [("路名",), ("长度（米）",)]
    columns += [("巡逻分钟",), ("占比 %",), ("巡到天数",)]
    if is_street:
        columns.append(("每百米分钟",))
    whole = places.seconds + places.on_none
    lines = []
    for row in places.rows:
        minutes = row["seconds"] / 60
        name = row["place_no"] if is_street else places.label(row)
        line = [name, *([row["road_name"], row["length_m"]] if is_street else [])]
        line += [round(minutes, 1), round(100 * row["seconds"] / whole, 1), row["day_count"]]
        if is_street:
            length = float(row["length_m"] or 0)
            line.append(round(100 * minutes / length, 1) if length else None)
        lines.append(line)
    if places.kind in ON_NONE:
        rest = [round(places.on_none / 60, 1), round(100 * places.on_none / whole, 1), None]
        between, after = ([None, None], [None]) if is_street else ([], [])
        lines.append([ON_NONE[places.kind], *between, *rest, *after])
    return columns, lines
