"""Time until something is done, with what is still open: Kaplan–Meier.

Belongs here: time to archive, time to close. Does not belong here: shares within a deadline, where overdue
open items stay in the denominator (``intervals``).

Sources: Kaplan & Meier 1958; Greenwood 1926; log(−log) interval as in Kalbfleisch & Prentice 2002; the
median's interval after Brookmeyer & Crowley 1982.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .inputs import Array, StatisticsInputError, as_number, as_numbers, check_level


@dataclass(frozen=True)
class SurvivalCurve:
    """Share still open after each time at which something was done; all arrays of shape (times,).

    Args:
        times: ascending, unit of the durations.
        at_risk: items open just before.
        events: items done at that time.
        estimate: share still open just after.
        standard_error: Greenwood.
        ci_low: log(−log) limit; nan once nothing is open.
        ci_high: log(−log) limit.
        median: first time by which half is done; inf when that never happens.
        median_ci_low: its limits; inf where the curve's limit never falls to a half.
        median_ci_high: upper limit.
        items: number of items.
        open_items: items not yet done at their last sight.
        level: confidence level.
    """

    times: Array
    at_risk: Array
    events: Array
    estimate: Array
    standard_error: Array
    ci_low: Array
    ci_high: Array
    median: float
    median_ci_low: float
    median_ci_high: float
    items: int
    open_items: int
    level: float

    def done_by(self, time: float) -> float:
        """Return the share done within a time (for a deadline: the share on time, open items counted)."""
        as_number(time, "time", minimum=0)
        index = int(np.searchsorted(self.times, time, side="right")) - 1
        return 0.0 if index < 0 else 1 - float(self.estimate[index])


def kaplan_meier(durations: Any, is_done: Any, *, level: float = 0.95) -> SurvivalCurve:
    """Return the curve of items still open.

    Args:
        durations: time from the start to the event, or to the last sight of an open item, not negative.
        is_done: True (1) where the event happened, False (0) where the item is still open; same length.
        level: confidence level.

    Returns:
        See :class:`SurvivalCurve`; an item last seen at the time of an event counts as at risk there.

    Raises:
        StatisticsInputError: different lengths, no items, negative or missing durations, flags other than 0, 1.
    """
    lengths, flags = as_numbers(durations, "durations", minimum=0), as_numbers(is_done, "is_done")
    if (
        lengths.ndim != 1
        or lengths.shape != flags.shape
        or not len(lengths)
        or not np.isin(flags, (0, 1)).all()
    ):
        raise StatisticsInputError(
            "时长与是否完成须逐条对应，是否完成只能是真或假",
            where="durations, is_done",
            remedy="请检查两列的长度和取值",
        )
    z = float(stats.norm.isf((1 - check_level(level)) / 2))
    times = np.unique(lengths[flags == 1])
    ordered = np.sort(lengths)
    at_risk = (len(lengths) - np.searchsorted(ordered, times, side="left")).astype(np.float64)
    events = np.array([((lengths == time) & (flags == 1)).sum() for time in times], dtype=np.float64)
    estimate: Array = np.cumprod(1 - events / at_risk, dtype=np.float64)
    is_open = estimate > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        # log(−log S) has the standard error √Σ d/(r(r−d)) / |log S|.
        spread = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events))))
        half = z * spread / np.abs(np.log(estimate))
        ci_low = np.where(is_open, estimate ** np.exp(half), np.nan)
        ci_high = np.where(is_open, estimate ** np.exp(-half), np.nan)
        error = np.where(is_open, estimate * spread, 0.0)
    return SurvivalCurve(
        times=times,
        at_risk=at_risk,
        events=events,
        estimate=estimate,
        standard_error=error,
        ci_low=ci_low,
        ci_high=ci_high,
        median=_first_at_half(times, estimate),
        median_ci_low=_first_at_half(times, np.where(is_open, ci_low, 0)),
        median_ci_high=_first_at_half(times, np.where(is_open, ci_high, 1)),
        items=len(lengths),
        open_items=int((flags == 0).sum()),
        level=level,
    )


def _first_at_half(times: Array, curve: Array) -> float:
    # A curve computed as a product may stand at 0.5 plus one rounding error.
    reached = np.flatnonzero(curve <= 0.5 + 1e-12)
    return float(times[reached[0]]) if len(reached) else math.inf
