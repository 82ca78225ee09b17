"""How good were probabilistic forecasts: CRPS, the Diebold–Mariano test, coverage of intervals.

Belongs here: scores of forecasts against what came (METHODS section 3). Does not belong here: forecasts
(``forecasting``), hit rates of places (``places``).

Sources: Gneiting & Raftery 2007, J. Am. Stat. Assoc. 102:359–378 (CRPS); Jordan, Krüger & Lerch 2019,
J. Stat. Softw. 90(12) (closed forms; same numbers as the package scoringrules); Diebold & Mariano 1995,
J. Bus. Econ. Stat. 13:253–263; Harvey, Leybourne & Newbold 1997, Int. J. Forecast. 13:281–291 (correction).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from .distributions import CountDistribution
from .inputs import Array, as_counts, as_number, as_numbers, check_dispersion, check_share, refuse
from .intervals import Interval, wilson_interval

_METHOD = "预测评分"
# Probability left out at the upper end of a sum over counts.
_TAIL = 1e-13


def crps_poisson(observed: Any, mean: Any) -> Array:
    """Return the continuous ranked probability score of Poisson forecasts.

    Args:
        observed: counts that came, scalar or shape (n,).
        mean: forecast means, scalar or same shape, not negative.

    Returns:
        (y − λ)(2F(y) − 1) + 2λ f(y) − λ e^(−2λ) (I0(2λ) + I1(2λ)), in events, lower is better; |y| at a mean
        of zero.

    Raises:
        StatisticsInputError: missing or negative values.
    """
    y = as_counts(observed, "实际数", _METHOD, dimensions=None)
    rate = as_counts(mean, "预测均值", _METHOD, dimensions=None)
    whole = np.floor(y)
    score = (y - rate) * (2 * stats.poisson.cdf(whole, rate) - 1)
    score = score + 2 * rate * stats.poisson.pmf(whole, rate)
    return np.asarray(score - rate * (special.ive(0, 2 * rate) + special.ive(1, 2 * rate)))


def crps_negative_binomial(observed: Any, mean: Any, dispersion: float) -> Array:
    """Return the CRPS of negative binomial forecasts with variance dispersion × mean.

    Args:
        observed: counts that came, scalar or shape (n,).
        mean: forecast means, scalar or same shape, not negative.
        dispersion: phi, at least 1; 1 is Poisson.

    Returns:
        Σ over k of (F(k) − 1{y ≤ k})², in events, lower is better, broadcast shape.

    Raises:
        StatisticsInputError: missing or negative values, phi below 1.
    """
    y = as_counts(observed, "实际数", _METHOD, dimensions=None)
    means = as_counts(mean, "预测均值", _METHOD, dimensions=None)
    phi = check_dispersion(dispersion, _METHOD)
    if phi == 1:
        return crps_poisson(y, means)
    y, means = np.broadcast_arrays(y, means)
    scores = [
        crps_count(float(a), CountDistribution(float(b), phi))
        for a, b in zip(y.flat, means.flat, strict=True)
    ]
    return np.asarray(scores).reshape(y.shape)


def crps_count(observed: float, forecast: CountDistribution) -> float:
    """Return the CRPS of one count forecast, Σ over k of (F(k) − 1{y ≤ k})²."""
    if forecast.is_poisson:
        return float(crps_poisson(observed, forecast.mean))
    top = max(forecast.upper_quantile(_TAIL), observed)
    counts = np.arange(int(top) + 1, dtype=np.float64)
    return float(((forecast.cumulative(counts) - (counts >= observed)) ** 2).sum())


def crps_sample(observed: Any, samples: Any) -> Array:
    """Return the CRPS of forecasts given as samples.

    Args:
        observed: values that came, scalar or shape (n,).
        samples: equally likely values of each forecast, shape (m,) or (n, m).

    Returns:
        mean |x − y| − ½ mean |x − x′|, the CRPS of the empirical distribution, shape of ``observed``.

    Raises:
        StatisticsInputError: missing values, no sample, other shapes.
    """
    y = as_numbers(observed, "实际数", _METHOD, dimensions=None)
    draws = np.sort(as_numbers(samples, "预测样本", _METHOD, dimensions=None), axis=-1)
    size = draws.shape[-1] if draws.ndim else 0
    if size == 0 or draws.shape[:-1] not in ((), y.shape):
        raise refuse("预测样本与实际数的形状不一致", _METHOD)
    off = np.abs(draws - y[..., None]).mean(axis=-1)
    # ½ mean |x − x′| of sorted values: Σ (2i − m − 1) x_i / m².
    spread = (draws * (2 * np.arange(1, size + 1) - size - 1)).sum(axis=-1) / size**2
    return np.asarray(off - spread)


@dataclass(frozen=True)
class LossComparison:
    """Result of :func:`diebold_mariano`.

    Args:
        estimate: mean of first − second loss; positive when the second forecast is better.
        standard_error: of the mean, with the correction for small samples.
        ci_low: lower limit.
        ci_high: upper limit.
        p_value: from Student's t with n − 1 degrees of freedom.
        statistic: corrected Diebold–Mariano statistic; nan when the losses never differ.
        origins: n.
        horizon: periods ahead.
        alternative: as asked for.
        level: confidence level.
    """

    estimate: float
    standard_error: float
    ci_low: float
    ci_high: float
    p_value: float
    statistic: float
    origins: int
    horizon: int
    alternative: str
    level: float = 0.95


def diebold_mariano(
    first: Any, second: Any, *, horizon: int = 1, alternative: str = "two-sided", level: float = 0.95
) -> LossComparison:
    """Test whether two forecasts have the same expected loss.

    Args:
        first: losses of the first forecast, one an origin in order of time, shape (n,).
        second: losses of the second forecast at the same origins.
        horizon: periods ahead, h; differences are taken as autocorrelated up to h − 1.
        alternative: ``two-sided``; ``greater``: the first loses more (the second is better); ``less``.
        level: confidence level.

    Returns:
        See :class:`LossComparison`. DM = d̄ / √((γ0 + 2 Σ γk)/n), times √((n + 1 − 2h + h(h − 1)/n)/n)
        (Harvey, Leybourne & Newbold). Where the sum of autocovariances is not positive they are weighted
        after Bartlett. Same losses at every origin give p = 1.

    Raises:
        StatisticsInputError: other lengths, missing values, fewer than 2 or at most h origins, unknown
            alternative.
    """
    name = "Diebold–Mariano 检验"
    one, two = as_numbers(first, "损失", name, dimensions=1), as_numbers(second, "损失", name, dimensions=1)
    check_share(level, "置信水平", name)
    n, h = len(one), int(as_number(horizon, "预测期", name))
    if len(two) != n or h < 1 or n < 2 or n <= h:
        raise refuse("两组损失应一样长，且多于预测期数", name)
    if alternative not in ("two-sided", "greater", "less"):
        raise refuse(f"不认识的备择假设 {alternative}", name, "请用 two-sided、greater 或 less")
    difference = one - two
    mean = float(difference.mean())
    centred = difference - mean
    covariances = np.array([centred[lag:] @ centred[: n - lag] / n for lag in range(h)])
    variance = float(covariances[0] + 2 * covariances[1:].sum()) / n
    if variance <= 0:
        weights = 1 - np.arange(1, h) / h
        variance = float(covariances[0] + 2 * (weights * covariances[1:]).sum()) / n
    correction = math.sqrt((n + 1 - 2 * h + h * (h - 1) / n) / n)
    error = math.sqrt(max(0.0, variance)) / correction if correction > 0 else math.inf
    if error <= 1e-15 * max(1.0, float(np.abs(one).max())):
        against = mean == 0 or (alternative == "greater" and mean < 0) or (alternative == "less" and mean > 0)
        statistic = math.nan if mean == 0 else math.copysign(math.inf, mean)
        p_value = 1.0 if against else 0.0
        return LossComparison(mean, 0.0, mean, mean, p_value, statistic, n, h, alternative, level)
    statistic = mean / error
    law = stats.t(n - 1)
    p_value = {
        "two-sided": 2 * law.sf(abs(statistic)),
        "greater": law.sf(statistic),
        "less": law.cdf(statistic),
    }[alternative]
    reach = float(law.isf((1 - level) / 2)) * error
    return LossComparison(
        mean, error, mean - reach, mean + reach, float(p_value), statistic, n, h, alternative, level
    )  # fmt: skip


def interval_coverage(observed: Any, low: Any, high: Any, *, level: float = 0.95) -> Interval:
    """Return the share of observations inside their forecast intervals.

    Args:
        observed: values that came, shape (n,).
        low: lower limits, same shape.
        high: upper limits, same shape.
        level: confidence level of the Wilson interval of that share.

    Returns:
        Share with its interval; a fair 80% interval has 0.8 inside it (counts: a little more).

    Raises:
        StatisticsInputError: other lengths or missing values.
    """
    y, below, above = (
        as_numbers(values, "区间与实际数", _METHOD, dimensions=1) for values in (observed, low, high)
    )
    if not len(y) == len(below) == len(above):
        raise refuse("区间与实际数长短不一", _METHOD)
    return wilson_interval(int(((below <= y) & (y <= above)).sum()), len(y), level)
