"""Farrington Flexible against an independent implementation, published thresholds and simulated stable series."""

import datetime
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import stats

from jingcang.errors import JingcangError
from jingcang.statistics import farrington_flexible
from jingcang.statistics.farrington import _threshold, anscombe_residuals, outbreak_weights

NEGATIVE_BINOMIAL_SHAPE = 8


def seasonal(
    weeks: int, seed: int, level: float = 12, growth: float = 0.1, outbreaks: tuple[int, ...] = ()
) -> np.ndarray:
    source = np.random.default_rng(seed)
    time = np.arange(weeks)
    mean = level * np.exp(growth * time / 52) * (1 + 0.4 * np.sin(2 * np.pi * time / 52))
    counts = source.negative_binomial(
        NEGATIVE_BINOMIAL_SHAPE, NEGATIVE_BINOMIAL_SHAPE / (NEGATIVE_BINOMIAL_SHAPE + mean)
    )
    for week in outbreaks:
        counts[week] += 60
    return counts


def reference(counts: np.ndarray, now: int, years: int, window: int, alpha: float) -> dict[str, float]:
    """The algorithm again, week by week and through statsmodels, in the words of the paper."""
    level = {}
    for year in range(years):
        newer, older = now - 52 * year, now - 52 * (year + 1)
        for week in range(older - window, older + window + 1):
            level[week] = 0
        between = list(range(older + window + 1, newer - window))
        for block, part in enumerate(np.array_split(between, 9), start=1):
            level.update({int(week): block for week in part})
    for week in range(now - window, now):
        level[week] = 0
    weeks = sorted(week for week in level if week < now - 26)
    frame = pd.DataFrame({"y": counts[weeks], "t": weeks})
    seasons = pd.get_dummies(pd.Categorical([level[week] for week in weeks])).to_numpy(float)[:, 1:]

    def fitted(has_trend: bool) -> tuple[object, np.ndarray, float]:
        columns = [np.ones(len(frame)), *([frame["t"]] if has_trend else []), *seasons.T]
        design = np.column_stack(columns)
        first = sm.GLM(frame["y"], design, family=sm.families.Poisson()).fit(scale="X2")
        phi = max(1.0, first.scale)
        hat = first.get_influence().hat_matrix_diag
        mean = first.fittedvalues
        residual = 1.5 * (frame["y"] ** (2 / 3) * mean ** (-1 / 6) - mean**0.5) / np.sqrt(phi * (1 - hat))
        weight = np.where(residual > 2.58, residual**-2.0, 1.0)
        weight *= len(weight) / weight.sum()
        second = sm.GLM(frame["y"], design, family=sm.families.Poisson(), var_weights=weight).fit(scale="X2")
        return second, weight, max(1.0, second.scale)

    fit, weight, phi = fitted(True)
    row = np.array([1.0, now, *([0.0] * 9)])
    mean = float(np.exp(row @ fit.params))
    if mean > frame["y"].max():
        fit, weight, phi = fitted(False)
        mean = float(np.exp(fit.params.iloc[0]))
    law = stats.nbinom(mean / (phi - 1), 1 / phi) if phi > 1 else stats.poisson(mean)
    return {
        "expected": mean,
        "dispersion": phi,
        "threshold": law.ppf(1 - alpha),
        "weights": weight,
        "n": len(weeks),
    }


@pytest.mark.parametrize(
    ("seed", "now", "years", "window", "alpha", "outbreaks"),
    [
        (1, 311, 5, 3, 0.05, ()),
        (2, 300, 4, 3, 0.01, (150, 151)),
        (3, 220, 3, 2, 0.0077, (90,)),
        (4, 280, 5, 3, 0.005, (100, 205)),
        (5, 311, 5, 4, 0.1, (60,)),
    ],
)
def test_against_an_independent_implementation(
    seed: int, now: int, years: int, window: int, alpha: float, outbreaks: tuple[int, ...]
) -> None:
    counts = seasonal(312, seed, outbreaks=outbreaks)
    ours = farrington_flexible(counts, now=now, years_back=years, half_window=window, alpha=alpha)
    theirs = reference(counts, now, years, window, alpha)
    assert ours.n_baseline == theirs["n"]
    assert ours.expected == ours.estimate == pytest.approx(theirs["expected"], rel=1e-5)
    assert ours.dispersion == pytest.approx(theirs["dispersion"], rel=1e-5)
    assert ours.threshold == ours.ci_high == theirs["threshold"]
    assert ours.weights == pytest.approx(np.asarray(theirs["weights"]), rel=1e-4)
    assert ours.weights.sum() == pytest.approx(ours.n_baseline)
    assert ours.years_back == years
    assert ours.baseline.max() < now - 26
    for week in outbreaks:
        assert ours.weights[list(ours.baseline).index(week)] < 0.5


def test_thresholds_published_with_the_package() -> None:
    # R surveillance, tests of algo.farrington.threshold.{noufaily,farrington}: mean 5, log standard error
    # ln 2 (0.2/5 of the mean for delta), alpha 0.05; lower, upper, p.
    plug = _threshold(5, math.log(2), 1.5, 11, 0.05, "nbPlugin", "2/3")
    assert plug == pytest.approx((1, 10, 0.03763657), abs=1e-7)
    assert _threshold(5, math.log(2), 1.0, 11, 0.05, "nbPlugin", "2/3") == pytest.approx(
        (2, 9, 0.01369527), abs=1e-7
    )
    assert _threshold(5, math.log(2), 1.5, 11, 0.05, "muan", "2/3") == pytest.approx(
        (8, 24, 0.8597797), abs=1e-6
    )
    assert _threshold(5, math.log(2), 1.0, 11, 0.05, "muan", "2/3") == pytest.approx(
        (9, 22, 0.9093099), abs=1e-6
    )
    for power, answer in (
        ("none", (1.3073128, 8.6926872, 0.0907246)),
        ("1/2", (1.9891097, 9.3744842, 0.1189986)),
        ("2/3", (1.8084477, 9.1154825, 0.1094727)),
    ):
        assert _threshold(5, 0.2 / 5, 1.0, 8, 0.05, "delta", power) == pytest.approx(answer, abs=1e-6)


def test_weights_checked_by_hand() -> None:
    # R surveillance, test of algo.farrington.assign.weights
    residuals = np.array([0.0] * 5 + [2.0] * 5)
    assert outbreak_weights(residuals, 0) == pytest.approx([1.6] * 5 + [0.4] * 5)
    fitted = np.array([2.0, 9.0])
    assert anscombe_residuals(fitted, fitted, np.array([0.1, 0.2]), 2) == pytest.approx([0, 0])


def test_an_outbreak_alarms_and_the_score_is_on_the_scale_of_counts() -> None:
    counts = seasonal(312, 7)
    counts[311] = 90
    result = farrington_flexible(counts, now=311, alpha=0.01)
    assert result.alarm
    assert result.p_value < 0.01
    assert result.score == pytest.approx((90 - result.expected) / (result.threshold - result.expected))
    assert result.score > 1
    assert not farrington_flexible(counts, now=310, alpha=0.01).alarm


def test_few_recent_events_give_no_alarm() -> None:
    counts = np.zeros(312)
    counts[::26] = 1
    counts[308:] = [0, 0, 0, 4]
    quiet = farrington_flexible(counts)
    assert quiet.observed > quiet.threshold
    assert quiet.recent_events == 4
    assert not quiet.alarm
    counts[311] = 5
    assert farrington_flexible(counts).alarm
    assert farrington_flexible(counts, recent_weeks=1, min_recent_events=6).alarm is False


def test_a_history_without_events() -> None:
    counts = np.zeros(312)
    counts[309:] = 3
    result = farrington_flexible(counts)
    assert (result.expected, result.threshold, result.dispersion) == (0, 0, 1)
    assert result.alarm
    assert result.score == math.inf
    assert not farrington_flexible(np.zeros(312)).alarm


def test_later_weeks_and_the_last_26_are_not_looked_at() -> None:
    counts = seasonal(312, 9)
    changed = counts.copy()
    changed[301:] += 500
    before, after = (farrington_flexible(series, now=300) for series in (counts, changed))
    assert before.threshold == after.threshold
    changed = counts.copy()
    changed[275:300] += 500
    assert farrington_flexible(changed, now=300).threshold == before.threshold
    assert farrington_flexible(changed, now=300, excluded_weeks=3).threshold != before.threshold


def test_the_years_there_are_are_used() -> None:
    counts = seasonal(200, 11)
    assert farrington_flexible(counts, years_back=5).years_back == 3
    assert farrington_flexible(counts[: 3 * 52 + 4]).years_back == 3
    with pytest.raises(JingcangError, match="不足 3 年"):
        farrington_flexible(counts[: 3 * 52 + 3])
    with pytest.raises(JingcangError, match="不能少于 3 年"):
        farrington_flexible(counts, years_back=2)


def test_trend_options() -> None:
    flat = seasonal(312, 12, growth=0)
    assert farrington_flexible(flat).trend
    strict = farrington_flexible(flat, trend_p_value=1e-9)
    assert not strict.trend
    assert math.isnan(strict.trend_per_week)
    assert strict.expected == farrington_flexible(flat, trend=False).expected
    rising = farrington_flexible(seasonal(312, 12, growth=0.3), trend_p_value=0.05)
    assert rising.trend
    assert rising.trend_per_week == pytest.approx(0.3 / 52, abs=0.002)
    # A trend that would carry the week above everything seen before is dropped.
    steep = np.round(2 * np.exp(np.arange(312) / 40))
    assert not farrington_flexible(steep).trend


def test_dates_follow_the_calendar() -> None:
    # R surveillance, test of algo.farrington.referencetimepoints: 2013-06-06 → 2012-06-07, 2011-06-09, 2010-06-03
    days = [datetime.date(1990, 6, 7) + datetime.timedelta(7 * week) for week in range(1201)]
    counts = np.zeros(1201)
    counts[
        [
            days.index(day)
            for day in (datetime.date(2012, 6, 7), datetime.date(2011, 6, 9), datetime.date(2010, 6, 3))
        ]
    ] = 9
    now = days.index(datetime.date(2013, 6, 6))
    narrow = farrington_flexible(
        counts,
        now=days[now],
        years_back=3,
        half_window=0,
        season_periods=1,
        dates=days,
        reweight=False,
        trend=False,
    )
    assert narrow.expected == pytest.approx(9)
    with pytest.raises(JingcangError, match="相差 7 天"):
        farrington_flexible(counts, dates=[*days[:-1], days[-1] + datetime.timedelta(1)])
    with pytest.raises(JingcangError, match="不在日期之列"):
        farrington_flexible(counts, now=datetime.date(2013, 6, 7), dates=days)


def test_missing_weeks_only_where_allowed() -> None:
    counts = seasonal(312, 14).astype(float)
    counts[100:104] = math.nan
    with pytest.raises(JingcangError, match="缺失"):
        farrington_flexible(counts)
    assert (
        farrington_flexible(counts, allow_missing=True).n_baseline
        == farrington_flexible(seasonal(312, 14)).n_baseline - 4
    )
    counts[310] = math.nan
    with pytest.raises(JingcangError, match="没有数据"):
        farrington_flexible(counts, allow_missing=True)


@pytest.mark.parametrize("kind", [list, pd.Series, pl.Series])
def test_every_kind_of_series_is_taken(kind: type) -> None:
    counts = seasonal(312, 15)
    assert farrington_flexible(kind(counts.tolist())).threshold == farrington_flexible(counts).threshold


@pytest.mark.parametrize(
    "wrong", [{"alpha": 0}, {"threshold_method": "x"}, {"power": "1/3"}, {"now": 400}, {"season_periods": 60}]
)
def test_wrong_input_is_refused(wrong: dict) -> None:
    with pytest.raises(JingcangError, match="Farrington"):
        farrington_flexible(seasonal(312, 16), **wrong)


def test_false_alarms_stay_near_the_nominal_rate(capsys: pytest.CaptureFixture[str]) -> None:
    """200 stable seasonal series, six weeks each, alpha 0.05: 60 alarms expected, at most 1.5 times as many."""
    alpha, alarms, tests = 0.05, 0, 0
    for seed in range(200):
        counts = seasonal(312, 1000 + seed, growth=0.05)
        for now in range(290, 308, 3):
            alarms += farrington_flexible(counts, now=now, alpha=alpha).alarm
            tests += 1
    with capsys.disabled():
        print(f"\nFarrington: 200 seeds, {tests} tests, nominal {alpha:.3f}, realised {alarms / tests:.4f}")
    assert 0.3 * alpha <= alarms / tests <= 1.5 * alpha
