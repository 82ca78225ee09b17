"""Where and when: hit rate of predicted places, demand covered, hours of an uncertain time.

Belongs here: measures over cells and hours (METHODS sections 3 and 4). Does not belong here: finding hot
cells, minutes from GPS points (``presence``).

Sources: Chainey, Tompson & Uhlig 2008 (PAI); Ratcliffe 2000 (aoristic weights).
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from .inputs import StatisticsInputError, as_number, as_numbers

HOURS_A_WEEK = 168
# A window of a week or more says nothing about the hour of the week; its share is reported, not spread.
LONGEST_WINDOW = datetime.timedelta(days=7)


def pai(hits: npt.ArrayLike, total: float, area: npt.ArrayLike, total_area: float) -> npt.NDArray[np.float64]:
    """Return the prediction accuracy index.

    Args:
        hits: later events inside the predicted area, scalar or shape (n,).
        total: all later events, positive.
        area: size of the predicted area, same shape, positive.
        total_area: size of the whole area, same unit.

    Returns:
        (hits / total) / (area / total_area), shape of ``hits``; compare only at equal shares of area.

    Raises:
        ValueError: totals or areas that are not positive.
    """
    events, sizes = np.asarray(hits, dtype=np.float64), np.asarray(area, dtype=np.float64)
    if total <= 0 or total_area <= 0 or (sizes <= 0).any():
        raise ValueError("totals and areas must be positive")
    return np.asarray((events / total) / (sizes / total_area))


def coverage(minutes: Any, demand: Any, *, threshold_minutes: float = 10) -> float:
    """Return the share of demand at places and hours that were patrolled long enough.

    Args:
        minutes: patrol minutes by place × hour, any shape, not negative.
        demand: events (or their weights) by place × hour, same shape, not negative.
        threshold_minutes: minutes from which a place-hour counts as covered.

    Returns:
        Covered demand / demand, in [0, 1]; nan without demand.

    Raises:
        StatisticsInputError: shapes differ, negative or missing values.
    """
    spent, wanted = _minutes_and_demand(minutes, demand)
    enough = as_number(threshold_minutes, "threshold_minutes", minimum=0)
    total = float(wanted.sum())
    return float(wanted[spent >= enough].sum()) / total if total > 0 else math.nan


def overlap(minutes: Any, demand: Any) -> float:
    """Return how far patrol minutes lie where the demand is: Σ min(demand share, minute share).

    Args:
        minutes: patrol minutes by place × hour, not negative.
        demand: events (or their weights), same shape, not negative.

    Returns:
        1 when both are spread alike, 0 when they never meet; nan without minutes or demand.

    Raises:
        StatisticsInputError: shapes differ, negative or missing values.
    """
    spent, wanted = _minutes_and_demand(minutes, demand)
    if not spent.any() or not wanted.any():
        return math.nan
    return float(np.minimum(spent / spent.sum(), wanted / wanted.sum()).sum())


def minutes_per_incident(minutes: Any, demand: Any) -> npt.NDArray[np.float64]:
    """Return patrol minutes per event, by place × hour.

    Args:
        minutes: patrol minutes, not negative.
        demand: events, same shape, not negative.

    Returns:
        Same shape; nan where there were no events, since minutes there answer to none.

    Raises:
        StatisticsInputError: shapes differ, negative or missing values.
    """
    spent, wanted = _minutes_and_demand(minutes, demand)
    return np.where(wanted > 0, spent / np.where(wanted > 0, wanted, 1), np.nan)


def _minutes_and_demand(minutes: Any, demand: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    spent, wanted = as_numbers(minutes, "minutes", minimum=0), as_numbers(demand, "demand", minimum=0)
    if spent.shape != wanted.shape:
        raise StatisticsInputError(
            "巡逻分钟数与需求的形状不一致", where="minutes, demand", remedy="请按同一地点×时段传入"
        )
    return spent, wanted


def aoristic_weights(
    start: datetime.datetime | Iterable[datetime.datetime],
    end: datetime.datetime | Iterable[datetime.datetime],
    tz: str | datetime.tzinfo,
) -> npt.NDArray[np.float64]:
    """Spread events of uncertain time over the hours of the week.

    Args:
        start: begin of the window, one or several; without a zone it is local time of ``tz``.
        end: end of the window, as many; equal to ``start`` when the time is known.
        tz: zone of the hours.

    Returns:
        Shape (168,), Monday 00 h first: each window adds minutes in the hour / minutes of the window, 1 in
        all; a known time adds 1 to its hour; a window longer than 7 days adds nothing.

    Raises:
        ValueError: a window that ends before it starts, or lists of different lengths.
    """
    zone = ZoneInfo(tz) if isinstance(tz, str) else tz
    starts = [start] if isinstance(start, datetime.datetime) else list(start)
    ends = [end] if isinstance(end, datetime.datetime) else list(end)
    weights = np.zeros(HOURS_A_WEEK)
    for begin, finish in zip(starts, ends, strict=True):
        _spread(_in_utc(begin, zone), _in_utc(finish, zone), zone, weights)
    return weights


def _in_utc(moment: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(datetime.UTC)


def _spread(
    begin: datetime.datetime,
    finish: datetime.datetime,
    zone: datetime.tzinfo,
    weights: npt.NDArray[np.float64],
) -> None:
    length = finish - begin
    if length < datetime.timedelta(0):
        raise ValueError("a window must not end before it starts")
    if length > LONGEST_WINDOW:
        return
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
