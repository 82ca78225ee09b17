"""Small numbers borrow strength from their peers: empirical-Bayes baselines and rates.

Belongs here: Gamma-Poisson for counts, beta-binomial for shares. Does not belong here: words (``funnel``);
which units are peers.

Sources: Robbins 1956 and Hauer 1997 (EB against regression to the mean: areas chosen because they were high
fall by themselves); Marshall 1991, Appl. Stat. 40:283–294 (moments); METHODS sections 4 and 8.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from .inputs import Array, StatisticsInputError, as_numbers, check_level

MAXIMUM_LIKELIHOOD, MOMENTS = "maximum_likelihood", "moments"
# Beyond this precision of the prior the units are alike for every practical purpose; the likelihood is flat.
_MIN_PRIOR_SIZE, _MAX_PRIOR_SIZE = 1e-3, 1e7
# A gain in twice the log-likelihood below this is rounding, not a difference between units.
_MIN_GAIN = 1e-4


@dataclass(frozen=True)
class ShrunkenBaseline:
    """Baselines pulled towards the mean of all units.

    Args:
        estimate: shape (units,), events per unit of exposure.
        standard_error: posterior standard deviation, same shape.
        ci_low: posterior quantile.
        ci_high: posterior quantile.
        reliability: weight of the unit's own count, exposure / (exposure + 1/scale), same shape.
        shape: of the Gamma prior; inf when the units differ by chance only.
        scale: of the Gamma prior; 0 in that case. shape × scale is the mean.
        mean: prior mean.
        method: how the prior was fitted.
        level: of the interval.
    """

    estimate: Array
    standard_error: Array
    ci_low: Array
    ci_high: Array
    reliability: Array
    shape: float
    scale: float
    mean: float
    method: str
    level: float


def shrunken_baseline(
    counts: Any, *, exposure: Any = 1, method: str = MAXIMUM_LIKELIHOOD, level: float = 0.95
) -> ShrunkenBaseline:
    """Return the expected count of each unit, freed from the luck of the period it was counted in.

    Args:
        counts: events, one a unit, of **all** units among which the high ones were chosen, not of the chosen.
        exposure: periods (or size) behind each count, positive; one for all or one a unit.
        method: ``maximum_likelihood`` (negative binomial marginal) or ``moments`` (variance minus mean;
            with unequal exposures Marshall's weighted form).
        level: of the interval.

    Returns:
        (shape + y) / (1/scale + exposure); shape and scale from the counts of all units. Where the counts
        vary no more than chance, every unit gets the mean.

    Raises:
        StatisticsInputError: fewer than two units, negative or missing counts, exposure not positive.
    """
    events = as_numbers(counts, "counts", minimum=0)
    sizes = as_numbers(exposure, "exposure", is_positive=True)
    if events.ndim != 1 or len(events) < 2 or sizes.shape not in ((), events.shape):
        raise StatisticsInputError(
            "基线收缩需要至少两个单元的次数，时长一个或逐一对应",
            where="counts, exposure",
            remedy="请传入全部候选单元，而不是只传入被选中的",
        )
    check_level(level)
    sizes = np.broadcast_to(sizes, events.shape).astype(np.float64)
    mean = float(events.sum() / sizes.sum())
    shape = _fit(
        method, lambda: _gamma_moments(events, sizes, mean), lambda start: _gamma_ml(events, sizes, start)
    )
    tails = (1 - level) / 2
    if not math.isfinite(shape) or mean == 0:
        same = np.full(events.shape, mean)
        none = np.zeros(events.shape)
        return ShrunkenBaseline(same, none, same, same, none, math.inf, 0.0, mean, method, level)
    if method == MAXIMUM_LIKELIHOOD:
        mean = _gamma_mean(events, sizes, shape)
    scale = mean / shape
    posterior = stats.gamma(shape + events, scale=1 / (1 / scale + sizes))
    return ShrunkenBaseline(
        estimate=posterior.mean(),
        standard_error=posterior.std(),
        ci_low=posterior.ppf(tails),
        ci_high=posterior.isf(tails),
        reliability=sizes / (sizes + 1 / scale),
        shape=shape,
        scale=scale,
        mean=mean,
        method=method,
        level=level,
    )


@dataclass(frozen=True)
class ShrunkenRates:
    """Shares pulled towards the share of all units.

    Args:
        estimate: (x + alpha) / (n + alpha + beta), shape (units,).
        standard_error: posterior standard deviation.
        ci_low: posterior quantile.
        ci_high: posterior quantile.
        reliability: n / (n + alpha + beta).
        alpha: of the beta prior; inf (as is beta) when the units differ by chance only.
        beta: of the beta prior.
        mean: prior mean.
        method: how the prior was fitted.
        level: of the interval.
    """

    estimate: Array
    standard_error: Array
    ci_low: Array
    ci_high: Array
    reliability: Array
    alpha: float
    beta: float
    mean: float
    method: str
    level: float


def shrunken_rates(
    successes: Any, n: Any, *, method: str = MAXIMUM_LIKELIHOOD, level: float = 0.95
) -> ShrunkenRates:
    """Return the share of each unit, shrunken by a beta-binomial model.

    Args:
        successes: hits, one a unit.
        n: trials, one a unit; a unit without trials gets the prior and reliability 0.
        method: ``maximum_likelihood`` (beta-binomial marginal) or ``moments`` (Kleinman 1973, weights n).
        level: of the interval.

    Returns:
        See :class:`ShrunkenRates`; no rank below reliability 0.7 or n 20 (METHODS section 8).

    Raises:
        StatisticsInputError: successes outside [0, n], fewer than two units with trials.
    """
    hits, trials = as_numbers(successes, "successes", minimum=0), as_numbers(n, "n", minimum=0)
    if hits.ndim != 1 or hits.shape != trials.shape or (trials > 0).sum() < 2 or (hits > trials).any():
        raise StatisticsInputError(
            "比率收缩需要至少两个分母不为零的单位，分子不大于分母",
            where="successes, n",
            remedy="请检查单位名单和口径",
        )
    check_level(level)
    used, sizes = hits[trials > 0], trials[trials > 0]
    mean = float(used.sum() / sizes.sum())
    size = math.inf
    if 0 < mean < 1:
        size = _fit(
            method, lambda: _beta_moments(used, sizes, mean), lambda start: _beta_ml(used, sizes, start)
        )
    if not math.isfinite(size):
        same, none = np.full(hits.shape, mean), np.zeros(hits.shape)
        return ShrunkenRates(same, none, same, same, none, math.inf, math.inf, mean, method, level)
    if method == MAXIMUM_LIKELIHOOD:
        mean = _beta_mean(used, sizes, size)
    alpha, beta = mean * size, (1 - mean) * size
    posterior = stats.beta(hits + alpha, trials - hits + beta)
    tails = (1 - level) / 2
    return ShrunkenRates(
        estimate=posterior.mean(),
        standard_error=posterior.std(),
        ci_low=posterior.ppf(tails),
        ci_high=posterior.isf(tails),
        reliability=trials / (trials + size),
        alpha=alpha,
        beta=beta,
        mean=mean,
        method=method,
        level=level,
    )


def _fit(method: str, moments: Callable[[], float], likelihood: Callable[[float], float]) -> float:
    """Return the size of the prior (Gamma shape, alpha + beta); inf when the units are alike."""
    if method not in (MAXIMUM_LIKELIHOOD, MOMENTS):
        raise StatisticsInputError(
            f"不认识的拟合方法 {method}", where="method", remedy=f"请用 {MAXIMUM_LIKELIHOOD} 或 {MOMENTS}"
        )
    start = moments()
    return start if method == MOMENTS else likelihood(start)


def _maximise(log_likelihood: Callable[[float], float], alike: float, start: float) -> float:
    """Return the prior size of the highest profile likelihood, searched on the log scale."""
    centre = math.log(min(start, 1e4))
    grid = np.unique(np.append(np.linspace(math.log(_MIN_PRIOR_SIZE), math.log(_MAX_PRIOR_SIZE), 60), centre))
    values = [log_likelihood(math.exp(point)) for point in grid]
    best = int(np.argmax(values))
    found = optimize.minimize_scalar(
        lambda point: -log_likelihood(math.exp(point)),
        bounds=(grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]),
        method="bounded",
        options={"xatol": 1e-10},
    )
    size = math.exp(float(found.x))
    gain = 2 * (-float(found.fun) - alike)
    return math.inf if gain < _MIN_GAIN or size > _MAX_PRIOR_SIZE / 2 else size


def _gamma_moments(events: Array, sizes: Array, mean: float) -> float:
    """Return mean² / variance of the rates beyond chance; inf when there is none."""
    if mean == 0:
        return math.inf
    rates, total, units = events / sizes, sizes.sum(), len(events)
    if np.ptp(sizes) == 0:
        between = float(np.var(rates, ddof=1)) - mean / float(sizes[0])
    else:
        weighted = float((sizes * (rates - mean) ** 2).sum())
        between = (weighted - (units - 1) * mean) / float(total - (sizes**2).sum() / total)
    return mean**2 / between if between > 0 else math.inf


def _gamma_log_likelihood(events: Array, sizes: Array, shape: float, mean: float) -> float:
    # Constants of the counts left out: they are the same for every prior.
    rate = sizes * mean / shape
    terms = special.gammaln(shape + events) - special.gammaln(shape) - shape * np.log1p(rate)
    return float((terms + events * (np.log(rate) - np.log1p(rate))).sum())


def _gamma_mean(events: Array, sizes: Array, shape: float) -> float:
    """Return the mean that maximises the likelihood at a given shape."""
    pooled = float(events.sum() / sizes.sum())
    if np.ptp(sizes) == 0:
        return pooled
    rates = events / sizes

    def slope(mean: float) -> float:
        return float(((events - sizes * mean) / (1 + sizes * mean / shape)).sum())

    return float(optimize.brentq(slope, pooled * 1e-9, float(rates.max()) * (1 + 1e-9), xtol=1e-14))


def _gamma_ml(events: Array, sizes: Array, start: float) -> float:
    if not events.any():
        return math.inf
    pooled = float(events.sum() / sizes.sum())
    alike = float((events * np.log(sizes * pooled)).sum() - (sizes * pooled).sum())

    def profile(shape: float) -> float:
        return _gamma_log_likelihood(events, sizes, shape, _gamma_mean(events, sizes, shape))

    return _maximise(profile, alike, start)


def _beta_moments(hits: Array, trials: Array, mean: float) -> float:
    """Return alpha + beta by moments; inf when the shares vary no more than chance."""
    weighted = float((trials * (hits / trials - mean) ** 2).sum())
    total = trials.sum()
    spread = float(total - (trials**2).sum() / total)
    variance, freedom = mean * (1 - mean), len(hits) - 1
    if spread <= freedom:  # one trial a unit: nothing can be told apart
        return math.inf
    correlation = (weighted - freedom * variance) / (variance * (spread - freedom))
    return math.inf if correlation <= 0 else max(1 / correlation - 1, _MIN_PRIOR_SIZE)


def _beta_log_likelihood(hits: Array, trials: Array, size: float, mean: float) -> float:
    alpha, beta = mean * size, (1 - mean) * size
    terms = special.betaln(hits + alpha, trials - hits + beta) - special.betaln(alpha, beta)
    return float(terms.sum())


def _beta_mean(hits: Array, trials: Array, size: float) -> float:
    found = optimize.minimize_scalar(
        lambda mean: -_beta_log_likelihood(hits, trials, size, mean),
        bounds=(1e-9, 1 - 1e-9),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return float(found.x)


def _beta_ml(hits: Array, trials: Array, start: float) -> float:
    pooled = float(hits.sum() / trials.sum())
    alike = float((hits * math.log(pooled) + (trials - hits) * math.log1p(-pooled)).sum())

    def profile(size: float) -> float:
        return _beta_log_likelihood(hits, trials, size, _beta_mean(hits, trials, size))

    return _maximise(profile, alike, start)
