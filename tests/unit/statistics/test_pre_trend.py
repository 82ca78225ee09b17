"""The check of the past for few areas: right size where both ran alike, power where they did not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from jingcang.statistics import StatisticsInputError, pre_trend

WEEKS = np.arange(52)
SEASON = np.exp(0.3 * np.sin(WEEKS / 8))


def rejected(rng: np.random.Generator, slope: float, mean: float) -> float:
    found = []
    for _ in range(200):
        treated = rng.poisson(mean * SEASON * np.exp(slope * WEEKS / 52))
        found.append(pre_trend(treated, rng.poisson(2 * mean * SEASON)).p_value < 0.05)
    return float(np.mean(found))


def test_a_common_season_is_no_difference_and_a_slope_is_found() -> None:
    rng = np.random.default_rng(3)
    assert rejected(rng, 0.0, 8) <= 0.09
    assert rejected(rng, 1.0, 8) >= 0.95


def test_two_groups_equal_the_logistic_regression_of_the_treated_share() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(4)
    treated, control = rng.poisson(6 * SEASON), rng.poisson(9 * SEASON)
    found = pre_trend(treated, control)
    design = sm.add_constant((WEEKS - WEEKS.mean()) / 51)
    fit = sm.GLM(np.column_stack([treated, control]), design, family=sm.families.Binomial()).fit()
    assert found.slope == pytest.approx(fit.params[1] / 51, rel=1e-6)
    assert found.degrees == 50
    assert found.dispersion == pytest.approx(max(1.0, fit.pearson_chi2 / 50), rel=1e-6)


@pytest.mark.parametrize(
    ("treated", "control"), [([0, 0, 0, 0], [3, 2, 4, 1]), ([1, 2], [2, 3]), ([], []), ([0, 5, 0], [0, 6, 0])]
)
def test_what_cannot_be_told_is_not_told(treated: list[int], control: list[int]) -> None:
    found = pre_trend(treated, control)
    assert math.isnan(found.p_value)
    assert found.dispersion == 1.0


def test_series_of_different_lengths_are_refused() -> None:
    with pytest.raises(StatisticsInputError, match="期数不同"):
        pre_trend([1, 2, 3], [1, 2])
