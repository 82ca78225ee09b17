"""Precision and recall of labels from a reviewed stratified sample.

Belongs here: the estimators, given what was drawn and what the reviewers found. Does not belong here: drawing a sample
and resolving what several reviewers say (``jingcang.labelling.review``).

The population is finite: the units that carry the label, and those that do not, in strata. Recall needs both: units
without the label are reviewed too, or what was missed stays unknown.

Sources: Cochran 1977, Sampling Techniques, 3rd ed., ch. 5 (stratified totals); Kish 1965 (effective size of a
weighted sample); Franco, Little, Louis and Slud 2019, J. Surv. Stat. Methodol. 7:334–364 (Wilson limits at the
effective sample size); Brown, Cai and DasGupta 2001, Stat. Sci. 16:101–133 (Wilson limits modified where hits or
misses are few, for there Wilson's own cover too seldom); Zou, Huang and Zhang 2009, Comput. Stat. Data Anal.
53:1080–1085 (limits of a weighted sum of shares, MOVER); Newcombe 2016, Stat. Methods Med. Res. 25:1774–1778 (MOVER
limits of a ratio).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from .inputs import StatisticsInputError, check_level
from .intervals import Interval, wilson_interval

# Brown, Cai and DasGupta 2001, section 4.1.1: from one to three hits (or misses).
_FEW = 3


@dataclass(frozen=True)
class ReviewedStratum:
    """A stratum with what its reviewed units showed.

    Args:
        size: units in the population, N.
        reviewed: units drawn and judged, n.
        share: share of them that show the property; nan when none was judged.
        effective_size: size of the simple random sample with replacement that tells as much; infinite when every unit
            was judged.
    """

    size: int
    reviewed: int
    share: float
    effective_size: float

    @classmethod
    def drawn(cls, size: int, reviewed: int, hits: int) -> ReviewedStratum:
        """Return a stratum of which a simple random sample without replacement was judged.

        Effective size n (N − 1) / (N − n).

        Args:
            size, reviewed: N and n; N is at least n and, by a changed population, may be given smaller: it is raised.
            hits: judged units with the property.

        Raises:
            StatisticsInputError: hits outside [0, reviewed].
        """
        if not 0 <= hits <= reviewed:
            raise StatisticsInputError(
                "命中数不在 0 和已审核数之间", where="hits, reviewed", remedy="请检查命中数是否只数已审核的"
            )
        size = max(size, reviewed)
        if reviewed == 0:
            return cls(size, 0, math.nan, 0.0)
        effective = math.inf if reviewed == size else reviewed * (size - 1) / (size - reviewed)
        return cls(size, reviewed, hits / reviewed, effective)

    @classmethod
    def weighted(cls, size: int, hits: Sequence[bool], weights: Sequence[float]) -> ReviewedStratum:
        """Return a stratum judged by units of unequal inclusion probability.

        Share Σ w y / Σ w (Hájek), effective size (Σ w)² / Σ w² (Kish).

        Args:
            size: units in the population.
            hits: for each judged unit whether it has the property.
            weights: for each one the inverse of its (expected) number of selections, positive.

        Raises:
            StatisticsInputError: different lengths, a weight that is not positive.
        """
        if len(hits) != len(weights) or any(weight <= 0 for weight in weights):
            raise StatisticsInputError(
                "每个已审核单元须有一个大于零的权重",
                where="hits, weights",
                remedy="请检查两个序列是否一一对应",
            )
        size = max(size, len(hits))
        if not hits:
            return cls(size, 0, math.nan, 0.0)
        total = sum(weights)
        share = sum(weight for weight, hit in zip(weights, hits, strict=True) if hit) / total
        return cls(size, len(hits), share, total**2 / sum(weight**2 for weight in weights))

    def interval(self, level: float) -> Interval:
        """Return the share with modified Wilson limits at the effective size; nan in [0, 1] when nothing was judged."""
        if self.reviewed == 0:
            return Interval(0.0, 1.0, math.nan, math.nan, level)
        if math.isinf(self.effective_size):
            return Interval(self.share, self.share, self.share, 0.0, level)
        n = self.effective_size
        hits = min(self.share * n, n)
        plain = wilson_interval(hits, n, level)
        low, high = plain.ci_low, plain.ci_high
        if 0 < hits <= _FEW:
            low = min(low, float(stats.gamma.ppf(1 - level, hits)) / n)
        if 0 < n - hits <= _FEW:
            high = max(high, 1 - float(stats.gamma.ppf(1 - level, n - hits)) / n)
        return Interval(low, high, plain.estimate, plain.standard_error, level)


def stratified_precision(labelled: ReviewedStratum, level: float = 0.95) -> Interval:
    """Return the precision of a label: the share of units carrying it that carry it rightly.

    Args:
        labelled: the units with the label; the property is that the label is right.
        level: confidence level.

    Returns:
        Estimate in [0, 1] with standard error √(p(1 − p) / n_eff) and Wilson limits at the effective sample size
        (0 and n hits of n give proper intervals); nan in [0, 1] when nothing was judged.

    Raises:
        StatisticsInputError: a level outside (0, 1).
    """
    return labelled.interval(check_level(level))


def stratified_recall(
    labelled: ReviewedStratum, unlabelled: Sequence[ReviewedStratum], level: float = 0.95
) -> Interval:
    """Return the recall of a label: of the units it belongs to, the share that carries it.

    R = T / (T + F), T = N p of the units with the label, F = Σ N_h q_h of those without it, over strata drawn
    independently. Delta method: Var R = (F² Var T + T² Var F) / (T + F)⁴. The limits do not use it, for it is 0 where
    nothing missed was found in the sample: those of T (Wilson) and F (MOVER over Wilson limits) are carried over to
    T / F (MOVER for a ratio), so that 0 missed of n judged gives a lower limit below 1.

    Args:
        labelled: the units with the label; the property is that the label is right.
        unlabelled: strata of all units without it; the property is that the label is missing there.
        level: confidence level.

    Returns:
        Estimate in [0, 1] with limits; nan in [0, 1] while a stratum that is not empty has no judged unit, and when
        the label belongs to none of the judged units.
    """
    needed = [stratum for stratum in (labelled, *unlabelled) if stratum.size > 0]
    if any(stratum.reviewed == 0 for stratum in needed):
        return Interval(0.0, 1.0, math.nan, math.nan, level)
    found, found_variance, found_low, found_high = _total([labelled], level)
    missed, missed_variance, missed_low, missed_high = _total(unlabelled, level)
    if found + missed == 0:
        return Interval(0.0, 1.0, math.nan, math.nan, level)
    error = math.sqrt(missed**2 * found_variance + found**2 * missed_variance) / (found + missed) ** 2
    middle = found * missed
    low_found = found_low * (2 * found - found_low)
    high_missed = missed_high * (2 * missed - missed_high)
    root = math.sqrt(max(0.0, middle**2 - high_missed * low_found))
    low_odds = low_found / (middle + root) if middle + root > 0 else math.inf if low_found else 0.0
    high_found = found_high * (2 * found - found_high)
    low_missed = missed_low * (2 * missed - missed_low)
    high_odds = math.inf
    if low_missed > 0:
        high_odds = (middle + math.sqrt(max(0.0, middle**2 - low_missed * high_found))) / low_missed
    return Interval(_share(low_odds), _share(high_odds), found / (found + missed), error, level)


def _total(strata: Sequence[ReviewedStratum], level: float) -> tuple[float, float, float, float]:
    """Return total, variance and limits of the units with the property over strata."""
    total = variance = below = above = 0.0
    for stratum in strata:
        if stratum.size == 0:
            continue
        share = stratum.interval(level)
        total += stratum.size * share.estimate
        variance += (stratum.size * share.standard_error) ** 2
        below += (stratum.size * (share.estimate - share.ci_low)) ** 2
        above += (stratum.size * (share.ci_high - share.estimate)) ** 2
    return total, variance, max(0.0, total - math.sqrt(below)), total + math.sqrt(above)


def _share(odds: float) -> float:
    return 1.0 if math.isinf(odds) else odds / (1 + odds)
