"""Calibration weights against a general optimiser and by hand."""

import numpy as np
import pytest
from scipy import optimize

from jingcang.errors import JingcangError
from jingcang.statistics import calibration_weights


def test_by_hand() -> None:
    # w1 + w2 = 2, 10 w1 + 30 w2 = 50: (0.5, 1.5) is the only pair
    found = calibration_weights([[1, 10], [1, 30]], [2, 50])
    assert found.weights == pytest.approx([0.5, 1.5])
    assert found.totals == pytest.approx([2, 50])
    assert found.effective_units == pytest.approx(4 / 2.5)
    assert found.distance == pytest.approx(0.25 + 0.25)
    # Nothing to change: the base weights
    same = calibration_weights([[1, 10], [1, 30]], [2, 40])
    assert same.weights == pytest.approx([1, 1])


@pytest.mark.parametrize("seed", range(8))
def test_against_a_general_optimiser(seed: int) -> None:
    source = np.random.default_rng(seed)
    features = np.column_stack([np.ones(25), source.poisson(source.gamma(2, 6, 25)[:, None], (25, 3))])
    # Totals of some of the units with other weights: reachable, and far enough for weights at zero
    totals = features.T @ (source.gamma(0.3, 1.0, 25))
    base = source.uniform(0.2, 0.6, 25)
    found = calibration_weights(features, totals, base_weights=base)
    assert found.totals == pytest.approx(totals, rel=1e-6)
    assert (found.weights >= 0).all()
    other = optimize.minimize(
        lambda w: ((w - base) ** 2 / base).sum(),
        base,
        jac=lambda w: 2 * (w - base) / base,
        bounds=[(0, None)] * 25,
        constraints={"type": "eq", "fun": lambda w: features.T @ w - totals, "jac": lambda w: features.T},
        method="SLSQP",
        options={"maxiter": 2000, "ftol": 1e-14},
    )
    # It may stop at a stalled line search; where it stopped must be feasible for the comparison to mean anything
    assert np.abs(features.T @ other.x - totals).max() < 1e-6
    assert found.distance <= other.fun * (1 + 1e-6)
    assert found.weights == pytest.approx(other.x, abs=2e-3)


def test_refusals() -> None:
    with pytest.raises(JingcangError, match="非负权重"):
        calibration_weights([[1, 10], [1, 30]], [2, 100])
    with pytest.raises(JingcangError, match="base_weights"):
        calibration_weights([[1.0], [1.0]], [2], base_weights=[0, 1])
    for features, totals in (
        ([[1, 2]], [1]),
        ([1, 2], [1]),
        ([[1, float("nan")]], [1, 2]),
        (np.empty((0, 1)), [1]),
    ):
        with pytest.raises(JingcangError):
            calibration_weights(features, totals)
