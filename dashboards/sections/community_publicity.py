"""社区工作: publicity events: how many, on what, and how far they reached.

Belongs here: events and attendances by topic and by place. Does not belong here: whether they helped
(``prevention_campaigns``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.tables import show_table
from dashboards.sections.community_figures import Place
from jingcang.statistics.periods import Period

Rows = Sequence[Mapping[str, Any]]


def reached(rows: Rows, column: str) -> dict[str, tuple[int, int]]:
    """Return place number → events and attendances.

    Args:
        rows: of the query ``EVENTS``.
        column: ``area_no`` or ``unit_no``.
    """
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        events, people = found.get(row[column] or "", (0, 0))
        found[row[column] or ""] = (events + row["event_count"], people + row["attendee_count"])
    return found


def show(rows: Rows, places: Mapping[str, Place], column: str, period: Period, kind: str) -> None:
    """Show events by topic and by place; attendances count a person at every event."""
    if not rows:
        states.empty(f"{period.label()}没有登记宣传活动", "换一个时期或地区，或核对活动有没有登记")
        return
    by_place = reached(rows, column)
    known = [number for number in places if number]
    without = [number for number in known if number not in by_place]
    events, people = (sum(row[name] for row in rows) for name in ("event_count", "attendee_count"))
    uncounted = sum(row["uncounted_count"] for row in rows)
    st.subheader(
        f"宣传活动 {events:,} 场、{people:,} 人次，{period.label()}："
        f"办到 {len(known) - len(without)} / {len(known)} 个{kind}"
    )
    st.caption(
        "人次按场累加，同一人参加几场算几次，不等于覆盖了多少居民；每千人只说明力度。"
        + (f"其中 {uncounted} 场没有登记人次。" if uncounted else "")
        + "有没有用，看“精准宣防”的宣传前后。"
    )
    topics: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    areas: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        topics[row["publicity_topic_label"]][0] += row["event_count"]
        topics[row["publicity_topic_label"]][1] += row["attendee_count"]
        if row[column]:
            areas[row["publicity_topic_label"]].add(row[column])
    left, right = st.columns([1, 1], gap="medium")
    with left:
        show_table(
            [("主题",), ("场次",), ("人次",), (f"办到的{kind}",)],
            [[name, *counts, len(areas[name])] for name, counts in sorted(topics.items())],
            key="community_topics",
            title=f"宣传活动，按主题，{period.label()}",
        )
    with right:
        show_table(
            [(kind,), ("场次",), ("人次",), ("实有人口",), ("每千人人次",)],
            [
                [
                    place.name,
                    *by_place.get(number, (0, 0)),
                    place.residents,
                    round(1000 * by_place.get(number, (0, 0))[1] / place.residents)
                    if place.residents >= wording.SMALLEST_BASE * 2
                    else None,
                ]
                for number, place in places.items()
                if number or "" in by_place
            ],
            key="community_reach",
            title=f"宣传活动，按{kind}，{period.label()}",
        )
