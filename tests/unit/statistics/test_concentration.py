"""Gini and the 80–20 curve."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingcang.errors import JingcangError
from jingcang.statistics import chance_concentration, concentration_curve, generalised_gini, gini


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


def test_even_chance_is_not_called_concentration() -> None:
    counts = np.random.default_rng(3).poisson(0.6, 20_000)
    chance = chance_concentration(counts)
    assert chance.p_value > 0.01
    assert chance.beyond_from is None
    assert chance.dispersion == pytest.approx(1, abs=0.03)
    # Nobody is hot, and yet a fifth of the places holds more than half of the events.
    curve = concentration_curve(counts)
    assert curve.share_at(0.2) > 0.5
    assert chance.share_at(0.2) == pytest.approx(curve.share_at(0.2), abs=0.02)
    assert chance.expected_places(2) == pytest.approx((counts >= 2).sum(), rel=0.05)


def test_a_hot_place_among_chance_is_beyond_it() -> None:
    counts = np.concatenate([np.random.default_rng(3).poisson(0.6, 2_000), [14, 12]])
    chance = chance_concentration(counts)
    assert chance.beyond_from is not None
    assert 6 <= chance.beyond_from <= 12
    assert chance.p_value < 0.001


def test_expected_places_are_those_of_the_poisson_law() -> None:
    chance = chance_concentration([1, 1, 1, 1])
    # P(X ≥ 2) at mean 1 is 1 − 2/e
    assert chance.expected_places(2) == pytest.approx(4 * (1 - 2 / math.e))
    assert chance.expected_places(0) == pytest.approx(4)
    assert chance.dispersion == 0


@pytest.mark.parametrize("counts", [[], [0, 0], [0]])
def test_without_events_chance_says_nothing(counts: list[int]) -> None:
    chance = chance_concentration(counts)
    assert math.isnan(chance.p_value)
    assert chance.beyond_from is None
    assert chance.expected_places(2) == 0
