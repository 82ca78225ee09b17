"""One KPI of several units: what each would have had at the rates of its peers, and a word.

Belongs here: KPIs whose records count 0 or 1. Does not belong here: measures by page, score or second, whose records
are no independent trials, and ranks, which there are none inside the limits.

Sources: METHODS section 8; indirect standardisation over archive categories (``standardisation``), funnel limits with
overdispersion (``funnel``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jingcang.statistics.comparability import NOT_COMPARABLE
from jingcang.statistics.funnel import (
    ABOVE,
    ALARM_LEVEL,
    BELOW,
    MIN_EXPECTED,
    WITHIN,
    Overdispersion,
    funnel_word,
    overdispersion,
)
from jingcang.statistics.inputs import Array
from jingcang.statistics.standardisation import indirect_standardisation

TOO_FEW, NOT_APPLICABLE = "样本不足", "不适用"
FEWEST_RECORDS = 20
"""Fewer records in the denominator get no word (METHODS section 8: n 20)."""
FEWEST_FOR_SPREAD = 10
"""Units from which on their usual difference (τ²) widens the limits: of fewer, one deviating unit would itself be taken
for the usual difference and hide behind it (this product's own choice)."""
FEWEST_FOR_MIDDLE = 3
"""Units from which on the middle one is the level, else all together."""
_OTHER = {ABOVE: BELOW, BELOW: ABOVE}


@dataclass(frozen=True)
class UnitCounts:
    """Records of one unit in one KPI, by archive category.

    Args:
        unit_no: the unit, "" where none is registered.
        hits: category → records in the numerator.
        trials: category → records in the denominator.
        group: name of the peer group.
    """

    unit_no: str
    hits: Mapping[str, int]
    trials: Mapping[str, int]
    group: str = ""


@dataclass(frozen=True)
class JudgedUnit:
    """One unit beside its peers.

    Args:
        unit_no, group: as given.
        hits, trials: records in numerator and denominator.
        peer_share: level of the peers: share of the middle unit, of all together where fewer than three are judged;
            None without records.
        expected: records it would have in the numerator at that level, category by category.
        crude_expected: the same without regard to categories.
        word: 高于预期, 正常范围 or 低于预期 against ``expected``; 样本不足, 不适用 or 不可比.
        crude_word: the same against ``crude_expected``.
        reason: why there is no word of the first three.
        is_adjusted: the peers' records are of more than one category.
        is_widened: the limits allow for the units' usual difference.
    """

    unit_no: str
    group: str
    hits: int
    trials: int
    peer_share: float | None
    expected: float | None
    crude_expected: float | None
    word: str
    crude_word: str
    reason: str = ""
    is_adjusted: bool = False
    is_widened: bool = False

    @property
    def is_outside(self) -> bool:
        """Whether the unit differs from its peers by more than chance."""
        return self.word in (ABOVE, BELOW)

    @property
    def missing(self) -> float:
        """Records short of what was expected; negative where there are more."""
        return 0.0 if self.expected is None else self.expected - self.hits


def judge_units(units: Sequence[UnitCounts]) -> list[JudgedUnit]:
    """Judge every unit of one KPI among the units of its peer group.

    The rarer outcome is counted, since its limits are those of a Poisson count; 高于预期 is always said of the KPI's
    own value. Expected are the categories' shares of all units together, times what the middle unit has of that, so
    that one unit far off does not make the others look good or bad.

    Args:
        units: all units of the KPI.

    Returns:
        In the order given. 不适用 without records, 样本不足 with fewer than 20 or fewer than 5 expected of the rarer
        outcome, 不可比 where no other unit of the group has records.

    Raises:
        StatisticsInputError: more hits than trials of a category, by way of impossible counts.
    """
    judged: dict[int, JudgedUnit] = {}
    for group in dict.fromkeys(unit.group for unit in units):
        places = [place for place, unit in enumerate(units) if unit.group == group]
        found = _judge_group([units[place] for place in places])
        judged.update(zip(places, found, strict=True))
    return [judged[place] for place in range(len(units))]


def _judge_group(units: Sequence[UnitCounts]) -> list[JudgedUnit]:
    with_records = [unit for unit in units if sum(unit.trials.values())]
    categories = sorted({name for unit in with_records for name, count in unit.trials.items() if count})
    if not with_records:
        return [_without(unit) for unit in units]
    trials = np.array(
        [[unit.trials.get(name, 0) for name in categories] for unit in with_records], dtype=float
    )
    hits = np.array([[unit.hits.get(name, 0) for name in categories] for unit in with_records], dtype=float)
    is_hit_rare = hits.sum() * 2 <= trials.sum()
    events = hits if is_hit_rare else trials - hits
    counts, sizes = events.sum(axis=1), trials.sum(axis=1)
    rates = events.sum(axis=0) / trials.sum(axis=0)
    mixed = np.atleast_1d(indirect_standardisation(events, rates, trials).expected)
    crude = sizes * (counts.sum() / sizes.sum())
    is_judged = (sizes >= FEWEST_RECORDS) & (mixed >= MIN_EXPECTED)
    mixed, crude = (means * _level(counts, means, is_judged) for means in (mixed, crude))
    words = _words(counts, mixed, is_judged, is_flipped=not is_hit_rare)
    crude_words = _words(counts, crude, is_judged, is_flipped=not is_hit_rare)
    is_widened = _spread(counts, mixed, is_judged) is not None
    share = float(crude.sum() / sizes.sum())
    found = {}
    for i, unit in enumerate(with_records):
        word, reason = words[i], ""
        if len(with_records) == 1:
            word, reason = NOT_COMPARABLE, "同组没有别的单位有记录"
        elif word == TOO_FEW:
            reason = f"不足 {FEWEST_RECORDS} 条，或较少一方的期望不足 {MIN_EXPECTED} 条（本单位 {int(sizes[i])} 条）"
        found[unit.unit_no] = JudgedUnit(
            unit.unit_no, unit.group, int(hits[i].sum()), int(sizes[i]), share if is_hit_rare else 1 - share,
            float(mixed[i] if is_hit_rare else sizes[i] - mixed[i]),
            float(crude[i] if is_hit_rare else sizes[i] - crude[i]),
            word, word if word == NOT_COMPARABLE else crude_words[i], reason,
            is_adjusted=len(categories) > 1, is_widened=is_widened,
        )  # fmt: skip
    return [found.get(unit.unit_no) or _without(unit) for unit in units]


def _without(unit: UnitCounts) -> JudgedUnit:
    return JudgedUnit(
        unit.unit_no, unit.group, 0, 0, None, None, None, NOT_APPLICABLE, NOT_APPLICABLE, "没有计入分母的记录"
    )


def _level(counts: Array, expected: Array, is_judged: npt.NDArray[np.bool_]) -> float:
    """Return what the middle unit has of its expected: one unit far off must not move what the others are held to."""
    if is_judged.sum() < FEWEST_FOR_MIDDLE:
        return 1.0
    return float(np.median(counts[is_judged] / expected[is_judged])) or 1.0


def _spread(counts: Array, expected: Array, is_judged: npt.NDArray[np.bool_]) -> Overdispersion | None:
    if is_judged.sum() < FEWEST_FOR_SPREAD:
        return None
    return overdispersion(counts[is_judged], expected[is_judged])


def _words(
    counts: Array, expected: Array, is_judged: npt.NDArray[np.bool_], *, is_flipped: bool
) -> list[str]:
    spread = _spread(counts, expected, is_judged)
    words = []
    for count, mean, is_enough in zip(counts, expected, is_judged, strict=True):
        if not is_enough:
            words.append(TOO_FEW)
            continue
        word = funnel_word(count, mean, ALARM_LEVEL, overdispersion=spread)
        words.append(_OTHER.get(word, WITHIN) if is_flipped else word)
    return words
