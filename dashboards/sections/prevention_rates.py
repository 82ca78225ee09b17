"""精准宣防: fraud by place and type, per 1,000 residents, and which places differ beyond chance.

Belongs here: rates of places with their words, the dots and the matrix. Does not belong here: victims
(``prevention_victims``), campaigns (``prevention_campaigns``), the methods (``jingcang.statistics``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, small_counts, states, wording
from jingcang.reports.briefing.tips import load_tips, tips_for
from jingcang.statistics import funnel_limits, poisson_interval, shrunken_rates
from jingcang.statistics.periods import Period

HIGHER, USUAL, LOWER = "高于预期", "正常范围", "低于预期"
METRIC = "incidents_fraud"
MOST_PLACES, MOST_TYPES = 20, 12
MOST_TIPS = 3
"""Types whose standard text is shown; a leader reads no more."""
SMALLEST_POPULATION = 20
"""Residents below which there is no rate (METHODS: rates need a denominator of 20)."""


@dataclass(frozen=True)
class Place:
    """A place and its rate.

    Args:
        name: of the place.
        count: incidents of the period.
        residents: 实有人口; 0 when none are registered.
        rate: incidents per 1,000 residents as counted; None without enough residents.
        low, high: exact 95% interval of it.
        shrunken: the rate drawn towards the mean of all as far as the count is uncertain; decides the order.
        word: against the mean of all places, corrected for their number; "" without a rate.
    """

    name: str
    count: int
    residents: int
    rate: float | None
    low: float | None
    high: float | None
    shrunken: float | None
    word: str


def places(counts: Mapping[str, int], residents: Mapping[str, int], names: Mapping[str, str]) -> list[Place]:
    """Return the places with their rates, highest shrunken rate first, those without a rate last.

    Args:
        counts: place number → incidents.
        residents: place number → residents.
        names: place number → name, of every place looked at.
    """
    known = [
        place for place in names if residents.get(place, 0) >= max(SMALLEST_POPULATION, counts.get(place, 0))
    ]
    found = {}
    if len(known) >= 2:
        hits = [counts.get(place, 0) for place in known]
        people = [residents[place] for place in known]
        rates = shrunken_rates(hits, people)
        mean = sum(hits) / sum(people)
        words = [USUAL] * len(known)
        if mean > 0:
            expected = [mean * number for number in people]
            lower, upper = funnel_limits(expected, 1 - 0.05 / len(known))
            ratios = [hit / value for hit, value in zip(hits, expected, strict=True)]
            words = [
                HIGHER if ratio > high else LOWER if ratio < low else USUAL
                for ratio, low, high in zip(ratios, lower, upper, strict=True)
            ]
        for index, place in enumerate(known):
            found[place] = Place(
                names[place],
                hits[index],
                people[index],
                1000 * hits[index] / people[index],
                *(1000 * limit for limit in poisson_interval(hits[index], exposure=people[index])),
                1000 * float(rates.estimate[index]),
                words[index],
            )
    for place in names:
        if place not in found:
            found[place] = Place(
                names[place], counts.get(place, 0), residents.get(place, 0), None, None, None, None, ""
            )
    return sorted(
        found.values(),
        key=lambda place: (place.shrunken is None, -round(place.shrunken or 0, 6), -(place.rate or 0)),
    )


def words(found: Sequence[Place], kind: str) -> str:
    """Return which places differ, in words."""
    rated = [place for place in found if place.shrunken is not None]
    if len(rated) < 2:
        return f"不足两个{kind}有实有人口，不比高低"
    high = [place.name for place in rated if place.word == HIGHER]
    low = sum(place.word == LOWER for place in rated)
    if not high and not low:
        return f"{len(rated)} 个{kind}之间的高低与偶然波动一致"
    told = f"{'、'.join(high[:3])}{'等' if len(high) > 3 else ''}高于预期" if high else ""
    return "，".join(filter(None, (told, f"{low} 个低于预期" if low else "")))


def show_places(
    found: Sequence[Place], *, kind: str, period: Period, stand: date, is_suppressed: bool
) -> None:
    """Show the rates as dots with intervals around the mean of all."""
    rated = [place for place in found if place.shrunken is not None]
    if len(rated) < 2:
        states.withheld(f"各{kind}每千人起数", f"不足两个{kind}有实有人口登记，没有可比的基数")
        return
    shown = rated[:MOST_PLACES]
    mean = 1000 * sum(place.count for place in rated) / sum(place.residents for place in rated)
    colour = {HIGHER: charts.ATTENTION, LOWER: charts.IMPROVEMENT, USUAL: charts.GREY}
    traces = []
    for word, symbol in ((HIGHER, "diamond"), (USUAL, "circle"), (LOWER, "square")):
        own = [place for place in shown if place.word == word]
        rates = [place.rate or 0.0 for place in own]
        if own:
            traces.append(
                go.Scatter(
                    x=rates,
                    y=[place.name for place in own],
                    mode="markers",
                    name=word,
                    marker={"color": colour[word], "size": 9, "symbol": symbol},
                    error_x={
                        "type": "data",
                        "symmetric": False,
                        "array": [(place.high or 0) - rate for place, rate in zip(own, rates, strict=True)],
                        "arrayminus": [
                            rate - (place.low or 0) for place, rate in zip(own, rates, strict=True)
                        ],
                        "color": colour[word],
                        "thickness": 1.2,
                        "width": 3,
                    },
                    customdata=[
                        f"{place.count:,} 起，实有 {place.residents:,} 人，{place.word}" for place in own
                    ],
                    hovertemplate="%{y}<br>%{customdata}<br>每千人 %{x:.2f} 起<extra></extra>",
                )
            )
    traces.append(
        go.Scatter(
            x=[place.shrunken for place in shown],
            y=[place.name for place in shown],
            mode="markers",
            name="收缩后",
            marker={"color": charts.CONTEXT, "size": 12, "symbol": "line-ns-open"},
            hovertemplate="%{y}<br>收缩后每千人 %{x:.2f} 起<extra></extra>",
        )
    )
    chart = charts.figure(
        *traces,
        height=100 + 24 * len(shown),
        xaxis={"title": "每千名实有人口起数", "rangemode": "tozero"},
        yaxis={
            "autorange": "reversed",
            "ticks": "",
            "ticksuffix": "  ",
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [place.name for place in shown],
        },
        margin={"l": 120, "r": 8, "t": 30, "b": 44},
    )
    chart.add_vline(x=mean, line={"color": charts.GREY, "dash": "dot", "width": 1})
    note = (
        f"竖线为全部{kind}的平均（每千人 {mean:.2f} 起），横线为 95% 区间；短竖为收缩后的率，"
        f"起数越少越向平均收拢，按它排先后。高于、低于预期按 {len(rated)} 个{kind}一并校正。"
        f"实有人口为 {stand:%Y-%m} 登记数，登记不全时偏高。"
    )
    if len(found) > len(shown):
        note += f"另有 {len(found) - len(shown)} 个{kind}见“看数据”。"
    rows = [
        [
            place.name,
            place.count,
            place.residents,
            None if place.rate is None else round(place.rate, 2),
            wording.MISSING if place.low is None else f"{place.low:.2f}–{place.high:.2f}",
            None if place.shrunken is None else round(place.shrunken, 2),
            place.word or "没有足够的实有人口，不给率",
        ]
        for place in found
    ]
    charts.show_chart(
        f"诈骗警情每千人起数，{period.label()}：{words(found, kind)}",
        chart,
        key="prevention_places",
        columns=[
            (kind,),
            ("起数",),
            ("实有人口",),
            ("每千人", "起数"),
            ("每千人", "95% 区间"),
            ("每千人", "收缩后"),
            ("判断",),
        ],
        rows=rows,
        note=note,
        export_rows=small_counts.hidden(rows, (1,), told_with=(3, 4, 5)) if is_suppressed else None,
    )


def show_types(
    rows: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    column: str,
    *,
    kind: str,
    period: Period,
    is_suppressed: bool,
) -> None:
    """Show type × place as a heat matrix of counts.

    Args:
        rows: counts by place and ``class_label``.
        names: place number → name.
        column: column of the place.
        kind: what the places are.
        period: counted.
        is_suppressed: counts 1 to 4 do not leave the page.
    """
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        place = names.get(row[column] or "", f"未登记{kind}")
        sums[row["class_label"] or "未登记", place] += row["incident_count"]
    by_type: dict[str, int] = defaultdict(int)
    by_place: dict[str, int] = defaultdict(int)
    for (one, place), count in sums.items():
        by_type[one] += count
        by_place[place] += count
    types = sorted(by_type, key=lambda one: (-by_type[one], one))
    wide = sorted(by_place, key=lambda place: (-by_place[place], place))
    shown_types, shown_places = types[:MOST_TYPES], wide[:MOST_PLACES]
    grid = [[sums.get((one, place), 0) for place in shown_places] for one in shown_types]
    chart = charts.figure(
        go.Heatmap(
            x=shown_places,
            y=shown_types,
            z=grid,
            zmin=0,
            xgap=2,
            ygap=2,
            colorscale=charts.SEQUENTIAL,
            showscale=False,
            text=[[f"{count:,}" for count in line] for line in grid],
            texttemplate="%{text}",
            hovertemplate="%{y} · %{x}<br>%{z:,} 起<extra></extra>",
        ),
        height=80 + 28 * len(shown_types),
        xaxis={"side": "top", "ticks": "", "showgrid": False, "type": "category"},
        yaxis={
            "autorange": "reversed",
            "ticks": "",
            "showgrid": False,
            "type": "category",
            "ticksuffix": " ",
        },
        margin={"l": 150, "r": 8, "t": 28, "b": 6},
    )
    others = len(types) - len(shown_types)
    note = f"格内为起数，{period.label()}；各格起数少，只看哪里要讲什么，不比升降。"
    if others > 0 or len(wide) > len(shown_places):
        note += f"只列最多的 {len(shown_types)} 类、{len(shown_places)} 个{kind}，其余见“看数据”。"
    table = [[one, *(sums.get((one, place), 0) for place in wide), by_type[one]] for one in types]
    last = len(wide) + 1
    share = wording.share(by_type[types[0]], sum(by_type.values()), 0)
    charts.show_chart(
        f"讲什么：最多的是{types[0]}，占 {share}",
        chart,
        key="prevention_types",
        columns=[("类型",), *((kind, place) for place in wide), ("合计",)],
        rows=table,
        note=note,
        export_rows=small_counts.hidden(table, range(1, last)) if is_suppressed else None,
    )
    told = tips_for([(METRIC, one) for one in types[:MOST_TIPS]], load_tips())
    if told:
        st.markdown("**怎么讲**\n" + "\n".join(f"- {label}：{tip.text}" for tip, (_, label) in told))
