"""Learning a chain: the slope is that of the likelihood, and the same seed gives the same chain."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from jingcang.labelling.models import chains
from jingcang.labelling.models.chains import ChainParameters, learn_chain
from jingcang.labelling.models.vocabulary import Vocabulary

NAMES = ("O", "B-NT", "E-NT")
HASHES = [np.array([[1, 2], [2, 3], [3, 9]], np.uint32), np.array([[1, 3]], np.uint32)]
TAGS = [["B-NT", "E-NT", "O"], ["O"]]


def _cost(weights: np.ndarray, moves: np.ndarray) -> float:
    """Return the negative log-likelihood of ``TAGS`` by adding up every reading; feature 9 is not known."""
    cost = 0.0
    for hashes, tags in zip(HASHES, TAGS, strict=True):
        scores = np.array([sum(weights[int(key) - 1] for key in row if key < 9) for row in hashes])

        def total(path: tuple[int, ...], scores: np.ndarray = scores) -> float:
            steps = sum(moves[a, b] for a, b in itertools.pairwise(path))
            return float(sum(scores[at, tag] for at, tag in enumerate(path)) + steps)

        every = [total(path) for path in itertools.product(range(3), repeat=len(tags))]
        cost += float(np.logaddexp.reduce(every)) - total(tuple(NAMES.index(tag) for tag in tags))
    return cost


def test_the_slope_is_that_of_the_likelihood() -> None:
    random = np.random.default_rng(4)
    weights = random.normal(size=(3, 3)).astype(np.float32)
    moves = random.normal(size=(3, 3)).astype(np.float32)
    (batch,) = chains._batches(HASHES, TAGS, Vocabulary(np.array([1, 2, 3], np.uint32)), NAMES, 8)
    slope, move_slope = chains._slopes(batch, weights, moves, 0.0, random)
    step = 1e-3
    for given, which in ((slope, 0), (move_slope, 1)):
        for at in itertools.product(range(3), repeat=2):
            costs = []
            for sign in (1, -1):
                moved = [weights.astype(np.float64), moves.astype(np.float64)]
                moved[which][at] += sign * step
                costs.append(_cost(*moved))
            assert given[at] == pytest.approx((costs[0] - costs[1]) / (2 * step), abs=1e-3)


def test_the_same_seed_gives_the_same_chain_and_another_seed_another() -> None:
    parameters = ChainParameters(passes=5, averaged=2, minimum=1, pruned=0.0)
    (_, first), (_, second) = (learn_chain(HASHES * 9, TAGS * 9, parameters) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
    _, other = learn_chain(HASHES * 9, TAGS * 9, replace(parameters, seed=1))
    assert not np.array_equal(first.weights, other.weights)
