"""Empirical-Bayes baselines and rates."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from jingcang.errors import JingcangError
from jingcang.statistics import shrunken_baseline, shrunken_rates


def test_baseline_by_moments() -> None:
    # Mean 6, variance 20: scale (20 − 6)/6, shape 6/scale, weight of the own count 14/20
    counts = [2, 2, 6, 12, 8]
    assert np.var(counts, ddof=1) == 18
    result = shrunken_baseline(counts, method="moments")
    assert result.scale == pytest.approx((18 - 6) / 6)
    assert result.shape == pytest.approx(6 / 2)
    assert result.reliability == pytest.approx(np.full(5, 12 / 18))
    assert result.estimate == pytest.approx(6 + 12 / 18 * (np.array(counts) - 6))
    # METHODS section 4: (shape + y) / (1/scale + 1)
    assert result.estimate == pytest.approx((result.shape + np.array(counts)) / (1 / result.scale + 1))


def test_baseline_by_likelihood_is_the_negative_binomial_fit() -> None:
    source = np.random.default_rng(11)
    counts = source.poisson(source.gamma(2, 3, 300))
    result = shrunken_baseline(counts)

    def loss(values: np.ndarray) -> float:
        shape, mean = np.exp(values)
        return -float(stats.nbinom.logpmf(counts, shape, shape / (shape + mean)).sum())

    found = optimize.minimize(loss, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-8})
    assert result.shape == pytest.approx(math.exp(found.x[0]), rel=1e-4)
    assert result.mean == pytest.approx(math.exp(found.x[1]), rel=1e-4)
    assert ((result.ci_low < result.estimate) & (result.estimate < result.ci_high)).all()


def test_baseline_with_exposure() -> None:
    source = np.random.default_rng(5)
    months = source.integers(1, 13, 3000)
    counts = source.poisson(source.gamma(4, 0.5, 3000) * months)
    for method in ("maximum_likelihood", "moments"):
        result = shrunken_baseline(pd.Series(counts), exposure=months, method=method)
        assert result.shape == pytest.approx(4, rel=0.15)
        assert result.mean == pytest.approx(2, rel=0.05)
    assert result.reliability[months == 12].min() > result.reliability[months == 1].max()


def test_no_difference_between_units_is_the_mean_for_all() -> None:
    result = shrunken_baseline(np.full(20, 5))
    assert (result.scale, result.shape) == (0, math.inf)
    assert result.estimate == pytest.approx(np.full(20, 5))
    assert shrunken_baseline([0, 0, 0]).estimate == pytest.approx([0, 0, 0])
    assert shrunken_rates([5] * 10, [10] * 10).reliability == pytest.approx(np.zeros(10))
    assert shrunken_rates([10] * 4, [10] * 4).estimate == pytest.approx(np.ones(4))


def test_rates_by_moments_and_likelihood() -> None:
    source = np.random.default_rng(2)
    trials = source.integers(1, 80, 2000)
    hits = source.binomial(trials, source.beta(8, 4, 2000))
    for method in ("maximum_likelihood", "moments"):
        result = shrunken_rates(hits, trials, method=method)
        assert (result.alpha, result.beta) == pytest.approx((8, 4), rel=0.15)
        assert result.estimate == pytest.approx((hits + result.alpha) / (trials + result.alpha + result.beta))
        assert result.reliability == pytest.approx(trials / (trials + result.alpha + result.beta))

    def loss(values: np.ndarray) -> float:
        return -float(stats.betabinom.logpmf(hits, trials, *np.exp(values)).sum())

    found = optimize.minimize(loss, [1.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-8})
    best = shrunken_rates(hits, trials)
    assert (best.alpha, best.beta) == pytest.approx(np.exp(found.x), rel=1e-3)


@given(st.lists(st.integers(0, 200), min_size=2, max_size=40))
def test_shrinking_never_leaves_the_range(counts: list[int]) -> None:
    result = shrunken_baseline(counts)
    slack = 1e-9 * (1 + max(counts))
    assert (result.estimate >= min(counts) - slack).all()
    assert (result.estimate <= max(counts) + slack).all()
    # The order of the counts stays
    order = np.argsort(counts, kind="stable")
    assert (np.diff(result.estimate[order]) >= -slack).all()
    assert ((result.reliability >= 0) & (result.reliability < 1)).all()


def test_refusals() -> None:
    for wrong in ([1], [1, -1], [1, float("nan")], [[1, 2]]):
        with pytest.raises(JingcangError):
            shrunken_baseline(wrong)
    with pytest.raises(JingcangError, match="exposure"):
        shrunken_baseline([1, 2], exposure=[1, 0])
    with pytest.raises(JingcangError, match="拟合方法"):
        shrunken_baseline([1, 2], method="bayes")
    for hits, trials in (([1, 2], [0, 2]), ([3, 1], [2, 2]), ([1], [2])):
        with pytest.raises(JingcangError):
            shrunken_rates(hits, trials)


def test_a_unit_without_trials_gets_the_prior() -> None:
    result = shrunken_rates([0, 3, 50, 10], [0, 10, 60, 80])
    assert result.estimate[0] == pytest.approx(result.mean)
    assert result.reliability[0] == 0
