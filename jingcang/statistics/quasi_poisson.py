"""The quasi-Poisson regression with log link that early warning and forecasts fit many times.

Belongs here: the fit by iteratively reweighted least squares, its dispersion, hat values and prediction.
Does not belong here: which terms a model has. statsmodels gives the same numbers (tested); fitting a few
thousand short series through it costs ten times as long.

Source: McCullagh & Nelder 1989, Generalized Linear Models, sections 2.5 and 9.2; start values, stopping rule
(relative change of the deviance below 1e-8, at most 25 steps) and dispersion as in R's ``glm.fit`` and
``summary.glm``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .inputs import Array

_MAX_STEPS = 25
_TOLERANCE = 1e-8
# exp(±30) is 1e13 and 1e-13: beyond, a mean is zero or the model is absurd, and exp would overflow.
_MAX_LOG_MEAN = 30.0
# Above this, columns depend on each other and the pseudo-inverse is taken.
_SINGULAR = 1e11


@dataclass(frozen=True, eq=False)
class QuasiPoissonFit:
    """A fitted model.

    Args:
        coefficients: log scale, shape (p,).
        covariance: (XᵀWX)⁻¹ without the dispersion, shape (p, p).
        fitted: means, shape (n,).
        hat: leverage, shape (n,).
        dispersion: Pearson chi-square / degrees of freedom, may be below 1; nan without degrees of freedom.
        degrees: n − rank.
        has_converged: the stopping rule was met.
    """

    coefficients: Array
    covariance: Array
    fitted: Array
    hat: Array
    dispersion: float
    degrees: int
    has_converged: bool

    def predict(self, row: Array) -> tuple[float, float]:
        """Return log mean and its standard error (dispersion of at least 1) at one row of the design."""
        spread = float(row @ self.covariance @ row) * max(1.0, self.dispersion)
        return float(row @ self.coefficients), float(np.sqrt(max(0.0, spread)))


def fit_quasi_poisson(design: Array, counts: Array, weights: Array | None = None) -> QuasiPoissonFit:
    """Fit E(y) = exp(Xβ), Var(y) = φ E(y) / weight.

    Args:
        design: shape (n, p).
        counts: shape (n,), not negative.
        weights: prior weights, shape (n,), positive; default 1.

    Returns:
        See :class:`QuasiPoissonFit`. A group without any event drives its coefficient to −∞; the fit stops
        where the deviance no longer moves, with a mean near zero.
    """
    prior = np.ones(len(counts)) if weights is None else weights
    mean = counts + 0.1
    log_mean = np.log(mean)
    deviance, has_converged, coefficients = np.inf, False, np.zeros(design.shape[1])
    for _ in range(_MAX_STEPS):
        weight = prior * mean
        response = log_mean + (counts - mean) / mean
        coefficients = _inverse(design, weight) @ (design.T @ (weight * response))
        log_mean = np.clip(design @ coefficients, -_MAX_LOG_MEAN, _MAX_LOG_MEAN)
        mean = np.exp(log_mean)
        before, deviance = deviance, _deviance(counts, mean, prior)
        if abs(deviance - before) / (abs(deviance) + 0.1) < _TOLERANCE:
            has_converged = True
            break
    weight = prior * mean
    covariance = _inverse(design, weight)
    hat = weight * np.einsum("ij,jk,ik->i", design, covariance, design)
    degrees = len(counts) - round(float(hat.sum()))  # the trace of the hat matrix is the rank
    chi_square = float((prior * (counts - mean) ** 2 / mean).sum())
    return QuasiPoissonFit(
        coefficients=coefficients,
        covariance=covariance,
        fitted=mean,
        hat=hat,
        dispersion=chi_square / degrees if degrees > 0 else np.nan,
        degrees=degrees,
        has_converged=has_converged,
    )


def _inverse(design: Array, weight: Array) -> Array:
    """Return (XᵀWX)⁻¹, columns scaled first so that a group with a mean near zero loses no digits."""
    scale = np.sqrt(weight @ design**2)
    scale = np.where(scale > 0, scale, 1)
    scaled = design / scale
    cross = (scaled.T * weight) @ scaled
    try:
        inverse = np.linalg.inv(cross)
        if np.abs(inverse).max() > _SINGULAR:
            inverse = np.linalg.pinv(cross, rcond=1e-11, hermitian=True)
    except np.linalg.LinAlgError:
        inverse = np.linalg.pinv(cross, rcond=1e-11, hermitian=True)
    return inverse / np.outer(scale, scale)


def _deviance(counts: Array, mean: Array, prior: Array) -> float:
    logs = np.log(np.where(counts > 0, counts, 1) / mean)
    return float(2 * (prior * (np.where(counts > 0, counts * logs, 0) - (counts - mean))).sum())
