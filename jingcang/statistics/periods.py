"""Complete, equal periods before the data's as-of day, and what they are compared with.

Belongs here: calendar arithmetic, the Spring Festival included. Does not belong here: counts. A period
that still runs is never offered: its counts would read as a fall.

The Spring Festival moves by up to four weeks, so a plain 同比 of January to March compares a holiday with
ordinary days (METHODS, trap 8). Whole weeks near the festival are therefore compared with the weeks at the
same distance from last year's festival; January and February are compared together once both are over;
what cannot be aligned says how many days of the festival's window each side holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from .calendar import FIRST_YEAR, LAST_YEAR, spring_festival

PERIODS = {
    "week": "最近一个完整周",
    "four_weeks": "最近四个完整周",
    "month": "最近一个完整月",
    "thirteen_weeks": "最近十三个完整周",
    "year": "最近五十二个完整周",
}
COMPARISONS = {"previous": "环比（紧接的上一期）", "last_year": "同比（去年同期）"}
_WEEKS = {"week": 1, "four_weeks": 4, "thirteen_weeks": 13, "year": 52}
DAYS_A_YEAR = 365.2425
"""Mean year of the Gregorian calendar."""
WEEKDAYS = tuple(f"周{day}" for day in "一二三四五六日")
"""Monday first."""
_ALIGNED = (-21, 28)
"""Days around the festival within which weeks are aligned on it (METHODS 1, b)."""
_WINDOW = (-5, 20)
"""Days around the festival that count as its window (METHODS 1, c; NBS practice)."""


@dataclass(frozen=True)
class Period:
    """Half-open range of days.

    Args:
        start: first day.
        end: first day after the period.
    """

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def shifted(self, days: int) -> Period:
        """Return the same length, moved by ``days``."""
        return Period(self.start + timedelta(days), self.end + timedelta(days))

    def label(self) -> str:
        """Return both bounds in words, the last day included."""
        return f"{day_label(self.start)}至{day_label(self.end - timedelta(1))}"


def day_label(day: date) -> str:
    """Return a day as 2026-11-15（周日）."""
    return f"{day.isoformat()}（{WEEKDAYS[day.weekday()]}）"


def months_before(day: date, months: int) -> date:
    """Return the first day of the month that many months before the one of a day."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def latest(kind: str, as_of: date, week_start: date) -> Period:
    """Return the last period of ``kind`` that was over before ``as_of`` began.

    Args:
        kind: key of :data:`PERIODS`.
        as_of: the run's "today", itself never part of a period.
        week_start: first day of the week that holds ``as_of``.
    """
    if kind == "month":
        end = as_of.replace(day=1)
        return Period((end - timedelta(1)).replace(day=1), end)
    return Period(week_start - timedelta(weeks=_WEEKS[kind]), week_start)


@dataclass(frozen=True)
class Pair:
    """A period and what it is compared with.

    Args:
        current: the period shown.
        before: the period compared with, over the same weekdays or read by days.
        note: what the reader must know about the comparison, "" when nothing.
        withheld: why the two must not be compared, "" when they may.
    """

    current: Period
    before: Period
    note: str = ""
    withheld: str = ""


def pair(kind: str, comparison: str, as_of: date, week_start: date, *, has_festival: bool = True) -> Pair:
    """Return the last complete period of ``kind`` and the period compared with.

    The previous period touches the current one; a month's predecessor may differ in length, so rates use
    days. A year ago is 364 days back, which keeps the weekdays (METHODS 1).

    Args:
        kind: key of :data:`PERIODS`.
        comparison: key of :data:`COMPARISONS`.
        as_of: the run's "today".
        week_start: first day of the week that holds ``as_of``.
        has_festival: the deployment follows the Chinese calendar.
    """
    current = latest(kind, as_of, week_start)
    if comparison == "previous":
        before = current.shifted(-current.days)
        note = ""
        if kind == "month":
            before = Period((current.start - timedelta(1)).replace(day=1), current.start)
            if before.days != current.days:
                note = f"本期 {current.days} 天，对比期 {before.days} 天，已按天数折算"
        return Pair(current, before, _joined(note, window_note(current, before) if has_festival else ""))
    if not has_festival:
        return Pair(current, current.shifted(-364))
    return _last_year(current, kind)


def whole(period: Period, kind: str, week_start: date) -> Period:
    """Return the whole weeks or the whole month nearest to a period, for counts that are kept by week and month.

    The current period already is whole; one compared with is moved by at most half a week (by half a month for months),
    so that it keeps its length in weeks or its months.

    Args:
        period: one side of a :class:`Pair`.
        kind: key of :data:`PERIODS`.
        week_start: first day of any week.
    """
    if kind == "month":
        first, last = period.start + timedelta(15), period.end - timedelta(15)
        next_month = last.replace(day=28) + timedelta(4)
        return Period(first.replace(day=1), next_month.replace(day=1))
    late = (period.start - week_start).days % 7
    return period.shifted(7 - late if late > 3 else -late)


def years_before(current: Period, kind: str, *, years: int = 3, has_festival: bool = True) -> list[Period]:
    """Return the same period of each of the years before, the nearest first.

    Whole weeks are moved by the whole number of weeks nearest to the years (52, 104, 157), so that weekdays stay and
    the season moves by at most four days; near the Spring Festival weeks stand at the same distance from it
    (METHODS 1, b). Months are the months of those years.

    Args:
        current: complete period of ``kind``, as of :class:`Pair`.
        kind: key of :data:`PERIODS`.
        years: how many.
        has_festival: the deployment follows the Chinese calendar.

    Returns:
        Periods; none for January or February alone where the festival moves between them, and only as many as
        the festival's table knows.
    """
    found: list[Period] = []
    festival = _festival_near(current) if has_festival and kind in ("week", "four_weeks") else None
    is_split = kind == "month" and has_festival and current.start.month <= 2 and current.days < 50
    for back in range(1, years + 1):
        if is_split:
            return []
        if kind == "month":
            start, end = (day.replace(year=day.year - back) for day in (current.start, current.end))
            found.append(Period(start, end))
        elif festival is None:
            found.append(current.shifted(-7 * round(back * DAYS_A_YEAR / 7)))
        elif earlier := _festival(festival.year - back):
            found.append(current.shifted(-(festival - earlier).days))
    return found


def _last_year(current: Period, kind: str) -> Pair:
    plain = current.shifted(-364)
    if kind == "month" and current.start.month == 1:
        return Pair(
            current,
            plain,
            withheld="春节在一、二月间移动，一月单独同比会看错；二月结束后按 1–2 月合并比较",
        )
    if kind == "month" and current.start.month == 2:
        merged = Period(current.start.replace(month=1), current.end)
        year = current.start.year - 1
        before = Period(date(year, 1, 1), date(year, 3, 1))
        return Pair(merged, before, "春节在一、二月间移动，一月和二月合并为一期比较，已按天数折算")
    if kind in ("week", "four_weeks"):
        festival = _festival_near(current)
        before_festival = _festival(festival.year - 1) if festival else None
        if festival and before_festival:
            aligned = current.shifted(-(festival - before_festival).days)
            note = (
                f"春节今年在 {day_label(festival)}，去年在 {day_label(before_festival)}；"
                "对比期取去年离春节同样远近的各周"
            )
            return Pair(current, aligned, note)
    return Pair(current, plain, window_note(current, plain))


def _festival(year: int) -> date | None:
    """Return the first day of the lunar year, None outside the known years."""
    return spring_festival(year) if FIRST_YEAR <= year <= LAST_YEAR else None


def _festival_near(period: Period) -> date | None:
    for year in range(period.start.year, (period.end - timedelta(1)).year + 1):
        festival = _festival(year)
        if festival and _days_inside(period, festival, _ALIGNED):
            return festival
    return None


def _days_inside(period: Period, festival: date, window: tuple[int, int]) -> int:
    start = max(period.start, festival + timedelta(window[0]))
    end = min(period.end, festival + timedelta(window[1] + 1))
    return max((end - start).days, 0)


def _window_days(period: Period) -> int:
    years = range(period.start.year, (period.end - timedelta(1)).year + 1)
    festivals = [festival for year in years if (festival := _festival(year))]
    return sum(_days_inside(period, festival, _WINDOW) for festival in festivals)


def window_note(current: Period, before: Period) -> str:
    """Return how many days of the Spring Festival's window two periods hold, "" where neither holds any."""
    now, then = _window_days(current), _window_days(before)
    if not now and not then:
        return ""
    if now == then:
        return f"两期各含春节前后（前 5 天至后 20 天）{now} 天"
    return f"春节前后（前 5 天至后 20 天）本期有 {now} 天、对比期有 {then} 天，升降里有春节的影响"


def _joined(*notes: str) -> str:
    return "；".join(note for note in notes if note)
