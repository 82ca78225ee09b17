"""Fixed posts: cover the most demand, or be nearest on the whole.

Belongs here: choosing places for posts. Does not belong here: patrol blocks (``allocation``).

Sources: Church & ReVelle 1974 (maximal covering), Hakimi 1964 (p-median); solved exactly by HiGHS through
``scipy.optimize.milp``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, sparse

from ..inputs import Array, StatisticsInputError, as_number, as_numbers


@dataclass(frozen=True)
class Posts:
    """Chosen places.

    Args:
        chosen: indices of sites, ascending.
        value: demand covered, or demand × distance.
        share: of all demand covered; for the p-median the mean distance.
        nearest: for each demand point the chosen site that serves it, −1 where none covers it.
    """

    chosen: tuple[int, ...]
    value: float
    share: float
    nearest: tuple[int, ...]


def maximal_covering(demand: Any, distance: Any, posts: int, *, reach: float) -> Posts:
    """Choose posts that cover the most demand.

    Args:
        demand: shape (points,), not negative.
        distance: shape (points, sites), metres or minutes.
        posts: number of posts, at most the number of sites.
        reach: largest distance at which a point is covered.

    Returns:
        See :class:`Posts`; optimal: max Σ h y, y_i ≤ Σ_{j within reach} x_j, Σ x = posts.

    Raises:
        StatisticsInputError: shapes that do not fit, negative values, more posts than sites.
    """
    wanted, way, number = _check(demand, distance, posts)
    covers = way <= as_number(reach, "reach", minimum=0)
    points, sites = covers.shape
    # Variables: x (sites, whole), y (points, 0 to 1; whole by themselves at the optimum).
    cover = sparse.hstack([sparse.csr_array(covers.astype(float)), -sparse.identity(points)])
    total = sparse.hstack([sparse.csr_array(np.ones((1, sites))), sparse.csr_array((1, points))])
    result = _solve(
        np.concatenate([np.zeros(sites), -wanted]),
        [optimize.LinearConstraint(cover, 0, np.inf), optimize.LinearConstraint(total, number, number)],
        np.concatenate([np.ones(sites), np.zeros(points)]),
    )
    chosen = np.flatnonzero(result[:sites] > 0.5)
    is_covered = covers[:, chosen].any(axis=1)
    nearest = np.where(is_covered, chosen[way[:, chosen].argmin(axis=1)], -1)
    value = float(wanted[is_covered].sum())
    everything = float(wanted.sum())
    return Posts(
        tuple(chosen.tolist()),
        value,
        value / everything if everything > 0 else float("nan"),
        tuple(nearest.tolist()),
    )


def p_median(demand: Any, distance: Any, posts: int) -> Posts:
    """Choose posts with the least demand × distance to the nearest.

    Args:
        demand: shape (points,), not negative.
        distance: shape (points, sites).
        posts: number of posts.

    Returns:
        See :class:`Posts`; optimal: min Σ h d z, Σ_j z_ij = 1, z_ij ≤ x_j, Σ x = posts.

    Raises:
        StatisticsInputError: shapes that do not fit, negative values, more posts than sites.
    """
    wanted, way, number = _check(demand, distance, posts)
    points, sites = way.shape
    pairs = points * sites
    # Variables: x (sites, whole), z (points × sites, 0 to 1).
    each = sparse.hstack(
        [sparse.csr_array((points, sites)), sparse.kron(sparse.identity(points), np.ones((1, sites)))]
    )
    open_only = sparse.hstack(
        [sparse.kron(np.ones((points, 1)), sparse.identity(sites)), -sparse.identity(pairs)]
    )
    total = sparse.hstack([sparse.csr_array(np.ones((1, sites))), sparse.csr_array((1, pairs))])
    result = _solve(
        np.concatenate([np.zeros(sites), (wanted[:, None] * way).ravel()]),
        [
            optimize.LinearConstraint(each, 1, 1),
            optimize.LinearConstraint(open_only, 0, np.inf),
            optimize.LinearConstraint(total, number, number),
        ],
        np.concatenate([np.ones(sites), np.zeros(pairs)]),
    )
    chosen = np.flatnonzero(result[:sites] > 0.5)
    nearest = way[:, chosen].argmin(axis=1)
    value = float((wanted * way[:, chosen].min(axis=1)).sum())
    everything = float(wanted.sum())
    return Posts(
        tuple(chosen.tolist()),
        value,
        value / everything if everything > 0 else float("nan"),
        tuple(chosen[nearest].tolist()),
    )


def _check(demand: Any, distance: Any, posts: int) -> tuple[Array, Array, int]:
    wanted, way = as_numbers(demand, "demand", minimum=0), as_numbers(distance, "distance", minimum=0)
    number = as_number(posts, "posts", minimum=1)
    if way.ndim != 2 or wanted.shape != way.shape[:1] or number > way.shape[1] or number != int(number):
        raise StatisticsInputError(
            "距离须为需求点×候选点，岗位数为整数且不超过候选点数",
            where="demand, distance, posts",
            remedy="请检查候选点名单",
        )
    return wanted, way, int(number)


def _solve(cost: Array, constraints: list[Any], integrality: Array) -> Array:
    result = optimize.milp(
        cost,
        constraints=constraints,
        integrality=integrality,
        bounds=optimize.Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    if result.x is None:
        raise StatisticsInputError(
            "选址没有求出解", where="milp", rule=str(result.message), remedy="请减少候选点"
        )
    return np.asarray(result.x, dtype=np.float64)
