"""人口与基础信息: how long ago the records of 一标三实 were last verified, by place, by kind and by recording officer.

Belongs here: charts, tables and words of freshness. Does not belong here: its effect on rates (``population_rates``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, wording
from dashboards.components.shares import with_interval
from dashboards.components.small_counts import hidden
from dashboards.components.tables import show_table
from dashboards.sections.population_figures import FEWEST_RESIDENTS, Places
from jingcang.statistics import shrunken_rates
from jingcang.statistics.funnel import is_rate_shown
from jingcang.statistics.verdicts import RISEN, judge_shares

MOST_PLACES = 20
BAND_SHADES = ("#dfe7ef", "#b9cbdc", "#8fb2d3", charts.ATTENTION, "#7c2d12")
ONLY_COUNTS = "只列件数"
Rows = Sequence[Mapping[str, Any]]


def stale_places(places: Places) -> list[str]:
    """Return the numbers of places whose share of stale records is clearly above that of the others."""
    total = places.total
    known = [
        number
        for number, place in places.places.items()
        if number and place.registered_now >= FEWEST_RESIDENTS and place.registered_now < total.registered_now
    ]
    shares = [
        (
            places.places[number].stale,
            places.places[number].registered_now,
            total.stale - places.places[number].stale,
            total.registered_now - places.places[number].registered_now,
        )
        for number in known
    ]
    verdicts = judge_shares(shares)
    found = [number for number, verdict in zip(known, verdicts, strict=True) if verdict.words == RISEN]
    return sorted(found, key=lambda number: -places.places[number].stale)


def show_places(places: Places, rows: Rows, kind: str, *, is_by_area: bool) -> None:
    """Show the bands of days since the last verification by place."""
    bands = _bands(rows)
    shown = [place for place in places.places.values() if place.registered_now]
    drawn = sorted(shown, key=lambda place: -place.stale)[:MOST_PLACES]
    chart = charts.figure(
        *(
            go.Bar(
                y=[place.name for place in drawn],
                x=[place.bands.get(rank, 0) for place in drawn],
                name=label,
                orientation="h",
                marker={"color": BAND_SHADES[min(rank, len(BAND_SHADES)) - 1]},
                hovertemplate=f"%{{y}} {label} %{{x:,}} 人<extra></extra>",
            )
            for rank, label in bands.items()
        ),
        height=90 + 24 * len(drawn),
        barmode="stack",
        xaxis={"title": "在册人数", "tickformat": ",d"},
        yaxis={"autorange": "reversed", "type": "category", "ticksuffix": " "},
        margin={"l": 120, "r": 16, "t": 30, "b": 40},
    )
    table = [
        [
            place.name,
            place.registered_now,
            *(place.bands.get(rank, 0) for rank in bands),
            place.not_found,
            wording.share(place.stale, place.registered_now),
        ]
        for place in [*shown, places.total]
    ]
    columns = [(kind,), ("在册",), *((label,) for label in bands.values()), ("查无此人",), ("久未核实占比",)]
    high = [places.places[number].name for number in stale_places(places)]
    finding = f"久未核实 {wording.share(places.total.stale, places.total.registered_now)}"
    if high:
        named = "、".join(high[:3]) + (f" 等 {len(high)} 处" if len(high) > 3 else "")
        finding += f"，{named}明显高于其余"
    elif len(shown) > 1:
        finding += f"，各{kind}之差与偶然波动一致"
    charts.show_chart(
        finding,
        chart,
        key="population_freshness",
        columns=columns,
        rows=table,
        note="距最近一次核实的天数，久未核实的多的在前；取登记的核实日期与见到人的核查中较晚的一个。"
        "“查无此人”为最近一次核查没有找到、此后没有再核实而仍在册的人。",
        export_rows=hidden(
            table,
            range(1, len(columns) - 1),
            totals=[len(table) - 1],
            told_with=[len(columns) - 1],
        )
        if is_by_area
        else None,
    )


def show_kinds(rows: Rows) -> None:
    """Show persons, houses, addresses and places by band."""
    bands = _bands(rows)
    kinds: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    stale: dict[str, int] = defaultdict(int)
    missing: dict[str, int] = defaultdict(int)
    for row in rows:
        name = row["record_kind_label"] or row["record_kind_code"]
        kinds[name][row["band_rank"]] += row["record_count"]
        stale[name] += row["record_count"] if row["is_stale"] else 0
        missing[name] += row["not_found_count"]
    oldest = max(kinds, key=lambda name: stale[name] / sum(kinds[name].values()))
    oldest_share = wording.share(stale[oldest], sum(kinds[oldest].values()))
    st.subheader(f"一标三实里久未核实占比最高的是{oldest}：{oldest_share}")
    show_table(
        [("种类",), ("在册",), *((label,) for label in bands.values()), ("查无",), ("久未核实占比",)],
        [
            [
                name,
                sum(counts.values()),
                *(counts.get(rank, 0) for rank in bands),
                missing[name],
                wording.share(stale[name], sum(counts.values())),
            ]
            for name, counts in kinds.items()
        ],
        key="population_kinds",
        title="一标三实核实情况，按种类",
    )


def show_officers(rows: Rows, *, is_small: bool) -> None:
    """Show residents by recording officer in the order of their numbers; a share only where the rules allow one.

    Args:
        rows: of the query ``FRESHNESS``.
        is_small: hide counts of 1–4 in the export.
    """
    bands = _bands(rows)
    officers: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    stale: dict[str, int] = defaultdict(int)
    missing: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["record_kind_code"] != "resident":
            continue
        name = row["officer_no"] or "未登记"
        officers[name][row["band_rank"]] += row["record_count"]
        stale[name] += row["record_count"] if row["is_stale"] else 0
        missing[name] += row["not_found_count"]
    names = sorted(officers)
    counts = {name: sum(officers[name].values()) for name in names}
    shown = may_show(stale, counts)
    table = [
        [
            name,
            counts[name],
            *(officers[name].get(rank, 0) for rank in bands),
            missing[name],
            with_interval(stale[name], counts[name], 1) if name in shown else ONLY_COUNTS,
        ]
        for name in names
    ]
    columns = [
        ("登记人警号",),
        ("在册",),
        *((label,) for label in bands.values()),
        ("查无此人",),
        ("久未核实占比",),
    ]
    with st.expander(f"按登记人看：{len(names)} 人，按警号排列，不排名次"):
        st.caption(
            "占比只在期望件数不少于 5、可靠度不低于 0.7 时给出，其余只列件数；区间重叠的不能分先后。"
            "登记人是录入这条记录的人，未必是现在负责核实的人。"
        )
        show_table(
            columns,
            table,
            key="population_officers",
            title="实有人口核实情况，按登记人",
            export_rows=hidden(table, range(1, len(columns) - 1), told_with=[len(columns) - 1])
            if is_small
            else None,
        )


def may_show(stale: Mapping[str, int], counts: Mapping[str, int]) -> set[str]:
    """Return the officers whose share may be shown: expected stale records and reliability reach the floors.

    Args:
        stale: officer → stale records.
        counts: officer → records.
    """
    names = [name for name in counts if counts[name]]
    if len(names) < 2:
        return set()
    rates = shrunken_rates([stale.get(name, 0) for name in names], [counts[name] for name in names])
    overall = sum(stale.get(name, 0) for name in names) / sum(counts[name] for name in names)
    return {
        name
        for name, reliability in zip(names, rates.reliability, strict=True)
        if is_rate_shown(overall * counts[name], float(reliability))
    }


def _bands(rows: Rows) -> dict[int, str]:
    return dict(sorted({row["band_rank"]: row["verification_band_label"] for row in rows}.items()))
