"""Second codings: what the pairs say, by hand, and that nothing is said of few."""

from __future__ import annotations

import numpy as np
import pytest

from jingcang.kpis.recoding import DOWN, NEITHER, TOO_FEW, UP, CodedUse, judge_recoding
from jingcang.statistics import kappa, wilson_interval

SAME, OVER = CodedUse("case", "case", "agreed"), CodedUse("case", "lookup", "overstated")
UNDER, MOVED = CodedUse("lookup", "case", "understated"), CodedUse("case", "research", "changed")
DOUBT, WAITS = CodedUse("case", "unclear", "unclear"), CodedUse("case", None, "waiting")


def test_share_interval_and_kappa_are_those_of_the_pairs() -> None:
    uses = [SAME] * 30 + [CodedUse("lookup", "lookup", "agreed")] * 6 + [OVER] * 2 + [MOVED] * 2
    found = judge_recoding([*uses, DOUBT, WAITS, WAITS])
    assert (found.drawn, found.judged, found.unclear, found.wrong) == (43, 40, 1, 4)
    assert found.share == pytest.approx(0.1)
    assert (found.low, found.high) == pytest.approx(tuple(wilson_interval(4, 40)))
    assert found.agreement == kappa([use.first for use in uses], [str(use.second) for use in uses])
    assert found.direction == NEITHER


@pytest.mark.parametrize(
    ("over", "under", "word"),
    [(6, 0, UP), (0, 6, DOWN), (5, 0, NEITHER), (8, 4, NEITHER), (12, 2, UP), (0, 0, NEITHER)],
)
def test_a_direction_is_told_when_chance_does_not_make_it(over: int, under: int, word: str) -> None:
    # Six of six: 2 × 0.5^6 = 0.031; five of five: 0.0625.
    assert judge_recoding([SAME] * 20 + [OVER] * over + [UNDER] * under).direction == word


def test_few_codings_make_no_share() -> None:
    found = judge_recoding([SAME] * 10 + [OVER] * 9 + [DOUBT] * 30)
    assert (found.judged, found.wrong, found.overstated) == (19, 9, 9)
    assert (found.share, found.low, found.agreement, found.direction) == (None, None, None, TOO_FEW)
    assert judge_recoding([SAME] * 20).share == 0


def test_nothing_drawn() -> None:
    assert judge_recoding([]).direction == TOO_FEW


def drawn(stratum: str, size: int, agreed: int, over: int) -> list[CodedUse]:
    return [
        CodedUse("case", "case" if result == "agreed" else "lookup", result, stratum, size)
        for result, count in (("agreed", agreed), ("overstated", over))
        for _ in range(count)
    ]


def test_strata_weigh_by_their_uses() -> None:
    # 900 uses of which 2 of 20 are wrong, 100 of which 10 of 20 are: 0.9 × 0.1 + 0.1 × 0.5 = 0.14, not 12/40.
    found = judge_recoding(drawn("S1 5", 900, 18, 2) + drawn("S1 6", 100, 10, 10))
    assert found.share == pytest.approx(0.14)
    # Effective size 1 / (0.81/20 + 0.01/20) = 24.39.
    size = 1 / (0.81 / 20 + 0.01 / 20)
    assert (found.low, found.high) == pytest.approx(tuple(wilson_interval(0.14 * size, size)))
    assert (found.judged, found.wrong, found.overstated) == (40, 12, 12)


def test_strata_drawn_in_proportion_are_one_sample() -> None:
    found = judge_recoding(drawn("S1 5", 300, 27, 3) + drawn("S1 6", 100, 5, 5))
    assert found.share == pytest.approx(8 / 40)
    assert (found.low, found.high) == pytest.approx(tuple(wilson_interval(8, 40)))


def test_the_interval_holds_the_share_of_unequal_strata() -> None:
    """Of two strata of 1000 and 100 uses with 5% and 40% wrong, 25 drawn from each, 95% intervals hold 8.2%."""
    dice = np.random.default_rng(7)
    wrong = {"a": (1000, 0.05), "b": (100, 0.40)}
    truth = (1000 * 0.05 + 100 * 0.40) / 1100
    held = 0
    for _ in range(400):
        uses = []
        for name, (size, share) in wrong.items():
            over = int(dice.hypergeometric(round(size * share), size - round(size * share), 25))
            uses += drawn(name, size, 25 - over, over)
        found = judge_recoding(uses)
        held += bool(found.low is not None and found.high is not None and found.low <= truth <= found.high)
    assert 0.93 * 400 <= held <= 400
