"""Is a unit different from what was expected of it? Limits, overdispersion, words.

Belongs here: observed against expected counts of units of one kind. Does not belong here: finding what is
expected (``standardisation``), shrinking (``shrinkage``), ranks: inside the limits there is no order.

Sources: Spiegelhalter 2005, Stat. Med. 24:1185–1202 (funnel, winsorised z, φ, τ²); DerSimonian & Laird 1986
(τ²); the exact Poisson limits are those of its section on standardised ratios.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .inputs import Array, StatisticsInputError, as_number, as_numbers, check_level, plain

ABOVE, WITHIN, BELOW = "高于预期", "正常范围", "低于预期"
# METHODS, head: an officer's rate is shown from this expected count and this reliability on.
MIN_EXPECTED = 5
MIN_RELIABILITY = 0.7
# Spiegelhalter 2005: the outer ("three sigma") limits, outside which a unit is called different.
ALARM_LEVEL = 0.998


@dataclass(frozen=True)
class Overdispersion:
    """How much more units differ than chance explains.

    Args:
        phi: mean square of the winsorised z; chance alone gives about 0.68 (with 10% at either end; 1 without).
        tau2: variance of the true ratio between units (τ²), 0 where φ shows none.
        z: z of each unit before winsorising, shape (units,).
        z_low: value to which the lowest z are raised.
        z_high: value to which the highest z are lowered.
        units: number of units.
    """

    phi: float
    tau2: float
    z: Array
    z_low: float
    z_high: float
    units: int


def overdispersion(observed: Any, expected: Any, *, winsorise: float = 0.10) -> Overdispersion:
    """Measure overdispersion of ratios observed / expected around 1.

    Args:
        observed: counts, shape (units,).
        expected: expected counts, shape (units,), positive.
        winsorise: share at either end that is pulled in to the quantile (linear interpolation, R type 7).

    Returns:
        z = (O − E)/√E, winsorised; φ = Σz²/I; τ² = (Iφ − (I − 1)) / (Σw − Σw²/Σw) with w = E (1 / variance of
        O/E), 0 where negative.

    Raises:
        StatisticsInputError: fewer than two units, shapes that differ, expected not positive.
    """
    counts = as_numbers(observed, "observed", minimum=0)
    means = as_numbers(expected, "expected", is_positive=True)
    share = as_number(winsorise, "winsorise", minimum=0)
    if counts.ndim != 1 or counts.shape != means.shape or len(counts) < 2 or share >= 0.5:
        raise StatisticsInputError(
            "离散程度需要至少两个单位，实际数与预期数个数相同，缩尾比例小于 0.5",
            where="observed, expected",
            remedy="请检查单位名单",
        )
    z = (counts - means) / np.sqrt(means)
    low, high = (float(limit) for limit in np.quantile(z, [share, 1 - share]))
    units = len(z)
    phi = float(np.mean(np.clip(z, low, high) ** 2))
    total = means.sum()
    tau2 = (units * phi - (units - 1)) / (total - (means**2).sum() / total)
    return Overdispersion(phi, max(0.0, float(tau2)), z, low, high, units)


@dataclass(frozen=True, eq=False)
class FunnelLimits(tuple[float, float]):
    """Limits of observed / expected when only chance (and the usual difference) is at work: (lower, upper).

    Args:
        lower: shape of ``expected``.
        upper: shape of ``expected``.
        level: share of units inside when nothing differs.
    """

    lower: Any
    upper: Any
    level: float

    def __new__(cls, lower: Any, upper: Any, level: float) -> FunnelLimits:
        """Make the tuple (lower, upper)."""
        return super().__new__(cls, (lower, upper))

    def __getnewargs__(self) -> Any:
        """Let copies and pickles be made."""
        return self.lower, self.upper, self.level


def funnel_limits(
    expected: Any, level: float = 0.95, *, overdispersion: Overdispersion | float | None = None
) -> FunnelLimits:
    """Return funnel limits around a ratio of 1.

    Args:
        expected: expected counts, positive; a number or numbers.
        level: 0.95 for the inner limits, 0.998 for the outer.
        overdispersion: result of :func:`overdispersion` (its τ² is added to the variance), or a number φ that
            multiplies the variance; below 1 nothing is narrowed.

    Returns:
        Exact Poisson χ²(α/2; 2E)/2E and χ²(1−α/2; 2E+2)/2E. With overdispersion their distance from 1 grows
        by √(1 + E τ²) or √φ, which is θ ± z√(V + τ²) of the paper applied to the exact limits; the lower one
        ends at 0. Against Gamma-Poisson quantiles at E = 30, τ² = 0.05: 0.49 and 1.68 for 0.50 and 1.63.

    Raises:
        StatisticsInputError: an expected count that is not positive.
    """
    means = as_numbers(expected, "expected", is_positive=True)
    tail = (1 - check_level(level)) / 2
    lower = stats.chi2.ppf(tail, 2 * means) / (2 * means)
    upper = stats.chi2.isf(tail, 2 * means + 2) / (2 * means)
    widening = _widening(means, overdispersion)
    lower = np.maximum(1 - (1 - lower) * widening, 0)
    return FunnelLimits(plain(lower), plain(1 + (upper - 1) * widening), level)


def _widening(means: Array, found: Overdispersion | float | None) -> Array:
    if found is None:
        return np.ones_like(means)
    if isinstance(found, Overdispersion):
        return np.asarray(np.sqrt(1 + means * found.tau2))
    phi = as_number(found, "overdispersion", minimum=0)
    return np.full_like(means, np.sqrt(max(1.0, phi)))


def funnel_word(
    observed: float,
    expected: float,
    level: float = ALARM_LEVEL,
    *,
    overdispersion: Overdispersion | float | None = None,
) -> str:
    """Return 高于预期, 正常范围 or 低于预期.

    Args:
        observed: count.
        expected: expected count, positive.
        level: level of the limits; a word other than 正常范围 is given outside 99.8% unless told otherwise.
        overdispersion: see :func:`funnel_limits`.
    """
    count = as_number(observed, "observed", minimum=0)
    mean = as_number(expected, "expected", is_positive=True)
    lower, upper = funnel_limits(mean, level, overdispersion=overdispersion)
    ratio = count / mean
    if ratio > upper:
        return ABOVE
    return BELOW if ratio < lower else WITHIN


def is_rate_shown(expected: float, reliability: float) -> bool:
    """Tell whether an officer's rate may be shown; otherwise counts and records without a rate.

    Args:
        expected: expected count.
        reliability: of the shrunken rate, see :func:`shrunken_rates`.

    Returns:
        Expected at least 5 and reliability at least 0.7 (METHODS, head).
    """
    return (
        as_number(expected, "expected", minimum=0) >= MIN_EXPECTED
        and as_number(reliability, "reliability", minimum=0, maximum=1) >= MIN_RELIABILITY
    )
