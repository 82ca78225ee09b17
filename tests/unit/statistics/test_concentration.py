"""Gini and the 80–20 curve."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingcang.errors import JingcangError
from jingcang.statistics import concentration_curve, generalised_gini, gini


def test_even_but_sparse() -> None:
    # known answer: every event in its own place, twice as many places as events
    sparse = [1] * 10 + [0] * 10
    assert generalised_gini(sparse) == pytest.approx(0.0, abs=1e-12)
    assert gini(sparse) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("counts", "plain", "generalised"),
    [
        # Steenbeek & Bernasco, R package lorenzgini, examples of gini(unbiased = FALSE)
        ([10, 8, 2, 0, 0, 0, 0, 0, 0, 0], 0.78, 0.78),
        ([5, 2, 1, 0, 0, 0, 0, 0, 0, 0], 0.80, 0.75),
        ([10] + [0] * 9, 0.90, 0.90),
        ([3, 1, 1] + [0] * 7, 0.78, 0.56),
    ],
)
def test_published_examples(counts: list[int], plain: float, generalised: float) -> None:
    assert gini(counts) == pytest.approx(plain)
    assert generalised_gini(counts) == pytest.approx(generalised)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=25).filter(any), st.randoms())
def test_order_and_bounds(counts: list[int], source: object) -> None:
    value = generalised_gini(counts)
    assert -1e-9 <= value < 1
    assert value <= gini(counts) + 1e-9
    # The mean difference of all pairs is the other definition of the plain coefficient.
    x = np.array(counts, dtype=float)
    assert gini(counts) == pytest.approx(np.abs(x[:, None] - x).mean() / (2 * x.mean()))
    shuffled = list(counts)
    source.shuffle(shuffled)
    assert generalised_gini(shuffled) == pytest.approx(value)


def test_curve() -> None:
    curve = concentration_curve([0, 1, 7, 0, 2])
    assert curve.place_share == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert curve.event_share == pytest.approx([0, 0.7, 0.9, 1, 1, 1])
    assert curve.share_at(0.2) == pytest.approx(0.7)
    assert curve.share_at(0.3) == pytest.approx(0.8)
    assert curve.places_for(0.8) == 2
    assert curve.places_for(0.7) == 1
    assert (curve.places, curve.events) == (5, 10)
    sparse = concentration_curve([1, 0, 1, 0])
    assert sparse.event_share == pytest.approx(
        sparse.most_even
    )  # half of the places hold all: no concentration
    assert sparse.generalised_gini == pytest.approx(0)


def test_nothing_to_concentrate() -> None:
    assert math.isnan(generalised_gini([0, 0]))
    assert math.isnan(gini([]))
    assert np.isnan(concentration_curve([0, 0]).event_share).all()
    assert concentration_curve([]).places == 0
    for wrong in ([1, -1], [1, math.nan]):
        with pytest.raises(JingcangError, match="基尼系数"):
            generalised_gini(wrong)
