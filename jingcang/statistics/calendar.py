"""The Spring Festival and its effect on months.

Belongs here: the date of the festival and days of its window by month. Does not belong here: holiday
arrangements (seed ``holidays.csv``).

Source: GB/T 33661-2017 (first day of the lunar year, Beijing time); all dates checked against computed new
moons, those of 2004–2026 also against chinesecalendar. The seed ``spring_festival.csv`` is the same list.
"""

from __future__ import annotations

import datetime
from collections import Counter

from jingcang.errors import JingcangError

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
        JingcangError: the year is outside the list.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise JingcangError(
            f"没有 {year} 年的春节日期（现有 {FIRST_YEAR}–{LAST_YEAR} 年）",
            where="春节日期表",
            remedy="请在春节日期表中补充该年",
        )
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
        ValueError: the window ends before it starts.
        JingcangError: the year is outside the list.
    """
    first, last = window
    if last < first:
        raise ValueError("the window must not end before it starts")
    day = spring_festival(year)
    days = (day + datetime.timedelta(days=offset) for offset in range(first, last + 1))
    return dict(Counter(moment.month for moment in days))
