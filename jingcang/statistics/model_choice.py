"""Which forecast is shown: a model only where it beats the seasonal naive forecast.

Belongs here: rolling origins, the test and the sentence a page prints (METHODS section 3). Does not belong
here: the forecasters (``forecasting``), scores (``scoring``).

Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 5.10 (rolling origins).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .forecasting import (
    Forecast,
    Forecaster,
    crps,
    level_forecast,
    prediction_interval,
    regression_forecast,
    seasonal_naive,
)
from .inputs import Array, as_counts, refuse
from .scoring import diebold_mariano, interval_coverage

_METHOD = "预测"
BASELINE = "seasonal-naive"
MIN_ORIGINS = 52
# More origins than two years say little about today and cost time.
_MAX_ORIGINS = 104
LABELS = {BASELINE: "季节性基准", "regression": "趋势加季节回归", "recent-level": "近期水平"}
CANDIDATES: Mapping[str, Forecaster] = {"regression": regression_forecast, "recent-level": level_forecast}


@dataclass(frozen=True)
class ModelScore:
    """One forecaster on all rolling origins.

    Args:
        name: key of the forecaster.
        crps: mean score, in events.
        skill: 1 − crps / crps of the baseline; 0 for the baseline, −inf where the baseline never erred.
        p_value: one-sided Diebold–Mariano p that it beats the baseline, times the number of candidates; nan
            for the baseline.
        coverage_80: share of counts inside the 80% interval.
        coverage_95: share inside the 95% interval.
    """

    name: str
    crps: float
    skill: float
    p_value: float
    coverage_80: float
    coverage_95: float


@dataclass(frozen=True, eq=False)
class ForecastChoice:
    """Result of :func:`forecast_choice`.

    Args:
        shown: name of the forecaster to show.
        sentence: what the page prints beside it.
        skill: of the best candidate against the baseline; nan when none could be tested.
        p_value: of the best candidate, see :class:`ModelScore`.
        coverage_80: of the forecaster shown; nan when untested.
        coverage_95: of the forecaster shown.
        origins: rolling origins used.
        horizon: periods ahead.
        scores: baseline first.
        forecast: of the forecaster shown, for ``horizon`` periods after the series.
    """

    shown: str
    sentence: str
    skill: float
    p_value: float
    coverage_80: float
    coverage_95: float
    origins: int
    horizon: int
    scores: tuple[ModelScore, ...]
    forecast: Forecast

    @property
    def estimate(self) -> float:
        """Forecast mean."""
        return self.forecast.mean

    @property
    def is_model_shown(self) -> bool:
        """A model beat the baseline."""
        return self.shown != BASELINE


def forecast_choice(
    counts: Any,
    *,
    horizon: int = 1,
    season: int = 52,
    candidates: Mapping[str, Forecaster] = CANDIDATES,
    dates: Sequence[datetime.date] | None = None,
    max_p_value: float = 0.05,
) -> ForecastChoice:
    """Choose what to show: the best candidate only if it beats the seasonal naive forecast.

    Args:
        counts: one a period, oldest first.
        horizon: periods ahead, from 1.
        season: periods a year.
        candidates: name → forecaster, called as f(history, horizon, season, dates of the history or None).
        dates: first day of each week, for the festival.
        max_p_value: largest p that counts as beating.

    Returns:
        See :class:`ForecastChoice`. Every origin from a season and a half on (the last 104 at most) is
        forecast from what was known then; a model is shown when its mean CRPS is lower and the one-sided
        Diebold–Mariano p (with the Harvey–Leybourne–Newbold correction), multiplied by the number of
        candidates, is at most ``max_p_value``. With fewer than 52 origins the baseline is shown untested.

    Raises:
        StatisticsInputError: not more than one season, missing or negative counts, dates of another length.
    """
    values = as_counts(counts, "历史计数", _METHOD)
    if horizon < 1 or season < 2:
        raise refuse("预测期至少为 1，季节长度至少为 2", _METHOD)
    if dates is not None and len(dates) != len(values):
        raise refuse("日期与计数不能一一对应", _METHOD)
    first = max(season + season // 2, len(values) - horizon + 1 - _MAX_ORIGINS)
    ends = range(first, len(values) - horizon + 1)
    if len(ends) < MIN_ORIGINS or not candidates:
        sentence = (
            f"历史只够 {max(0, len(ends))} 次滚动检验（至少 {MIN_ORIGINS} 次），模型未经检验，仅显示基准。"
        )
        missing = float("nan")
        return ForecastChoice(
            BASELINE, sentence, missing, missing, missing, missing, max(0, len(ends)), horizon, (),
            seasonal_naive(values, horizon, season),
        )  # fmt: skip
    forecasters: dict[str, Forecaster] = {BASELINE: seasonal_naive, **candidates}
    observed = np.array([values[end + horizon - 1] for end in ends])
    made = {
        name: [method(values[:end], horizon, season, None if dates is None else dates[:end]) for end in ends]
        for name, method in forecasters.items()
    }
    losses = {
        name: np.array([crps(y, forecast) for y, forecast in zip(observed, forecasts, strict=True)])
        for name, forecasts in made.items()
    }
    scores = [_score(name, made[name], losses, observed, horizon, len(candidates)) for name in forecasters]
    best = min(scores[1:], key=lambda score: score.crps)
    wins = best.skill > 0 and best.p_value <= max_p_value
    shown = best if wins else scores[0]
    return ForecastChoice(
        shown=shown.name,
        sentence=_sentence(best, shown, len(ends), wins),
        skill=best.skill,
        p_value=best.p_value,
        coverage_80=shown.coverage_80,
        coverage_95=shown.coverage_95,
        origins=len(ends),
        horizon=horizon,
        scores=tuple(scores),
        forecast=forecasters[shown.name](values, horizon, season, dates),
    )


def _score(
    name: str,
    forecasts: Sequence[Forecast],
    losses: Mapping[str, Array],
    observed: Array,
    horizon: int,
    candidates: int,
) -> ModelScore:
    mean, base = float(losses[name].mean()), float(losses[BASELINE].mean())
    p_value = float("nan")
    if name != BASELINE:
        test = diebold_mariano(losses[BASELINE], losses[name], horizon=horizon, alternative="greater")
        p_value = min(1.0, test.p_value * candidates)
    inside = []
    for level in (0.80, 0.95):
        limits = np.array([prediction_interval(forecast, level) for forecast in forecasts])
        inside.append(interval_coverage(observed, limits[:, 0], limits[:, 1]).estimate)
    skill = 1 - mean / base if base > 0 else (0.0 if mean == 0 else float("-inf"))
    return ModelScore(name, mean, skill, p_value, inside[0], inside[1])


def _sentence(best: ModelScore, shown: ModelScore, origins: int, wins: bool) -> str:
    model = LABELS.get(best.name, best.name)
    gain = "基准没有误差" if best.skill == float("-inf") else f"CRPS 相对基准改进 {best.skill:.0%}"
    facts = f"{origins} 次滚动检验，{gain}，p = {best.p_value:.3f}"
    covered = f"80%、95% 区间实际覆盖 {shown.coverage_80:.0%}、{shown.coverage_95:.0%}"
    if wins:
        return f"模型（{model}）优于季节性基准（{facts}）；{covered}。"
    return f"模型未优于季节性基准（最好的是{model}：{facts}），仅显示基准；{covered}。"
