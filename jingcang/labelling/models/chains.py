"""Learning a chain: stochastic gradients with features left out at random.

Belongs here: how the weights of one conditional random field are learnt and pruned. Does not belong here: which
texts and spans it learns from (``learning``), decoding (``crf``).

Features overlap heavily (a character is seen by many n-grams); a chain that may lean on all of them at once
leans on the rarest. Each time a text is seen, half of its features are therefore left out, which makes every
weight carry its share (weight undertraining: Sutton, Sindelar and McCallum 2006; dropout: Srivastava et al.
2014). Steps are those of AdaGrad (Duchi, Hazan and Singer 2011), the weights given are the mean over the later
passes (Polyak and Juditsky 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .crf import Floats, Places, TagModel, chain_sums
from .encoding import Hashes
from .vocabulary import Vocabulary, choose_keys


@dataclass(frozen=True, slots=True)
class ChainParameters:
    """How a chain is learnt; chosen on folds inside the training texts.

    Args:
        passes: how often all texts are seen.
        averaged: passes at the end whose weights are averaged.
        rate: AdaGrad's step.
        damping: what AdaGrad's sum of squares starts from: rare features do not get greater steps.
        dropped: share of features left out each time.
        decay: L2 penalty on the features of a batch, each time it is seen.
        batch: texts seen between two steps.
        minimum: occurrences below which a feature is not learnt.
        sharpness: factor on all weights at the end: leaving features out makes probabilities too even.
        pruned: weights below this are left out of the model.
        seed: of the order of batches and of what is left out.
    """

    passes: int = 12
    averaged: int = 8
    rate: float = 0.1
    damping: float = 30.0
    dropped: float = 0.5
    decay: float = 0.02
    batch: int = 32
    minimum: int = 2
    sharpness: float = 1.3
    pruned: float = 0.05
    seed: int = 20260101


@dataclass(frozen=True)
class _Batch:
    """Texts of like length: their distinct features, where they stand, and the right tags."""

    known: Places
    places: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    tags: Places
    lengths: Places
    pairs: Floats


def learn_chain(
    hashes: Sequence[Hashes], tagged: Sequence[Sequence[str]], parameters: ChainParameters
) -> tuple[Vocabulary, TagModel]:
    """Learn one chain.

    Args:
        hashes: features of each text (characters × templates).
        tagged: right tags of each text.
        parameters: how.

    Returns:
        The features with a weight and the chain over them.
    """
    vocabulary = Vocabulary(choose_keys(np.concatenate(hashes), parameters.minimum))
    names = ("O", *sorted({tag for tags in tagged for tag in tags} - {"O"}))
    batches = _batches(hashes, tagged, vocabulary, names, parameters.batch)
    random = np.random.default_rng(parameters.seed)
    shape = (len(vocabulary.keys), len(names))
    weights, squares = np.zeros(shape, dtype=np.float32), np.full(shape, parameters.damping, dtype=np.float32)
    moves = np.zeros((len(names), len(names)), dtype=np.float32)
    move_squares = np.ones_like(moves)
    total, total_moves = np.zeros_like(weights), np.zeros_like(moves)
    for number in range(parameters.passes):
        for at in random.permutation(len(batches)):
            batch = batches[at]
            held = weights[batch.known]
            slope, move_slope = _slopes(batch, held, moves, parameters.dropped, random)
            slope += parameters.decay * held
            grown = squares[batch.known] + slope**2
            squares[batch.known] = grown
            weights[batch.known] = held - parameters.rate * slope / np.sqrt(grown)
            move_squares += move_slope**2
            moves -= parameters.rate * move_slope / np.sqrt(move_squares)
        if number >= parameters.passes - parameters.averaged:
            total += weights
            total_moves += moves
    scale = parameters.sharpness / parameters.averaged
    total *= np.float32(scale)
    total[np.abs(total) < parameters.pruned] = 0
    kept = np.abs(total).max(axis=1) > 0
    return Vocabulary(vocabulary.keys[kept]), TagModel(names, total[kept], total_moves * np.float32(scale))


def _batches(
    hashes: Sequence[Hashes], tagged: Sequence[Sequence[str]], vocabulary: Vocabulary, names: tuple[str, ...], size: int
) -> list[_Batch]:  # fmt: skip
    number = {tag: place for place, tag in enumerate(names)}
    order = [text for text in np.argsort([len(item) for item in hashes], kind="stable") if len(hashes[text])]
    out = []
    for begin in range(0, len(order), size):
        texts = order[begin : begin + size]
        rows = vocabulary.rows(np.concatenate([hashes[text] for text in texts]))
        known, places = np.unique(rows[rows >= 0], return_inverse=True)
        ends = np.concatenate([[0], np.cumsum((rows >= 0).sum(axis=1))])
        tags = np.array([number[tag] for text in texts for tag in tagged[text]])
        lengths = np.array([len(hashes[text]) for text in texts])
        pairs = np.zeros((len(names), len(names)), dtype=np.float32)
        follows = _following(lengths)
        np.add.at(pairs, (tags[follows - 1], tags[follows]), 1)
        out.append(
            _Batch(
                known.astype(np.int64), places.astype(np.int32), ends.astype(np.int32), tags, lengths, pairs
            )
        )
    return out


def _following(lengths: Places) -> Places:
    """Return the places of all characters but the first of each text."""
    first = np.zeros(int(lengths.sum()), dtype=bool)
    first[np.concatenate([[0], np.cumsum(lengths)[:-1]])] = True
    return np.flatnonzero(~first)


def _slopes(
    batch: _Batch, weights: Floats, moves: Floats, dropped: float, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the gradient of the negative log-likelihood by weights and transitions."""
    stays = random.random(len(batch.places), dtype=np.float32) >= dropped
    values = stays.astype(np.float32) / np.float32(1 - dropped)
    shape = (len(batch.tags), len(batch.known))
    seen = sparse.csr_matrix((values, batch.places, batch.ends), shape=shape)
    sums = chain_sums(np.asarray(seen @ weights), batch.lengths, moves)
    excess = sums.forward * sums.backward
    excess[np.arange(len(batch.tags)), batch.tags] -= 1
    follows = _following(batch.lengths)
    entered = sums.steps[follows] * sums.backward[follows]
    expected = (sums.forward[follows - 1].T @ entered) * np.exp(moves)
    return np.asarray(seen.T @ excess), expected - batch.pairs
