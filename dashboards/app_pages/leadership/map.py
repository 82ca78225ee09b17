"""一张图: where incidents are, where they were for a year, and whether patrol was there; beside it, when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards.components import choices, short_list, states, wording
from dashboards.components.frame import answer
from dashboards.components.metric_choice import tell_definition
from dashboards.context import Context, current
from dashboards.queries import map_layers, repeats
from dashboards.sections import (
    area_map,
    incident_rows,
    late_days,
    map_cells,
    map_hours,
    map_places,
    repeat_clusters,
    repeat_places,
)
from jingcang.access.metrics import metric_of, metric_values
from jingcang.contracts import Metric
from jingcang.contracts.deployment import deployment
from jingcang.statistics.periods import Period, day_label

METRIC = "incidents_effective"
LAYERS = {
    "areas": "警情（责任区）",
    "cells": "警情（网格）",
    "hot": "热点网格（此前一年）",
    "patrol": "巡逻分钟（网格）",
    "disputes": "纠纷（责任区）",
}
OF_INCIDENTS = ("areas", "cells", "hot")
"""Layers that are not drawn where too few incidents have coordinates."""
ON_CELLS = ("cells", "hot", "patrol")
EVERY_GROUP = "全部警情大类"
WEEKS = 53
DEFAULT_WEEKS = 4
MOST_ADDRESSES = 20


def main() -> None:
    context = current()
    st.header(f"一张图：{context.scope_words()}")
    slots = st.columns([1, 1, 2.4], gap="medium", vertical_alignment="bottom")
    with slots[0]:
        layer = choices.choose("图层", list(LAYERS), param="layer", words=LAYERS.__getitem__)
    with slots[2]:
        period = _period(context)
    metric = metric_of(METRIC)
    (value,) = metric_values(
        context.door, context.identity, [METRIC], (period.start, period.end),
        units=context.unit_nos, area=context.area,
    )  # fmt: skip
    rows = context.run(
        map_layers.AREAS.of(metric), **context.scope_filters(), start=period.start, end=period.end
    ).to_dicts()
    with slots[1]:
        group = _group(rows)
    code = next((row["class_level1_code"] for row in rows if row["class_level1_label"] == group), "") or ""
    rows = [row for row in rows if not group or row["class_level1_label"] == group]
    located = sum(row["located_count"] for row in rows), sum(row["current_count"] for row in rows)
    _fill_foot(context, metric, period, group, located)
    if value.withheld:
        states.withheld(metric.title_zh, value.withheld)
        return
    names = context.area_names()
    missing = late_days.days_without_incidents(context, period.start, period.end)
    is_by_area = len(context.unit_nos or context.units) == 1
    drawn_on = area_map.boundaries(context, period.end - timedelta(1), is_by_area=is_by_area)
    grid = map_cells.load(context, period, group, drawn_on, names)
    context.foot["不列地点（性侵、未成年人、家庭、轻生和类别未明）"] = wording.share(
        grid.kinds.get("discreet", 0), located[1]
    )
    why = area_map.why_withheld(context, located)
    _answer(context, period, group, located, grid, drawn_on.counted(rows, "current_count"), drawn_on, why)
    if missing:
        st.caption(
            f"本期 {period.days} 天中有 {len(missing)} 天缺数（{day_label(missing[0])}起），本页的起数偏低。"
        )
    if not why:
        _look_at(grid)
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        _map(context, layer, period, rows, grid, drawn_on, names, why)
    with right:
        map_hours.show(context, period, group, missing, height=map_cells.HEIGHT)
    _addresses(context, names)
    _rows(context, metric, period, group, code)


def _period(context: Context) -> Period:
    """Let the reader move over whole weeks of the last year."""
    weeks = [context.week_start - timedelta(weeks=back) for back in range(WEEKS, 0, -1)]
    first, last = choices.choose_span(
        "从哪一周到哪一周（每周第一天）",
        weeks,
        params=("from", "to"),
        default=(weeks[-DEFAULT_WEEKS], weeks[-1]),
        words=date.isoformat,
    )
    return Period(first, last + timedelta(7))


def _group(rows: Sequence[Mapping[str, Any]]) -> str:
    """Let the reader choose one 大类; return it, "" for all."""
    groups = sorted({row["class_level1_label"] for row in rows})
    chosen = choices.choose("类别", ["", *groups], param="group", words=lambda group: group or EVERY_GROUP)
    return chosen


def _fill_foot(
    context: Context, metric: Metric, period: Period, group: str, located: tuple[int, int]
) -> None:
    tell_definition(context, metric, period)
    context.foot = {
        "本期": period.label(),
        "口径": context.foot.pop("口径"),
        "类别": group or EVERY_GROUP,
        "n": f"{located[1]:,} {metric.unit}",
        "有坐标": wording.share(*located),
        **context.foot,
    }


def _answer(
    context: Context,
    period: Period,
    group: str,
    located: tuple[int, int],
    grid: map_cells.Grid,
    counts: Mapping[str, int],
    drawn_on: area_map.Boundaries,
    why: str,
) -> None:
    has_place, total = located
    if not total:
        answer(f"{period.label()}没有{group or '有效警情'}。")
        return
    sentence = (
        f"{period.label()}{group or '有效警情'} {total:,} 起，有坐标的 {wording.share(has_place, total)}"
    )
    if why:
        answer(f"{sentence}，低于画图要求的 {context.required_located_pct:g}%，不画警情和热点的图。")
        return
    named = {area["area_no"]: area["area_name"] or area["area_no"] for area in drawn_on.areas}
    placed = {place: count for place, count in counts.items() if place in named}
    if len(placed) > 1:
        top = max(placed, key=lambda place: placed[place])
        sentence += f"；{named[top]}最多，{placed[top]:,} 起"
    hot = map_cells.hot_words(grid)
    answer(f"{sentence}；{hot}。" if hot else f"{sentence}。")


def _look_at(grid: map_cells.Grid) -> None:
    shown = {"layer": "hot"}
    items = [short_list.Item(words, choices=shown) for words in map_cells.items(grid)]
    short_list.show(items, "先看这几处（点开在热点图上找编号）")


def _map(
    context: Context,
    layer: str,
    period: Period,
    rows: Sequence[Mapping[str, Any]],
    grid: map_cells.Grid,
    drawn_on: area_map.Boundaries,
    names: Mapping[str, str],
    why: str,
) -> None:
    known = deployment(context.generation.profile)
    with_places = st.toggle("加上重点场所", key="key_places", bind="query-params")
    places = map_places.load(context, period.end - timedelta(1), names) if with_places else None
    marks = places.marks if places and layer in ON_CELLS else []
    if why and layer in OF_INCIDENTS:
        states.withheld(LAYERS[layer], why)
    elif layer in ON_CELLS and not grid.cells:
        states.withheld(LAYERS[layer], "来源没有坐标，也没有责任区边界")
    elif layer == "areas":
        area_map.show(
            drawn_on,
            drawn_on.counted(rows, "current_count"),
            what="有效警情（起）",
            column="起数",
            key="map",
            is_per_resident=True,
            height=map_cells.HEIGHT,
        )
    elif layer == "cells":
        map_cells.show_counts(grid, marks)
    elif layer == "hot":
        map_cells.show_hot(grid, marks)
    elif layer == "patrol":
        map_cells.show_patrol(grid, marks, has_source=known.has_source("patrol_points"))
    else:
        _disputes(context, period, drawn_on)
    if places is not None:
        map_places.show(places, has_source=known.has_source("places"), is_drawn=bool(marks))


def _disputes(context: Context, period: Period, drawn_on: area_map.Boundaries) -> None:
    if not deployment(context.generation.profile).has_source("disputes"):
        states.empty("这里的来源没有矛盾纠纷台账", "接入后本页按责任区显示登记的纠纷")
        return
    rows = context.run(
        map_layers.DISPUTES, **context.scope_filters(), start=period.start, end=period.end
    ).to_dicts()
    area_map.show_disputes(context, rows, drawn_on, what="本期登记")


def _addresses(context: Context, names: Mapping[str, str]) -> None:
    """List the addresses with most incidents of the last 90 days; the slider does not move them."""
    spread = repeat_places.build(context.run(repeats.PLACES, **context.scope_filters()).to_dicts()).get(
        repeat_places.SHORT
    )
    found = context.run(repeats.CLUSTERS, **context.scope_filters(), kind="place").to_dicts()
    bases = context.run(repeats.BASES, **context.scope_filters()).row(0, named=True)
    repeat_clusters.show_places(
        context,
        found[:MOST_ADDRESSES],
        spread,
        names,
        head=f"起数最多的 {min(len(found), MOST_ADDRESSES)} 处地址（数据截至日前 90 天，不随滑块变）",
    )
    total = bases["incident_count"]
    if spread is not None and total:
        placed = total - bases["not_placed_count"] - bases["discreet_count"]
        st.caption(
            f"90 天有效警情 {total:,} 起中，解析到一处的 {wording.share(placed, total)}，"
            f"没有解析到一处的 {bases['not_placed_count']:,} 起，不列地点的类别 {bases['discreet_count']:,} 起。"
        )


def _rows(context: Context, metric: Metric, period: Period, group: str, code: str) -> None:
    with st.expander("看明细：本期每一起警情和它的来源记录"):
        if st.toggle("显示明细", key="rows_shown"):
            title = f"警情明细：{group or '全部'}，{period.label()}"
            incident_rows.show(
                context, metric, period, title=title, class_code=code, class_label="" if code else group
            )


main()
