"""Several components in one score, and how much of the order is the choice of weights.

Belongs here: geometric mean and rank ranges. Does not belong here: the components themselves, which are
always shown beside the score; points tables (赋分表), which are configuration.

Sources: OECD/JRC Handbook on Constructing Composite Indicators 2008 (geometric aggregation, weight
sensitivity by Monte Carlo); METHODS section 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .inputs import Array, StatisticsInputError, as_number, as_numbers


@dataclass(frozen=True)
class CompositeScore:
    """Result of :func:`composite_score`, shape (units,) each.

    Args:
        estimate: weighted geometric mean, unit of the components.
        rank_low: best rank (1 is first) over the central share of the draws.
        rank_high: worst rank over the same.
        components: as given, shape (units, components); to be shown with the score.
        weights: fixed in advance, adding up to 1.
        level: share of the draws between rank_low and rank_high.
        draws: number of draws.
        seed: of the draws.
    """

    estimate: Array
    rank_low: npt.NDArray[np.int64]
    rank_high: npt.NDArray[np.int64]
    components: Array
    weights: Array
    level: float
    draws: int
    seed: int


def composite_score(
    components: Any,
    weights: Any,
    *,
    spread: float = 0.5,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> CompositeScore:
    """Return the geometric mean of component scores and the range of ranks under other weights.

    Args:
        components: scores, shape (units, components), not negative, higher is better, on one scale.
        weights: shape (components,), fixed before the period; scaled to add up to 1.
        spread: each weight is drawn from weight × [1 − spread, 1 + spread] and all are scaled to 1 again.
        level: share of the draws inside the range.
        draws: number of draws.
        seed: of the draws; the same seed gives the same ranges.

    Returns:
        exp(Σ w ln s); a unit with a zero component scores 0: good elsewhere does not make up for it. Ranks
        count equal scores alike (the better rank for both).

    Raises:
        StatisticsInputError: shapes that do not fit, negative scores, weights not positive.
    """
    scores = as_numbers(components, "components", minimum=0)
    given = as_numbers(weights, "weights", is_positive=True)
    width = as_number(spread, "spread", minimum=0, maximum=1)
    share = as_number(level, "level", minimum=0, maximum=1)
    if scores.ndim != 2 or given.shape != scores.shape[1:] or draws < 1:
        raise StatisticsInputError(
            "各单位的分项数须与权重数相同", where="components, weights", remedy="请按单位×分项传入"
        )
    fixed = given / given.sum()
    with np.errstate(divide="ignore"):
        logs = np.log(scores)
    source = np.random.default_rng(seed)
    drawn = fixed * source.uniform(1 - width, 1 + width, (draws, len(fixed)))
    drawn /= drawn.sum(axis=1, keepdims=True)
    ranks = _ranks(drawn @ logs.T)
    tail = (1 - share) / 2
    low = np.quantile(ranks, tail, axis=0, method="lower")
    high = np.quantile(ranks, 1 - tail, axis=0, method="higher")
    return CompositeScore(
        np.exp(fixed @ logs.T), low.astype(np.int64), high.astype(np.int64), scores, fixed, share, draws, seed
    )


def _ranks(log_scores: Array) -> npt.NDArray[np.int64]:
    """Return 1 + number of better units, by row; scores equal to rounding share a rank."""
    rounded = np.round(log_scores, 12)
    ordered = np.sort(rounded, axis=1)
    better = [
        ordered.shape[1] - np.searchsorted(row, values, side="right")
        for row, values in zip(ordered, rounded, strict=True)
    ]
    return np.asarray(better, dtype=np.int64) + 1
