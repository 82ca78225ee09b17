"""Which areas are hot: local Gi* with false-discovery control, and the 12-month ranking to beat.

Belongs here: statistics on counts by area (METHODS section 3). Does not belong here: hit rates of a list
(``places``), clusters of free shape (``scan``), maps. Kernel density is for display only and never a
statement of significance.

Sources: Ord & Getis 1995, Geogr. Anal. 27:286–306; equals esda ``G_Local(y, w, transform="B", star=True)``
(``Zs``), whose default transform gives another Z and whose ``p_norm`` is one-sided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse, stats

from .comparison import false_discovery
from .inputs import Array, Booleans, Integers, as_counts, as_numbers, check_share, refuse

_METHOD = "Gi* 热点"
_MAX_CELLS_AT_ONCE = 20_000_000


@dataclass(frozen=True, eq=False)
class LocalStatistic:
    """Result of :func:`gi_star`.

    Args:
        z: standard scores, shape (n,); nan where the statistic is not defined.
        p_value: two-sided, normal, shape (n,).
        q_value: after false-discovery control, shape (n,).
        significant: q at most ``level``, high or low, shape (n,).
        level: accepted false-discovery rate.
        p_sim: two-sided permutation p, shape (n,); nan without permutations.
    """

    z: Array
    p_value: Array
    q_value: Array
    significant: Booleans
    level: float
    p_sim: Array

    @property
    def estimate(self) -> Array:
        """The standard scores."""
        return self.z

    @property
    def is_hot(self) -> Booleans:
        """Significant and above the mean."""
        return self.significant & (self.z > 0)

    @property
    def is_cold(self) -> Booleans:
        """Significant and below the mean."""
        return self.significant & (self.z < 0)


def gi_star(
    values: Any,
    weights: Any,
    *,
    level: float = 0.05,
    method: str = "bh",
    permutations: int = 0,
    seed: int | None = None,
) -> LocalStatistic:
    """Find areas whose neighbourhood holds more, or less, than chance explains.

    Args:
        values: one an area, shape (n,): counts of areas of equal size, or (smoothed) rates.
        weights: who is whose neighbour, shape (n, n), dense or scipy sparse, row i for area i. The diagonal
            is used as given; Gi* wants it positive (the area itself belongs to its neighbourhood).
        level: accepted false-discovery rate.
        method: ``bh`` or ``by``, see :func:`~jingcang.statistics.false_discovery`.
        permutations: values reassigned to areas this many times for ``p_sim``; 0 leaves it nan.
        seed: of the permutations.

    Returns:
        See :class:`LocalStatistic`. z = (Σ w x − x̄ W) / (s √((n S1 − W²)/(n − 1))) with W = Σ w,
        S1 = Σ w², s the population standard deviation. Without spread of the values, and for an area whose
        neighbourhood is empty or is everywhere at one weight, z and p are nan and nothing is significant.
        p_sim = (1 + #|z permuted| ≥ |z|) / (B + 1). The normal p needs neighbourhoods of some eight areas
        or counts that are not rare.

    Raises:
        StatisticsInputError: missing values, fewer than two areas, weights of another shape or missing.
    """
    x = as_numbers(values, "各区数值", _METHOD, dimensions=1)
    w = _weights(weights, len(x))
    check_share(level, "错误发现率", _METHOD)
    n = len(x)
    if n < 2:
        raise refuse("至少需要两个区域", _METHOD)
    total = np.asarray(w.sum(axis=1)).ravel()
    squares = np.asarray(w.multiply(w).sum(axis=1)).ravel()
    variance = (n * squares - total**2) / (n - 1)
    spread = x.std()
    # Differences of like sums: below this it is rounding, not spread.
    defined = (variance > 1e-12 * np.maximum(1, n * squares)) & (spread > 1e-12 * max(1.0, np.abs(x).max()))
    scale = np.where(defined, spread * np.sqrt(np.where(defined, variance, 1)), np.nan)
    z = (w @ x - x.mean() * total) / scale
    p_value = np.where(defined, 2 * stats.norm.sf(np.abs(np.nan_to_num(z))), np.nan)
    q_value = false_discovery(p_value, method)
    p_sim = np.full(n, np.nan)
    if permutations:
        p_sim = _permuted(x, w, total, scale, z, permutations, seed)
    return LocalStatistic(z, p_value, q_value, np.nan_to_num(q_value, nan=1.0) <= level, level, p_sim)


def _weights(weights: Any, n: int) -> Any:
    if sparse.issparse(weights):
        matrix = sparse.csr_array(weights, dtype=np.float64)
        if np.isnan(matrix.data).any():
            raise refuse("“权重”中有空值", _METHOD)
    else:
        matrix = sparse.csr_array(as_numbers(weights, "权重", _METHOD, dimensions=2))
    if matrix.shape != (n, n):
        raise refuse(f"权重应为 {n}×{n}，收到 {matrix.shape[0]}×{matrix.shape[1]}", _METHOD)
    return matrix


def _permuted(
    x: Array, w: Any, total: Array, scale: Array, z: Array, permutations: int, seed: int | None
) -> Array:
    source = np.random.default_rng(seed)
    at_least = np.zeros(len(x))
    chunk = max(1, _MAX_CELLS_AT_ONCE // len(x) // 8)
    for done in range(0, permutations, chunk):
        size = min(chunk, permutations - done)
        shuffled = source.permuted(np.tile(x, (size, 1)), axis=1).T
        scores = (w @ shuffled - (x.mean() * total)[:, None]) / scale[:, None]
        at_least += (np.abs(scores) >= np.abs(z)[:, None] - 1e-9).sum(axis=1)
    return np.where(np.isnan(scale), np.nan, (1 + at_least) / (permutations + 1))


@dataclass(frozen=True, eq=False)
class HotCells:
    """Result of :func:`hot_cells`.

    Args:
        order: indices of cells, highest count first; equal counts in the order given.
        rank: rank of each cell in the order given, 1 is the highest; equal counts share the lowest rank.
        is_hot: True for the cells chosen, in the order given.
        counts: their counts.
        area_share: share of the area chosen.
        event_share: share of the past events inside it; nan without events.
    """

    order: Integers
    rank: Integers
    is_hot: Booleans
    counts: Array
    area_share: float
    event_share: float


def hot_cells(counts: Any, *, cells: int | None = None, area_share: float | None = None) -> HotCells:
    """Rank cells by their count of the last 12 months: the baseline any other method must beat.

    Args:
        counts: events of the last 12 months by cell of equal area, shape (n,).
        cells: how many to choose; or
        area_share: share of the cells to choose in (0, 1], rounded down but at least one. Give exactly one.

    Returns:
        See :class:`HotCells`. Cells without an event are never chosen, so fewer may be.

    Raises:
        StatisticsInputError: missing or negative counts, no cells, neither or both of ``cells`` and
            ``area_share``.
    """
    values = as_counts(counts, "各格计数", "热点格排名")
    if (cells is None) == (area_share is None):
        raise refuse("请只给出格数或面积占比之一", "热点格排名")
    if not len(values):
        raise refuse("没有格子", "热点格排名")
    if area_share is not None and not 0 < area_share <= 1:
        raise refuse("面积占比应大于 0、不超过 1", "热点格排名")
    wanted = cells if cells is not None else max(1, int(len(values) * float(area_share or 0) + 1e-9))
    order = np.argsort(-values, kind="stable")
    chosen = order[: max(0, wanted)]
    is_hot = np.zeros(len(values), dtype=bool)
    is_hot[chosen] = values[chosen] > 0
    total = float(values.sum())
    return HotCells(
        order=order,
        rank=stats.rankdata(-values, method="min").astype(np.int64),
        is_hot=is_hot,
        counts=values,
        area_share=float(is_hot.mean()),
        event_share=float(values[is_hot].sum()) / total if total else float("nan"),
    )
