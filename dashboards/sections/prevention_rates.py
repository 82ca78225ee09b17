"""精准宣防: fraud by place per 1,000 residents, and which places differ beyond chance.

Belongs here: rates of places with their words, and the dots. Does not belong here: types (``prevention_types``),
victims (``prevention_victims``), campaigns (``prevention_campaigns``), the methods (``jingcang.statistics``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

from dashboards.components import charts, shapes, small_counts, states, wording
from jingcang.statistics import funnel_limits, poisson_interval, shrunken_rates
from jingcang.statistics.periods import Period

HIGHER, USUAL, LOWER = "高于预期", "正常范围", "低于预期"
MOST_PLACES = 20
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
        if own:
            traces.append(
                shapes.dots(
                    [place.name for place in own],
                    [place.rate or 0.0 for place in own],
                    [(place.low or 0.0, place.high or 0.0) for place in own],
                    told=[
                        f"{place.count:,} 起，实有 {place.residents:,} 人，每千人 {place.rate:.2f} 起，{place.word}"
                        for place in own
                    ],
                    colour=colour[word],
                    interval_colour=colour[word],
                    symbol=symbol,
                    name=word,
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
