"""Two-way fixed effects without dummies: the shared machinery of ``panel``.

Belongs here: taking unit and period effects out of columns, and the Poisson fit by iterated weighting. Does
not belong here: choosing regressors, standard errors.

Sources: Frisch & Waugh 1933, Lovell 1963 (partialling out); Guimarães & Portugal 2010 and Correia, Guimarães &
Zylkin 2020, Stata J. 20:95–115 (IRLS with fixed effects absorbed). The smaller of the two sets of effects is
solved exactly by its Schur complement, so nothing has to converge inside a step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from .inputs import Array, StatisticsInputError

Codes = npt.NDArray[np.int64]
_TOLERANCE = 1e-10
_MAX_STEPS = 200
# A column of which less than this share is left after the effects are taken out is explained by them.
_COLLINEAR = 1e-9
# A rate ratio of e^15, three million, between the least and the greatest dose is a fit running away to infinity.
_MAX_LOG_RATIO = 15.0


class TwoWay:
    """Unit and period effects of one panel, observations in any order, gaps allowed.

    Args:
        unit: codes 0 … units − 1, shape (n,).
        time: codes 0 … periods − 1, shape (n,).
    """

    def __init__(self, unit: Codes, time: Codes) -> None:
        self.unit, self.time = unit, time
        self.units, self.periods = int(unit.max()) + 1, int(time.max()) + 1
        self._is_unit_large = self.units >= self.periods
        self._large, self._small = (unit, time) if self._is_unit_large else (time, unit)
        self._n_large, self._n_small = max(self.units, self.periods), min(self.units, self.periods)
        graph = sparse.coo_array(
            (np.ones(len(unit)), (self._large, self._small)), shape=(self._n_large, self._n_small)
        )
        linked = (graph.T @ graph) > 0
        self.components, self._component = sparse.csgraph.connected_components(linked, directed=False)
        self.rank = self.units + self.periods - self.components

    def residual_maker(self, weights: Array) -> ResidualMaker:
        """Return the operator for one set of weights."""
        cross = np.bincount(
            self._large * self._n_small + self._small, weights, minlength=self._n_large * self._n_small
        ).reshape(self._n_large, self._n_small)
        large_total = cross.sum(axis=1)
        scaled = cross / large_total[:, None]
        schur = np.diag(cross.sum(axis=0)) - cross.T @ scaled
        # Within each connected part the effects are known up to a constant; fixing their sum makes it solvable.
        same = self._component[:, None] == self._component[None, :]
        factor = linalg.cho_factor(schur + same * (weights.sum() / self._n_small**2))
        return ResidualMaker(self._large, self._small, weights, scaled, large_total, factor)


@dataclass(frozen=True)
class ResidualMaker:
    """Takes both effects out of columns, by weighted least squares."""

    large: Codes
    small: Codes
    weights: Array
    scaled: Array
    large_total: Array
    factor: tuple[Array, bool]

    def __call__(self, columns: Array) -> Array:
        """Return the residuals of columns of shape (n,) or (n, k)."""
        flat = columns if columns.ndim == 2 else columns[:, None]
        left = np.empty_like(flat)
        for index in range(flat.shape[1]):
            weighted = self.weights * flat[:, index]
            large_sum = np.bincount(self.large, weighted, minlength=len(self.large_total))
            small_sum = np.bincount(self.small, weighted, minlength=self.scaled.shape[1])
            small = linalg.cho_solve(self.factor, small_sum - self.scaled.T @ large_sum)
            large = large_sum / self.large_total - self.scaled @ small
            left[:, index] = flat[:, index] - large[self.large] - small[self.small]
        return left if columns.ndim == 2 else left[:, 0]


@dataclass(frozen=True)
class Fit:
    """A fitted panel model.

    Args:
        coefficients: shape (k,).
        regressors: with both effects taken out, shape (n, k).
        residuals: y − fitted, on the scale of y.
        weights: of the last step (fitted values for Poisson, ones for linear).
        bread: inverse of X̃ᵀWX̃, shape (k, k).
        fitted: shape (n,).
    """

    coefficients: Array
    regressors: Array
    residuals: Array
    weights: Array
    bread: Array
    fitted: Array


def fit_linear(effects: TwoWay, outcome: Array, regressors: Array) -> Fit:
    """Return the least-squares fit with both effects; ``regressors`` of shape (n, k), k may be 0."""
    weights = np.ones_like(outcome)
    make = effects.residual_maker(weights)
    left, target = make(regressors), make(outcome)
    bread = _bread(left, regressors, weights)
    coefficients = bread @ (left.T @ target)
    residuals = target - left @ coefficients
    return Fit(coefficients, left, residuals, weights, bread, outcome - residuals)


def fit_poisson(effects: TwoWay, outcome: Array, regressors: Array) -> Fit:
    """Return the Poisson fit with both effects on the log scale.

    Every unit and every period must have an event; see ``panel`` for what is dropped.

    Raises:
        StatisticsInputError: no finite estimate, or collinear regressors.
    """
    fitted = (outcome + outcome.mean()) / 2
    linear = np.log(fitted)
    deviance, make, left = np.inf, effects.residual_maker(fitted), regressors
    spread = np.ptp(regressors, axis=0)
    for _ in range(_MAX_STEPS):
        working = linear + (outcome - fitted) / fitted
        make = effects.residual_maker(fitted)
        left, target = make(regressors), make(working)
        bread = _bread(left, regressors, fitted)
        coefficients = bread @ (left.T @ (fitted * target))
        proposed = working - (target - left @ coefficients)
        linear, fitted, new = _step(linear, proposed, outcome, deviance)
        if (np.abs(coefficients) * spread > _MAX_LOG_RATIO).any():
            break
        if abs(deviance - new) <= _TOLERANCE * (1 + abs(new)):
            make = effects.residual_maker(fitted)
            left = make(regressors)
            return Fit(coefficients, left, outcome - fitted, fitted, _bread(left, regressors, fitted), fitted)
        deviance = new
    raise StatisticsInputError(
        "泊松模型没有有限的估计（有的组合全为零）",
        where="outcome, treated",
        remedy="请合并时期或区域，或改用 model='linear'，或用 log_rate_ratio",
    )


def _step(linear: Array, proposed: Array, outcome: Array, deviance: float) -> tuple[Array, Array, float]:
    """Return the proposal, or the first point on the way to it that does not make the fit worse."""
    share = 1.0
    for _ in range(30):
        candidate = linear + share * (proposed - linear)
        # Fitted values below 1e-290 are zero to every sum and would make the weights singular.
        fitted = np.exp(np.clip(candidate, -660, 600))
        new = _deviance(outcome, fitted)
        if np.isfinite(new) and (new <= deviance * (1 + 1e-12) + 1e-12 or not np.isfinite(deviance)):
            return candidate, fitted, new
        share /= 2
    return candidate, fitted, new


def _deviance(outcome: Array, fitted: Array) -> float:
    positive = outcome > 0
    ratio = np.where(positive, outcome, 1.0) / np.where(positive, fitted, 1.0)
    return float(2 * (outcome * np.log(ratio) - (outcome - fitted)).sum())


def _bread(left: Array, regressors: Array, weights: Array) -> Array:
    information = left.T @ (weights[:, None] * left)
    whole = (weights[:, None] * regressors**2).sum(axis=0)
    scale = np.sqrt(np.where(np.diag(information) > 0, np.diag(information), 1.0))
    is_explained = np.diag(information) <= _COLLINEAR * whole
    if is_explained.any() or (
        len(scale) and np.linalg.matrix_rank(information / np.outer(scale, scale), tol=1e-9) < len(scale)
    ):
        raise StatisticsInputError(
            "干预变量在单元和时期固定效应之外没有变化",
            where="treated",
            remedy="treated 须在干预开始后才为 1，且要有同期未干预的单元",
        )
    return np.asarray(np.linalg.inv(information))
