"""人口与基础信息: who lives here, incidents per resident, and how far the registered numbers can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboards.components import choices, states, wording
from dashboards.components.frame import answer
from dashboards.components.metric_choice import PARAM, tell_definition
from dashboards.context import Context, current
from dashboards.queries import population as queries
from dashboards.sections import (
    incident_rows,
    late_days,
    population_freshness,
    population_people,
    population_rates,
)
from dashboards.sections.population_figures import TYPES, Places, build, change
from jingcang.access.metrics import metric_values
from jingcang.contracts import Metric, load_metrics
from jingcang.contracts.deployment import deployment
from jingcang.statistics.periods import Period, latest
from jingcang.statistics.series import first_week, weekly

DEFAULT = "incidents_effective"
MOST_ITEMS = 5


def main() -> None:
    context = current()
    left, right = st.columns([3, 1.2], vertical_alignment="bottom")
    left.header(f"人口与基础信息：{context.scope_words()}")
    if not deployment(context.generation.profile).has_source("residents"):
        states.empty(
            "这里的来源只有警情，没有实有人口、房屋、地址的登记和核查，也就没有每千人的率",
            "接入人口与一标三实系统后，本页按地区列出常住、流动人口和核实情况；起数见“态势”和“趋势”",
        )
        return
    with right:
        metric = _choose()
    month = latest("month", context.as_of, context.week_start)
    year = Period(_year_before(month.end), month.end)
    stands = context.run(
        queries.STANDS, **context.scope_filters(), since=_year_before(month.start), until=month.end
    ).to_dicts()
    freshness = context.run(queries.FRESHNESS, **context.scope_filters()).to_dicts()
    if not stands and not freshness:
        states.empty(f"{year.label()}没有在册的实有人口", "请换一个单位或责任区，或核对人口系统是否到齐")
        return
    is_by_area = len(context.unit_nos or context.units) == 1
    column, kind = ("area_no", "责任区") if is_by_area else ("unit_no", "单位")
    (whole,) = metric_values(
        context.door, context.identity, [metric.metric_code], (year.start, year.end),
        units=context.unit_nos, area=context.area,
    )  # fmt: skip
    counts, missing, dispersion = _incidents(context, metric, year, column)
    places = build(
        stands,
        freshness,
        {} if whole.withheld else counts,
        _names(context, stands, is_by_area=is_by_area),
        column=column,
        last_month=month.start,
        year_ago=_year_before(month.start),
        dispersion=dispersion,
    )
    _fill_foot(context, metric, month, year, places)
    answer(_sentence(places, month))
    _look_at(places)
    population_people.show_places(places, kind, is_by_area=is_by_area)
    ages = context.run(queries.AGES, **context.scope_filters(), month=month.start).to_dicts()
    if ages:
        population_people.show_ages(ages)
    st.page_link(
        "app_pages/leadership/trends.py",
        label="逐月的实有人口在“趋势”",
        query_params={**st.query_params.to_dict(), "metric": "residents", "by": "month"},
    )
    if whole.withheld:
        states.withheld(f"{metric.title_zh}每千人的率", whole.withheld)
    elif missing:
        states.withheld(f"{metric.title_zh}每千人的率", f"十二个月里缺 {missing} 天的数，率会偏低")
    else:
        population_rates.show(places, metric.title_zh, kind, is_by_area=is_by_area)
        with st.expander("看明细：率的分子里的每一起警情和它的来源记录"):
            if st.toggle("显示明细", key="population_rows_shown"):
                incident_rows.show(context, metric, year, title=f"{metric.title_zh}，{year.label()}")
    if not freshness:
        states.empty("没有基础信息的核实日期和核查记录", "接入后按地区、种类和登记人列出久未核实的")
        return
    population_freshness.show_places(places, freshness, kind, is_by_area=is_by_area)
    population_freshness.show_kinds(freshness)
    population_freshness.show_officers(freshness, is_small=is_by_area)


def _choose() -> Metric:
    """Let the reader choose which incidents are set against residents."""
    metrics = {
        code: metric for code, metric in load_metrics().items() if metric.mart == "rpt_incident_counts"
    }
    codes = sorted(metrics, key=lambda code: (code != DEFAULT, code))
    return metrics[
        choices.choose("每千人算什么", codes, param=PARAM, words=lambda code: metrics[code].title_zh)
    ]


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1)


def _incidents(
    context: Context, metric: Metric, year: Period, column: str
) -> tuple[dict[str, int], int, float]:
    """Return incidents of the year by place, the days of it that did not arrive, and the weekly overdispersion."""
    by_place = metric_values(
        context.door, context.identity, [metric.metric_code], (year.start, year.end),
        units=context.unit_nos, area=context.area, by=(column,),
    )  # fmt: skip
    counts = {value.of(column) or "": value.numerator or 0 for value in by_place}
    end = context.week_start
    since = min(first_week(end), year.start)
    by_day = metric_values(
        context.door, context.identity, [metric.metric_code], (since, end),
        units=context.unit_nos, area=context.area, by=("event_date",),
    )  # fmt: skip
    daily = {value.of("event_date"): value.numerator or 0 for value in by_day}
    late = late_days.days_left_out(context, ("incidents",), {}, since, end)
    missing = sum(year.start <= day < year.end for day in late)
    return counts, missing, weekly(daily, late, end).dispersion


def _names(context: Context, stands: Sequence[Mapping[str, Any]], *, is_by_area: bool) -> dict[str, str]:
    if is_by_area:
        return context.area_names()
    return {
        unit: context.unit_name(unit) for unit in sorted({row["unit_no"] for row in stands if row["unit_no"]})
    }


def _fill_foot(context: Context, metric: Metric, month: Period, year: Period, places: Places) -> None:
    tell_definition(context, metric, year)
    total = places.total
    context.foot = {
        "人口": f"{month.label()}的月末在册登记数；核实情况截至数据截至日",
        "警情": year.label(),
        "口径": context.foot.pop("口径"),
        "n": f"{total.count:,} 人，{total.incidents:,} 起",
        "常住": "“户籍”指户籍人口；住满半年的常住人口（统计口径）来源里没有",
        "久未核实": "一年以上没有核实，或没有核实日期；界线为本产品默认值，须由本单位确认",
        **context.foot,
    }


def _sentence(places: Places, month: Period) -> str:
    total = places.total
    if not total.count:
        return f"{month.start:%Y-%m} 月末没有在册的实有人口；现有登记 {total.registered_now:,} 人。"
    types = "、".join(f"{name} {total.residents.get(code, 0):,}" for code, name in TYPES.items())
    sentence = f"{month.start:%Y-%m} 月末实有人口 {total.count:,} 人（{types}）"
    if total.before:
        sentence += f"，比一年前 {change(total.count, total.before)}"
    if total.registered_now:
        sentence += f"；一年内没有核实的占 {wording.share(total.stale, total.registered_now)}"
    effect = population_rates.effect_words(places)
    return sentence + (f"。{effect}。" if effect else "。")


def _look_at(places: Places) -> None:
    """List at most five things: records that no longer hold, stale places, places with high rates, moves of people."""
    items = []
    total = places.total
    if total.not_found:
        items.append(f"**查无此人仍在册 {total.not_found:,} 人**：核实去向，该销的销，它们抬高人口、压低率")
    items += [
        f"**{places.places[number].name}久未核实**："
        f"{wording.share(places.places[number].stale, places.places[number].registered_now)}，明显高于其余"
        for number in population_freshness.stale_places(places)[:2]
    ]
    moved = sorted(
        (
            place
            for number, place in places.places.items()
            if number and place.year_ago.get("floating", 0) >= 10
        ),
        key=lambda place: -abs(place.residents.get("floating", 0) - place.year_ago["floating"]),
    )
    items += [
        f"**{place.name}流动人口**一年 {change(place.residents.get('floating', 0), place.year_ago['floating'])}；"
        "登记勤了也会这样，先看核实情况"
        for place in moved[:1]
        if abs(place.residents.get("floating", 0) - place.year_ago["floating"])
        >= place.year_ago["floating"] / 10
    ]
    if items:
        lines = "\n".join(f"{number}. {item}" for number, item in enumerate(items[:MOST_ITEMS], 1))
        st.markdown(f"**先看这几处**\n{lines}")


main()
