"""When: the hours of the week of events whose time is a window.

Belongs here: the aoristic matrix of 168 hours (METHODS section 3). Does not belong here: calendars
(``calendar``), queries.

Source: Ratcliffe 2000, Int. J. Geogr. Inf. Sci. 14:669–679 (aoristic weights).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from scipy import stats

from .inputs import Array, Integers, as_counts, refuse

HOURS_A_WEEK = 168
# A window longer than a week says nothing about the hour of the week; its share is reported, not spread.
LONGEST_WINDOW = datetime.timedelta(days=7)
_METHOD = "时段分布"
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_QUARTER = 15 * 60 * 1_000_000  # microseconds
_WINDOWS_AT_ONCE = 20_000  # of at most 672 quarters each


@dataclass(frozen=True, eq=False)
class AoristicProfile:
    """Result of :func:`aoristic_profile`.

    Args:
        weights: events by hour of the week, Monday 00 h first, shape (168,).
        included: windows spread.
        excluded: windows longer than 7 days, left out.
    """

    weights: Array
    included: int
    excluded: int

    @property
    def excluded_share(self) -> float:
        """Share of windows left out; nan without any window."""
        total = self.included + self.excluded
        return self.excluded / total if total else float("nan")

    @property
    def note(self) -> str:
        """What a page prints beside the matrix; "" when nothing was left out."""
        if not self.excluded:
            return ""
        return f"{self.excluded} 条（{self.excluded_share:.1%}）起止时间超过 7 天，无法判断时段，未计入"


def aoristic_profile(start: Any, end: Any, tz: str | datetime.tzinfo) -> AoristicProfile:
    """Spread events of uncertain time over the hours of the week and tell what could not be spread.

    Args:
        start: begin of the window, one or several (datetimes in a list, numpy, polars or pandas series);
            without a zone it is local time of ``tz``.
        end: end of the window, as many; equal to ``start`` when the time is known.
        tz: zone of the hours.

    Returns:
        See :class:`AoristicProfile`: each window adds minutes in the hour / minutes of the window, 1 in all;
        a known time adds 1 to its hour. Time is measured in UTC, so at a change of clocks the hour that
        comes twice gets its double share.

    Raises:
        StatisticsInputError: a window that ends before it starts, a missing time, lists of different
            lengths.
    """
    zone = ZoneInfo(tz) if isinstance(tz, str) else tz
    starts, ends = _microseconds(start, zone), _microseconds(end, zone)
    if len(starts) != len(ends):
        raise refuse(f"起时 {len(starts)} 个，止时 {len(ends)} 个，不能配对", _METHOD)
    lengths = ends - starts
    if (lengths < 0).any():
        raise refuse("有起止时间颠倒的记录", _METHOD, "请先按数据质量规则剔除或更正")
    is_short = lengths <= LONGEST_WINDOW // datetime.timedelta(microseconds=1)
    weights = _spread(starts[is_short], lengths[is_short], zone)
    return AoristicProfile(weights, int(is_short.sum()), int((~is_short).sum()))


def aoristic_weights(start: Any, end: Any, tz: str | datetime.tzinfo) -> Array:
    """Return the 168 weights of :func:`aoristic_profile`, Monday 00 h first.

    A window longer than 7 days adds nothing; how many there were is in the profile and must be shown.

    Args:
        start: as there.
        end: as there.
        tz: as there.

    Returns:
        Shape (168,), sum = number of windows of at most 7 days.

    Raises:
        StatisticsInputError: as there.
    """
    return aoristic_profile(start, end, tz).weights


def _microseconds(values: Any, zone: datetime.tzinfo) -> Integers:
    """Return moments as microseconds since 1970 in UTC."""
    if isinstance(values, datetime.datetime | np.datetime64 | str):
        values = [values]
    if hasattr(values, "to_list"):
        values = values.to_list()
    step = datetime.timedelta(microseconds=1)
    return np.array([(_in_utc(value, zone) - _EPOCH) // step for value in values], dtype=np.int64)


def _in_utc(value: Any, zone: datetime.tzinfo) -> datetime.datetime:
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    elif isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    if hasattr(value, "to_pydatetime") and value == value:
        value = value.to_pydatetime()
    if not isinstance(value, datetime.datetime) or value != value:
        raise refuse("起止时间有缺失或不是时间", _METHOD, "请先剔除没有时间的记录")
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(datetime.UTC)


def _spread(starts: Integers, lengths: Integers, zone: datetime.tzinfo) -> Array:
    """Return the weights of windows given by start and length in microseconds.

    Windows are cut into quarters of an hour in UTC: every clock is a whole number of quarters away from UTC
    (since 1972), so a quarter lies in one local hour whatever the clocks do.
    """
    weights = np.zeros(HOURS_A_WEEK)
    for begin in range(0, len(starts), _WINDOWS_AT_ONCE):
        start, length = starts[begin : begin + _WINDOWS_AT_ONCE], lengths[begin : begin + _WINDOWS_AT_ONCE]
        # A known time is the window of one microsecond that holds it.
        width = np.maximum(length, 1)
        first = start // _QUARTER
        quarters = (start + width - 1) // _QUARTER - first + 1
        window = np.repeat(np.arange(len(start)), quarters)
        position = np.arange(len(window)) - np.repeat(np.cumsum(quarters) - quarters, quarters)
        quarter = first[window] + position
        low = np.maximum(start[window], quarter * _QUARTER)
        high = np.minimum((start + width)[window], (quarter + 1) * _QUARTER)
        known, where = np.unique(quarter, return_inverse=True)
        sums = np.bincount(where, (high - low) / width[window], minlength=len(known))
        hours = [_hour_of_week(int(number), zone) for number in known]
        weights += np.bincount(hours, sums, minlength=HOURS_A_WEEK) if hours else 0
    return weights


def _hour_of_week(quarter: int, zone: datetime.tzinfo) -> int:
    local = (_EPOCH + quarter * datetime.timedelta(minutes=15)).astimezone(zone)
    return local.weekday() * 24 + local.hour


PEAK_HOURS = 4


def peak_of_day(by_hour: Any, *, width: int = PEAK_HOURS, level: float = 0.05) -> int | None:
    """Return the first hour of the busiest window of a day, None where chance explains it.

    Args:
        by_hour: events by hour of the day, 24 counts; a window may run past midnight.
        width: hours of the window.
        level: of the test, over all 24 windows.

    Returns:
        The window with the most events (of equal ones the later), when P(X ≥ its count) of the binomial with n
        events and share width / 24, times 24 (Bonferroni over the overlapping windows), is at most ``level``.

    Raises:
        StatisticsInputError: not 24 counts.
    """
    counts = as_counts(by_hour, "各小时起数", _METHOD, dimensions=1)
    if len(counts) != 24:
        raise refuse(f"需要 24 个小时的起数，收到 {len(counts)} 个", _METHOD)
    total = float(counts.sum())
    value, hour = max((float(np.take(counts, range(h, h + width), mode="wrap").sum()), h) for h in range(24))
    if total <= 0 or 24 * stats.binom.sf(value - 1, total, width / 24) > level:
        return None
    return hour
