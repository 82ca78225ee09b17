"""Near repeats: are events close in space also close in time more often than chance?

Belongs here: the Knox table with its permutation test (METHODS section 3). Does not belong here: repeats at
one address (SQL), pages.

Sources: Knox 1964, Appl. Stat. 13:25–29; Johnson et al. 2007, J. Quant. Criminol. 23:201–219 (bins, permuted
dates, ratio); Steenbeek's R package NearRepeat (half-open bins).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.spatial import cKDTree

from .inputs import Array, Booleans, Integers, as_days, as_numbers, refuse

_METHOD = "近重复检验"
MAX_P_VALUE, MIN_RATIO = 0.05, 1.2
# Pairs of one step: small enough to stay in the processor's cache.
_CHUNK = 32_768
_MAX_PAIRS = 60_000_000
_METRICS = {"euclidean": 2, "manhattan": 1}


@dataclass(frozen=True, eq=False)
class KnoxTable:
    """Result of :func:`knox`; matrices have one row a distance bin and one column a time bin.

    Args:
        observed: pairs of events.
        expected: mean number of pairs when dates are independent of places.
        ratio: observed / expected; nan where nothing is expected.
        p_value: one-sided permutation p, (1 + #≥observed) / (B + 1).
        poisson_p_value: P(X ≥ observed) at the expected number, for orientation.
        distance_bins: edges, shape (rows + 1,).
        time_bins: edges in days, shape (columns + 1,).
        permutations: B.
        events: number of events.
    """

    observed: Integers
    expected: Array
    ratio: Array
    p_value: Array
    poisson_p_value: Array
    distance_bins: Array
    time_bins: Array
    permutations: int
    events: int


def knox(
    points: Any,
    times: Any,
    distance_bins: Any,
    time_bins: Any,
    permutations: int = 999,
    seed: int | None = None,
    metric: str = "euclidean",
) -> KnoxTable:
    """Count pairs of events by distance and by time apart, and compare with permuted dates.

    Args:
        points: projected coordinates, shape (n, 2), in the unit of ``distance_bins`` (metres).
        times: one an event, shape (n,): days as numbers, dates or datetimes.
        distance_bins: rising edges; bin i holds edge[i] ≤ distance < edge[i+1]. The last may be inf.
        time_bins: rising edges in days, half-open in the same way.
        permutations: B, 999 or more for reports.
        seed: of the permutations.
        metric: ``euclidean`` or ``manhattan``.

    Returns:
        See :class:`KnoxTable`. The expected number is exact, not simulated: permuting dates gives every pair
        of places every pair of dates equally often, so it is pairs in the distance bin × pairs in the time
        bin / all pairs. Same place (distance 0) belongs to the first bin that starts at 0; give it its own
        bin ([0, 1)) to tell repeats from near repeats. Growth or season over the period is not corrected.

    Raises:
        StatisticsInputError: missing coordinates or times, other lengths, edges that do not rise, unknown
            metric, or so many pairs within the largest distance that they do not fit into memory.
    """
    where = as_numbers(points, "坐标", _METHOD, dimensions=None)
    where = where.reshape(-1, 2) if where.size == 0 else where
    when = as_days(times, "时间", _METHOD)
    if where.ndim != 2 or where.shape[1] != 2 or len(where) != len(when):
        raise refuse("坐标应为每条两个数，且与时间一一对应", _METHOD)
    if metric not in _METRICS:
        raise refuse(f"不认识的距离 {metric}", _METHOD, "请用 euclidean 或 manhattan")
    if permutations < 1:
        raise refuse("置换次数至少为 1", _METHOD)
    distance_edges, time_edges = _edges(distance_bins, "距离分档"), _edges(time_bins, "时间分档")
    first, second, row_starts = _close_pairs(where, distance_edges, metric)
    count = _counter(first, second, row_starts, time_edges)
    observed = count(when)
    n = len(when)
    expected = np.zeros(observed.shape)
    if n > 1:
        in_time = _time_pairs(when, time_edges)
        expected = np.diff(row_starts)[:, None] * (in_time / (n * (n - 1) / 2))[None, :]
    source = np.random.default_rng(seed)
    at_least = np.zeros(observed.shape, dtype=np.int64)
    for _ in range(permutations):
        at_least += count(source.permutation(when)) >= observed
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, observed / expected, np.nan)
    return KnoxTable(
        observed=observed,
        expected=expected,
        ratio=ratio,
        p_value=(1 + at_least) / (permutations + 1),
        poisson_p_value=np.asarray(stats.poisson.sf(observed - 1, expected)),
        distance_bins=distance_edges,
        time_bins=time_edges,
        permutations=permutations,
        events=n,
    )


def near_repeat_flags(
    table: KnoxTable, *, max_p_value: float = MAX_P_VALUE, min_ratio: float = MIN_RATIO
) -> Booleans:
    """Return which cells of the table are near repeats: p ≤ 0.05 and ratio ≥ 1.2 (METHODS section 3).

    Args:
        table: result of :func:`knox`.
        max_p_value: largest p.
        min_ratio: smallest ratio.

    Returns:
        Shape of the table.
    """
    return (table.p_value <= max_p_value) & (np.nan_to_num(table.ratio) >= min_ratio)


def _edges(bins: Any, name: str) -> Array:
    edges = np.asarray(bins, dtype=np.float64)
    if (
        edges.ndim != 1
        or len(edges) < 2
        or np.isnan(edges).any()
        or edges[0] < 0
        or (np.diff(edges) <= 0).any()
    ):
        raise refuse(f"“{name}”应为从小到大的至少两个界限，首个不小于 0", _METHOD)
    return edges


def _close_pairs(
    where: Array, edges: Array, metric: str
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Integers]:
    """Return pairs within the distance bins, sorted by bin, and where each bin starts (and the last ends)."""
    firsts, seconds, bins = [], [], []
    found = 0
    for first, second in _candidates(where, float(edges[-1]), metric):
        apart = np.abs(where[first] - where[second])
        if metric == "manhattan":
            distance = apart.sum(axis=1)
        else:
            distance = np.sqrt((apart**2).sum(axis=1))
        row = np.searchsorted(edges, distance, side="right") - 1
        kept = (row >= 0) & (row < len(edges) - 1)
        found += int(kept.sum())
        if found > _MAX_PAIRS:
            what = f"最大距离 {edges[-1]:g} 以内的案件对超过 {_MAX_PAIRS:,} 对"
            raise refuse(what, _METHOD, "请缩小最大距离或缩短时段")
        firsts.append(first[kept].astype(np.int32))
        seconds.append(second[kept].astype(np.int32))
        bins.append(row[kept].astype(np.int16))
    row = np.concatenate(bins) if bins else np.empty(0, dtype=np.int16)
    order = np.argsort(row, kind="stable")
    starts = np.searchsorted(row[order], np.arange(len(edges)))
    if not bins:
        empty = np.empty(0, dtype=np.int32)
        return empty, empty, starts
    return np.concatenate(firsts)[order], np.concatenate(seconds)[order], starts


def _candidates(where: Array, reach: float, metric: str) -> Iterator[tuple[Integers, Integers]]:
    """Yield pairs of events not much further apart than ``reach``, a block of events at a time."""
    n = len(where)
    if n < 2:
        return
    block = max(1, 4_000_000 // n)
    everything = not np.isfinite(reach)
    tree = None if everything else cKDTree(where)
    for start in range(0, n, block):
        ids = np.arange(start, min(start + block, n))
        if tree is None:
            first = np.repeat(ids, n - 1 - ids)
            second = np.concatenate([np.arange(i + 1, n) for i in ids])
        else:
            radius = reach * (1 + 1e-9) + 1e-9
            near = tree.query_ball_point(where[ids], radius, p=_METRICS[metric])
            sizes = np.fromiter(map(len, near), dtype=np.int64, count=len(near))
            first = np.repeat(ids, sizes)
            second = np.concatenate([np.asarray(found, dtype=np.int64) for found in near])
            first, second = first[second > first], second[second > first]
        yield first, second


def _counter(first: Any, second: Any, row_starts: Any, edges: Array) -> Any:
    """Return a function from times to the table of pairs."""
    finite = edges[np.isfinite(edges)]
    spans = [
        (row, start, min(start + _CHUNK, row_starts[row + 1]))
        for row in range(len(row_starts) - 1)
        for start in range(row_starts[row], row_starts[row + 1], _CHUNK)
    ]

    def count(when: Array) -> Integers:
        # at_least[row, e] counts pairs at least edge e apart; bins are differences of neighbours.
        at_least = np.zeros((len(row_starts) - 1, len(edges)), dtype=np.int64)
        for row, start, end in spans:
            apart = np.abs(when[first[start:end]] - when[second[start:end]])
            for edge, value in enumerate(finite):
                at_least[row, edge] += np.count_nonzero(apart >= value)
        return at_least[:, :-1] - at_least[:, 1:]

    return count


def _time_pairs(when: Array, edges: Array) -> Array:
    """Return how many of all pairs lie in each time bin."""
    ordered = np.sort(when)
    position = np.arange(len(ordered))
    at_least = []
    for edge in edges:
        if not np.isfinite(edge):
            at_least.append(0)
            continue
        # Events before the first one less than ``edge`` older; |a − b| ≥ edge exactly as the table counts it.
        older = _first_closer(ordered, edge)
        at_least.append(int(np.minimum(older, position).sum()))
    return np.asarray(at_least[:-1], dtype=np.float64) - np.asarray(at_least[1:], dtype=np.float64)


def _first_closer(ordered: Array, edge: float) -> Integers:
    """Return for each event the number of events with ordered[j] − ordered[i] ≥ edge, i < j."""
    low = np.zeros(len(ordered), dtype=np.int64)
    high = np.arange(len(ordered))
    while (low < high).any():
        middle = (low + high) // 2
        far = ordered - ordered[middle] >= edge
        low, high = np.where(far & (low < high), middle + 1, low), np.where(far | (low >= high), high, middle)
    return low
