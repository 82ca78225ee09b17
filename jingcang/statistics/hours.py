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

from .inputs import Array, refuse

HOURS_A_WEEK = 168
# A window longer than a week says nothing about the hour of the week; its share is reported, not spread.
LONGEST_WINDOW = datetime.timedelta(days=7)
_METHOD = "时段分布"


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
    starts, ends = _moments(start, zone), _moments(end, zone)
    if len(starts) != len(ends):
        raise refuse(f"起时 {len(starts)} 个，止时 {len(ends)} 个，不能配对", _METHOD)
    weights = np.zeros(HOURS_A_WEEK)
    excluded = 0
    for begin, finish in zip(starts, ends, strict=True):
        if finish < begin:
            raise refuse("有起止时间颠倒的记录", _METHOD, "请先按数据质量规则剔除或更正")
        if finish - begin > LONGEST_WINDOW:
            excluded += 1
        else:
            _spread(begin, finish, zone, weights)
    return AoristicProfile(weights, len(starts) - excluded, excluded)


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


def _moments(values: Any, zone: datetime.tzinfo) -> list[datetime.datetime]:
    if isinstance(values, datetime.datetime | np.datetime64 | str):
        values = [values]
    if hasattr(values, "to_list"):
        values = values.to_list()
    return [_in_utc(value, zone) for value in values]


def _in_utc(value: Any, zone: datetime.tzinfo) -> datetime.datetime:
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    elif isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    if hasattr(value, "to_pydatetime") and value == value:
        value = value.to_pydatetime()
    if not isinstance(value, datetime.datetime) or value != value:
        raise refuse("起止时间中有空值或不是时间的值", _METHOD, "请先剔除没有时间的记录")
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(datetime.UTC)


def _spread(
    begin: datetime.datetime, finish: datetime.datetime, zone: datetime.tzinfo, weights: Array
) -> None:
    length = finish - begin
    if not length:
        weights[_hour_of_week(begin.astimezone(zone))] += 1
        return
    while begin < finish:
        local = begin.astimezone(zone)
        # Steps are taken in UTC from the local clock's minute, so a clock change shortens no hour.
        into_hour = datetime.timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
        step = min(finish, begin + datetime.timedelta(hours=1) - into_hour)
        weights[_hour_of_week(local)] += (step - begin) / length
        begin = step


def _hour_of_week(local: datetime.datetime) -> int:
    return local.weekday() * 24 + local.hour
