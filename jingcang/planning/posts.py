"""Fixed posts of one station: which cells, how much of the need within reach they cover, and whether it lasted.

Belongs here: the conventions (reach, most posts, which cells may hold a post) and the look back. Does not belong here:
the optimum (``jingcang.statistics.planning.maximal_covering``), patrol blocks (``week``).

Sources: METHODS section 5 (maximal covering); reach and most posts are this product's conventions and printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jingcang.addresses.cells import cell_bounds
from jingcang.statistics.inputs import Array
from jingcang.statistics.planning import maximal_covering

REACH_METRES = 600.0
"""A post covers its own cell and the four beside it (centres about 500 m apart; corner to corner about 700 m)."""
MOST_POSTS = 6
MOST_SITES = 150
"""Cells with most incidents that may hold a post; all cells with incidents count as need."""
FEWEST_INCIDENTS = 50
"""Fewer incidents in a year do not tell places apart."""
METRES_A_DEGREE = 111_319.49
"""Length of a degree on the equator of the WGS 84 ellipsoid, 6,378,137 m · π / 180."""


@dataclass(frozen=True)
class FixedPost:
    """One post.

    Args:
        cell_id: where it stands.
        covered: incidents it serves; one within reach of two posts is served by the nearer.
        cells: cells it serves, its own among them.
    """

    cell_id: str
    covered: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class PostPlan:
    """Posts chosen together.

    Args:
        posts: by incidents served, most first.
        total: incidents of all cells.
        shares: share covered by 1, 2, … posts, each number chosen anew.
        later: later incidents that posts chosen before them would have covered; None without any.
        later_busiest: the same for as many posts on the busiest cells.
        later_total: later incidents of all cells.
    """

    posts: tuple[FixedPost, ...]
    total: int
    shares: tuple[float, ...]
    later: int | None
    later_busiest: int | None
    later_total: int


def fixed_posts(
    cells: Sequence[str], before: Sequence[int], later: Sequence[int], number: int
) -> PostPlan | None:
    """Choose the posts that cover the most incidents of a year.

    Args:
        cells: cell ids, each once.
        before: incidents of each cell in the first part of the year.
        later: incidents of each cell in its last weeks, held out for the look back.
        number: posts, from 1 to ``MOST_POSTS``; no more than there are cells.

    Returns:
        The plan for the whole year, None with fewer than ``FEWEST_INCIDENTS``.
    """
    first, last = (np.maximum(np.asarray(list(values), dtype=np.float64), 0) for values in (before, later))
    counts = first + last
    if counts.sum() < FEWEST_INCIDENTS:
        return None
    way = _metres(cells)
    sites = _sites(counts)
    most = min(MOST_POSTS, len(sites))
    number = min(number, most)
    shares = tuple(
        maximal_covering(counts, way[:, sites], posts, reach=REACH_METRES).share
        for posts in range(1, most + 1)
    )
    chosen = maximal_covering(counts, way[:, sites], number, reach=REACH_METRES)
    serving = np.asarray(chosen.nearest, dtype=np.int64)
    posts = [
        FixedPost(
            cells[int(sites[site])],
            int(counts[serving == site].sum()),
            tuple(cells[int(index)] for index in np.flatnonzero(serving == site)),
        )
        for site in chosen.chosen
    ]
    kept, busiest = (
        (None, None) if not last.sum() or not first.sum() else _look_back(first, last, way, number)
    )
    return PostPlan(
        tuple(sorted(posts, key=lambda post: (-post.covered, post.cell_id))),
        int(counts.sum()), shares, kept, busiest, int(last.sum()),
    )  # fmt: skip


def _look_back(first: Array, last: Array, way: Array, number: int) -> tuple[int, int]:
    sites = _sites(first)
    chosen = maximal_covering(first, way[:, sites], number, reach=REACH_METRES)
    best = [sites[site] for site in chosen.chosen]
    return _covered(last, way[:, best]), _covered(last, way[:, sites[:number]])


def _covered(counts: Array, way: Array) -> int:
    return int(counts[(way <= REACH_METRES).any(axis=1)].sum())


def _sites(counts: Array) -> list[int]:
    order = np.argsort(-counts, kind="stable")
    return [int(cell) for cell in order if counts[cell] > 0][:MOST_SITES]


def _metres(cells: Sequence[str]) -> Array:
    """Return the distances between the centres of cells, shape (n, n), on a plane at their mean latitude."""
    bounds = np.array([cell_bounds(cell) for cell in cells])
    east, north = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    x = east * METRES_A_DEGREE * np.cos(np.radians(north.mean()))
    y = north * METRES_A_DEGREE
    way: Array = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    return way
