"""The assessment year of a day and its quarters, by the calendar of the profile.

Belongs here: first and last days. Does not belong here: the periods that are assessed, which may be years, quarters or
months of the same calendar (``int_assessment_periods``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class AssessmentYear:
    """One assessment year.

    Args:
        starts: first days of its four quarters; the first is the year's.
        end: its last day.
    """

    starts: tuple[dt.date, dt.date, dt.date, dt.date]
    end: dt.date

    @property
    def quarters(self) -> tuple[tuple[dt.date, dt.date], ...]:
        """First and last day of each quarter."""
        day = dt.timedelta(days=1)
        return tuple(zip(self.starts, (*(start - day for start in self.starts[1:]), self.end), strict=True))


def assessment_year(day: dt.date, year_start: str) -> AssessmentYear:
    """Return the assessment year that a day lies in.

    A month that lacks the day of the month on which years start begins on the first of the next one, as in
    ``int_assessment_periods``.

    Args:
        day: any day.
        year_start: month and day, ``MM-DD``: ``01-01`` for natural months, ``12-21`` for a year to 20 December.
    """
    month, date = (int(part) for part in year_start.split("-"))
    year = day.year if day >= _begin(day.year, month, date) else day.year - 1
    first, second, third, fourth, following = (_begin(year, month + 3 * place, date) for place in range(5))
    return AssessmentYear((first, second, third, fourth), following - dt.timedelta(days=1))


def _begin(year: int, month: int, date: int) -> dt.date:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    try:
        return dt.date(year, month, date)
    except ValueError:
        return dt.date(year + month // 12, month % 12 + 1, 1)
