"""The Spring Festival and its effect on months.

Belongs here: the date of the festival, days of its window by month, its regressors for models. Does not
belong here: holiday arrangements (seed ``holidays.csv``), which periods a page compares.

Source: GB/T 33661-2017 (first day of the lunar year, Beijing time); all dates checked against computed new
moons, those of 2004–2026 also against chinesecalendar. The seed ``spring_festival.csv`` is the same list.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np

from .inputs import Array, refuse

_METHOD = "春节日期表"
# Before, during, after: NBS practice, 4–5 days before and 15–20 after (METHODS section 1, c).
FESTIVAL_WINDOWS = ((-5, -1), (0, 6), (7, 20))

FIRST_YEAR = 1990
_MONTHS_AND_DAYS = (
    "0127", "0215", "0204", "0123", "0210", "0131", "0219", "0207", "0128", "0216",
    "0205", "0124", "0212", "0201", "0122", "0209", "0129", "0218", "0207", "0126",
    "0214", "0203", "0123", "0210", "0131", "0219", "0208", "0128", "0216", "0205",
    "0125", "0212", "0201", "0122", "0210", "0129", "0217", "0206", "0126", "0213",
    "0203", "0123", "0211", "0131", "0219", "0208", "0128", "0215", "0204", "0124",
    "0212",
)  # fmt: skip
LAST_YEAR = FIRST_YEAR + len(_MONTHS_AND_DAYS) - 1


def spring_festival(year: int) -> datetime.date:
    """Return the first day of the lunar year that begins in ``year``.

    Raises:
        StatisticsInputError: the year is outside the list.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        what = f"没有 {year} 年的春节日期（现有 {FIRST_YEAR}–{LAST_YEAR} 年）"
        raise refuse(what, _METHOD, "请在春节日期表中补充该年")
    text = _MONTHS_AND_DAYS[year - FIRST_YEAR]
    return datetime.date(year, int(text[:2]), int(text[2:]))


def spring_festival_days(year: int, window: tuple[int, int] = (-5, 20)) -> dict[int, int]:
    """Count the days of the festival's window in each month.

    Args:
        year: year of the festival.
        window: first and last day relative to the festival, both counted; (-5, 20) after NBS practice.

    Returns:
        Month number → days, months without a day left out, in order of time; 12 is the December before
        when the window reaches that far.

    Raises:
        StatisticsInputError: the window ends before it starts, or the year is outside the list.
    """
    first, last = window
    if last < first:
        raise refuse(f"窗口（{first}, {last}）的末日早于首日", _METHOD)
    day = spring_festival(year)
    days = (day + datetime.timedelta(days=offset) for offset in range(first, last + 1))
    return dict(Counter(moment.month for moment in days))


def festival_regressors(starts: Sequence[datetime.date], days: int = 7) -> Array:
    """Return the moving-holiday regressors of periods.

    Args:
        starts: first day of each period.
        days: length of every period.

    Returns:
        Shape (periods, 3), one column for each of :data:`FESTIVAL_WINDOWS`: share of the period's days in
        the window, less the share the same calendar days have on average over all listed years, so that the
        columns carry the movement of the festival and not the season (the method of the Census Bureau's
        genhol; METHODS section 1, c).

    Raises:
        StatisticsInputError: a day whose festival is outside the list.
    """
    offsets = range(days)
    rows = [
        np.mean([_festival_day(start + datetime.timedelta(offset)) for offset in offsets], axis=0)
        for start in starts
    ]
    return np.asarray(rows, dtype=np.float64).reshape(len(rows), len(FESTIVAL_WINDOWS))


def _festival_day(day: datetime.date) -> Array:
    usual = _usual_festival_days().get((day.month, day.day), np.zeros(len(FESTIVAL_WINDOWS)))
    offset = (day - spring_festival(day.year)).days
    inside = [float(first <= offset <= last) for first, last in FESTIVAL_WINDOWS]
    return np.asarray(inside) - usual


@cache
def _usual_festival_days() -> dict[tuple[int, int], Array]:
    """Return for each calendar day the share of listed years in which it lies in each window."""
    usual: dict[tuple[int, int], Array] = {}
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    for column, (first, last) in enumerate(FESTIVAL_WINDOWS):
        for year in years:
            for offset in range(first, last + 1):
                day = spring_festival(year) + datetime.timedelta(offset)
                key = (day.month, day.day)
                usual.setdefault(key, np.zeros(len(FESTIVAL_WINDOWS)))[column] += 1 / len(years)
    return usual
