"""Load by hour: by hand, without duty, on small numbers, and under chance alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from jingcang.statistics.duty_load import duty_loads


def test_the_load_is_incidents_over_hours_with_an_exact_interval() -> None:
    loads = duty_loads({8: 30, 20: 90}, {8: 3600 * 60, 20: 3600 * 60})
    day, night = loads
    assert (day.per_hour, night.per_hour) == (0.5, 1.5)
    assert night.ci_low == pytest.approx(stats.chi2.ppf(0.025, 180) / 2 / 60)
    assert night.ci_high == pytest.approx(stats.chi2.isf(0.025, 182) / 2 / 60)
    assert (night.is_high, day.is_low) == (True, True)
    assert (night.words, day.words) == ("明显高于其他时段", "明显低于其他时段")


def test_as_many_more_staff_as_incidents_is_the_same_load() -> None:
    loads = duty_loads({8: 30, 20: 90}, {8: 3600 * 20, 20: 3600 * 60})
    assert [load.words for load in loads] == ["与偶然波动一致"] * 2


def test_an_hour_without_duty_has_no_load_and_changes_nothing_of_the_others() -> None:
    both = {8: 30, 20: 90}
    duty = {8: 3600 * 60, 20: 3600 * 60, 5: 0}
    with_gap = {load.slot: load for load in duty_loads({**both, 3: 40}, duty)}
    assert (with_gap[3].per_hour, with_gap[3].words) == (None, "没有排班")
    assert 5 not in with_gap
    assert with_gap[20] == duty_loads(both, duty)[1]


def test_an_hour_of_little_duty_is_not_judged_and_changes_nothing_of_the_others() -> None:
    both, duty = {8: 30, 20: 90}, {8: 3600 * 60, 20: 3600 * 60}
    found = {load.slot: load for load in duty_loads({**both, 3: 9}, {**duty, 3: 3600})}
    assert (found[3].words, found[3].is_high, found[3].per_hour) == ("在岗不足 10 人时", False, 9)
    assert found[20] == duty_loads(both, duty)[1]


@pytest.mark.parametrize(("incidents", "duty"), [({8: 9}, {8: 36_000, 9: 36_000}), ({8: 50}, {8: 36_000})])
def test_small_numbers_and_a_single_hour_are_not_compared(
    incidents: dict[int, int], duty: dict[int, int]
) -> None:
    assert {load.words for load in duty_loads(incidents, duty)} == {"不作比较"}
    assert duty_loads({}, {}) == []


def test_chance_alone_marks_few_of_168_hours() -> None:
    rng = np.random.default_rng(5)
    seconds = {hour: int(3600 * rng.integers(20, 120)) for hour in range(168)}
    marked = 0
    for _ in range(40):
        counts = {hour: int(rng.poisson(seconds[hour] / 3600 * 0.1)) for hour in seconds}
        marked += any(load.is_high or load.is_low for load in duty_loads(counts, seconds))
    # False discovery at 5%: under chance alone at most one look in twenty marks anything.
    assert marked <= 6
