"""The band of chance, overdispersion, and the regression behind it."""

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import stats

from jingcang.errors import JingcangError
from jingcang.statistics import CountDistribution, chance_band, estimate_dispersion
from jingcang.statistics.quasi_poisson import fit_quasi_poisson


def test_chance_band_is_the_predictive_band() -> None:
    history = [3, 1, 2, 4, 2, 3, 1, 2]
    band = chance_band(history)
    expected = stats.nbinom(18.5, 8 / 9)
    assert (band.ci_low, band.ci_high) == (expected.ppf(0.025), expected.ppf(0.975))
    assert band.estimate == pytest.approx(18 / 8)
    assert band == chance_band(18, periods=8)
    assert band.contains(0)  # a zero week at mean 2.25 is no drop
    assert not band.contains(9)


def test_chance_band_with_overdispersion_has_the_stated_variance() -> None:
    band = chance_band([10, 20, 12, 18], dispersion=3)
    # Variance 3 (15 + 15/4) = 56.25: negative binomial with mean 15.
    expected = stats.nbinom(15 * (15 / 56.25) / (1 - 15 / 56.25), 15 / 56.25)
    assert expected.var() == pytest.approx(56.25)
    assert (band.ci_low, band.ci_high) == (expected.ppf(0.025), expected.ppf(0.975))


def test_chance_band_uses_the_last_periods_and_refuses_nonsense() -> None:
    assert chance_band([90, 2, 2], periods=2).estimate == 2
    assert chance_band([0, 0, 0], dispersion=2).ci_high >= 1
    for wrong in (
        {"history": [], "periods": 0},
        {"history": [1], "periods": 2},
        {"history": 5},
        {"history": [-1]},
        {"history": [1, math.nan]},
        {"history": [1, 2], "dispersion": 0.9},
        {"history": [1, 2], "level": 0},
    ):
        with pytest.raises(JingcangError, match=r"偶然波动范围|置信水平"):
            chance_band(**wrong)


def test_chance_band_covers_what_it_says() -> None:
    source = np.random.default_rng(11)
    inside = 0
    for _ in range(1500):
        *past, future = source.poisson(4, 14).tolist()
        inside += chance_band(past).contains(future)
    assert inside / 1500 >= 0.94


def test_dispersion_of_a_seasonal_series() -> None:
    source = np.random.default_rng(5)
    mean = 20 + 8 * np.sin(2 * np.pi * np.arange(208) / 52)
    assert estimate_dispersion(source.poisson(mean)) < 1.3  # the season itself is no overdispersion
    assert estimate_dispersion(source.negative_binomial(mean / 2, 1 / 3)) == pytest.approx(3, abs=0.8)
    assert estimate_dispersion([0] * 52) == 1
    with pytest.raises(JingcangError, match="52"):
        estimate_dispersion([1] * 51)


@pytest.mark.parametrize("kind", [list, np.asarray, pd.Series, pl.Series, tuple])
def test_every_kind_of_series_is_taken(kind: type) -> None:
    assert chance_band(kind([3, 1, 2, 4])) == chance_band([3, 1, 2, 4])


def test_distribution_has_the_stated_moments() -> None:
    for mean, dispersion in ((0.4, 1.0), (7.0, 2.5), (0.0, 3.0)):
        law = CountDistribution(mean, dispersion)
        counts = np.arange(400.0)
        chances = np.diff(law.cumulative(counts), prepend=0)
        assert chances @ counts == pytest.approx(mean, abs=1e-9)
        assert chances @ (counts - mean) ** 2 == pytest.approx(mean * dispersion, abs=1e-6)
        assert law.chance_of_at_least(3) == pytest.approx(1 - law.cumulative(np.array([2.0]))[0])


def test_regression_is_that_of_statsmodels() -> None:
    source = np.random.default_rng(4)
    design = np.column_stack([np.ones(120), source.normal(size=120), source.integers(0, 2, 120)])
    counts = source.negative_binomial(3, 0.3, 120).astype(float)
    weights = source.uniform(0.2, 2, 120)
    ours = fit_quasi_poisson(design, counts, weights)
    theirs = sm.GLM(counts, design, family=sm.families.Poisson(), var_weights=weights).fit(scale="X2")
    assert ours.has_converged
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-6)
    assert ours.dispersion == pytest.approx(theirs.scale)
    assert ours.covariance * theirs.scale == pytest.approx(theirs.cov_params(), rel=1e-5)
    assert ours.hat == pytest.approx(theirs.get_influence().hat_matrix_diag, rel=1e-5)


def test_regression_with_columns_that_depend_on_each_other() -> None:
    counts = np.array([3.0, 5, 2, 8, 6, 4])
    design = np.column_stack([np.ones(6), np.ones(6)])
    fit = fit_quasi_poisson(design, counts)
    assert fit.fitted == pytest.approx([28 / 6] * 6)
    assert fit.degrees == 5
