"""Quantiles of durations that are counted in bands, with limits that need no model of their shape.

Belongs here: quantiles from counts by band. Does not belong here: which bands, and which durations may be compared
(``comparability``).

Source: Hahn & Meeker 1991, Statistical Intervals, section 5.2 (distribution-free limits from order statistics).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .inputs import StatisticsInputError, as_numbers, check_level, check_share


@dataclass(frozen=True)
class BandedQuantile:
    """Result of :func:`banded_quantile`, in the unit of the band edges.

    Args:
        estimate: upper edge of the band that holds the quantile: "not more than"; nan without records.
        ci_low: upper edge of the band of the lower limit; 0 where the records do not reach one.
        ci_high: upper edge of the band of the upper limit; inf where the records do not reach one.
        n: records.
        level: least confidence of the limits.
    """

    estimate: float
    ci_low: float
    ci_high: float
    n: int
    level: float = 0.95


def banded_quantile(edges: Any, counts: Any, share: float, level: float = 0.95) -> BandedQuantile:
    """Return a quantile of durations counted by band.

    The estimate is the smallest duration x with F(x) ≥ share, the order statistic of rank ⌈n·share⌉. With B binomial
    (n, share) the limits are the order statistics of rank l, the largest with P(B < l) ≤ α/2, and u, the smallest
    with P(B < u) ≥ 1 − α/2. Each is told as the upper edge of its band, so nothing is exact below the band's width.

    Args:
        edges: upper edge of each band, any order, one entry a band or several that are added up.
        counts: records in the band, same shape, whole and not negative.
        share: 0.5 for the median, 0.9 for what nine in ten do not exceed.
        level: confidence level.

    Returns:
        See :class:`BandedQuantile`.

    Raises:
        StatisticsInputError: missing values, shapes that differ, negative counts, a share or level outside (0, 1).
    """
    uppers, records = as_numbers(edges, "edges").ravel(), as_numbers(counts, "counts", minimum=0).ravel()
    if uppers.shape != records.shape:
        raise StatisticsInputError("每一档须有一个计数", where="edges, counts", remedy="请按档配对传入")
    check_share(share, "share", "分位数")
    tail = (1 - check_level(level)) / 2
    order = np.argsort(uppers, kind="stable")
    uppers, reached = uppers[order], np.cumsum(records[order])
    n = int(reached[-1]) if len(reached) else 0
    if n == 0:
        return BandedQuantile(math.nan, 0.0, math.inf, 0, level)

    def at(rank: int) -> float:
        return float(uppers[int(np.searchsorted(reached, rank))])

    low = int(stats.binom.ppf(tail, n, share))
    high = int(stats.binom.ppf(1 - tail, n, share)) + 1
    return BandedQuantile(
        at(max(1, math.ceil(n * share - 1e-9))),
        at(low) if low >= 1 else 0.0,
        at(high) if high <= n else math.inf,
        n,
        level,
    )
