"""What a page is given: who asks, the door, the generation, the choices, and the small print to fill.

Belongs here: the hand-over between the shell and the pages, and the shared look-ups of the top bar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from dashboards.queries import common
from jingcang.access import Door, Generation, Identity, Query
from jingcang.statistics.periods import Pair, Period, pair

_KEY = "jingcang_context"


@dataclass
class Context:
    """Everything a page needs.

    Args:
        identity: who asks.
        door: the only way to data.
        generation: published generation this run shows.
        units: unit number → name within the scope and the chosen unit, in order.
        unit_nos: units to filter by; empty for everything in scope.
        area: chosen 责任区 number, "" for all.
        area_name: its name.
        period_kind: key of ``PERIODS``.
        comparison: key of ``COMPARISONS``.
        week_start: first day of the week that holds the as-of day, by the configured week.
        has_festival: the deployment follows the Chinese calendar of holidays.
        required_located_pct: located share of incidents below which no map is drawn.
        definition: what the page's main number counts, in words; exports carry it.
        foot: lines of the small print, label → text; pages add theirs.
    """

    identity: Identity
    door: Door
    generation: Generation
    units: Mapping[str, str] = field(default_factory=dict)
    unit_nos: tuple[str, ...] = ()
    area: str = ""
    area_name: str = ""
    period_kind: str = "four_weeks"
    comparison: str = "previous"
    week_start: date = date.min
    has_festival: bool = True
    required_located_pct: float = 85.0
    definition: str = ""
    foot: dict[str, str] = field(default_factory=dict)

    @property
    def as_of(self) -> date:
        """The run's "today"; the day of publishing when the record names none."""
        return self.generation.as_of or date.fromisoformat(self.generation.published_at[:10])

    @property
    def pair(self) -> Pair:
        """The chosen period and what it is compared with."""
        return pair(
            self.period_kind, self.comparison, self.as_of, self.week_start, has_festival=self.has_festival
        )

    @property
    def period(self) -> Period:
        return self.pair.current

    @property
    def has_data(self) -> bool:
        """Whether anything was published; without it only pages that need no data are shown."""
        return self.generation.path != Path()

    def run(self, query: Query, **filters: Any) -> pl.DataFrame:
        """Run a query through the door as this identity."""
        return self.door.run(query, self.identity, **filters)

    def scope_filters(self) -> dict[str, Any]:
        """Return the chosen unit and area as filters of a query."""
        return {"units": list(self.unit_nos), "area": self.area}

    def unit_name(self, unit_no: str | None) -> str:
        """Return the name of a unit, 单位 and its number when unnamed, 未登记单位 when none."""
        return self.units.get(unit_no, f"单位 {unit_no}") if unit_no else "未登记单位"

    def area_names(self, *, everywhere: bool = False) -> dict[str, str]:
        """Return 责任区 number → name, the number where it has none, of the chosen units or of all in scope."""
        units = [] if everywhere else list(self.unit_nos or self.units)
        rows = self.run(common.AREAS, units=units).to_dicts()
        return {row["area_no"]: row["area_name"] or row["area_no"] for row in rows}

    def scope_words(self) -> str:
        """Return the place shown in words: the 责任区, the unit, or how many units."""
        units = [self.unit_name(unit) for unit in (self.unit_nos or tuple(self.units))]
        if self.area:
            return self.area_name
        if len(units) == 1:
            return units[0]
        return f"{len(units)} 个单位" if units else "全部单位"


def hand_over(context: Context) -> None:
    """Leave the context for the page script of this run."""
    st.session_state[_KEY] = context


def current() -> Context:
    """Return the context of this run; page scripts call it first."""
    context: Context = st.session_state[_KEY]
    return context
