"""The Poisson CUSUM: published and simulated run lengths."""

import math

import numpy as np
import pytest

from jingcang.errors import JingcangError
from jingcang.statistics import cusum_run_length, cusum_threshold, ewma, poisson_cusum


def test_run_lengths_of_lucas_1985() -> None:
    # Lucas 1985, Technometrics 27:129-144, tables 2 and 3, first block, row h = 10, k = 0.25, column 1.0
    assert cusum_run_length(0.25, 10, 0.25) == pytest.approx(438, abs=0.5)
    # … and table 3, the same chart with a head start (as computed by pois.cusum.arl of the R package spc)
    assert cusum_run_length(0.25, 10, 0.25, head_start=5) == pytest.approx(333, abs=0.5)


def test_run_length_of_a_chart_that_alarms_on_the_first_event() -> None:
    # With k = 1, h = 1 the alarm comes with the first count of two or more: a geometric law.
    chance = 1 - math.exp(-0.7) * (1 + 0.7)
    assert cusum_run_length(1, 1, 0.7) == pytest.approx(1 / chance)


@pytest.mark.parametrize(("k", "h", "mean"), [(4.95, 6.5, 4.0), (1.5, 3, 1.2), (0.3, 2.6, 0.4)])
def test_run_length_against_simulation(k: float, h: float, mean: float) -> None:
    source = np.random.default_rng(31)
    statistic, length = np.zeros(6000), np.zeros(6000)
    running = np.ones(6000, dtype=bool)
    while running.any():
        length += running
        statistic = np.maximum(0, statistic + source.poisson(mean, 6000) - k)
        running &= statistic < h - 1e-9
    error = length.std() / math.sqrt(6000)
    assert cusum_run_length(k, h, mean) == pytest.approx(length.mean(), abs=4 * error)


def test_threshold_is_the_smallest_that_keeps_the_run_length() -> None:
    for k, mean, denominator in ((1.5, 1.0, 2), (4.95, 4.0, 20), (0.3, 0.2, 10)):
        h = cusum_threshold(k, mean, 104)
        assert cusum_run_length(k, h, mean) >= 104 > cusum_run_length(k, h - 1 / denominator, mean)
    # spc, pois.cusum.crit with Lucas's chart: at least 430 in control needs h = 10
    assert cusum_run_length(0.25, 9.75, 0.25) < 430 <= cusum_run_length(0.25, 10, 0.25)
    with pytest.raises(JingcangError, match="大于受控均值"):
        cusum_threshold(1, 1, 104)


def test_chart_by_hand() -> None:
    chart = poisson_cusum([3, 6, 9, 1, 8], 4, 6, threshold=6, reference=5)
    assert chart.statistic == pytest.approx([0, 1, 5, 1, 4])
    assert not chart.alarms.any()
    chart = poisson_cusum([3, 6, 9, 6, 8], 4, 6, threshold=6, reference=5)
    assert chart.statistic == pytest.approx([0, 1, 5, 6, 3])  # the alarm at S = h starts it again
    assert chart.alarms.tolist() == [False, False, False, True, False]
    assert chart.run_length_in_control == pytest.approx(cusum_run_length(5, 6, 4))
    assert chart.run_length_out_of_control < chart.run_length_in_control


def test_defaults_follow_lucas() -> None:
    chart = poisson_cusum([4] * 10, 4, 6)
    assert chart.reference == pytest.approx(2 / math.log(1.5), abs=0.025)
    assert chart.run_length_in_control >= 104
    assert not chart.alarms.any()
    assert poisson_cusum([4] * 10 + [9] * 4, 4, 6).alarms[10:].any()
    assert poisson_cusum([], 4, 6).statistic.shape == (0,)
    assert poisson_cusum([1], 1, 1.02).mean_in_control < poisson_cusum([1], 1, 1.02).reference < 1.02


def test_ewma() -> None:
    assert ewma([10, 20, 20], 0.5) == pytest.approx([10, 15, 17.5])
    assert ewma([10, 20], 0.5, start=0) == pytest.approx([5, 12.5])
    assert ewma([]).shape == (0,)
    with pytest.raises(JingcangError, match="平滑系数"):
        ewma([1], 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"counts": [1, math.nan]},
        {"counts": [-1]},
        {"mean_in_control": 0},
        {"mean_out_of_control": 4},
        {"threshold": 0},
    ],
)
def test_wrong_input_is_refused(wrong: dict) -> None:
    with pytest.raises(JingcangError, match="累积和控制图"):
        poisson_cusum(**{"counts": [1, 2], "mean_in_control": 4, "mean_out_of_control": 6, **wrong})
