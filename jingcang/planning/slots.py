"""What the shifts of a station can carry in a week, from the rosters of the last weeks.

Belongs here: hours of the week with the shift they belong to and the crews on it. Does not belong here: what is done
with them (``week``).
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ROSTER_WEEKS = 4
"""Weeks of rosters that tell the capacity of the week ahead."""
HOURS_A_WEEK = 168
_FULL_HOUR = 0.75
"""An hour belongs to a shift when at least this part of its crews is there; the half hours at the
ends of a shift are no hours to plan in."""
Shift = tuple[int, str]
"""(weekday of the shift's date from 1, kind of shift)."""


@dataclass(frozen=True)
class Slot:
    """One hour of one shift.

    Args:
        weekday: of the shift's date, 1 is Monday.
        kind: of the shift, in words.
        hour: counted from the midnight that begins the shift's date; the small hours of a night shift are 24 and more.
        crews: on duty.
    """

    weekday: int
    kind: str
    hour: int
    crews: int

    @property
    def shift(self) -> Shift:
        return self.weekday, self.kind

    @property
    def clock_hour(self) -> int:
        """Hour of the day, 0 to 23."""
        return self.hour % 24

    @property
    def week_hour(self) -> int:
        """Hour of the week, 0 is Monday 0 o'clock; what runs over the end of the week comes round."""
        return ((self.weekday - 1) * 24 + self.hour) % HOURS_A_WEEK


def slots_of(rows: Iterable[Mapping[str, Any]], weeks: int = ROSTER_WEEKS) -> tuple[Slot, ...]:
    """Return the hours of the week in which crews are on duty, in order of time.

    Args:
        rows: one a kind of shift × weekday × hour: shift_kind_label, weekday_number, shift_hour, crew_seconds added up
            over the weeks.
        weeks: how many weeks the rows hold.

    Returns:
        One a clock hour. Crews of a shift are the median over its hours of the mean over the weeks, halves up; shifts
        that are planned in fewer than half of the weeks have none. Where shifts overlap the one with more crews owns
        the hour, else the one that began earlier.
    """
    means: dict[Shift, dict[int, float]] = defaultdict(dict)
    for row in rows:
        shift = (int(row["weekday_number"]), str(row["shift_kind_label"]))
        means[shift][int(row["shift_hour"])] = row["crew_seconds"] / 3600 / weeks
    owners: dict[int, Slot] = {}
    starts = {shift: min(hours) for shift, hours in means.items()}
    for shift, hours in means.items():
        middle = statistics.median(hours.values())
        crews = int(middle + 0.5)
        for hour, mean in hours.items():
            if not crews or mean < _FULL_HOUR * middle:
                continue
            slot = Slot(*shift, hour, crews)
            known = owners.get(slot.week_hour)
            if known is None or _rank(slot, starts) < _rank(known, starts):
                owners[slot.week_hour] = slot
    return tuple(sorted(owners.values(), key=lambda slot: (slot.weekday, starts[slot.shift], slot.hour)))


def _rank(slot: Slot, starts: Mapping[Shift, int]) -> tuple[int, int, str]:
    return -slot.crews, starts[slot.shift] - 24 * (slot.hour // 24), slot.kind
