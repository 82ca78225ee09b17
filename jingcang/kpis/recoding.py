"""Do two people code the same uses alike, and to whose advantage do they differ?

Belongs here: counts, agreement, share of wrong codes and its direction, from coded pairs. Does not belong here: which
uses are drawn and coded (``fct_archive_recodings``), estimators (``jingcang.statistics``).

The sample is stratified: of each unit's month a simple random one of fixed size. The share of one stratum is that of a
binomial sample (Wilson). Of several, each stratum's share weighs by its uses, and the interval is Wilson's with the
effective size that such weights leave, n = 1 / Σ W²/n (Kish 1965, Survey Sampling; as survey Wilson intervals are made:
Franco, Little, Louis and Slud 2019, J. Survey Stat. Methodol. 7:334–364). Direction: of the codes that count for the
KPI in one coding only, the exact two-sided sign test against one half (the exact form of McNemar 1947, Psychometrika
12:153–157).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from jingcang.statistics import Agreement, kappa, wilson_interval

AGREED, CHANGED, OVERSTATED, UNDERSTATED = "agreed", "changed", "overstated", "understated"
UNCLEAR, WAITING = "unclear", "waiting"
JUDGED = (AGREED, CHANGED, OVERSTATED, UNDERSTATED)
FEWEST_CODED = 20
"""Fewer judged uses make no share (METHODS section 8: n 20)."""
LEVEL = 0.05
TOO_FEW, UP, DOWN, NEITHER = "样本不足", "偏向高估", "偏向低估", "看不出方向"


@dataclass(frozen=True)
class CodedUse:
    """One drawn use: the code it has, the code the second person gave, and what became of it.

    Args:
        first, second: codes; the second is None while it waits.
        result: agreed, changed (both count or neither), overstated (only the first counts), understated (only the
            second), unclear (the second person could not tell), waiting.
        stratum: unit and month it was drawn from.
        stratum_size: uses it was drawn from there.
    """

    first: str
    second: str | None
    result: str
    stratum: str = ""
    stratum_size: int = 1


@dataclass(frozen=True)
class Recoded:
    """What the second codings of some uses say.

    Args:
        drawn, judged, unclear: uses drawn, coded by both, and of which the second person could not tell.
        wrong, overstated, understated: judged uses of which the codes differ; which count in the first coding only; in
            the second only.
        share, low, high: share of wrong codes, strata weighted by their uses, with its interval; None under
            :data:`FEWEST_CODED`.
        agreement: Cohen's kappa; None likewise.
        direction: 偏向高估, 偏向低估, 看不出方向, or 样本不足.
    """

    drawn: int
    judged: int
    unclear: int
    wrong: int
    overstated: int
    understated: int
    share: float | None
    low: float | None
    high: float | None
    agreement: Agreement | None
    direction: str


def judge_recoding(uses: Sequence[CodedUse], level: float = 0.95) -> Recoded:
    """Return what the second codings of some uses say.

    Args:
        uses: drawn uses of one unit, month or both.
        level: of the intervals.
    """
    judged = [use for use in uses if use.result in JUDGED]
    over, under = (sum(use.result == name for use in judged) for name in (OVERSTATED, UNDERSTATED))
    wrong = sum(use.result != AGREED for use in judged)
    unclear = sum(use.result == UNCLEAR for use in uses)
    if len(judged) < FEWEST_CODED:
        return Recoded(len(uses), len(judged), unclear, wrong, over, under, None, None, None, None, TOO_FEW)
    share, size = _weighted(judged)
    limits = wilson_interval(share * size, size, level)
    agreement = kappa([use.first for use in judged], [str(use.second) for use in judged], level)
    direction = NEITHER
    if over + under and stats.binomtest(over, over + under).pvalue <= LEVEL:
        direction = UP if over > under else DOWN
    return Recoded(
        len(uses), len(judged), unclear, wrong, over, under, share, float(limits.ci_low), float(limits.ci_high),
        agreement, direction,
    )  # fmt: skip


def _weighted(judged: Sequence[CodedUse]) -> tuple[float, float]:
    """Return the share of wrong codes, strata weighted by their uses, and the effective size of the sample.

    A stratum of which nothing is judged yet is left out: the others stand for it.
    """
    strata: dict[str, list[CodedUse]] = defaultdict(list)
    for use in judged:
        strata[use.stratum].append(use)
    whole = sum(own[0].stratum_size for own in strata.values())
    share = loss = 0.0
    for own in strata.values():
        weight = own[0].stratum_size / whole
        share += weight * sum(use.result != AGREED for use in own) / len(own)
        loss += weight**2 / len(own)
    return share, 1 / loss
