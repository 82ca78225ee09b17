"""Intervals and limits for shares and rates.

Belongs here: one proportion, one count, the funnel around a target. Does not belong here: comparing two
counts (``comparison``).

Sources: Wilson 1927; Newcombe 1998, Stat. Med. 17:857–872; the Byar form used by OHID/PHE (exact below a
count of 10), not the other textbook form; Spiegelhalter 2005, Stat. Med. 24:1185–1202 (funnel).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

# OHID/PHE: exact limits below this count, Byar from it on.
_BYAR_MIN_COUNT = 10


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval.

    Args:
        estimate: share or rate; nan when the denominator is zero.
        standard_error: of the estimate (plain, for information; the interval does not use it).
        ci_low: lower limit.
        ci_high: upper limit.
        level: confidence level.
    """

    estimate: float
    standard_error: float
    ci_low: float
    ci_high: float
    level: float = 0.95


def wilson_interval(numerator: float, denominator: float, level: float = 0.95) -> Interval:
    """Return a share with its Wilson score interval (no continuity correction).

    Args:
        numerator: hits, 0 ≤ numerator ≤ denominator.
        denominator: trials.
        level: confidence level.

    Returns:
        Share in [0, 1]; without trials the estimate is nan and the interval [0, 1].

    Raises:
        ValueError: numerator outside [0, denominator].
    """
    if not 0 <= numerator <= denominator:
        raise ValueError("numerator must lie between 0 and denominator")
    if denominator == 0:
        return Interval(math.nan, math.nan, 0.0, 1.0, level)
    z = float(stats.norm.isf((1 - level) / 2))
    share = numerator / denominator
    centre = (share + z**2 / (2 * denominator)) / (1 + z**2 / denominator)
    half = z * math.sqrt(share * (1 - share) / denominator + z**2 / (4 * denominator**2))
    half /= 1 + z**2 / denominator
    low = 0.0 if numerator == 0 else max(0.0, centre - half)
    high = 1.0 if numerator == denominator else min(1.0, centre + half)
    return Interval(share, math.sqrt(share * (1 - share) / denominator), low, high, level)


def poisson_interval(
    count: float, *, exposure: float = 1, level: float = 0.95, method: str = "byar_ohid"
) -> Interval:
    """Return a rate with its Poisson interval.

    Args:
        count: events, not negative.
        exposure: divisor of count and limits (population, days), positive.
        level: confidence level.
        method: ``byar_ohid`` (exact below a count of 10) or ``exact``.

    Returns:
        count / exposure with limits.

    Raises:
        ValueError: negative count, exposure not positive, unknown method.
    """
    if count < 0 or exposure <= 0 or method not in ("byar_ohid", "exact"):
        raise ValueError("needs a count not negative, a positive exposure and a known method")
    tail = (1 - level) / 2
    if method == "exact" or count < _BYAR_MIN_COUNT:
        low = 0.0 if count == 0 else float(stats.chi2.ppf(tail, 2 * count)) / 2
        high = float(stats.chi2.isf(tail, 2 * count + 2)) / 2
    else:
        z, after = float(stats.norm.isf(tail)), count + 1
        low = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3
        high = after * (1 - 1 / (9 * after) + z / (3 * math.sqrt(after))) ** 3
    return Interval(count / exposure, math.sqrt(count) / exposure, low / exposure, high / exposure, level)


@dataclass(frozen=True)
class FunnelLimits:
    """Limits of observed / expected when only chance differs.

    Args:
        lower: shape of ``expected``.
        upper: shape of ``expected``.
        level: share of units inside when nothing differs.
    """

    lower: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]
    level: float


def funnel_limits(expected: npt.ArrayLike, level: float = 0.95) -> FunnelLimits:
    """Return exact Poisson funnel limits around a ratio of 1.

    Args:
        expected: expected counts, positive.
        level: 0.95 for the inner limits, 0.998 for the outer.

    Returns:
        χ²(α/2; 2E)/2E and χ²(1−α/2; 2E+2)/2E.

    Raises:
        ValueError: an expected count that is not positive.
    """
    values = np.asarray(expected, dtype=np.float64)
    if (values <= 0).any():
        raise ValueError("expected counts must be positive")
    tail = (1 - level) / 2
    lower = stats.chi2.ppf(tail, 2 * values) / (2 * values)
    upper = stats.chi2.isf(tail, 2 * values + 2) / (2 * values)
    return FunnelLimits(lower, upper, level)
