"""Which cells to go to: the ranking by count, beside Gi* that has to beat it.

Belongs here: choosing a list from the time before and judging it by the time after (METHODS section 3). Does not belong
here: the two methods (``hot_areas``) and the accuracy index (``places``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .hot_areas import gi_star, hot_cells
from .inputs import Array, Booleans, Integers, as_counts, refuse

AREA_SHARE = 0.05
"""Share of the cells chosen: at one share of the area only, lists may be compared."""
SMALLEST_GRID = 30
"""Cells from which Gi* is asked: its normal p needs many neighbourhoods."""
_METHOD = "热点网格"


@dataclass(frozen=True, eq=False)
class HotList:
    """Result of :func:`hot_list`.

    Args:
        order: indices of the cells chosen by count, the busiest first.
        is_clustered: Gi* high after false-discovery control, in the order given; all False below
            :data:`SMALLEST_GRID` cells.
        is_tested: Gi* was asked.
        area_share: share of the cells chosen.
        hits: later events in the cells chosen by count.
        rival_hits: later events in as many cells with the highest Gi*.
        total: later events in all cells.
        p_value: one-sided, that Gi* hit more only by chance (binomial over the events that one list alone holds);
            nan where it was not asked or the lists are the same.
    """

    order: Integers
    is_clustered: Booleans
    is_tested: bool
    area_share: float
    hits: int
    rival_hits: int
    total: int
    p_value: float

    @property
    def hit_share(self) -> float:
        """Share of the later events in the cells chosen; nan without any."""
        return self.hits / self.total if self.total > 0 else float("nan")

    @property
    def accuracy(self) -> float:
        """Prediction accuracy index: hit share / area share; nan without events or cells."""
        return self.hit_share / self.area_share if self.area_share > 0 else float("nan")

    @property
    def is_beaten(self) -> bool:
        """Gi* hit more than the ranking by count, and chance does not explain it (p at most 0.05)."""
        return self.p_value <= 0.05


def hot_list(
    before: Any, after: Any, weights: Any, *, area_share: float = AREA_SHARE, level: float = 0.05
) -> HotList:
    """Choose cells by their count of the time before and see how many later events they hold.

    Args:
        before: events of the 12 months before, by cell of equal area, shape (n,).
        after: events of the period looked at, same shape; never part of ``before``.
        weights: who is whose neighbour, shape (n, n), the cell itself included.
        area_share: share of the cells to choose.
        level: accepted false-discovery rate of Gi*.

    Returns:
        See :class:`HotList`. Cells without a past event are not chosen.

    Raises:
        StatisticsInputError: missing or negative counts, shapes that differ, no cells.

    Source: METHODS section 3 (count ranking of the last 12 months as the baseline, PAI at one share of the area).
    """
    past, later = as_counts(before, "此前起数", _METHOD), as_counts(after, "本期起数", _METHOD)
    if past.shape != later.shape:
        raise refuse("此前起数与本期起数长短不一", _METHOD)
    chosen = hot_cells(past, area_share=area_share)
    order = chosen.order[: int(chosen.is_hot.sum())]
    is_tested = len(past) >= SMALLEST_GRID
    clustered, rival = np.zeros(len(past), dtype=bool), chosen.is_hot
    p_value = float("nan")
    if is_tested:
        found = gi_star(past, weights, level=level)
        clustered = found.is_hot
        rival = _highest(found.z, len(order))
        gained, lost = (int(later[a & ~b].sum()) for a, b in ((rival, chosen.is_hot), (chosen.is_hot, rival)))
        if gained + lost:
            p_value = float(stats.binomtest(gained, gained + lost, alternative="greater").pvalue)
    return HotList(
        order, clustered, is_tested, float(len(order) / len(past)), int(later[chosen.is_hot].sum()),
        int(later[rival].sum()), int(later.sum()), p_value,
    )  # fmt: skip


def _highest(scores: Array, number: int) -> Booleans:
    """Return True for the highest scores; those that are not defined come last."""
    marked = np.zeros(len(scores), dtype=bool)
    marked[np.argsort(-np.nan_to_num(scores, nan=-np.inf), kind="stable")[:number]] = True
    return marked
