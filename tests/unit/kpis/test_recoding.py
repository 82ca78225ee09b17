"""Second codings: what the pairs say, by hand, and that nothing is said of few."""

from __future__ import annotations

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
