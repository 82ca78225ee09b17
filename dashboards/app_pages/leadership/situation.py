"""态势: what changed, where and when, and is it real."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboards.components import choices, states, wording
from dashboards.components.metric_choice import choose_definition, tell_definition
from dashboards.context import Context, current
from dashboards.queries import situation
from dashboards.sections import (
    briefing,
    incident_bases,
    incident_matrix,
    incident_place,
    incident_rows,
    late_days,
    operation_marks,
    restated,
    series_chart,
)
from dashboards.sections.series_marks import Marks
from jingcang.access.metrics import MetricValue, metric_values
from jingcang.contracts import Metric
from jingcang.statistics.periods import COMPARISONS, Pair, Period, day_label, latest
from jingcang.statistics.series import first_week, weekly

EVERY_GROUP = "全部警情大类"


def main() -> None:
    context = current()
    pair = context.pair
    period = pair.current
    left, middle, right = st.columns([2.8, 1, 0.9], vertical_alignment="bottom")
    with middle:
        metric = choose_definition("incidents_effective")
    left.header(f"态势：{context.scope_words()}{metric.title_zh}")
    (value,) = metric_values(
        context.door, context.identity, [metric.metric_code], (period.start, period.end),
        units=context.unit_nos, area=context.area,
    )  # fmt: skip
    shares = context.run(
        situation.SHARES.of(metric), **context.scope_filters(), start=period.start, end=period.end
    ).to_dicts()[0]
    _fill_foot(context, metric, pair, value, shares)
    if value.withheld:
        states.withheld(metric.title_zh, value.withheld)
        return
    rows = context.run(
        situation.MATRIX.of(metric),
        **context.scope_filters(),
        start=period.start,
        end=period.end,
        before_start=pair.before.start,
        before_end=pair.before.end,
    ).to_dicts()
    if not rows:
        states.empty(
            f"{period.label()}和对比期都没有计入{metric.title_zh}的记录", "请换一个时期，或核对数据是否到齐"
        )
        return
    with right:
        group = _group(rows)
    rows = [row for row in rows if not group or row["class_level1_label"] == group]
    end = latest("week", context.as_of, context.week_start).end
    missing = _missing(context, pair, end)
    withheld = pair.withheld or _why_incomplete(pair, missing)
    weeks = weekly(_daily(context, metric, group, first_week(end), end), missing, end)
    is_by_area = len(context.unit_nos or context.units) == 1 or not any(row["unit_no"] for row in rows)
    areas = context.area_names() if is_by_area else {}
    matrix = incident_matrix.build(
        rows,
        incident_matrix.place_names(context, rows, areas),
        level="class_label" if group or _is_short(rows) else "class_level1_label",
        is_by_area=is_by_area,
        pair=pair,
        withheld=withheld,
        dispersion=weeks.dispersion,
    )
    incident_matrix.tell(matrix, group or metric.name_zh)
    if pair.note and not withheld:
        st.caption(f"比较说明：{pair.note}。")
    incident_matrix.look_at(matrix)
    restated.show(context, metric, pair)
    briefing.show(context)
    incident_matrix.show(matrix)
    incident_bases.show(context, metric, group, weeks.dispersion)
    operations = operation_marks.marks(context, class_label=group)
    series_chart.show(
        context,
        weeks,
        marks=Marks(operations=operations),
        is_suppressed=bool(context.area),
    )
    left, right = st.columns([1, 1], gap="medium")
    with left:
        incident_place.show_hours(context, metric, period, group, missing)
    with right:
        total = shares["incident_count"]
        located = total - shares["not_located_count"]
        incident_place.show_map(
            context, metric, period, rows, is_by_area=is_by_area, located=(located, total)
        )
    _rows(context, metric, period, rows)


def _fill_foot(
    context: Context, metric: Metric, pair: Pair, value: MetricValue, shares: dict[str, Any]
) -> None:
    tell_definition(context, metric, pair.current)
    context.foot = {
        "本期": pair.current.label(),
        "对比期": f"{pair.before.label()}（{COMPARISONS[context.comparison][:2]}）",
        "口径": context.foot.pop("口径"),
        "n": f"{value.n:,} {metric.unit}",
        "未映射": wording.share(value.unmapped_count, value.unmapped_of),
        "未定位": wording.share(shares["not_located_count"], shares["incident_count"]),
        "登记与坐标责任区不一致": wording.share(shares["disagreeing_count"], shares["incident_count"]),
        **context.foot,
    }


def _daily(context: Context, metric: Metric, group: str, since: date, until: date) -> dict[date, int]:
    rows = context.run(
        situation.DAILY.of(metric), **context.scope_filters(), since=since, until=until, class_label=group
    )
    return dict(rows.rows())


def _missing(context: Context, pair: Pair, end: date) -> list[date]:
    """Return the days of both periods and the trend whose records did not arrive, by the units shown."""
    since = min(pair.before.start, pair.current.start, first_week(end))
    return late_days.days_without_incidents(context, since, max(end, pair.current.end))


def _why_incomplete(pair: Pair, missing: Sequence[date]) -> str:
    """Return why the periods are not both complete, "" when they are."""
    for name, period in (("本期", pair.current), ("对比期", pair.before)):
        days = [day for day in missing if period.start <= day < period.end]
        if days:
            return f"{name} {period.days} 天中有 {len(days)} 天缺数（{day_label(days[0])}起）"
    return ""


def _is_short(rows: Sequence[dict[str, Any]]) -> bool:
    return len({row["class_label"] for row in rows}) <= incident_matrix.MOST_KINDS


def _group(rows: Sequence[dict[str, Any]]) -> str:
    """Let the reader open one 大类; return it, "" for all."""
    if _is_short(rows):
        return ""
    groups = sorted({row["class_level1_label"] for row in rows})
    choices.follow("group", groups)
    chosen = st.selectbox(
        "警情大类",
        [EVERY_GROUP, *groups],
        key="group",
        bind="query-params",
        label_visibility="collapsed",
    )
    return "" if chosen == EVERY_GROUP else chosen


def _rows(context: Context, metric: Metric, period: Period, rows: Sequence[dict[str, Any]]) -> None:
    with st.expander("看明细：每一起警情和它的来源记录"):
        labels = sorted({row["class_label"] for row in rows if row["current_count"]})
        chosen = st.selectbox("类别", ["全部", *labels], key="rows_class")
        if not st.toggle("显示明细", key="rows_shown"):
            return
        is_all = chosen == "全部"
        title = f"警情明细：{chosen}，{period.label()}"
        incident_rows.show(context, metric, period, title=title, class_label="" if is_all else chosen)


main()
