"""A linear classifier over character n-grams: the class with the highest score, and why.

Belongs here: n-grams of texts, weighting, scores, reasons. Does not belong here: training (``training``),
what the classes are (``charge``, ``messages``).

A text is the vector of its n-grams, weighted (1 + ln count) · idf and scaled to length 1 (Salton and
Buckley 1988); idf and the scaling are part of the model, the class weights come from linear support vector
machines, one a class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .encoding import Hashes, encode, mix, shift
from .vocabulary import Vocabulary

_GRAM_SALT = 1000
"""n-grams share no hash with the templates of ``features``."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One n-gram and what it added to the score of the chosen class over that of the next best."""

    text: str
    weight: float


def gram_hashes(texts: list[str], sizes: tuple[int, ...]) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Return every n-gram as a hash with the number of its text.

    Args:
        texts: any texts.
        sizes: lengths of n-grams.

    Returns:
        Hashes and text numbers, of equal length; n-grams never reach over the end of a text.
    """
    batch = encode(texts)
    owner = np.zeros(len(batch.codes), dtype=np.int64)
    places = batch.places()
    owner[places] = np.repeat(np.arange(len(texts)), batch.lengths)
    hashes, owners = [], []
    for size in sizes:
        window = [shift(batch.codes, step)[places] for step in range(size)]
        whole = window[-1] != 0  # between texts stand more empty places than an n-gram is long
        hashes.append(mix(_GRAM_SALT + size, *(part[whole] for part in window)))
        owners.append(owner[places][whole])
    return np.concatenate(hashes), np.concatenate(owners)


def count_matrix(texts: list[str], sizes: tuple[int, ...], vocabulary: Vocabulary) -> sparse.csr_matrix:
    """Return how often each known n-gram stands in each text (texts × vocabulary, float32)."""
    hashes, owners = gram_hashes(texts, sizes)
    rows = vocabulary.rows(hashes)
    known = rows >= 0
    shape = (len(texts), len(vocabulary.keys))
    ones = np.ones(int(known.sum()), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, (owners[known], rows[known])), shape=shape)
    matrix.sum_duplicates()
    return matrix


def weighted(counts: sparse.csr_matrix, idf: npt.NDArray[np.float32]) -> sparse.csr_matrix:
    """Return counts as (1 + ln count) · idf, each row of length 1."""
    out = counts.copy()
    out.data = (1 + np.log(out.data)) * idf[out.indices]
    squares = np.asarray(out.multiply(out).sum(axis=1)).ravel()
    norms = np.sqrt(np.maximum(squares, 1e-12))
    out.data = out.data / np.repeat(norms, np.diff(out.indptr))
    return out.astype(np.float32)


@dataclass(frozen=True)
class LinearModel:
    """Weights of one classifier.

    Args:
        classes: names of the classes.
        sizes: lengths of n-grams.
        vocabulary: the n-grams known.
        idf: inverse document frequency of each.
        weights: vocabulary × classes.
        bias: one a class.
    """

    classes: tuple[str, ...]
    sizes: tuple[int, ...]
    vocabulary: Vocabulary
    idf: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def scores(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Return texts × classes; higher is likelier, above 0 the class's own machine says yes."""
        counts = count_matrix(texts, self.sizes, self.vocabulary)
        return np.asarray(weighted(counts, self.idf) @ self.weights) + self.bias

    def predict(self, texts: list[str]) -> list[str]:
        """Return the likeliest class of each text."""
        return [self.classes[best] for best in self.scores(texts).argmax(axis=1)]

    def explain(self, text: str, top: int = 8) -> list[Reason]:
        """Return the n-grams that spoke most for the chosen class against the next best one."""
        order = np.argsort(-self.scores([text])[0])
        first, second = int(order[0]), int(order[1])
        hashes, _ = gram_hashes([text], self.sizes)
        rows = self.vocabulary.rows(hashes)
        values = weighted(count_matrix([text], self.sizes, self.vocabulary), self.idf).toarray()[0]
        starts = [at for size in self.sizes for at in range(max(0, len(text) - size + 1))]
        lengths = [size for size in self.sizes for _ in range(max(0, len(text) - size + 1))]
        found: dict[int, str] = {}
        for row, at, length in zip(rows.tolist(), starts, lengths, strict=True):
            if row >= 0:
                found.setdefault(row, text[at : at + length])
        gain = {row: float(values[row] * (self.weights[row, first] - self.weights[row, second])) for row in found}
        best = sorted(gain, key=lambda row: -gain[row])[:top]
        return [Reason(found[row], round(gain[row], 4)) for row in best if gain[row] > 0]
