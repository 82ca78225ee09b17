"""What holidays bring, against ordinary days of the same weekdays around them.

Belongs here: which holiday comes back, which days it is compared with, the comparison over the years. Does not belong
here: the calendar itself (seed ``holidays``), the Spring Festival's date (``calendar``), the test (``comparison``).

A holiday is compared with the nearest ordinary days of the same weekdays within four weeks on both sides, equally many
for each of its days, so that neither weekday nor season stands for the holiday. Several years are added up: one year
alone cannot tell the holiday from what else happened in it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .comparison import MIN_BASE_FOR_PERCENT, Comparison, compare_counts

WEEKS_AROUND = 4
FEWEST_CONTROLS = 2
"""Ordinary days for each day of a holiday; one alone is a coin toss."""
FEWEST_YEARS = 2


@dataclass(frozen=True)
class Matched:
    """A holiday of one year with the days it is compared with.

    Args:
        first, last: its first and last day.
        controls: ordinary days for each of its days, equally many.
    """

    first: date
    last: date
    controls: tuple[tuple[date, ...], ...]

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(number) for number in range((self.last - self.first).days + 1)]

    @property
    def width(self) -> int:
        """Ordinary days a day of the holiday."""
        return len(self.controls[0]) if self.controls else 0

    def narrowed(self, width: int) -> Matched:
        """Return the same with only the nearest ``width`` ordinary days a day."""
        return Matched(self.first, self.last, tuple(days[:width] for days in self.controls))


def match(first: date, last: date, is_ordinary: Callable[[date], bool]) -> Matched:
    """Return a holiday with the nearest ordinary days of the same weekdays.

    Args:
        first, last: its first and last day.
        is_ordinary: whether a day is no holiday, no shifted working day, and has complete data.

    Returns:
        Equally many ordinary days for each day; none (width 0) where a day has none.
    """
    steps = [sign * 7 * week for week in range(1, WEEKS_AROUND + 1) for sign in (-1, 1)]
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    found = [[day + timedelta(step) for step in steps if is_ordinary(day + timedelta(step))] for day in days]
    width = min((len(controls) for controls in found), default=0)
    return Matched(first, last, tuple(tuple(controls[:width]) for controls in found))


@dataclass(frozen=True)
class HolidayEffect:
    """Counts of a holiday over the years against ordinary days, or why nothing is said.

    Args:
        years: years added up.
        holiday: events on its days.
        ordinary: events on the ordinary days.
        days: its days, over the years.
        width: ordinary days a day.
        comparison: rate ratio with interval; None where nothing is said.
        why_not: the reason, "" where something is.
    """

    years: int
    holiday: int
    ordinary: int
    days: int
    width: int
    comparison: Comparison | None
    why_not: str = ""


def usable(matched: Sequence[Matched]) -> list[Matched]:
    """Return the years with enough ordinary days, all with the same number of them a day."""
    kept = [one for one in matched if one.width >= FEWEST_CONTROLS]
    width = min((one.width for one in kept), default=0)
    return [one.narrowed(width) for one in kept]


def holiday_effect(
    matched: Sequence[Matched], counts: Mapping[date, int], *, dispersion: float = 1.0
) -> HolidayEffect:
    """Return what a holiday brought over the years, a day against an ordinary day.

    Args:
        matched: the holiday's years, of :func:`usable`.
        counts: events by day.
        dispersion: overdispersion phi of the series.

    Returns:
        See :class:`HolidayEffect`; nothing is said of a single year, nor over fewer than ten events on the ordinary
        days (METHODS section 1).
    """
    days = [day for one in matched for day in one.days]
    ordinary_days = [day for one in matched for controls in one.controls for day in controls]
    holiday, ordinary = _total(counts, days), _total(counts, ordinary_days)
    width = matched[0].width if matched else 0
    why_not = ""
    if not matched:
        why_not = "往年同一节日没有可比的平常日"
    elif len(matched) < FEWEST_YEARS:
        why_not = "只有一年的数，分不开节日和那一年别的事"
    elif ordinary < MIN_BASE_FOR_PERCENT:
        why_not = f"平常日只有 {ordinary} 起，基数太小"
    comparison = None
    if not why_not:
        comparison = compare_counts(
            holiday,
            ordinary,
            current_exposure=len(days),
            baseline_exposure=len(ordinary_days),
            dispersion=dispersion,
        )
    return HolidayEffect(len(matched), holiday, ordinary, len(days), width, comparison, why_not)


def _total(counts: Mapping[date, int], days: Collection[date]) -> int:
    return max(sum(counts.get(day, 0) for day in days), 0)
