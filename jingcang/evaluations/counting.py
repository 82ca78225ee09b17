"""Incidents of an evaluation added up: by group, before and after, and week by week before the start.

Belongs here: which days and incidents count. Does not belong here: what the sums say (``result``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from jingcang.contracts.evaluations import EvaluationPlan
from jingcang.evaluations.resolving import Resolved, Window
from jingcang.statistics import pre_trend

Days = Mapping[tuple[str, dt.date], int]
"""(责任区, day) → incidents; what is not there is zero."""


@dataclass(frozen=True)
class Counts:
    """Incidents of the outcome.

    Args:
        reported: reported to the police.
        patrol_generated: found by patrols themselves.
        missing: days on which a source of the station's incidents delivered nothing.
    """

    reported: Days
    patrol_generated: Days
    missing: Collection[dt.date] = ()


class Sums:
    """Counts of each group before and after, and the dispersion and past of treated against control."""

    def __init__(
        self, plan: EvaluationPlan, places: Resolved, counts: Counts,
        before: Window, after: Window,
    ) -> None:  # fmt: skip
        self._counts, self._is_all = counts, not plan.excludes_patrol_generated
        self.before, self.after = before, after
        groups = {"treated": places.treated, "control": places.control, "buffer": places.buffer}
        self.of = {
            name: (self._sum(areas, before), self._sum(areas, after)) for name, areas in groups.items()
        }
        own = (*places.treated, *places.control, *places.buffer)
        self.patrol_generated = sum(
            self._total(counts.patrol_generated, own, window) for window in (before, after)
        )
        self.days = tuple(len(self._days(window)) for window in (before, after))
        weeks = ((before[1] - before[0]).days + 1) // 7
        spans = [(before[1] - dt.timedelta(7 * n + 6), before[1] - dt.timedelta(7 * n)) for n in range(weeks)]
        spans.reverse()
        self.past = pre_trend(
            *([self._sum(groups[name], s) for s in spans] for name in ("treated", "control"))
        )

    def _days(self, window: Window) -> list[dt.date]:
        length = (window[1] - window[0]).days + 1
        days = (window[0] + dt.timedelta(n) for n in range(length))
        return [day for day in days if day not in self._counts.missing]

    def _total(self, counts: Days, areas: Collection[str], window: Window) -> int:
        days = self._days(window)
        return sum(counts.get((area, day), 0) for area in areas for day in days)

    def _sum(self, areas: Collection[str], window: Window) -> int:
        own = self._total(self._counts.patrol_generated, areas, window) if self._is_all else 0
        return self._total(self._counts.reported, areas, window) + own

    def row(self) -> dict[str, Any]:
        found: dict[str, Any] = {"patrol_generated_count": self.patrol_generated}
        for name, pair in self.of.items():
            for side, count in zip(("before", "after"), pair, strict=True):
                found[f"{name}_{side}_count"] = count
        return found
