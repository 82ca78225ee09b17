"""Controls weighted until they look like the treated area: calibration weights.

Belongs here: the weights and what they leave unbalanced. Does not belong here: the effect itself (weighted controls
go into ``log_rate_ratio`` or ``wdd`` as counts of a control area).

Sources: Deville & Särndal 1992, JASA 87:376–382 (calibration); Robbins, Saunders & Kilmer 2017, JASA 112:109–126
(synthetic control of many small areas by calibration); METHODS section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize

from .inputs import Array, StatisticsInputError, as_numbers

_TOLERANCE = 1e-8
_MAX_STEPS = 200


@dataclass(frozen=True)
class CalibrationWeights:
    """Result of :func:`calibration_weights`.

    Args:
        weights: one a control unit, not negative, shape (units,).
        totals: Xᵀw, shape (covariates,); equal to those asked for.
        effective_units: (Σw)² / Σw²: with few, the "control area" is in truth a handful of units.
        distance: Σ (w − d)²/d.
    """

    weights: Array
    totals: Array
    effective_units: float
    distance: float


def calibration_weights(covariates: Any, totals: Any, *, base_weights: Any = None) -> CalibrationWeights:
    """Return weights of control units that add up to the totals of the treated area.

    Args:
        covariates: control units × covariates: a column of ones for the number of units, the count of each period
            before the start, population; shape (units, covariates).
        totals: the same sums over the treated units, shape (covariates,).
        base_weights: starting weights d, positive, shape (units,); None shares the treated total of the first
            covariate evenly: Σ d x₁ = total₁ where that is positive, else ones.

    Returns:
        min Σ (w − d)²/d with Xᵀw = totals, w ≥ 0. At the optimum w = d max(0, 1 + Xλ); λ is found by Newton steps on
        the dual, which is smooth and convex.

    Raises:
        StatisticsInputError: shapes that do not fit, missing values, base weights not positive, totals that no
            weights reach.
    """
    features, wanted = as_numbers(covariates, "covariates"), as_numbers(totals, "totals")
    if features.ndim != 2 or wanted.shape != features.shape[1:] or not features.size:
        raise StatisticsInputError(
            "协变量须为对照单元×变量，合计与变量数相同", where="covariates, totals", remedy="请按同一顺序传入"
        )
    base = _base(features, wanted, base_weights)
    # One scale for all covariates, so that none is met more closely than another.
    scale = np.maximum(np.abs(wanted), np.abs(features).max(axis=0))
    scale[scale == 0] = 1.0
    scaled, target = features / scale, wanted / scale
    if not _is_reachable(scaled, target):
        raise StatisticsInputError(
            "没有一组非负权重能让对照与干预区一致",
            where="totals",
            remedy="请增加对照单元，或减少要求一致的变量",
        )
    weights = _solve_dual(scaled, target, base)
    total = float(weights.sum())
    return CalibrationWeights(
        weights=weights,
        totals=features.T @ weights,
        effective_units=total**2 / float((weights**2).sum()) if total > 0 else 0.0,
        distance=float(((weights - base) ** 2 / base).sum()),
    )


def _base(features: Array, wanted: Array, given: Any) -> Array:
    if given is not None:
        base = as_numbers(given, "base_weights", is_positive=True)
        if base.shape != features.shape[:1]:
            raise StatisticsInputError("每个对照单元须有一个初始权重", where="base_weights", remedy="请补齐")
        return base
    first = float(features[:, 0].sum())
    share = float(wanted[0]) / first if first > 0 and wanted[0] > 0 else 1.0
    return np.full(len(features), share)


def _is_reachable(features: Array, target: Array) -> bool:
    found = optimize.linprog(
        np.zeros(len(features)), A_eq=features.T, b_eq=target, bounds=(0, None), method="highs"
    )
    return bool(found.status == 0)


def _solve_dual(features: Array, target: Array, base: Array) -> Array:
    """Minimise Σ d max(0, 1 + xλ)²/2 − totals·λ by damped Newton steps; its gradient is Xᵀw − totals."""
    multiplier = np.zeros(features.shape[1])

    def value(point: Array) -> float:
        return float((base * np.maximum(0, 1 + features @ point) ** 2).sum() / 2 - target @ point)

    for _ in range(_MAX_STEPS):
        lift = 1 + features @ multiplier
        weights = base * np.maximum(0, lift)
        gradient = features.T @ weights - target
        if np.abs(gradient).max() <= _TOLERANCE:
            return np.asarray(weights)
        active = features[lift > 0]
        curvature = active.T @ (base[lift > 0, None] * active)
        step = np.linalg.lstsq(
            curvature + 1e-12 * np.trace(curvature) * np.eye(len(target)), gradient, rcond=None
        )[0]
        slope, here, size = float(gradient @ step), value(multiplier), 1.0
        while size > 1e-10 and value(multiplier - size * step) > here - 1e-4 * size * slope:
            size /= 2
        multiplier = multiplier - size * step
    raise StatisticsInputError(
        "校准权重没有收敛", where="covariates", remedy="请去掉几乎重复的变量，或增加对照单元"
    )
