"""Daily counts as complete weeks or months, and each period's band of chance.

Belongs here: which periods are complete, the overdispersion of a series, the band from the periods before. Does not
belong here: the band's formula (``bands``), how days are found missing (``completeness``), charts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from .bands import chance_band, estimate_dispersion

WEEK = timedelta(7)
TREND_WEEKS = 60
"""Weeks shown where a page does not let the reader choose."""


@dataclass(frozen=True)
class Kind:
    """One kind of period.

    Args:
        name: 周 or 月.
        band: periods a band rests on: 13 weeks (METHODS 2: 8–13), or the 3 months that are as long.
        season: periods a year.
        enough: periods an overdispersion needs: 52 weeks (METHODS, notation); two years of months, since its fit
            takes four parameters.
    """

    name: str
    band: int
    season: int
    enough: int


KINDS = {"week": Kind("周", 13, 52, 52), "month": Kind("月", 3, 12, 24)}
MEAN_MONTH = 30.44
RECENT_MONTHS = 36


@dataclass(frozen=True)
class Series:
    """Counts by week or month from the first period with data, oldest first.

    Args:
        starts: first day of each period.
        counts: events of each period; None where days of it did not arrive.
        end: first day after the last period.
        kind: key of :data:`KINDS`.
    """

    starts: list[date]
    counts: list[int | None]
    end: date
    kind: str = "week"

    @property
    def complete(self) -> list[int]:
        """Counts of the complete periods, in order."""
        return [count for count in self.counts if count is not None]

    @property
    def days(self) -> list[int]:
        """Length of each period."""
        return [
            (until - start).days
            for start, until in zip(self.starts, [*self.starts[1:], self.end], strict=False)
        ]

    @property
    def dispersion(self) -> float:
        """Overdispersion of the complete periods, 1 (Poisson) from too few of them.

        Months are brought to one length, and only those of the last three years count: no single trend fits a decade,
        and what it does not fit would pass for overdispersion.
        """
        known = KINDS[self.kind]
        if self.kind == "week":
            return estimate_dispersion(self.complete) if len(self.complete) >= known.enough else 1.0
        rates = [
            round(count * MEAN_MONTH / days)
            for count, days in zip(self.counts[-RECENT_MONTHS:], self.days[-RECENT_MONTHS:], strict=True)
            if count is not None
        ]
        return estimate_dispersion(rates, season=known.season) if len(rates) >= known.enough else 1.0


def first_week(end: date) -> date:
    """Return the first day the trend needs, given the end of the last complete week."""
    return end - (TREND_WEEKS + KINDS["week"].band) * WEEK


def starts_between(kind: str, since: date, end: date) -> list[date]:
    """Return the first days of the periods from ``since`` on, itself the first, before ``end``."""
    starts = [since]
    while True:
        step = WEEK if kind == "week" else timedelta(31)
        following = starts[-1] + step
        if kind == "month":
            following = following.replace(day=1)
        if following >= end:
            return starts
        starts.append(following)


def weekly(counts: Mapping[date, int], missing: Sequence[date], end: date) -> Series:
    """Return the weeks before ``end`` that a trend shows or its bands rest on; see :func:`by_period`."""
    return by_period("week", counts, missing, first_week(end), end)


def by_period(
    kind: str, counts: Mapping[date, int], missing: Sequence[date], since: date, end: date
) -> Series:
    """Return the complete periods from ``since`` to ``end``, those before the first event left out.

    Args:
        kind: key of :data:`KINDS`.
        counts: events by day, of the types shown.
        missing: days that did not arrive.
        since: first day of a period.
        end: first day after the last complete period.
    """
    starts = starts_between(kind, since, end)
    place: dict[date, int] = {}
    for index, (start, until) in enumerate(zip(starts, [*starts[1:], end], strict=True)):
        place |= dict.fromkeys((start + timedelta(day) for day in range((until - start).days)), index)
    sums = [0] * len(starts)
    for day, count in counts.items():
        if day in place:
            sums[place[day]] += count
    late = {place[day] for day in missing if day in place}
    values = [None if index in late else max(total, 0) for index, total in enumerate(sums)]
    first = next((index for index, value in enumerate(values) if value), len(values))
    return Series(starts[first:], values[first:], end, kind)


def bands(series: Series, dispersion: float, breaks: Sequence[date] = ()) -> dict[int, tuple[int, int]]:
    """Return index → band from the complete periods before it, lengths of months taken into account.

    Args:
        series: the counts.
        dispersion: overdispersion of the series.
        breaks: days on which the definition of what is counted changed: a band never rests on counts of another
            definition than its own period, and a period that holds a change has none.
    """
    needed, found, days = KINDS[series.kind].band, {}, series.days
    for index, count in enumerate(series.counts):
        start, until = series.starts[index], series.starts[index] + timedelta(days[index])
        if count is None or any(start < day < until for day in breaks):
            continue
        since = max((day for day in breaks if day <= start), default=date.min)
        before = [
            place for place in range(index)
            if series.counts[place] is not None and series.starts[place] >= since
        ][-needed:]  # fmt: skip
        if len(before) == needed:
            total = sum(series.counts[place] or 0 for place in before)
            length = sum(days[place] for place in before)
            found[index] = _band(total, length / days[index], dispersion)
    return found


@lru_cache(maxsize=20_000)
def _band(total: int, periods: float, dispersion: float) -> tuple[int, int]:
    """Return the limits of a band; the same history comes back with every click on a page."""
    band = chance_band(total, periods=periods, dispersion=dispersion)
    return band.ci_low, band.ci_high
