"""重复警情, the 80–20 curve: how concentrated incidents are, beside what even chance gives over the same places.

Belongs here: the numbers of places by events, and the curve. Does not belong here: the methods
(``jingcang.statistics.concentration``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboards.components import charts, states
from jingcang.statistics import (
    ChanceConcentration,
    ConcentrationCurve,
    chance_concentration,
    concentration_curve,
)

SHORT, YEAR = 90, 365
"""Days of the list and of the curve: a year has enough events for a curve."""
BUSIEST = 0.2
SMALLEST = 50
"""Events from which a curve is drawn: below, a few places make it."""
_POINTS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
LEVEL = 0.05
SLIGHT = 5
"""Percentage points below which a difference, though no chance, is called slight."""


@dataclass(frozen=True)
class Spread:
    """How many places had how many events in a span of days.

    Args:
        sizes: events at a place → number of places, those without events included.
    """

    sizes: Mapping[int, int]

    @cached_property
    def counts(self) -> np.ndarray:
        """Events by place."""
        return np.repeat(list(self.sizes), list(self.sizes.values()))

    @cached_property
    def curve(self) -> ConcentrationCurve:
        return concentration_curve(self.counts)

    @cached_property
    def chance(self) -> ChanceConcentration:
        return chance_concentration(self.counts)

    def places_from(self, at_least: int) -> int:
        """Return how many places have so many events or more."""
        return sum(number for size, number in self.sizes.items() if size >= at_least)

    def is_beyond(self, count: int) -> bool:
        """Return whether chance does not explain so many events at one place."""
        least = self.chance.beyond_from
        return least is not None and count >= least


def build(rows: Iterable[Mapping[str, Any]]) -> dict[int, Spread]:
    """Return the spreads by span of days; none where no place is known."""
    sizes: dict[int, dict[int, int]] = {}
    for row in rows:
        sizes.setdefault(row["span_days"], {})[row["event_count"]] = row["place_count"]
    return {span: Spread(found) for span, found in sizes.items()}


def words(spread: Spread) -> str:
    """Return the finding: the share at the busiest fifth, and whether chance explains it."""
    now, even = (100 * of.share_at(BUSIEST) for of in (spread.curve, spread.chance))
    said = f"起数最多的 20% 地点占 {now:.0f}% 的警情，全凭偶然也会占 {even:.0f}%"
    if spread.chance.p_value <= LEVEL and now > even:
        return f"{said}：比偶然{'略' if now - even < SLIGHT else ''}集中"
    return f"{said}：与偶然波动一致"


def show(spread: Spread | None) -> None:
    """Show the curve over a year above its data, or say why there is none."""
    if spread is None:
        return
    total = int(spread.curve.events)
    if total < SMALLEST:
        states.withheld("集中度曲线", f"一年内解析到一处的只有 {total} 起，不足 {SMALLEST} 起")
        return
    curve, chance = spread.curve, spread.chance
    ends = np.unique(np.linspace(0, curve.places, 201).astype(int))
    traces = [
        go.Scatter(
            x=100 * chance.place_share,
            y=100 * chance.event_share,
            name="全凭偶然（各处机会相同）",
            mode="lines",
            line={"color": charts.GREY, "dash": "dash"},
            hovertemplate="前 %{x:.0f}% 地点，偶然占 %{y:.0f}%<extra></extra>",
        ),
        go.Scatter(
            x=100 * curve.place_share[ends],
            y=100 * curve.event_share[ends],
            name="实际",
            mode="lines",
            line={"color": charts.CONTEXT, "width": 2.5},
            hovertemplate="前 %{x:.0f}% 地点，实际占 %{y:.0f}%<extra></extra>",
        ),
    ]
    charts.show_chart(
        words(spread),
        charts.figure(
            *traces,
            height=320,
            xaxis={"title": "地点占比（起数多的在前，%）", "range": [0, 100]},
            yaxis={"title": "警情占比（%）", "range": [0, 101]},
        ),
        key="repeat_curve",
        columns=[("地点占比 %",), ("警情占比 %", "实际"), ("警情占比 %", "全凭偶然")],
        rows=[
            [round(100 * at), round(100 * curve.share_at(at), 1), round(100 * chance.share_at(at), 1)]
            for at in _POINTS
        ],
        note=f"365 天内 {total:,} 起，{curve.places:,} 处楼幢（没有楼幢的为院落或门牌，没有警情的也在内）；"
        "两条线离得越远，越不是偶然。地点有大有小，大的自然多，集中未必是治安原因。",
    )
