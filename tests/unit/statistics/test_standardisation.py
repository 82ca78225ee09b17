"""Indirect standardisation."""

import numpy as np
import pytest
from scipy import stats

from jingcang.errors import JingcangError
from jingcang.statistics import indirect_standardisation, poisson_interval


def test_one_unit_by_hand() -> None:
    # Expected 0.1 × 50 + 0.02 × 500 = 15
    result = indirect_standardisation(24, [0.1, 0.02], [50, 500])
    assert result.expected == pytest.approx(15)
    assert result.estimate == pytest.approx(24 / 15)
    assert result.standard_error == pytest.approx(np.sqrt(24) / 15)
    low, high = poisson_interval(24)
    assert (result.ci_low, result.ci_high) == pytest.approx((low / 15, high / 15))
    assert result.p_value == pytest.approx(2 * stats.poisson.sf(23, 15))
    byar = indirect_standardisation(24, [0.1, 0.02], [50, 500], method="byar_ohid")
    assert byar.ci_low == pytest.approx(poisson_interval(24, method="byar_ohid")[0] / 15)
    assert indirect_standardisation([10, 14], [0.1, 0.02], [50, 500]) == result


def test_units_at_once() -> None:
    exposure = np.array([[50, 500], [100, 100], [0, 0]])
    many = indirect_standardisation([24, 12, 0], [0.1, 0.02], exposure)
    assert many.expected == pytest.approx([15, 12, 0])
    assert many.estimate[:2] == pytest.approx([1.6, 1])
    assert np.isnan(many.estimate[2])
    by_stratum = indirect_standardisation([[20, 4], [10, 2], [0, 0]], [0.1, 0.02], exposure)
    assert by_stratum.ci_high[:2] == pytest.approx(many.ci_high[:2])
    single_rate = indirect_standardisation([10, 30], 0.1, [100, 200])
    assert single_rate.estimate == pytest.approx([1, 1.5])


def test_case_mix_is_taken_out() -> None:
    # Two units with the same rates by class and different mixes: crude 5.5% and 9.1%, both 1 adjusted
    rates, mixes = np.array([0.1, 0.05]), np.array([[100, 900], [900, 200]])
    result = indirect_standardisation((mixes * rates).sum(axis=1), rates, mixes)
    assert result.estimate == pytest.approx([1, 1])


def test_refusals() -> None:
    for observed, rates, exposure in (
        (1, [0.1], [1, 2]),
        ([1, 2, 3], [0.1, 0.2], [[1, 2], [3, 4]]),
        (-1, [0.1], [1]),
        (1, [float("nan")], [1]),
        (1, [0.0], [5]),
    ):
        with pytest.raises(JingcangError):
            indirect_standardisation(observed, rates, exposure)
