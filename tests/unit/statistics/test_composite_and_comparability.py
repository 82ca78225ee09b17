"""Composite scores with rank ranges; guards before any comparison."""

import math

import numpy as np
import pytest

from jingcang.errors import JingcangError
from jingcang.statistics import (
    comparability,
    composite_score,
    heaping,
    identical_share,
    practice_difference,
    round_share,
)


def test_geometric_mean() -> None:
    result = composite_score([[4, 9], [6, 6], [0, 100]], [1, 1])
    assert result.estimate == pytest.approx([6, 6, 0])
    assert composite_score([[4, 9]], [3, 1]).estimate == pytest.approx([4**0.75 * 9**0.25])
    assert result.weights == pytest.approx([0.5, 0.5])


def test_rank_range() -> None:
    # The first is best in everything, the last worst; the two in the middle change places with the weights
    scores = [[90, 90, 90], [80, 60, 70], [60, 80, 70], [50, 50, 50]]
    result = composite_score(scores, [1, 1, 1], seed=4)
    assert result.rank_low.tolist() == [1, 2, 2, 4]
    assert result.rank_high.tolist() == [1, 3, 3, 4]
    fixed = composite_score(scores, [2, 1, 1], spread=0)
    assert fixed.rank_low.tolist() == fixed.rank_high.tolist() == [1, 2, 3, 4]
    again = composite_score(scores, [1, 1, 1], seed=4)
    assert (again.rank_low == result.rank_low).all()
    # Equal scores share the better rank
    assert composite_score([[5, 5], [5, 5], [1, 1]], [1, 2]).rank_high.tolist() == [1, 1, 3]


def test_composite_refusals() -> None:
    for scores, weights in (([[1, 2]], [1]), ([1, 2], [1, 1]), ([[1, -2]], [1, 1]), ([[1, 2]], [1, 0])):
        with pytest.raises(JingcangError):
            composite_score(scores, weights)


def test_heaping() -> None:
    # Bins (8, 9], (9, 10], (10, 11]
    found = heaping([8.5] * 10 + [9.5] * 5 + [10] * 25 + [10.5] * 5 + [30], 10)
    assert (found.before, found.at, found.after) == (10, 30, 5)
    assert found.estimate == pytest.approx(30 / 45)
    assert found.p_value < 1e-4
    assert math.isnan(heaping([1, 2], 50).estimate)
    source = np.random.default_rng(1)
    p_values = [heaping(source.exponential(20, 500), 10).p_value for _ in range(400)]
    assert np.mean(np.array(p_values) < 0.05) < 0.09


def test_identical_share_and_practice() -> None:
    assert identical_share([3, 3, 4, 5]) == (3, 0.5)
    assert all(map(math.isnan, identical_share([])))
    # Classic 2 × 2: χ² = n (ad − bc)² / products
    result = practice_difference([[30, 10], [10, 30]])
    assert result.estimate == pytest.approx(0.5)
    assert result.degrees == 1
    assert practice_difference([[30, 0], [10, 0]]).estimate == 0
    with pytest.raises(JingcangError):
        practice_difference([1, 2])


def test_comparability() -> None:
    source = np.random.default_rng(9)
    honest = {f"{name}派出所": source.exponential(20, 300) for name in ("城东", "城西", "城南")}
    assert comparability(honest, thresholds=[10, 30]).word == "可比"
    padded = {**honest, "城北派出所": np.append(source.exponential(20, 200), source.uniform(29.2, 30, 60))}
    found = comparability(padded, thresholds=[10, 30])
    assert found.word == "不可比"
    assert [reason[:2] for reason in found.reasons] == [("城北派出所", "时长堆在考核线上")]
    copied = {**honest, "城北派出所": np.append(source.exponential(20, 200), np.full(60, 5.0))}
    assert [reason[:2] for reason in comparability(copied).reasons] == [("城北派出所", "时长雷同")]
    # Few records show nothing
    assert comparability({**honest, "城北派出所": [5.0] * 19}).word == "可比"
    different = comparability(honest, practice=[[80, 20], [20, 80], [50, 50]])
    assert different.reasons[0][1] == "登记做法不同"
    assert comparability(honest, practice=[[50, 50], [52, 48], [49, 51]]).word == "可比"


def test_round_share() -> None:
    found = round_share([60, 120, 300, 61, 59, 0, -60], 60)
    assert (found.estimate, found.n) == (0.6, 5)
    assert found.expected == pytest.approx(1 / 60)
    assert math.isnan(round_share([], 60).estimate)
    with pytest.raises(JingcangError):
        round_share([1], 60, resolution=60)


def test_invented_minutes_are_not_comparable_and_a_coarse_clock_is() -> None:
    source = np.random.default_rng(3)
    honest = np.round(source.lognormal(5.9, 0.5, 400))
    invented = np.where(source.random(400) < 0.5, 300 * np.ceil(honest / 300), honest)
    assert comparability({"A": honest}, round_steps=(60, 300)).word == "可比"
    found = comparability({"A": honest, "B": invented}, round_steps=(60, 300))
    assert found.word == "不可比"
    assert {unit for unit, _, _ in found.reasons} == {"B"}
    minutes = np.ceil(source.lognormal(8, 0.8, 400) / 60) * 60
    assert comparability({"A": minutes}, round_steps=(300,), resolution=60).word == "可比"
    assert comparability({"A": minutes}, round_steps=(60,)).word == "不可比"


def test_few_equal_durations_can_be_chance() -> None:
    five_of_24 = [9] * 5 + list(range(20, 39))
    assert comparability({"A": five_of_24}).word == "可比"
    assert comparability({"A": five_of_24 * 10}).word == "不可比"
