"""Where: hit rate of predicted places and demand covered.

Belongs here: measures over cells (METHODS sections 3 and 4). Does not belong here: finding hot cells
(``hot_areas``), hours of the week (``hours``), minutes from GPS points (``presence``).

Sources: Chainey, Tompson & Uhlig 2008, Security J. 21:4–28 (PAI); Hunt 2016 (PEI); METHODS section 3 (RRI).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .inputs import Array, StatisticsInputError, as_counts, as_number, as_numbers, refuse


def pai(hits: Any, total: float, area: Any, total_area: float) -> Array:
    """Return the prediction accuracy index.

    Args:
        hits: later events inside the predicted area, scalar or shape (n,).
        total: all later events, positive.
        area: size of the predicted area, same shape, positive.
        total_area: size of the whole area, same unit.

    Returns:
        (hits / total) / (area / total_area), shape of ``hits``; compare only at equal shares of area, and
        show the hit rate beside it: a tiny area with one event scores high.

    Raises:
        StatisticsInputError: missing or negative counts, totals or areas that are not positive.
    """
    events = as_counts(hits, "命中数", "预测准确指数", dimensions=None)
    sizes = as_numbers(area, "面积", "预测准确指数")
    whole = as_numbers([total, total_area], "合计", "预测准确指数", dimensions=1)
    if (whole <= 0).any() or (sizes <= 0).any():
        raise refuse("合计与面积必须大于 0", "预测准确指数")
    return np.asarray((events / whole[0]) / (sizes / whole[1]))


def pei(counts: Any, predicted: Any) -> float:
    """Return the prediction efficiency index: what was hit of what could have been hit.

    Args:
        counts: later events by cell of equal area, shape (n,).
        predicted: True where the cell was predicted, same shape.

    Returns:
        Hits / the hits of as many best cells, in [0, 1]; equals PAI / PAI* at the same area. nan without
        predicted cells or events.

    Raises:
        StatisticsInputError: missing or negative counts, other shapes.
    """
    events = as_counts(counts, "各格计数", "预测效率指数")
    chosen = np.asarray(predicted, dtype=bool)
    if chosen.shape != events.shape:
        raise refuse("预测标记与各格计数长短不一", "预测效率指数")
    best = float(np.sort(events)[::-1][: int(chosen.sum())].sum())
    return float(events[chosen].sum()) / best if best > 0 else float("nan")


def rri(predicted: Any, observed: Any) -> Array:
    """Return predicted / observed events.

    Args:
        predicted: events predicted inside an area, scalar or shape (n,).
        observed: events observed there, same shape.

    Returns:
        Ratio, shape of ``predicted``: 1 is exact, above 1 too many predicted; nan where both are zero, inf
        where only the observed count is (METHODS section 3).

    Raises:
        StatisticsInputError: missing or negative counts, other shapes.
    """
    wanted = as_counts(predicted, "预测数", "再捕获率指数", dimensions=None)
    seen = as_counts(observed, "实际数", "再捕获率指数", dimensions=None)
    if wanted.shape != seen.shape:
        raise refuse("预测数与实际数长短不一", "再捕获率指数")
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(wanted / seen)


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
