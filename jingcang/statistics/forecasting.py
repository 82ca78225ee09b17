"""Forecasts of counts: the seasonal naive baseline and the models that may replace it.

Belongs here: forecasters, each a function of the history that returns a distribution (METHODS section 3).
Does not belong here: which of them is shown (``model_choice``), scores (``scoring``), alarms.

Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., sections 5.2 and 5.5 (seasonal
naive, bootstrapped residuals); quasi-Poisson regression with one annual wave.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .bands import estimate_dispersion, predictive_distribution
from .calendar import festival_regressors
from .distributions import CountDistribution
from .inputs import Array, as_counts, check_share, refuse
from .quasi_poisson import fit_quasi_poisson
from .scoring import crps_count, crps_sample

_METHOD = "预测"
_LEVEL_WEEKS = 13


@dataclass(frozen=True, eq=False)
class SampleForecast:
    """A forecast as equally likely counts, sorted, shape (m,)."""

    samples: Array

    @property
    def mean(self) -> float:
        """Mean of the samples."""
        return float(self.samples.mean())

    def quantile(self, share: float) -> float:
        """Return the smallest sample with at least ``share`` of the samples at or below it."""
        position = int(np.ceil(share * len(self.samples) - 1e-9)) - 1
        return float(self.samples[max(0, position)])


Forecast = SampleForecast | CountDistribution
Forecaster = Callable[[Array, int, int, Sequence[datetime.date] | None], Forecast]


def crps(observed: float, forecast: Forecast) -> float:
    """Return the continuous ranked probability score of one forecast, in events, lower is better."""
    if isinstance(forecast, SampleForecast):
        return float(crps_sample(observed, forecast.samples))
    return crps_count(observed, forecast)


def prediction_interval(forecast: Forecast, level: float) -> tuple[float, float]:
    """Return the central interval of a forecast that holds at least ``level``."""
    tail = (1 - check_share(level, "区间水平", _METHOD)) / 2
    return forecast.quantile(tail), forecast.quantile(1 - tail)


def seasonal_naive(
    history: Any, horizon: int = 1, season: int = 52, dates: Sequence[datetime.date] | None = None
) -> SampleForecast:
    """Forecast the count of the same period last season, with the errors that forecast made before.

    Args:
        history: counts, oldest first, more than one season.
        horizon: periods ahead, from 1.
        season: periods a year.
        dates: not used.

    Returns:
        Samples y(t + h − season) + e with e every past y(s) − y(s − season), not below zero.

    Raises:
        StatisticsInputError: not more than one season, missing or negative counts.
    """
    values = as_counts(history, "历史计数", _METHOD)
    if len(values) <= season:
        raise refuse(f"季节性基准需要多于 {season} 期历史，收到 {len(values)} 期", _METHOD)
    back = -(-horizon // season) * season
    errors = values[season:] - values[:-season]
    return SampleForecast(np.sort(np.maximum(0.0, values[len(values) - 1 + horizon - back] + errors)))


def regression_forecast(
    history: Any, horizon: int = 1, season: int = 52, dates: Sequence[datetime.date] | None = None
) -> CountDistribution:
    """Forecast by quasi-Poisson regression on trend, one annual wave and, with dates, the Spring Festival.

    Args:
        history: counts, oldest first, at least one season.
        horizon: periods ahead, from 1.
        season: periods a year.
        dates: first day of each week of the history; adds the festival's regressors.

    Returns:
        Negative binomial with the fitted mean μ and variance φμ + (μ SE)², SE of the log mean.

    Raises:
        StatisticsInputError: less than one season, missing or negative counts.
    """
    values = as_counts(history, "历史计数", _METHOD)
    if len(values) < season:
        raise refuse(f"回归预测至少需要 {season} 期历史，收到 {len(values)} 期", _METHOD)
    time = np.arange(len(values) + 1, dtype=np.float64)
    time[-1] = len(values) - 1 + horizon
    time -= time[-1]
    angle = 2 * np.pi * time / season
    design = np.column_stack([np.ones_like(time), time / season, np.sin(angle), np.cos(angle)])
    if dates is not None:
        step = datetime.timedelta(7)
        design = np.column_stack([design, festival_regressors([*dates, dates[-1] + horizon * step])])
    if not values.any():
        return predictive_distribution(0.0, len(values), 1.0)
    fit = fit_quasi_poisson(design[:-1], values)
    log_mean, error = fit.predict(design[-1])
    # No forecast beyond what was ever seen twice over: a short steep trend is no reason for it.
    mean = min(float(np.exp(log_mean)), 2 * float(values.max()))
    return CountDistribution(mean, max(1.0, fit.dispersion) + mean * error**2)


def level_forecast(
    history: Any, horizon: int = 1, season: int = 52, dates: Sequence[datetime.date] | None = None
) -> CountDistribution:
    """Forecast by the mean of the last 13 periods: see :func:`~jingcang.statistics.chance_band`.

    Args:
        history: counts, oldest first, at least one season.
        horizon: not used: the level is taken as lasting.
        season: periods a year, for the overdispersion.
        dates: not used.

    Returns:
        Predictive distribution with the overdispersion of the whole history.

    Raises:
        StatisticsInputError: less than one season, missing or negative counts.
    """
    values = as_counts(history, "历史计数", _METHOD)
    phi = estimate_dispersion(values, season=season)
    return predictive_distribution(float(values[-_LEVEL_WEEKS:].sum()), _LEVEL_WEEKS, phi)
