"""Farrington Flexible: early warning for weekly series with at least three years of history.

Belongs here: the algorithm of Noufaily et al. Does not belong here: the result (``surveillance``), the choice
of alpha (``alarm_budget``).

Sources: Noufaily et al. 2013, Stat. Med. 32:1206–1222; Farrington et al. 1996, J. R. Stat. Soc. A 159:547–563;
as in ``farringtonFlexible`` of the R package surveillance (Salmon, Schumacher & Höhle 2016, J. Stat. Softw.
70(10)), whose Table 2 it reproduces. Two things differ on purpose: the score is taken on the scale of counts,
and significance of the trend and standard errors use the dispersion of the fit (the package computes them
after it has overwritten the weights of the fit).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import stats

from .distributions import CountDistribution
from .inputs import Array, Integers, as_counts, check_share, refuse
from .quasi_poisson import QuasiPoissonFit, fit_quasi_poisson
from .surveillance import (
    MIN_RECENT_EVENTS,
    RECENT_WEEKS,
    WEEKS_A_YEAR,
    EarlyWarning,
    exceedance_score,
    week_index,
)

MIN_YEARS = 3
_METHOD = "Farrington Flexible 预警"
# exp(30) events a week are not a threshold.
_MAX_LOG_MEAN = 30.0
_POWERS = {"none": 1.0, "1/2": 0.5, "2/3": 2 / 3}


def farrington_flexible(
    counts: Any,
    *,
    now: int | datetime.date = -1,
    years_back: int = 5,
    half_window: int = 3,
    alpha: float = 0.05,
    season_periods: int = 10,
    excluded_weeks: int = 26,
    reweight: bool = True,
    weights_threshold: float = 2.58,
    trend: bool = True,
    trend_p_value: float = 1.0,
    threshold_method: str = "nbPlugin",
    power: str = "2/3",
    min_recent_events: int = MIN_RECENT_EVENTS,
    recent_weeks: int = RECENT_WEEKS,
    dates: Sequence[datetime.date] | None = None,
    allow_missing: bool = False,
) -> EarlyWarning:
    """Test one week against the same and the other seasons of past years.

    Args:
        counts: weekly counts without gaps, oldest first, shape (weeks,).
        now: index of the week tested (0 is the first week, −1 the last), or with ``dates`` its date; later
            weeks are not looked at.
        years_back: years of baseline wanted (b), at least 3; the years there are are used when fewer.
        half_window: weeks on each side of the same week of past years that share its season (w).
        alpha: one-sided chance of a false alarm a week.
        season_periods: levels of the season factor, the window included; 1 uses the windows only.
        excluded_weeks: weeks before the tested one left out of the baseline, so that an outbreak under way
            does not hide itself.
        reweight: down-weight past outbreaks.
        weights_threshold: standardised Anscombe residual above which a week gets weight ∝ residual⁻².
        trend: fit a linear trend on the log scale.
        trend_p_value: keep it only when its p is below this; 1 keeps it whenever it does not extrapolate
            (Noufaily), 0.05 is Farrington 1996. It is always dropped when the prediction exceeds every
            baseline count.
        threshold_method: ``nbPlugin``: negative binomial quantile at the fitted mean (size μ/(φ−1), prob
            1/φ; Poisson at φ = 1); ``muan``: the same at the 1 − alpha quantile of the fitted mean;
            ``delta``: normal on the ``power`` scale with variance of estimation and prediction.
        power: transformation for ``delta``: ``2/3``, ``1/2`` or ``none``.
        min_recent_events: no alarm on fewer events than this …
        recent_weeks: … in this many weeks up to the tested one.
        dates: first day of each week; the same week a year ago is then the nearest same weekday to the same
            date. Without dates it is 52 weeks back.
        allow_missing: let nan (no data) pass in the baseline and leave those weeks out.

    Returns:
        See :class:`~jingcang.statistics.EarlyWarning`. Steps: fit; dispersion φ ≥ 1; Anscombe residuals
        s = 3/2 (y^⅔ μ^−⅙ − μ^½) / √(φ (1 − h)); weights γ s⁻² above the threshold, else γ, with sum n;
        refit; drop the trend where it does not qualify and start again; threshold. A baseline without any
        event has threshold 0; with ``muan`` a season without any event has none (nan). Where the fit does
        not converge with or without trend the threshold is nan, there is no alarm and ``has_converged`` is
        False.

    Raises:
        StatisticsInputError: less than three years before the week, missing or negative counts, unknown
            method or power, dates that are not one a week.
    """
    values = as_counts(counts, "周计数", _METHOD, allow_missing=allow_missing)
    check_share(alpha, "误报率", _METHOD)
    if threshold_method not in ("nbPlugin", "muan", "delta") or power not in _POWERS:
        raise refuse("阈值方法应为 nbPlugin、muan 或 delta，幂应为 2/3、1/2 或 none", _METHOD)
    if half_window < 0 or season_periods < 1 or excluded_weeks < 0:
        raise refuse("窗口、季节段数和排除周数不能为负", _METHOD)
    calendar = _checked_dates(dates, len(values))
    index = _index(now, calendar, len(values))
    references = _reference_weeks(index, years_back, half_window, calendar)
    years = len(references) - 1
    seasons = _seasons(references, half_window, season_periods)
    seasons[max(0, index - excluded_weeks) :] = 0
    past = np.flatnonzero((seasons > 0) & ~np.isnan(values[:index]))
    recent = float(values[max(0, index - recent_weeks + 1) : index + 1].sum())
    if np.isnan(recent):
        raise refuse(f"要检验的周或之前 {recent_weeks - 1} 周没有数据", _METHOD, "请等数据补齐后再检验")
    fit = _fit(
        values, past, seasons, index, season_periods, trend, trend_p_value, reweight, weights_threshold
    )
    observed = float(values[index])
    result: dict[str, Any] = {
        "method": "farrington-flexible",
        "now": index,
        "observed": observed,
        "alpha": alpha,
        "recent_events": recent,
        "n_baseline": len(past),
        "years_back": years,
        "baseline": past,
    }
    if fit is None:
        nothing = float("nan")
        return EarlyWarning(
            **result, expected=nothing, standard_error=nothing, ci_low=nothing, threshold=nothing, alarm=False,
            score=nothing, p_value=nothing, dispersion=nothing, weights=np.ones(len(past)), has_converged=False,
        )  # fmt: skip
    model, weights, has_trend, row = fit
    log_mean, log_error = (-np.inf, 0.0) if model is None else model.predict(row)
    phi = 1.0 if model is None else max(1.0, model.dispersion)
    mean = float(np.exp(log_mean))
    low, threshold, p_value = _threshold(mean, log_error, phi, observed, alpha, threshold_method, power)
    return EarlyWarning(
        **result,
        expected=mean,
        standard_error=mean * log_error,
        ci_low=low,
        threshold=threshold,
        alarm=bool(observed > threshold and recent >= min_recent_events),
        score=exceedance_score(observed, mean, threshold),
        p_value=p_value,
        dispersion=phi,
        trend=has_trend,
        trend_per_week=float(model.coefficients[1]) if has_trend and model is not None else float("nan"),
        weights=weights,
    )


def _checked_dates(dates: Sequence[datetime.date] | None, length: int) -> list[datetime.date] | None:
    if dates is None:
        return None
    days = [day.date() if isinstance(day, datetime.datetime) else day for day in dates]
    week = datetime.timedelta(7)
    if len(days) != length or any(b - a != week for a, b in pairwise(days)):
        raise refuse("日期应与周计数一一对应，且相邻相差 7 天", _METHOD, "请补上缺的周，没有警情的周计 0")
    return days


def _index(now: int | datetime.date, calendar: list[datetime.date] | None, length: int) -> int:
    if isinstance(now, datetime.date):
        day = now.date() if isinstance(now, datetime.datetime) else now
        if calendar is None or day not in calendar:
            raise refuse(f"要检验的周 {day} 不在日期之列", _METHOD)
        return calendar.index(day)
    return week_index(now, length, _METHOD)


def _reference_weeks(
    index: int, years_back: int, half_window: int, calendar: list[datetime.date] | None
) -> list[int]:
    """Return the tested week and the same week of past years, newest first."""
    if years_back < MIN_YEARS:
        raise refuse(f"基线年数不能少于 {MIN_YEARS} 年，收到 {years_back}", _METHOD, "历史较短时用短历史预警")
    weeks = [index]
    for year in range(1, years_back + 1):
        week = index - WEEKS_A_YEAR * year if calendar is None else _same_week(calendar, index, year)
        if week - half_window < 0:
            break
        weeks.append(week)
    if len(weeks) - 1 < MIN_YEARS:
        remedy = "不足三年时用短历史预警（gamma_poisson_band）"
        raise refuse(f"要检验的周之前不足 {MIN_YEARS} 年数据（含半窗 {half_window} 周）", _METHOD, remedy)
    return weeks


def _same_week(calendar: list[datetime.date], index: int, years: int) -> int:
    day = calendar[index]
    try:
        anniversary = day.replace(year=day.year - years)
    except ValueError:  # 29 February
        anniversary = datetime.date(day.year - years, 3, 1)
    return index - round((day - anniversary).days / 7)


def _seasons(references: list[int], half_window: int, periods: int) -> Integers:
    """Return the season of every week before the tested one: 1 … periods, ``periods`` the window; 0 unused.

    The weeks between two windows are shared out into periods − 1 blocks of equal length, the first ones a
    week longer where they do not divide.
    """
    now = references[0]
    seasons = np.zeros(now, dtype=np.int64)
    seasons[max(0, now - half_window) : now] = periods
    for newer, older in pairwise(references):
        seasons[older - half_window : older + half_window + 1] = periods
        if periods > 1:
            start = older + half_window + 1
            between = newer - half_window - start
            if between < periods - 1:
                raise refuse("季节段数太多，两个窗口之间的周不够分", _METHOD, "请减少季节段数或窗口")
            length, rest = divmod(between, periods - 1)
            sizes = [length + (block < rest) for block in range(periods - 1)]
            seasons[start : start + between] = np.repeat(np.arange(1, periods), sizes)
    return seasons


def _fit(
    values: Array, past: Integers, seasons: Integers, index: int, periods: int,
    wants_trend: bool, trend_p_value: float, reweight: bool, weights_threshold: float,
) -> tuple[QuasiPoissonFit | None, Array, bool, Array] | None:  # fmt: skip
    """Return fit, weights, whether the trend stays, and the design row of the tested week."""
    counts = values[past]
    # Time counts from the tested week, so its row is the intercept and the window's own level.
    blocks = (seasons[past][:, None] == np.arange(1, periods)).astype(np.float64)
    plain = np.column_stack([np.ones(len(past)), blocks])
    with_trend = np.column_stack([np.ones(len(past)), past - index, blocks])
    if not counts.any():
        return None if not len(past) else (None, np.ones(len(past)), False, np.eye(1, plain.shape[1])[0])
    for design, has_trend in ((with_trend, True), (plain, False)):
        if has_trend and not wants_trend:
            continue
        row = np.eye(1, design.shape[1])[0]
        model, weights = _reweighted(design, counts, reweight, weights_threshold)
        if not model.has_converged:
            continue
        if has_trend:
            spread = max(model.dispersion, 1e-300) * model.covariance[1, 1]
            p_value = 2 * stats.t.sf(abs(model.coefficients[1]) / np.sqrt(spread), model.degrees)
            if p_value >= trend_p_value or np.exp(model.predict(row)[0]) > counts.max():
                continue
        return model, weights, has_trend, row
    return None


def _reweighted(
    design: Array, counts: Array, reweight: bool, threshold: float
) -> tuple[QuasiPoissonFit, Array]:
    model = fit_quasi_poisson(design, counts)
    weights = np.ones(len(counts))
    if not reweight or not model.has_converged:
        return model, weights
    residuals = anscombe_residuals(counts, model.fitted, model.hat, max(1.0, model.dispersion))
    weights = outbreak_weights(residuals, threshold)
    return fit_quasi_poisson(design, counts, weights), weights


def anscombe_residuals(counts: Array, fitted: Array, hat: Array, dispersion: float) -> Array:
    """Return 3/2 (y^⅔ μ^−⅙ − μ^½) / √(φ (1 − h)), shape (n,)."""
    raw = 1.5 * (counts ** (2 / 3) * fitted ** (-1 / 6) - np.sqrt(fitted))
    return raw / np.sqrt(dispersion * np.maximum(1 - hat, 1e-12))


def outbreak_weights(residuals: Array, threshold: float) -> Array:
    """Return γ s⁻² where s is above the threshold, else γ; γ makes them sum to n."""
    above = residuals > threshold
    weights = np.where(above, 1 / np.where(above, residuals, 1) ** 2, 1.0)
    return weights * len(residuals) / weights.sum()


def _threshold(
    mean: float, log_error: float, phi: float, observed: float, alpha: float, method: str, power: str
) -> tuple[float, float, float]:
    """Return lower quantile, threshold and p of the observed count."""
    if mean == 0:
        return 0.0, 0.0, float(observed == 0)
    if method == "delta":
        exponent = _POWERS[power]
        total = phi + mean * log_error**2
        error = float(exponent * np.sqrt(mean ** (2 * exponent - 1) * total))
        z = float(stats.norm.isf(alpha))
        low, high = (max(0.0, mean**exponent + side * z * error) ** (1 / exponent) for side in (-1, 1))
        return low, high, float(stats.norm.sf(observed**exponent, mean**exponent, error))
    if method == "muan":
        log_mean = float(np.log(mean) + stats.norm.isf(alpha) * log_error)
        if log_mean > _MAX_LOG_MEAN:  # a season without any event: its mean may be anything
            return float("nan"), float("nan"), float("nan")
        mean = float(np.exp(log_mean))
    law = CountDistribution(mean, phi)
    return law.quantile(alpha), law.upper_quantile(alpha), law.chance_of_at_least(observed)
