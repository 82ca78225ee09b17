"""精准宣防: fraud before and after campaigns, beside areas that had none.

Belongs here: how campaigns are told and listed. Does not belong here: which areas are controls and the verdict
(``jingcang.statistics.campaigns``).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import prevention
from dashboards.sections.late_days import days_left_out
from jingcang.contracts import Metric
from jingcang.statistics import panel_effect
from jingcang.statistics.campaigns import (
    WEEKS,
    BeforeAfter,
    Campaign,
    before_and_after,
    campaigns,
    weekly_panel,
)
from jingcang.statistics.effects import effect_verdict
from jingcang.statistics.inputs import StatisticsInputError
from jingcang.statistics.series import weekly

YEARS = 2
"""Years of incidents looked back on for campaigns."""
FEWEST_EVENTS = 100
"""Incidents in all below which no estimate over all campaigns is made."""


def show(context: Context, metric: Metric, areas: Mapping[str, str]) -> None:
    """Show the verdict over all campaigns, and each campaign with its own.

    Args:
        context: of the page.
        metric: what is counted.
        areas: 责任区 number → name, of the scope.
    """
    until = context.week_start
    first = until - timedelta(364 * YEARS)
    rows = context.run(prevention.EVENTS, units=list(context.unit_nos), end=until).to_dicts()
    events = [(row["area_no"], row["event_date"], row["attendee_count"]) for row in rows]
    found = [one for one in campaigns(events) if one.last >= first]
    if not found:
        states.empty("没有登记反诈宣传活动", "活动在巡防系统登记主题、责任区和日期后，这里比较前后")
        return
    counts: dict[str, dict[date, int]] = {area: {} for area in areas}
    daily: dict[date, int] = defaultdict(int)
    query = prevention.DAILY.of(metric)
    for area, day, count in context.run(query, units=list(context.unit_nos), start=first, end=until).rows():
        counts.setdefault(area, {})[day] = max(count, 0)
        daily[day] += count
    missing = days_left_out(context, ("incidents",), daily, first, until)
    dispersion = weekly(daily, missing, until).dispersion
    judged = before_and_after(found, counts, first=first, until=until, missing=missing, dispersion=dispersion)
    shown = [one for one in judged if not context.area or one.campaign.area == context.area]
    st.subheader(f"宣传之后：{_overall(found, counts, first, until, missing, daily)}")
    st.caption(
        f"每次活动取首日前后各 {WEEKS} 周，八周内再办的并为一次；对照为同期没有反诈活动的责任区。"
        "宣传多办在刚发案多的地方，发案本来就会回落一些，这里不能扣除；不降也不等于没有作用，起数太少时看不出来。"
    )
    _list(shown, areas)


def _overall(
    found: Sequence[Campaign],
    counts: Mapping[str, Mapping[date, int]],
    first: date,
    until: date,
    missing: Sequence[date],
    daily: Mapping[date, int],
) -> str:
    """Return what all campaigns together say: areas and weeks compared with themselves."""
    if sum(daily.values()) < FEWEST_EVENTS:
        return f"{len(found)} 次活动，两年诈骗警情不足 {FEWEST_EVENTS} 起，无法判断"
    frame = weekly_panel(found, counts, first=first, until=until, missing=missing)
    try:
        effect = panel_effect(
            frame, unit="area", time="week", outcome="events", treated="is_treated", cluster="area", draws=199
        )
    except StatisticsInputError as error:
        return f"{len(found)} 次活动，{error.what}，无法判断"
    low, high = (100 * math.expm1(limit) for limit in (effect.ci_low, effect.ci_high))
    verdict = effect_verdict(effect.as_effect(), has_parallel_past=False)
    interval = f"{low:+.0f}% 至 {high:+.0f}%" if math.isfinite(high) else "责任区太少，给不出"
    change = f"{effect.percent:+.0f}%（95% 区间 {interval}）".replace("-", "−")
    return f"{verdict}；{len(found)} 次活动合起来，活动后八周与没有活动的周相比 {change}"


def _list(judged: Sequence[BeforeAfter], areas: Mapping[str, str]) -> None:
    rows = [
        [
            one.campaign.start.isoformat(),
            areas.get(one.campaign.area, one.campaign.area),
            one.verdict if one.effect else f"{one.verdict}：{one.why_not}",
            one.before,
            one.after,
            one.control_before,
            one.control_after,
            one.controls,
            one.campaign.events,
            one.campaign.attendees,
            _detectable(one),
        ]
        for one in judged
    ]
    counted = sum(one.effect is not None for one in judged)
    with st.expander(f"逐次活动：{len(judged)} 次，能比较的 {counted} 次", expanded=bool(counted)):
        show_table(
            [
                ("首日",),
                ("责任区",),
                ("结论",),
                ("本区", "前"),
                ("本区", "后"),
                ("对照", "前"),
                ("对照", "后"),
                ("对照", "区数"),
                ("活动", "次数"),
                ("活动", "人次"),
                ("能看出的最小降幅",),
            ],
            rows,
            key="prevention_campaigns",
            title="反诈活动前后的诈骗警情",
            is_exported=False,
        )


def _detectable(one: BeforeAfter) -> str:
    """Return the smallest fall that could have been seen; 80% power, one-sided 5%."""
    if not one.before:
        return wording.MISSING
    return "再大也看不出" if one.detectable_fall > 0.95 else f"{100 * one.detectable_fall:.0f}%"
