"""CRPS, Diebold–Mariano, coverage."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from jingcang.errors import JingcangError
from jingcang.statistics import (
    CountDistribution,
    crps,
    crps_negative_binomial,
    crps_poisson,
    crps_sample,
    diebold_mariano,
    interval_coverage,
)


def test_crps_poisson() -> None:
    # known answers: scoringrules
    assert crps_poisson([3, 0, 2, 5], 2) == pytest.approx([0.6645, 1.2285, 0.3112, 2.2735], abs=1e-4)
    assert crps_poisson([0, 3, 12], [0.7, 4.2, 6.0]) == pytest.approx([0.27890092, 0.66779989, 4.66190084])
    assert crps_poisson([0, 4], 0) == pytest.approx([0, 4])
    assert np.isfinite(crps_poisson(5000, 4800))


def test_crps_negative_binomial() -> None:
    # scoringrules 0.10: crps_negbinom([0, 3, 25], n=[2, 5, 4], prob=[0.4, 0.5, 0.25])
    for observed, size, share, answer in (
        (0, 2, 0.4, 1.56445312),
        (3, 5, 0.5, 1.00648799),
        (25, 4, 0.25, 9.70931117),
    ):
        score = crps_negative_binomial(observed, size * (1 - share) / share, 1 / share)
        assert float(score) == pytest.approx(answer, abs=1e-7)
    assert crps_negative_binomial([3, 0], 2, 1) == pytest.approx(crps_poisson([3, 0], 2))
    assert crps_negative_binomial([3, 0], 2, 1 + 1e-9) == pytest.approx(crps_poisson([3, 0], 2), abs=1e-6)


def test_crps_sample() -> None:
    # scoringrules 0.10: crps_ensemble
    assert crps_sample([1.5, 4.0], [[0, 1, 1, 5], [2, 2, 7, 9]]) == pytest.approx([0.5625, 1.375])
    assert float(crps_sample(3, [5])) == 2
    draws = stats.poisson(4.2).ppf((np.arange(20_000) + 0.5) / 20_000)
    assert float(crps_sample(3, draws)) == pytest.approx(float(crps_poisson(3, 4.2)), abs=1e-3)
    assert crps(3, CountDistribution(4.2)) == pytest.approx(float(crps_poisson(3, 4.2)))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 50), min_size=1, max_size=12), st.floats(0, 50), st.floats(0.1, 9))
def test_crps_sample_by_its_definition(samples: list[float], observed: float, scale: float) -> None:
    x = np.array(samples)
    expected = np.abs(x - observed).mean() - 0.5 * np.abs(x[:, None] - x).mean()
    assert float(crps_sample(observed, samples)) == pytest.approx(expected, abs=1e-9)
    assert float(crps_sample(scale * observed, scale * x)) == pytest.approx(scale * expected, abs=1e-7)


def test_crps_is_lowest_for_the_truth() -> None:
    counts = np.random.default_rng(61).poisson(6, 3000)
    means = {mean: crps_poisson(counts, mean).mean() for mean in (4, 5, 6, 7, 8)}
    assert min(means, key=means.get) == 6


def reference_dm(difference: np.ndarray, horizon: int) -> tuple[float, float]:
    """Harvey, Leybourne & Newbold 1997, equations 3 to 9, lag by lag."""
    n = len(difference)
    mean = sum(difference) / n
    total = 0.0
    for lag in range(-(horizon - 1), horizon):
        k = abs(lag)
        total += sum((difference[t] - mean) * (difference[t - k] - mean) for t in range(k, n)) / n
    statistic = mean / math.sqrt(total / n)
    statistic *= math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    return statistic, 2 * stats.t.sf(abs(statistic), n - 1)


@pytest.mark.parametrize("horizon", [1, 2, 4])
def test_diebold_mariano_by_its_definition(horizon: int) -> None:
    source = np.random.default_rng(62)
    one, two = source.gamma(2, 1, 60), source.gamma(2, 0.9, 60)
    result = diebold_mariano(one, two, horizon=horizon)
    statistic, p_value = reference_dm(one - two, horizon)
    assert result.statistic == pytest.approx(statistic)
    assert result.p_value == pytest.approx(p_value)
    assert result.estimate == pytest.approx((one - two).mean())
    assert result.estimate / result.standard_error == pytest.approx(statistic)
    assert result.ci_low < result.estimate < result.ci_high
    back = diebold_mariano(two, one, horizon=horizon)
    assert back.statistic == pytest.approx(-statistic)
    greater = diebold_mariano(one, two, horizon=horizon, alternative="greater").p_value
    less = diebold_mariano(one, two, horizon=horizon, alternative="less").p_value
    assert greater + less == pytest.approx(1)


def test_horizon_one_is_nearly_the_t_test() -> None:
    source = np.random.default_rng(63)
    one, two = source.normal(5, 1, 80), source.normal(5, 1, 80)
    # With h = 1 the correction turns the divisor n into n − 1: exactly the paired t-test.
    assert diebold_mariano(one, two).p_value == pytest.approx(stats.ttest_rel(one, two).pvalue)


def test_diebold_mariano_at_the_edges() -> None:
    same = diebold_mariano([1, 2, 3], [1, 2, 3])
    assert same.p_value == 1
    assert math.isnan(same.statistic)
    always = diebold_mariano([2, 3, 4], [1, 2, 3], alternative="greater")
    assert (always.p_value, always.estimate) == (0, 1)
    assert diebold_mariano([2, 3, 4], [1, 2, 3], alternative="less").p_value == 1
    # Alternating losses have a negative long-run variance at h = 2: Bartlett's weights keep it above zero.
    wave = np.tile([1.0, -1.0], 20) + np.linspace(0, 0.1, 40)
    assert 0 <= diebold_mariano(wave, np.zeros(40), horizon=2).p_value <= 1
    for wrong in ({"second": [1]}, {"horizon": 3}, {"alternative": "x"}, {"second": [1, 2, math.nan]}):
        with pytest.raises(JingcangError, match="Diebold"):
            diebold_mariano(**{"first": [1, 2, 3], "second": [1, 2, 4], **wrong})


def test_diebold_mariano_size(capsys: pytest.CaptureFixture[str]) -> None:
    rejected = 0
    for seed in range(400):
        source = np.random.default_rng(seed)
        rejected += diebold_mariano(source.gamma(2, 1, 52), source.gamma(2, 1, 52)).p_value < 0.05
    with capsys.disabled():
        print(f"\nDiebold–Mariano: 400 seeds, rejected {rejected / 400:.3f}, nominal 0.05")
    assert rejected / 400 <= 0.075


def test_interval_coverage() -> None:
    result = interval_coverage([1, 5, 9, 3], [0, 0, 0, 3], [2, 5, 8, 3])
    assert result.estimate == 0.75
    assert result.ci_low < 0.75 < result.ci_high
    with pytest.raises(JingcangError, match="长短"):
        interval_coverage([1], [0, 0], [1, 1])
