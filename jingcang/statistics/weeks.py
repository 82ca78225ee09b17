"""Daily counts as complete weeks, and each week's band of chance.

Belongs here: which weeks are complete, the overdispersion of a series, the band from the weeks before. Does not belong
here: the band's formula (``bands``), how days are found missing (``completeness``), charts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .bands import chance_band, estimate_dispersion

TREND_WEEKS, BAND_WEEKS, SEASON = 60, 13, 52
"""Weeks shown, weeks a band rests on (METHODS 2: 8–13), weeks an overdispersion needs (METHODS, notation)."""
WEEK = timedelta(7)


@dataclass(frozen=True)
class Weeks:
    """Weekly counts from the first week with data, oldest first.

    Args:
        starts: first day of each week.
        counts: incidents of each week; None where days of the week did not arrive.
    """

    starts: list[date]
    counts: list[int | None]

    @property
    def complete(self) -> list[int]:
        """Counts of the complete weeks, in order."""
        return [count for count in self.counts if count is not None]

    @property
    def dispersion(self) -> float:
        """Overdispersion of the complete weeks; 1 (Poisson) from less than a season of them."""
        return estimate_dispersion(self.complete) if len(self.complete) >= SEASON else 1.0


def first_week(end: date) -> date:
    """Return the first day the trend needs, given the end of the last complete week."""
    return end - (TREND_WEEKS + BAND_WEEKS) * WEEK


def weekly(counts: Mapping[date, int], missing: Sequence[date], end: date) -> Weeks:
    """Return the weeks before ``end``.

    Args:
        counts: incidents by day, of the types shown.
        missing: days that did not arrive.
        end: first day after the last complete week.
    """
    since = first_week(end)
    sums = [0] * (TREND_WEEKS + BAND_WEEKS)
    for day, count in counts.items():
        if since <= day < end:
            sums[(day - since).days // 7] += count
    late = {(day - since).days // 7 for day in missing if since <= day < end}
    values = [None if week in late else max(total, 0) for week, total in enumerate(sums)]
    first = next((week for week, value in enumerate(values) if value), len(values))
    starts = [since + week * WEEK for week in range(len(values))]
    return Weeks(starts[first:], values[first:])


def bands(weeks: Weeks, dispersion: float) -> dict[int, tuple[int, int]]:
    """Return week index → band from the thirteen complete weeks before it."""
    found = {}
    for week, count in enumerate(weeks.counts):
        before = [value for value in weeks.counts[:week] if value is not None][-BAND_WEEKS:]
        if count is not None and len(before) == BAND_WEEKS:
            band = chance_band(before, dispersion=dispersion)
            found[week] = (band.ci_low, band.ci_high)
    return found
