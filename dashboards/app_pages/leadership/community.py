"""社区工作: is the work in the communities in proportion to what there is to look after, and what is overdue?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import short_list, states, wording
from dashboards.components.frame import answer
from dashboards.components.metric_choice import tell_definition
from dashboards.components.shares import with_interval
from dashboards.context import Context, current
from dashboards.queries import community
from dashboards.sections import community_checks, community_needs, community_publicity, community_work
from dashboards.sections.community_figures import Place, build, clearly_higher
from jingcang.access.metrics import metric_of, metric_values
from jingcang.contracts.deployment import deployment
from jingcang.statistics.periods import Period

METRIC = "incidents_effective"
SOURCES = ("home_visits", "place_checks", "base_record_checks", "publicity_events", "officer_hours")
Rows = Sequence[Mapping[str, Any]]


def main() -> None:
    context = current()
    st.header(f"社区工作：{context.scope_words()}")
    known = deployment(context.generation.profile)
    if not known.has_source(*SOURCES) and known.has_source("area_counts"):
        community_needs.show(context)
        return
    if not known.has_source(*SOURCES):
        states.empty(
            "这里的来源没有走访、场所检查、基础信息核查和宣传活动的登记",
            "接入社区警务系统后，本页按责任区和民警列出做了什么、什么到期没做",
        )
        return
    period = context.period
    is_by_area = len(context.unit_nos or context.units) == 1
    column, kind = ("area_no", "责任区") if is_by_area else ("unit_no", "单位")
    days = {"start": period.start, "end": period.end}
    work = context.run(community.WORK, **context.scope_filters(), **days).to_dicts()
    visits = context.run(community.VISITS, **context.scope_filters(), **days).to_dicts()
    checks = context.run(community.PLACES, **context.scope_filters()).to_dicts()
    people = context.run(community.PEOPLE, **context.scope_filters(), end=period.end).to_dicts()
    incidents, withheld = _incidents(context, period, column)
    places, total = build(
        _names(context, people, is_by_area=is_by_area), column,
        work=work, people=people, places=checks, visits=visits, incidents=incidents,
    )  # fmt: skip
    _fill_foot(context, period, people, total, withheld)
    if not (total.officer_days or total.key_places or total.due_visits):
        states.empty(
            f"{period.label()}没有登记社区工作，也没有重点场所和到期的走访",
            "请换一个时期或地区，或核对来源是否到齐",
        )
        return
    answer(_sentence(total, period))
    slot = st.container()
    community_work.show_places(places, total, period, kind, is_by_area=is_by_area)
    _officers(context, period, visits, places if is_by_area else {})
    listed: list[dict[str, Any]] = []
    if total.key_places:
        listed = community_checks.show_places(context, checks, places, total, kind, is_by_area=is_by_area)
    else:
        states.empty("没有在册的重点场所", "场所系统标为重点的场所在这里按间隔列出是否逾期")
    community_checks.show_visits(context, visits, total, period)
    events = context.run(community.EVENTS, **context.scope_filters(), **days).to_dicts()
    community_publicity.show(events, places, column, period, kind)
    with slot:
        _look_at(context, places, total, listed, visits, checks, is_by_area=is_by_area)


def _incidents(context: Context, period: Period, column: str) -> tuple[dict[str, int] | None, str]:
    """Return incidents of the period by place, None with the reason where the number is withheld."""
    asked = {"units": context.unit_nos, "area": context.area}
    span = (period.start, period.end)
    tell_definition(context, metric_of(METRIC), period)
    (whole,) = metric_values(context.door, context.identity, [METRIC], span, **asked)  # type: ignore[arg-type]
    if whole.withheld:
        return None, whole.withheld
    by_place = metric_values(context.door, context.identity, [METRIC], span, **asked, by=(column,))  # type: ignore[arg-type]
    return {value.of(column) or "": value.numerator or 0 for value in by_place}, ""


def _names(context: Context, people: Rows, *, is_by_area: bool) -> dict[str, str]:
    """Return the places looked at; of several units those with residents, since a unit over others has none."""
    if is_by_area:
        names = context.area_names()
        return {number: name for number, name in names.items() if context.area in ("", number)}
    return {
        unit: context.unit_name(unit) for unit in sorted({row["unit_no"] for row in people if row["unit_no"]})
    }


def _fill_foot(context: Context, period: Period, people: Rows, total: Place, withheld: str) -> None:
    stand = max((row["stand_date"] for row in people if row["stand_date"]), default=None)
    context.foot = {
        "时期": f"{period.label()}；重点场所为数据截至日的状态",
        "n": f"{total.officer_days:,} 人天，到期走访 {total.due_visits:,} 次，重点场所 {total.key_places:,} 处",
        "人口": f"{stand:%Y-%m} 登记数" if stand else "没有实有人口登记",
        "警情": withheld or f"{total.incidents:,} 起",
        "工时": "按来源登记，没有核对定位；人天只说明哪些天有登记"
        if total.community_hours is not None
        else "下社区工时、非警务活动工时来源没有登记；人天只说明哪些天有登记，不说明几小时",
        **context.foot,
    }


def _sentence(total: Place, period: Period) -> str:
    parts = [f"{period.label()}登记社区工作 {total.officer_days:,} 人天"]
    if total.community_hours is not None:
        other = total.non_police_hours or 0.0
        registered = total.community_hours + other
        share = f"，占登记工时 {100 * other / registered:.0f}%" if registered else ""
        parts.append(f"下社区 {total.community_hours:,.0f} 小时，非警务活动 {other:,.0f} 小时{share}")
    if total.key_places:
        parts.append(
            f"重点场所 {total.key_places:,} 处，逾期或没有检查记录 "
            f"{with_interval(total.overdue_places, total.known_places)}"
        )
    if total.judged_visits:
        parts.append(
            f"到期走访 {total.due_visits:,} 次，按期 "
            f"{with_interval(total.in_time_visits, total.judged_visits)}"
        )
    return "；".join(parts) + "。"


def _look_at(
    context: Context,
    places: Mapping[str, Place],
    total: Place,
    listed: Rows,
    visits: Rows,
    checks: Rows,
    *,
    is_by_area: bool,
) -> None:
    """List at most five things: what is overdue and where clearly more than elsewhere, and where nobody was."""

    def item(number: str, words: str) -> short_list.Item:
        unit = None if is_by_area else number
        return short_list.Item(words, choices=short_list.place_choices(context, unit))

    named = {number: place for number, place in places.items() if number}
    items: list[short_list.Item] = []
    for number in clearly_higher({key: (one.overdue_places, one.known_places) for key, one in named.items()})[
        :2
    ]:
        place = places[number]
        told = wording.share(place.overdue_places, place.known_places)
        items.append(item(number, f"**{place.name}**：重点场所逾期或没有检查记录 {told}，明显高于其余"))
    if total.missed_visits:
        items.append(short_list.Item(f"**逾期未走访 {total.missed_visits:,} 次**：先走访这些，再看为什么"))
    untouched = [place.name for place in named.values() if place.is_untouched]
    if untouched:
        told = "、".join(untouched[:3]) + (f" 等 {len(untouched)} 处" if len(untouched) > 3 else "")
        items.append(short_list.Item(f"**{told}**：有人住，这段时间没有登记任何社区工作"))
    for number in clearly_higher(
        {key: (one.late_visits + one.missed_visits, one.judged_visits) for key, one in named.items()}
    )[:1]:
        place = places[number]
        told = wording.share(place.late_visits + place.missed_visits, place.judged_visits)
        items.append(item(number, f"**{place.name}**：到期走访没有按期 {told}，明显高于其余"))
    never = sum(row["check_due_code"] == "never" for row in listed)
    if never:
        items.append(short_list.Item(f"**{never:,} 处重点场所没有检查记录**：名单在下面，先去这些"))
    overdue = [row for row in listed if row["check_due_code"] == "overdue"]
    if overdue:
        row = overdue[0]
        name = row["place_name"] or row["place_no"]
        items.append(
            short_list.Item(
                f"**{name}**（{row['place_type_label']}）：逾期 {row['overdue_days']:,} 天，是最久的一处"
            )
        )
    parts = community_checks.visit_parts(visits)
    for name in clearly_higher(parts)[:1]:
        items.append(
            short_list.Item(f"**{name}**的走访没有按期 {wording.share(*parts[name])}，明显高于其他类别")
        )
    short_list.show(items)


def _officers(context: Context, period: Period, visits: Rows, areas: Mapping[str, Place]) -> None:
    """Offer the work by officer; asked only when opened."""
    with st.expander("按民警看：登记的工作和所管责任区的大小，按警号排列，不排名次"):
        if not st.toggle("显示", key="community_officers_shown"):
            return
        st.caption(
            "没有登记的工作这里看不到，天数少不等于做得少；走访不足十次只列次数，不给占比。"
            "所管责任区取现任职；只看一个单位时列出责任区的大小。"
        )
        work = context.run(
            community.OFFICERS, **context.scope_filters(), start=period.start, end=period.end
        ).to_dicts()
        postings = context.run(community.POSTINGS, **context.scope_filters()).to_dicts()
        in_time: dict[str, tuple[int, int]] = {}
        for row in visits:
            hits, known = in_time.get(row["officer_no"] or "", (0, 0))
            judged = row["in_time_count"] + row["late_count"] + row["missed_count"]
            in_time[row["officer_no"] or ""] = (hits + row["in_time_count"], known + judged)
        community_work.show_officers(
            work, {row["officer_no"]: row for row in postings}, in_time, areas, period
        )


main()
