"""Kappa against published answers and an independent implementation."""

import math

import numpy as np
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from jingcang.statistics import kappa


def test_two_raters_by_hand() -> None:
    # 50 items: 20 both 对, 15 both 错, 5 and 10 apart. p_o = 35/50, p_e = 25/50 · 30/50 + 25/50 · 20/50.
    first = ["对"] * 25 + ["错"] * 25
    second = ["对"] * 20 + ["错"] * 5 + ["对"] * 10 + ["错"] * 15
    result = kappa(first, second)
    assert result.observed_agreement == pytest.approx(0.7)
    assert result.expected_agreement == pytest.approx(0.5)
    assert result.estimate == pytest.approx(0.4)
    assert result.n == 50


@pytest.mark.parametrize("categories", [2, 3, 5])
def test_estimate_and_standard_error_against_statsmodels(categories: int) -> None:
    rng = np.random.default_rng(20260630 + categories)
    for _ in range(20):
        first = rng.integers(0, categories, 60)
        second = np.where(rng.random(60) < 0.7, first, rng.integers(0, categories, 60))
        table = np.zeros((categories, categories))
        np.add.at(table, (first, second), 1)
        expected, result = cohens_kappa(table), kappa(first.tolist(), second.tolist())
        assert result.estimate == pytest.approx(expected.kappa)
        assert result.standard_error == pytest.approx(math.sqrt(expected.var_kappa))
        assert result.ci_low < result.estimate < result.ci_high


def test_perfect_agreement_of_few_items_is_not_certain() -> None:
    few, many = kappa(["对", "错"] * 3, ["对", "错"] * 3), kappa(["对", "错"] * 300, ["对", "错"] * 300)
    assert few.estimate == many.estimate == 1
    assert few.ci_low < 0.3 < 0.95 < many.ci_low
    assert few.ci_high == 1


def test_where_nothing_could_disagree_there_is_no_kappa() -> None:
    for result in (kappa(["对"] * 9, ["对"] * 9), kappa([], [])):
        assert math.isnan(result.estimate)
        assert (result.ci_low, result.ci_high) == (-1, 1)
    assert kappa(["对"] * 9, ["对"] * 9).observed_agreement == 1
    # One rater always says 对, the other does not: no agreement beyond chance.
    assert kappa(["对"] * 4, ["对", "对", "错", "错"]).estimate == 0
    with pytest.raises(ValueError, match="同一批"):
        kappa(["对"], [])
