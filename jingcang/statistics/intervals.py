"""Intervals of one share and one count.

Belongs here: one proportion, one count. Does not belong here: comparing two counts (``comparison``), limits
around a target (``funnel``).

Sources: Wilson 1927; Newcombe 1998, Stat. Med. 17:857–872; Garwood 1936 (exact Poisson); the Byar form used
by OHID/PHE (exact below a count of 10), not the other textbook form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .inputs import Array, StatisticsInputError, as_numbers, check_level, plain

# OHID/PHE: exact limits below this count, Byar from it on.
_BYAR_MIN_COUNT = 10
EXACT, BYAR_OHID = "exact", "byar_ohid"
# Only the form of OHID is offered, so its short names can mean nothing else.
_METHODS = {EXACT: EXACT, BYAR_OHID: BYAR_OHID, "byar": BYAR_OHID, "ohid": BYAR_OHID}


@dataclass(frozen=True, eq=False)
class Interval(tuple[float, float]):
    """An interval: the tuple (low, high), with the estimate beside it.

    Args:
        ci_low: lower limit; a float, or an array where arrays were given.
        ci_high: upper limit.
        estimate: share or rate; nan when the denominator is zero.
        standard_error: of the estimate (plain, for information; the interval does not use it).
        level: confidence level.
    """

    ci_low: float
    ci_high: float
    estimate: float
    standard_error: float
    level: float = 0.95

    def __new__(
        cls, ci_low: float, ci_high: float, estimate: float, standard_error: float, level: float = 0.95
    ) -> Interval:
        """Make the tuple (ci_low, ci_high)."""
        return super().__new__(cls, (ci_low, ci_high))

    def __getnewargs__(self) -> Any:
        """Let copies and pickles be made."""
        return self.ci_low, self.ci_high, self.estimate, self.standard_error, self.level


def wilson_interval(successes: Any, n: Any, level: float = 0.95) -> Interval:
    """Return the Wilson score interval of a share (no continuity correction).

    Args:
        successes: hits, 0 ≤ successes ≤ n; a number or numbers.
        n: trials, same shape or one for all.
        level: confidence level.

    Returns:
        (low, high) of the share in [0, 1]: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). Without trials
        the estimate is nan and the interval (0, 1). Floats for numbers, arrays for arrays.

    Raises:
        StatisticsInputError: successes outside [0, n], missing values, a level outside (0, 1).
    """
    hits = as_numbers(successes, "successes", minimum=0)
    trials = as_numbers(n, "n", minimum=0)
    hits, trials = np.broadcast_arrays(hits, trials)
    if (hits > trials).any():
        raise StatisticsInputError("分子大于分母", where="successes, n", remedy="请检查分子是否都属于分母")
    z = float(stats.norm.isf((1 - check_level(level)) / 2))
    is_empty = trials == 0
    size = np.where(is_empty, 1.0, trials)
    share = hits / size
    spread = share * (1 - share) / size
    centre = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z * np.sqrt(spread + z**2 / (4 * size**2)) / (1 + z**2 / size)
    low = np.where(is_empty | (hits == 0), 0.0, np.maximum(centre - half, 0))
    high = np.where(is_empty | (hits == trials), 1.0, np.minimum(centre + half, 1))
    return Interval(
        ci_low=plain(low),
        ci_high=plain(high),
        estimate=plain(np.where(is_empty, np.nan, share)),
        standard_error=plain(np.where(is_empty, np.nan, np.sqrt(spread))),
        level=level,
    )


def poisson_interval(count: Any, level: float = 0.95, *, method: str = EXACT, exposure: Any = 1) -> Interval:
    """Return the interval of a count, or of a rate where an exposure is given.

    Args:
        count: events, not negative; a number or numbers.
        level: confidence level.
        method: ``exact`` (Garwood: χ²(α/2; 2O)/2 and χ²(1−α/2; 2O+2)/2), or ``byar_ohid``, the form OHID
            publishes: exact below a count of 10, from there on O (1 − 1/9O − z/3√O)³ and, with O′ = O + 1,
            O′ (1 − 1/9O′ + z/3√O′)³ (also ``byar``, ``ohid``). The other textbook form of Byar is not offered.
        exposure: divisor of count and limits (population, days), positive.

    Returns:
        (low, high) of count / exposure.

    Raises:
        StatisticsInputError: negative or missing count, exposure not positive, unknown method.
    """
    if method not in _METHODS:
        raise StatisticsInputError(
            f"不认识的区间方法 {method}", where="method", remedy=f"请用 {EXACT} 或 {BYAR_OHID}"
        )
    events = as_numbers(count, "count", minimum=0)
    size = as_numbers(exposure, "exposure", is_positive=True)
    low, high = _poisson_limits(events, check_level(level), _METHODS[method])
    return Interval(
        ci_low=plain(low / size),
        ci_high=plain(high / size),
        estimate=plain(events / size),
        standard_error=plain(np.sqrt(events) / size),
        level=level,
    )


def _poisson_limits(events: Array, level: float, method: str) -> tuple[Array, Array]:
    tail = (1 - level) / 2
    has_events = events > 0
    positive = np.where(has_events, events, 1.0)
    low = np.where(has_events, stats.chi2.ppf(tail, 2 * positive) / 2, 0.0)
    high = stats.chi2.isf(tail, 2 * events + 2) / 2
    if method == EXACT:
        return low, high
    z, after = float(stats.norm.isf(tail)), events + 1
    byar_low = positive * (1 - 1 / (9 * positive) - z / (3 * np.sqrt(positive))) ** 3
    byar_high = after * (1 - 1 / (9 * after) + z / (3 * np.sqrt(after))) ** 3
    is_large = events >= _BYAR_MIN_COUNT
    return np.where(is_large, byar_low, low), np.where(is_large, byar_high, high)
