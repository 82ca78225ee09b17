"""How far does chance alone move a count of a stable series?

Belongs here: the predictive band of one future count and the overdispersion it needs (METHODS section 1).
Does not belong here: alarms (``surveillance``), forecasts with season (``forecasting``).

Sources: Gamma-Poisson predictive distribution with Jeffreys prior, Gelman et al., Bayesian Data Analysis,
section 2.6; the inflated form by METHODS section 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .distributions import CountDistribution
from .inputs import as_counts, check_dispersion, check_level, refuse
from .quasi_poisson import fit_quasi_poisson

_METHOD = "偶然波动范围"


@dataclass(frozen=True)
class Band:
    """Result of :func:`chance_band`.

    Args:
        estimate: expected count of one period.
        ci_low: lowest count that chance explains.
        ci_high: highest count that chance explains.
        periods: past periods used.
        dispersion: phi used.
        level: share of future counts inside when nothing changes.
    """

    estimate: float
    ci_low: int
    ci_high: int
    periods: float
    dispersion: float
    level: float

    @property
    def standard_error(self) -> float:
        """Of the expected count: √(phi μ / m)."""
        return float(np.sqrt(self.dispersion * self.estimate / self.periods))

    def contains(self, count: float) -> bool:
        """Tell whether a count is inside the band."""
        return self.ci_low <= count <= self.ci_high


def chance_band(
    history: Any,
    *,
    periods: float | None = None,
    dispersion: float = 1,
    level: float = 0.95,
) -> Band:
    """Return the range in which the next count of a stable series falls.

    Args:
        history: past counts, oldest first, one a period; or their total.
        periods: with counts: how many of the last ones to use (default all); with a total: how many
            periods it covers.
        dispersion: overdispersion phi; 1 is Poisson.
        level: probability of the band.

    Returns:
        Predictive quantiles. phi = 1: Gamma-Poisson with Jeffreys prior, nbinom(B + 1/2, m/(m+1)).
        phi > 1: negative binomial with mean B/m and variance phi (μ + μ/m); without any past event the
        Gamma-Poisson band, since a mean of zero has no variance to inflate. METHODS section 1. It knows
        neither season nor trend: use periods that resemble the next one.

    Raises:
        StatisticsInputError: no history, fewer counts than ``periods``, missing or negative counts, phi
            below 1, level outside (0, 1).
    """
    counts = as_counts(history, "历史计数", _METHOD, dimensions=None)
    check_dispersion(dispersion, _METHOD)
    check_level(level)
    if counts.ndim == 0:
        if periods is None:
            raise refuse("只给了合计，没有给期数", _METHOD, "请同时给出合计覆盖的期数 periods")
        total, used = float(counts), float(periods)
    else:
        used = len(counts) if periods is None else int(periods)
        if counts.ndim != 1 or used > len(counts):
            raise refuse(f"历史只有 {counts.size} 期，少于要用的 {used:g} 期", _METHOD)
        total = float(counts[len(counts) - int(used) :].sum())
    if used <= 0:
        raise refuse("没有历史期", _METHOD, "至少需要一期历史")
    future = predictive_distribution(total, used, dispersion)
    tail = (1 - level) / 2
    low, high = int(future.quantile(tail)), int(future.upper_quantile(tail))
    return Band(total / used, low, high, used, dispersion, level)


def predictive_distribution(total: float, periods: float, dispersion: float) -> CountDistribution:
    """Return the distribution of the next count, see :func:`chance_band`.

    nbinom(B + 1/2, m/(m+1)) has mean (B + 1/2)/m and variance (1 + 1/m) × mean.
    """
    mean = total / periods
    if dispersion > 1 and mean > 0:
        return CountDistribution(mean, dispersion * (1 + 1 / periods))
    return CountDistribution((total + 0.5) / periods, 1 + 1 / periods)


def estimate_dispersion(counts: Any, *, season: int = 52) -> float:
    """Return the overdispersion phi of a series of counts.

    Args:
        counts: one a period (week), oldest first; at least one season.
        season: periods a year.

    Returns:
        Pearson chi-square / degrees of freedom of a quasi-Poisson fit with trend and one annual wave, at
        least 1. METHODS, notation. Outbreaks in the series raise it.

    Raises:
        StatisticsInputError: fewer counts than one season, missing or negative counts.
    """
    values = as_counts(counts, "历史计数", "离散系数")
    if len(values) < season:
        raise refuse(f"估计离散系数至少需要 {season} 期，收到 {len(values)} 期", "离散系数")
    if not values.any():
        return 1.0
    time = np.arange(len(values))
    angle = 2 * np.pi * time / season
    design = np.column_stack([np.ones_like(angle), time / season, np.sin(angle), np.cos(angle)])
    return max(1.0, fit_quasi_poisson(design, values).dispersion)
