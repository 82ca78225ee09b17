"""精准宣防: which fraud is told to whom and where, and whether telling helped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.frame import answer
from dashboards.components.metric_choice import tell_definition
from dashboards.context import Context, current
from dashboards.queries import prevention
from dashboards.sections import (
    incident_rows,
    prevention_campaigns,
    prevention_rates,
    prevention_types,
    prevention_victims,
)
from dashboards.sections.prevention_types import METRIC
from jingcang.access.metrics import MetricValue, metric_of, metric_values
from jingcang.contracts.deployment import deployment
from jingcang.statistics.periods import Period

MOST_ITEMS = 5


def main() -> None:
    context = current()
    st.header(f"精准宣防：{context.scope_words()}")
    metric = metric_of(METRIC)
    period = _twelve_months(context)
    (value,) = metric_values(
        context.door,
        context.identity,
        [METRIC],
        (period.start, period.end),
        units=context.unit_nos,
        area=context.area,
    )
    tell_definition(context, metric, period)
    _fill_foot(context, period, value)
    if value.withheld:
        states.withheld(metric.title_zh, value.withheld)
        return
    known = deployment(context.generation.profile)
    units = {"units": list(context.unit_nos), "area": ""}
    everywhere = context.run(
        prevention.TYPES.of(metric), **units, start=period.start, end=period.end
    ).to_dicts()
    rows = _here(context, everywhere)
    if not rows:
        states.empty(f"{period.label()}没有诈骗警情", "请核对警情是否到齐，或换一个单位、责任区")
        return
    people = (
        context.run(prevention.POPULATION, **units, end=period.end).to_dicts()
        if known.has_source("residents")
        else []
    )
    is_by_area = len(context.unit_nos or context.units) == 1
    kind, column = ("责任区", "area_no") if is_by_area else ("单位", "unit_no")
    areas = context.area_names()
    names = areas if is_by_area else _unit_names(context, everywhere)
    places = prevention_rates.places(
        _sums(everywhere, column, "incident_count"), _sums(people, column, "resident_count"), names
    )
    population = _here(context, people)
    _answer(context, rows, population, places, kind)
    _look_at(places, kind)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        if people:
            prevention_rates.show_places(
                places, kind=kind, period=period, stand=people[0]["stand_date"], is_suppressed=is_by_area
            )
        else:
            states.withheld("每千人起数", "这里的来源没有实有人口，没有可比的基数")
    with right:
        if known.has_source("case_persons"):
            prevention_victims.show(context, population, period)
        else:
            states.withheld("受害人群", "这里的来源没有案件人员，不知道受害人的年龄和性别")
    prevention_types.show(rows, names, column, kind=kind, period=period, is_suppressed=is_by_area)
    if known.has_source("publicity_events"):
        prevention_campaigns.show(context, metric, areas)
    else:
        states.withheld("宣传前后", "这里的来源没有登记宣传活动")
    with st.expander("看明细：每一起警情和它的来源记录"):
        if st.toggle("显示明细", key="prevention_rows_shown"):
            incident_rows.show(context, metric, period, title=f"诈骗警情，{period.label()}")


def _twelve_months(context: Context) -> Period:
    """Return the twelve whole months before the as-of day."""
    end = context.as_of.replace(day=1)
    return Period(end.replace(year=end.year - 1), end)


def _here(context: Context, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if context.area in ("", row["area_no"])]


def _unit_names(context: Context, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the units that have incidents; a unit over others has none of its own."""
    found = sorted({row["unit_no"] for row in rows if row["unit_no"]})
    return {unit: context.unit_name(unit) for unit in found}


def _sums(rows: Sequence[Mapping[str, Any]], column: str, number: str) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row[column] or ""] += row[number]
    return sums


def _fill_foot(context: Context, period: Period, value: MetricValue) -> None:
    context.foot = {
        "时期": f"{period.label()}，十二个整月",
        "n": f"{value.n:,} 起",
        "类别未映射或未登记": wording.share(value.unmapped_count, value.unmapped_of),
        **context.foot,
    }


def _answer(
    context: Context,
    rows: Sequence[Mapping[str, Any]],
    population: Sequence[Mapping[str, Any]],
    places: Sequence[prevention_rates.Place],
    kind: str,
) -> None:
    total = sum(row["incident_count"] for row in rows)
    residents = sum(row["resident_count"] for row in population)
    rate = (
        f"，每千名实有人口 {1000 * total / residents:.2f} 起"
        if residents >= max(prevention_rates.SMALLEST_POPULATION, total)
        else ""
    )
    among = "" if context.area else f"；{prevention_rates.words(places, kind)}"
    by_type = _sums(rows, "class_label", "incident_count")
    most = max(by_type, key=lambda one: (by_type[one], one))
    answer(f"十二个月诈骗警情 {total:,} 起{rate}；最多的是{most or '未登记'}，{by_type[most]:,} 起{among}。")


def _look_at(places: Sequence[prevention_rates.Place], kind: str) -> None:
    """List the places above what is expected; nothing where none is."""
    high = [place for place in places if place.word == prevention_rates.HIGHER][:MOST_ITEMS]
    if high:
        lines = "\n".join(
            f"{number}. **{place.name}**：{place.count:,} 起，每千人 {place.rate:.2f} 起"
            f"（95% 区间 {place.low:.2f}–{place.high:.2f}），高于全部{kind}的平均"
            for number, place in enumerate(high, 1)
        )
        st.markdown(f"**先去这几处讲**\n{lines}")


main()
