"""The circular spatial scan: where is the most unlikely cluster, of whatever size?

Belongs here: Kulldorff's scan for counts with known expectation (METHODS section 3). Does not belong here:
statistics on fixed neighbourhoods (``hot_areas``).

Source: Kulldorff 1997, Commun. Stat. Theory Methods 26:1481–1496, Poisson model conditional on the total.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import xlogy

from .inputs import Array, Booleans, Integers, as_counts, as_numbers, refuse

_METHOD = "空间扫描"
_MAX_CELLS_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class ScanCluster:
    """One circle.

    Args:
        centre: index of the area at the centre.
        members: indices of the areas inside, nearest first.
        radius: distance to the farthest of them.
        observed: events inside.
        expected: expected events inside.
        estimate: relative risk, inside / outside; inf when nothing lies outside.
        log_likelihood_ratio: c ln(c/E) + (C − c) ln((C − c)/(C − E)).
        p_value: Monte Carlo p against the highest ratio anywhere, (1 + #≥) / (B + 1).
    """

    centre: int
    members: Integers
    radius: float
    observed: float
    expected: float
    estimate: float
    log_likelihood_ratio: float
    p_value: float


def circular_scan(
    points: Any,
    counts: Any,
    baseline: Any,
    *,
    max_share: float = 0.5,
    permutations: int = 999,
    seed: int | None = None,
    clusters: int = 5,
) -> list[ScanCluster]:
    """Find circles with more events than expected.

    Args:
        points: centre of each area, projected, shape (n, 2); n up to some 5,000 (memory grows with n²).
        counts: events by area, shape (n,).
        baseline: population at risk or expected events by area, shape (n,), in any unit.
        max_share: largest share of the baseline a circle may hold, in (0, 0.5].
        permutations: B, 999 or more for reports.
        seed: of the simulations.
        clusters: how many circles that do not overlap to return at most.

    Returns:
        The likeliest cluster first, then the next ones that share no area with it; p of the later ones is
        conservative (Kulldorff 1997). Only circles with a relative risk above 1; empty without events. The
        p of each simulation: the C events are thrown multinomially on the areas by their baseline. With
        overdispersed counts it is too small.

    Raises:
        StatisticsInputError: missing values, other lengths, negative counts, no baseline, max_share outside
            (0, 0.5].
    """
    where = as_numbers(points, "坐标", _METHOD, dimensions=2)
    events = as_counts(counts, "各区计数", _METHOD)
    people = as_counts(baseline, "各区基数", _METHOD)
    if not len(where) == len(events) == len(people) or where.shape[1] != 2:
        raise refuse("坐标、计数与基数不能一一对应", _METHOD)
    if people.sum() <= 0 or not 0 < max_share <= 0.5 or permutations < 1:
        raise refuse("基数合计必须大于 0，最大占比应在 0 与 0.5 之间，置换至少 1 次", _METHOD)
    total = float(events.sum())
    if total == 0:
        return []
    share = people / people.sum()
    distance = cdist(where, where)
    order = np.argsort(distance, axis=1, kind="stable")
    sorted_distance = np.take_along_axis(distance, order, axis=1)
    inside = np.cumsum(share[order], axis=1)
    # A circle takes in all areas at the same distance: only the last of them ends it.
    ends = np.ones(order.shape, dtype=bool)
    ends[:, :-1] = sorted_distance[:, 1:] > sorted_distance[:, :-1]
    ends &= inside <= max_share + 1e-12
    reach = int(np.flatnonzero(np.any(ends, axis=0)).max()) + 1 if ends.any() else 0
    if reach == 0:
        return []
    order, inside, ends = order[:, :reach], inside[:, :reach], ends[:, :reach]
    ratios = _ratios(events, order, inside, ends, total)
    highest = _simulated(share, order, inside, ends, round(total), permutations, seed)
    found: list[ScanCluster] = []
    taken = np.zeros(len(events), dtype=bool)
    for flat in np.argsort(-ratios, axis=None, kind="stable"):
        centre, size = divmod(int(flat), reach)
        ratio = float(ratios[centre, size])
        if ratio <= 0 or len(found) >= clusters:
            break
        members = order[centre, : size + 1]
        if taken[members].any():
            continue
        taken[members] = True
        observed, expected = float(events[members].sum()), total * float(inside[centre, size])
        outside = (total - observed) / (total - expected)
        found.append(
            ScanCluster(
                centre=centre,
                members=members.copy(),
                radius=float(sorted_distance[centre, size]),
                observed=observed,
                expected=expected,
                estimate=observed / expected / outside if outside > 0 else float("inf"),
                log_likelihood_ratio=ratio,
                p_value=(1 + int((highest >= ratio - 1e-9).sum())) / (permutations + 1),
            )
        )
    return found


def _ratios(events: Array, order: Integers, inside: Array, ends: Booleans, total: float) -> Array:
    observed = np.cumsum(events[order], axis=1)
    return np.where(ends, log_likelihood_ratio(observed, total * inside, total), 0.0)


def log_likelihood_ratio(observed: Array, expected: Array, total: float) -> Array:
    """Return c ln(c/E) + (C − c) ln((C − c)/(C − E)) where c > E, else 0; shape of ``observed``."""
    rest, rest_expected = total - observed, total - expected
    high = (observed > expected) & (expected > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = observed * np.log(observed / expected)
        second = np.where(rest > 0, rest * np.log(rest / rest_expected), 0.0)
    return np.where(high, first + second, 0.0)


def _simulated(
    share: Array, order: Integers, inside: Array, ends: Booleans,
    total: int, permutations: int, seed: int | None,
) -> Array:  # fmt: skip
    """Return the highest ratio of each simulation.

    c ln(c/E) + (C − c) ln((C − c)/(C − E)) is split into a table over c and logs of E and C − E, all made
    once, since counts are whole and E does not change.
    """
    source = np.random.default_rng(seed)
    counts = np.arange(total + 1, dtype=np.float64)
    table = xlogy(counts, counts) + xlogy(total - counts, total - counts)
    usable = ends & (inside > 0)
    log_expected = np.log(np.where(usable, total * inside, 1.0))
    log_rest = np.log(np.where(usable, total - total * inside, 1.0))
    highest = np.zeros(permutations)
    centres = max(1, _MAX_CELLS_AT_ONCE // order.shape[1])
    for number in range(permutations):
        events = source.multinomial(total, share)
        for start in range(0, len(order), centres):
            part = slice(start, start + centres)
            seen = np.cumsum(events[order[part]], axis=1)
            ratio = table[seen] - seen * log_expected[part] - (total - seen) * log_rest[part]
            is_high = usable[part] & (seen > total * inside[part])
            highest[number] = max(highest[number], float(np.max(ratio, where=is_high, initial=0.0)))
    return highest
