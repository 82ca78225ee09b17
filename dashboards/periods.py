"""Complete, equal periods before the data's as-of day, and what they are compared with.

Belongs here: calendar arithmetic. Does not belong here: counts. A period that still runs is never
offered: its counts would read as a fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

PERIODS = {
    "week": "最近一个完整周",
    "four_weeks": "最近四个完整周",
    "month": "最近一个完整月",
    "thirteen_weeks": "最近十三个完整周",
    "year": "最近五十二个完整周",
}
COMPARISONS = {"previous": "环比（紧接的上一期）", "last_year": "同比（去年同星期）"}
_WEEKS = {"week": 1, "four_weeks": 4, "thirteen_weeks": 13, "year": 52}
_WEEKDAYS = "一二三四五六日"


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
    return f"{day.isoformat()}（周{_WEEKDAYS[day.weekday()]}）"


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


def baseline(period: Period, kind: str, comparison: str) -> Period:
    """Return the period compared with.

    The previous period touches the current one; a month's predecessor may differ in length, so rates use
    days. A year ago is 364 days back, which keeps the weekdays (METHODS 1).
    """
    if comparison == "last_year":
        return period.shifted(-364)
    if kind == "month":
        return Period((period.start - timedelta(1)).replace(day=1), period.start)
    return period.shifted(-period.days)
