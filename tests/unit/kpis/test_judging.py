"""Words about units: by hand, by category, too few, and on simulated units whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from jingcang.kpis import NOT_APPLICABLE, TOO_FEW, UnitCounts, judge_units
from jingcang.statistics.comparability import NOT_COMPARABLE
from jingcang.statistics.funnel import ABOVE, BELOW, WITHIN

CASE, DISPUTE = "YW02", "YW06"


def one(unit: str, hits: int, trials: int, group: str = "") -> UnitCounts:
    return UnitCounts(unit, {CASE: hits}, {CASE: trials}, group)


def test_a_unit_far_below_its_peers_is_told_and_the_others_are_not() -> None:
    found = judge_units(
        [one("城北", 40, 100), one("城南", 85, 100), one("城东", 88, 100), one("城西", 87, 100)]
    )
    assert [unit.word for unit in found] == [BELOW, WITHIN, WITHIN, WITHIN]
    # The middle of 60, 15, 13 and 12 misses is 14 of a hundred, whatever the first unit does.
    assert found[0].peer_share == pytest.approx(0.86)
    assert found[0].expected == pytest.approx(86)
    assert found[0].missing == pytest.approx(46)


def test_a_rare_hit_above_the_peers_is_above_and_not_turned_round() -> None:
    found = judge_units([one("城北", 40, 100), one("城南", 5, 100), one("城东", 6, 100)])
    assert found[0].word == ABOVE


def test_hard_cases_are_no_fault_of_the_unit() -> None:
    """Cases are filed in time half as often as disputes everywhere; one unit has cases only."""
    peers = [
        UnitCounts(name, {CASE: 20, DISPUTE: 360}, {CASE: 40, DISPUTE: 400})
        for name in ("城南", "城东", "城西")
    ]
    found = judge_units([UnitCounts("城北", {CASE: 100}, {CASE: 200}), *peers])
    assert found[0].is_adjusted
    assert (found[0].crude_word, found[0].word) == (BELOW, WITHIN)
    assert found[0].expected == pytest.approx(100)


def test_without_records_with_few_and_alone_nothing_is_said() -> None:
    found = judge_units(
        [one("城北", 0, 0), one("城南", 17, 19), one("城东", 90, 100), one("乡下", 3, 90, "乡镇")]
    )
    assert [unit.word for unit in found] == [NOT_APPLICABLE, TOO_FEW, WITHIN, NOT_COMPARABLE]
    assert "同组没有别的单位" in found[3].reason
    assert "19 条" in found[1].reason


def test_nobody_differs_where_all_or_none_reach_it() -> None:
    for hits in (0, 50):
        assert {unit.word for unit in judge_units([one("城北", hits, 50), one("城南", hits, 50)])} == {
            TOO_FEW
        }


def test_units_are_compared_within_their_group_only() -> None:
    rural = [one(f"乡{number}", 40, 100, "乡镇") for number in range(3)]
    urban = [one(f"城{number}", 90, 100, "城区") for number in range(3)]
    assert {unit.word for unit in judge_units([*rural, *urban])} == {WITHIN}
    assert {unit.word for unit in judge_units([one(u.unit_no, u.hits[CASE], 100) for u in [*rural, *urban]])} == {
        ABOVE, BELOW,
    }  # fmt: skip


def test_the_usual_difference_of_many_units_widens_the_limits() -> None:
    source = np.random.default_rng(3)
    shares = np.clip(source.normal(0.3, 0.12, 30), 0.02, 0.9)
    found = judge_units([one(f"{n:02}", int(400 * share), 400) for n, share in enumerate(shares)])
    assert all(unit.is_widened for unit in found)
    assert sum(unit.is_outside for unit in found) <= 3


def told_apart(source: np.random.Generator) -> bool:
    """Return whether two units with the same true share in each category get different words.

    Twelve units of very different size and mix of categories; the shares of the ten others vary around the same
    mean, as units do.
    """
    truth = np.array([0.55, 0.85])
    units = []
    for number in range(12):
        sizes = source.integers(30, 300) * source.dirichlet([2, 2])
        trials = np.maximum(sizes.astype(int), 1)
        shares = truth if number < 2 else np.clip(truth + source.normal(0, 0.05), 0.05, 0.95)
        hits = source.binomial(trials, shares)
        units.append(
            UnitCounts(
                f"{number:02}", dict(zip("ab", hits, strict=True)), dict(zip("ab", trials, strict=True))
            )
        )
    first, second = judge_units(units)[:2]
    return TOO_FEW not in (first.word, second.word) and first.word != second.word


def check_pair(draws: int) -> None:
    seed = int(np.random.SeedSequence().generate_state(1)[0])
    source = np.random.default_rng(seed)
    different = sum(told_apart(source) for _ in range(draws))
    print(f"真实比率相同的两个单位（种子 {seed}，{draws} 次）：判为不同 {different} 次")
    # 35 of 500 (issue 7, truth); shorter forms get the bound one in ten thousand runs would break
    assert different <= (35 if draws == 500 else int(stats.binom.isf(1e-4, draws, 0.07)))


def test_two_units_of_the_same_truth_are_not_told_apart() -> None:
    check_pair(10)


@pytest.mark.slow
def test_two_units_of_the_same_truth_are_not_told_apart_500() -> None:
    check_pair(500)


def test_a_planted_deviation_is_found() -> None:
    source = np.random.default_rng(5)
    found = 0
    for _ in range(50):
        hits = source.binomial(150, [0.45, *[0.75] * 5])
        words = [unit.word for unit in judge_units([one(str(n), int(k), 150) for n, k in enumerate(hits)])]
        found += words[0] == BELOW
    assert found >= 45
