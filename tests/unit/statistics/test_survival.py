"""Kaplan–Meier against the classic example and statsmodels."""

import math

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from jingcang.errors import JingcangError
from jingcang.statistics import kaplan_meier

# Freireich et al. 1963, 6-MP arm: weeks of remission, as in every textbook
DONE, OPEN = [6, 6, 6, 7, 10, 13, 16, 22, 23], [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def test_the_classic_example() -> None:
    curve = kaplan_meier(DONE + OPEN, [1] * len(DONE) + [0] * len(OPEN))
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.estimate == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    expected = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert curve.standard_error == pytest.approx(expected, abs=5e-5)
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.median == 23
    # R survfit(conf.type = "log-log"): 13 to not reached
    assert (curve.median_ci_low, curve.median_ci_high) == (13, math.inf)
    assert (curve.items, curve.open_items) == (21, 12)
    assert curve.done_by(5) == 0
    assert curve.done_by(10) == pytest.approx(1 - 0.753, abs=5e-4)


def test_against_statsmodels() -> None:
    source = np.random.default_rng(3)
    days, done = source.integers(0, 60, 400), source.integers(0, 2, 400).astype(bool)
    curve, other = kaplan_meier(days, done), SurvfuncRight(days, done)
    assert curve.times == pytest.approx(other.surv_times)
    assert curve.estimate == pytest.approx(other.surv_prob)
    inside = curve.estimate > 0
    assert curve.standard_error[inside] == pytest.approx(other.surv_prob_se[inside])
    assert (curve.ci_low[inside] <= curve.estimate[inside]).all()
    assert (curve.estimate[inside] <= curve.ci_high[inside]).all()


def test_edges() -> None:
    all_open = kaplan_meier([1, 2], [False, False])
    assert len(all_open.times) == 0
    assert all_open.median == math.inf
    all_done = kaplan_meier([3, 3, 5, 5], [True] * 4)
    assert all_done.estimate.tolist() == [0.5, 0]
    assert all_done.median == 3
    for days, done in (([], []), ([1], [1, 0]), ([-1], [1]), ([1], [2]), ([float("nan")], [1])):
        with pytest.raises(JingcangError):
            kaplan_meier(days, done)
