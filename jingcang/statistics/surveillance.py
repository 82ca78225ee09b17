"""Early warning: is this week's count higher than its past explains?

Belongs here: the result all methods share, the method for short histories and the choice between them
(METHODS section 2). Does not belong here: the long-history method (``farrington``), slow drifts (``cusum``),
how many alarms a leader wants (``alarm_budget``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .bands import estimate_dispersion, predictive_distribution
from .inputs import Array, Integers, as_counts, check_dispersion, check_share, refuse

WEEKS_A_YEAR = 52
# No alarm on fewer events than this in the last weeks, this one included (Farrington et al. 1996, 3.8).
MIN_RECENT_EVENTS, RECENT_WEEKS = 5, 4
# METHODS section 2: the last 8 to 13 weeks carry a short history.
_MIN_SHORT_HISTORY, _SHORT_HISTORY = 8, 13
_METHOD = "短历史预警"


@dataclass(frozen=True, eq=False)
class EarlyWarning:
    """One week against its past.

    Args:
        method: ``farrington-flexible`` or ``gamma-poisson``.
        now: index of the week.
        observed: count of the week.
        expected: mean the past predicts for the week.
        standard_error: of ``expected``.
        ci_low: lower alpha quantile of the predicted count.
        threshold: upper 1 − alpha quantile of the predicted count; nan where no model could be fitted.
        alarm: observed above the threshold, and enough events in the last weeks.
        score: (observed − expected) / (threshold − expected); above 1 beyond the threshold.
        p_value: chance of this count or more, one-sided.
        dispersion: overdispersion phi used, at least 1.
        alpha: one-sided chance of a false alarm a week.
        recent_events: events of the last weeks, this one included.
        n_baseline: past weeks used.
        trend: a trend was kept in the model.
        trend_per_week: its coefficient, log scale; nan without one.
        years_back: years of baseline used; 0 for a short history.
        baseline: indices of the weeks used, shape (n_baseline,).
        weights: their weights, same shape; below 1 for past outbreaks.
        has_converged: the model was fitted.
    """

    method: str
    now: int
    observed: float
    expected: float
    standard_error: float
    ci_low: float
    threshold: float
    alarm: bool
    score: float
    p_value: float
    dispersion: float
    alpha: float
    recent_events: float
    n_baseline: int
    trend: bool = False
    trend_per_week: float = float("nan")
    years_back: int = 0
    baseline: Integers = field(default_factory=lambda: np.empty(0, dtype=np.int64), repr=False)
    weights: Array = field(default_factory=lambda: np.empty(0), repr=False)
    has_converged: bool = True

    @property
    def estimate(self) -> float:
        """The expected count."""
        return self.expected

    @property
    def ci_high(self) -> float:
        """The threshold."""
        return self.threshold

    @property
    def has_enough_events(self) -> bool:
        """Enough events in the last weeks for an alarm."""
        return self.recent_events >= MIN_RECENT_EVENTS


def week_index(now: int, length: int, method: str) -> int:
    """Return the index of the week tested, counted from the end when negative.

    Raises:
        StatisticsInputError: outside the series.
    """
    index = int(now) + length if now < 0 else int(now)
    if not 0 <= index < length:
        raise refuse(f"要检验的周（{now}）不在序列内，序列共 {length} 周", method)
    return index


def exceedance_score(observed: float, expected: float, threshold: float) -> float:
    """Return (observed − expected) / (threshold − expected), both on the scale of counts.

    The score of R's surveillance subtracts the log of the mean when its threshold is nbPlugin (METHODS 2).
    With a threshold at the mean (both zero) it is inf for an excess, else 0.
    """
    if not np.isfinite(threshold):
        return float("nan")
    room = threshold - expected
    if room <= 0:
        return float("inf") if observed > threshold else 0.0
    return (observed - expected) / room


def gamma_poisson_band(
    counts: Any,
    *,
    now: int = -1,
    weeks: int = _SHORT_HISTORY,
    alpha: float = 0.05,
    dispersion: float | None = None,
) -> EarlyWarning:
    """Test one week of a series with less than three years of history.

    Args:
        counts: weekly counts, oldest first.
        now: index of the week tested (0 is the first week, −1 the last); later weeks are not looked at.
        weeks: how many weeks before it to use, at least 8; fewer are used if there are fewer, but not
            below 8.
        alpha: one-sided chance of a false alarm a week.
        dispersion: overdispersion phi; default: estimated from all past weeks (quasi-Poisson with annual
            wave) from a year of them on, else variance / mean of the weeks used, at least 1.

    Returns:
        See :class:`EarlyWarning`; threshold is the 1 − alpha quantile of the predictive distribution of
        :func:`~jingcang.statistics.chance_band` (Gamma-Poisson with Jeffreys prior; negative binomial with
        variance phi (μ + μ/m) when phi > 1). It knows no season: a rise that comes every year will alarm.

    Raises:
        StatisticsInputError: fewer than 8 past weeks, missing or negative counts, alpha outside (0, 1).
    """
    values = as_counts(counts, "周计数", _METHOD)
    index = week_index(now, len(values), _METHOD)
    check_share(alpha, "误报率", _METHOD)
    used = min(weeks, index)
    if used < _MIN_SHORT_HISTORY:
        remedy = f"至少需要之前 {_MIN_SHORT_HISTORY} 周的数据，请等数据积累后再看"
        raise refuse(f"之前只有 {used} 周数据", _METHOD, remedy)
    past = values[index - used : index]
    phi = _short_dispersion(values[:index], past) if dispersion is None else dispersion
    check_dispersion(phi, _METHOD)
    mean = float(past.mean())
    future = predictive_distribution(float(past.sum()), used, phi)
    threshold, observed = future.upper_quantile(alpha), float(values[index])
    recent = float(values[max(0, index - RECENT_WEEKS + 1) : index + 1].sum())
    return EarlyWarning(
        method="gamma-poisson",
        now=index,
        observed=observed,
        expected=mean,
        standard_error=float(np.sqrt(phi * mean / used)),
        ci_low=future.quantile(alpha),
        threshold=threshold,
        alarm=bool(observed > threshold and recent >= MIN_RECENT_EVENTS),
        score=exceedance_score(observed, mean, threshold),
        p_value=future.chance_of_at_least(observed),
        dispersion=phi,
        alpha=alpha,
        recent_events=recent,
        n_baseline=used,
        baseline=np.arange(index - used, index),
        weights=np.ones(used),
    )


def _short_dispersion(past: Array, used: Array) -> float:
    if len(past) >= WEEKS_A_YEAR:
        return estimate_dispersion(past)
    mean = float(used.mean())
    return max(1.0, float(used.var(ddof=1)) / mean) if mean > 0 else 1.0
