"""Forecasters, and the choice of what is shown."""

import datetime
import math

import numpy as np
import pytest

from jingcang.errors import JingcangError
from jingcang.statistics import (
    CountDistribution,
    SampleForecast,
    chance_band,
    crps,
    forecast_choice,
    level_forecast,
    prediction_interval,
    regression_forecast,
    seasonal_naive,
    spring_festival,
)


def series(weeks: int, seed: int, *, level: float = 20, wave: float = 0.5) -> np.ndarray:
    time = np.arange(weeks)
    return np.random.default_rng(seed).poisson(level * (1 + wave * np.sin(2 * np.pi * time / 52)))


def test_seasonal_naive_by_hand() -> None:
    history = [3, 8, 5, 4, 9, 4]
    forecast = seasonal_naive(history, 1, season=3)  # same period last season: 4; past errors 1, 1, −1
    assert forecast.samples.tolist() == [3, 5, 5]
    assert seasonal_naive(history, 3, season=3).samples.tolist() == [3, 5, 5]
    assert seasonal_naive(history, 4, season=3).samples.tolist() == [3, 5, 5]  # two seasons back, counted on
    assert seasonal_naive([0, 9, 0, 0], 1, season=3).samples.tolist() == [9]
    assert seasonal_naive([5, 1, 0, 0], 2, season=3).samples.tolist() == [0]  # not below zero
    with pytest.raises(JingcangError, match="多于 3 期"):
        seasonal_naive([1, 2, 3], season=3)


def test_quantiles_and_intervals() -> None:
    forecast = SampleForecast(np.arange(1.0, 11))
    assert forecast.quantile(0.1) == 1
    assert forecast.quantile(0.11) == 2
    assert forecast.quantile(1) == 10
    assert prediction_interval(forecast, 0.8) == (1, 9)
    assert prediction_interval(CountDistribution(4.0), 0.95) == (1, 8)


def test_regression_forecasts_the_season() -> None:
    history = series(156, 71, level=40)
    time = 156 + 3
    truth = 40 * (1 + 0.5 * np.sin(2 * np.pi * time / 52))
    forecast = regression_forecast(history, 4)
    assert forecast.mean == pytest.approx(truth, rel=0.12)
    assert forecast.dispersion < 1.5
    assert regression_forecast(np.zeros(60)).mean == pytest.approx(0.5 / 60)


def test_regression_knows_the_festival() -> None:
    """Counts halve in the week of the festival; only the model with dates forecasts it."""
    monday, week = datetime.date(2019, 1, 7), datetime.timedelta(7)
    days = [monday + step * week for step in range((datetime.date(2025, 1, 27) - monday).days // 7)]
    assert days[-1] + week <= spring_festival(2025) < days[-1] + 2 * week
    counts = np.full(len(days), 60.0)
    for year in range(2019, 2025):
        counts[[day <= spring_festival(year) < day + week for day in days].index(True)] = 30
    # Five of the week's seven days lie in the festival's window; the plain wave knows nothing of it.
    assert regression_forecast(counts, dates=days).mean < 48
    assert regression_forecast(counts).mean > 55


def test_level_forecast_is_the_chance_band() -> None:
    history = series(60, 72, wave=0)
    forecast = level_forecast(history)
    assert forecast.mean == pytest.approx(
        (history[-13:].sum() + (0.5 if forecast.dispersion < 1.08 else 0)) / 13, rel=0.01
    )
    band = chance_band(history, periods=13, dispersion=max(1.0, forecast.dispersion * 13 / 14))
    low, high = prediction_interval(forecast, 0.95)
    assert abs(low - band.ci_low) <= 1
    assert abs(high - band.ci_high) <= 1


def test_a_better_model_is_shown() -> None:
    choice = forecast_choice(series(200, 73))
    assert choice.is_model_shown
    assert choice.shown == "regression"
    assert choice.origins >= 52
    assert choice.skill > 0.1
    assert choice.p_value < 0.05
    assert "优于季节性基准" in choice.sentence
    assert choice.coverage_80 == pytest.approx(0.8, abs=0.12)
    assert choice.coverage_95 >= 0.85
    assert [score.name for score in choice.scores] == ["seasonal-naive", "regression", "recent-level"]
    assert choice.scores[0].skill == 0
    assert math.isnan(choice.scores[0].p_value)
    assert choice.estimate == choice.forecast.mean


def test_scores_are_those_of_the_origins() -> None:
    counts = series(190, 74)
    choice = forecast_choice(counts, horizon=2)
    losses = [
        crps(counts[end + 1], seasonal_naive(counts[:end], 2)) for end in range(190 - 1 - choice.origins, 189)
    ]
    assert choice.scores[0].crps == pytest.approx(np.mean(losses))


def test_a_model_that_is_no_better_is_not_shown() -> None:
    """A series that nearly repeats last year: nothing beats the seasonal naive forecast."""
    source = np.random.default_rng(75)
    year = source.integers(2, 40, 52)
    choice = forecast_choice(np.tile(year, 4) + source.integers(0, 2, 208))
    assert not choice.is_model_shown
    assert choice.shown == "seasonal-naive"
    assert choice.sentence.startswith("模型未优于季节性基准")
    assert "仅显示基准" in choice.sentence
    assert isinstance(choice.forecast, SampleForecast)
    assert choice.skill < 0
    exact = forecast_choice(np.tile(year, 4))
    assert exact.skill == -math.inf
    assert "基准没有误差" in exact.sentence


def test_a_candidate_as_good_as_the_baseline_seldom_wins(capsys: pytest.CaptureFixture[str]) -> None:
    """Two seasons back instead of one, on series without season: shown at most 1.5 × 5% of the time."""

    def two_back(history: np.ndarray, horizon: int, season: int, dates: object) -> SampleForecast:
        errors = history[season:] - history[:-season]
        before = history[max(0, len(history) - 1 + horizon - 2 * season)]
        return SampleForecast(np.sort(np.maximum(0, before + errors)))

    choices = [
        forecast_choice(series(100, seed, level=9, wave=0), season=8, candidates={"two-back": two_back})
        for seed in range(100)
    ]
    shown = sum(choice.is_model_shown for choice in choices)
    better = sum(choice.skill > 0 for choice in choices)
    with capsys.disabled():
        print(f"\nForecast choice: 100 seeds, skill > 0 in {better}, shown {shown / 100:.2f}, nominal 0.05")
    assert better > 25
    assert shown / 100 <= 0.075


def test_a_short_history_shows_the_baseline_untested() -> None:
    choice = forecast_choice(series(128, 76))
    assert not choice.is_model_shown
    assert choice.origins == 51 - 1
    assert "仅显示基准" in choice.sentence
    assert math.isnan(choice.skill)
    assert choice.scores == ()
    with pytest.raises(JingcangError, match="52 期"):
        forecast_choice(series(52, 76))
    with pytest.raises(JingcangError, match="缺失"):
        forecast_choice([*series(200, 76), math.nan])
    with pytest.raises(JingcangError, match="日期"):
        forecast_choice(series(200, 76), dates=[datetime.date(2024, 1, 1)])
