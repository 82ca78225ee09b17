"""Standard errors and randomisation inference of ``panel``.

Belongs here: sandwich covariances with their small-sample factors, re-drawing who was treated. Does not
belong here: fitting (``two_way``).

Sources: Liang & Zeger 1986 (clusters); White 1980; small-sample factors of R's fixest (``ssc`` with
fixef.K = "nested"); Fisher 1935 and Young 2019, Q. J. Econ. 134:557–598 (randomisation inference).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import stats

from .inputs import Array, StatisticsInputError
from .two_way import Codes, Fit, TwoWay

CLUSTER, HETEROSKEDASTIC, MODEL = "cluster", "hc1", "model"
# Up to this many different assignments all are tried instead of a sample.
_MAX_ENUMERATED = 2_000
_CHUNK_CELLS = 4_000_000


@dataclass(frozen=True)
class Covariance:
    """Covariance of the coefficients.

    Args:
        matrix: shape (k, k).
        kind: ``cluster``, ``hc1`` or ``model``.
        degrees: of freedom for t: clusters − 1, or n − K.
        factor: small-sample factor that was applied.
    """

    matrix: Array
    kind: str
    degrees: int
    factor: float


def covariance(fit: Fit, effects: TwoWay, cluster: Codes | None) -> Covariance:
    """Return the robust covariance of a fit.

    Args:
        fit: fitted model.
        effects: its fixed effects.
        cluster: codes, shape (n,); None for heteroskedasticity only.

    Returns:
        Clusters: G/(G − 1) × (n − 1)/(n − K), where fixed effects nested in the clusters do not count in K
        but for one. Without clusters: HC1, n/(n − K), all effects counted. Where nothing is left (n = K) no
        robust form exists and the inverse information is returned (nan for a linear model).
    """
    observations, columns = fit.regressors.shape
    scores = fit.regressors * fit.residuals[:, None]
    parameters = columns + effects.rank
    if observations <= parameters:
        matrix = fit.bread if not (fit.weights == 1).all() else np.full_like(fit.bread, np.nan)
        return Covariance(matrix, MODEL, 0, 1.0)
    if cluster is None:
        factor = observations / (observations - parameters)
        meat = scores.T @ scores
        return Covariance(
            factor * fit.bread @ meat @ fit.bread, HETEROSKEDASTIC, observations - parameters, factor
        )
    groups = int(cluster.max()) + 1
    if groups < 2:
        raise StatisticsInputError(
            "至少需要两个聚类", where="cluster", remedy="请换用更细的聚类，或不传 cluster"
        )
    for codes, size in ((effects.unit, effects.units), (effects.time, effects.periods)):
        if is_nested(codes, cluster):
            parameters -= size - 1
    sums = np.zeros((groups, columns))
    np.add.at(sums, cluster, scores)
    factor = groups / (groups - 1) * (observations - 1) / (observations - parameters)
    return Covariance(factor * fit.bread @ (sums.T @ sums) @ fit.bread, CLUSTER, groups - 1, factor)


def is_nested(codes: Codes, cluster: Codes) -> bool:
    """Tell whether each code lies in one cluster only."""
    pairs = np.unique(np.column_stack([codes, cluster]), axis=0)
    return len(pairs) == len(np.unique(codes))


@dataclass(frozen=True)
class Randomisation:
    """Result of :func:`randomise`.

    Args:
        p_value: share of assignments with an effect at least as far from zero as the one that was made.
        draws: assignments tried.
        is_exact: all possible assignments were tried.
        statistics: of all assignments tried, ascending.
    """

    p_value: float
    draws: int
    is_exact: bool
    statistics: Array = field(repr=False, compare=False)

    def critical_value(self, level: float) -> float:
        """Return the quantile of the statistic at a level; inf where the assignments are too few to have one."""
        if self.draws * (1 - level) < 1 - 1e-9:
            return math.inf
        return float(self.statistics[math.ceil(level * (self.draws + (not self.is_exact)) - 1e-9) - 1])


@dataclass(frozen=True)
class HalfWidth:
    """Half the width of an interval: a quantile at the level, times a scale.

    Args:
        scale: standard error, or what the statistic of ``randomisation`` is in units of.
        degrees: of freedom of t; None for the normal.
        randomisation: whose critical values are taken instead.
    """

    scale: float
    degrees: int | None = None
    randomisation: Randomisation | None = None

    def __call__(self, level: float) -> float:
        """Return half the width at a level between 0 and 1."""
        if self.randomisation is not None:
            return self.randomisation.critical_value(level) * self.scale
        tail = (1 - level) / 2
        normal = self.degrees is None
        return float(stats.norm.isf(tail) if normal else stats.t.isf(tail, self.degrees)) * self.scale


def randomise(
    null: Fit, effects: TwoWay, treated: Array, groups: Codes, *, draws: int, seed: int
) -> Randomisation:
    """Re-draw which groups had which course of treatment, under the sharp null of no effect at all.

    Args:
        null: fit without the treatment.
        effects: fixed effects.
        treated: treatment as it was, shape (n,).
        groups: units or clusters between which whole courses of treatment are exchanged.
        draws: number of random assignments where not all are tried.
        seed: of the draws.

    Returns:
        Two-sided p. The statistic is the score of the null model, |Σ d̃ r| / √(Σ w d̃²): for a linear model the
        t statistic at the null's variance, for Poisson its first step. Exact: #(≥ observed) / all;
        sampled: (1 + #(≥ observed)) / (1 + draws).
    """
    courses = _courses(treated, groups, effects.time, effects.periods)
    make = effects.residual_maker(null.weights)

    def statistics(assignments: list[npt.NDArray[np.int64]]) -> Array:
        columns = np.column_stack([courses[order][groups, effects.time] for order in assignments])
        left = make(columns)
        size = np.sqrt((null.weights[:, None] * left**2).sum(axis=0))
        score = np.abs(left.T @ null.residuals)
        return np.where(size > 1e-9, score / np.where(size > 1e-9, size, 1), 0.0)

    observed = statistics([np.arange(len(courses))])[0]
    assignments, is_exact = _assignments(courses, draws, seed)
    chunk = max(1, _CHUNK_CELLS // len(groups))
    batches = []
    while batch := list(itertools.islice(assignments, chunk)):
        batches.append(statistics(batch))
    found = np.concatenate(batches)
    tried, reached = len(found), int((found >= observed * (1 - 1e-9)).sum())
    p_value = reached / tried if is_exact else (1 + reached) / (1 + tried)
    return Randomisation(p_value, tried, is_exact, np.sort(found))


def _courses(treated: Array, groups: Codes, time: Codes, periods: int) -> Array:
    """Return treatment by group and period; a period without observation continues the one before it."""
    courses = np.full((int(groups.max()) + 1, periods), np.nan)
    courses[groups, time] = treated
    for row in courses:
        known = np.flatnonzero(~np.isnan(row))
        position = np.searchsorted(known, np.arange(periods), side="right") - 1
        row[:] = row[known[np.maximum(position, 0)]]
    return courses


def _assignments(courses: Array, draws: int, seed: int) -> tuple[Iterator[npt.NDArray[np.int64]], bool]:
    """Return the assignments to try (as orders of the courses) and whether these are all there are."""
    groups = len(courses)
    _, kind, sizes = np.unique(courses, axis=0, return_inverse=True, return_counts=True)
    kind = kind.reshape(-1)
    if len(sizes) == 2 and math.comb(groups, int(sizes[0])) <= _MAX_ENUMERATED:
        first, second = np.flatnonzero(kind == 0), np.flatnonzero(kind == 1)

        def all_of_them() -> Iterator[npt.NDArray[np.int64]]:
            for chosen in itertools.combinations(range(groups), len(first)):
                order = np.empty(groups, dtype=np.int64)
                is_chosen = np.zeros(groups, dtype=bool)
                is_chosen[list(chosen)] = True
                order[is_chosen], order[~is_chosen] = first, second
                yield order

        return all_of_them(), True
    source = np.random.default_rng(seed)
    return (source.permutation(groups) for _ in range(draws)), False
