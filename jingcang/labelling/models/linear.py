"""A linear classifier over character n-grams: the class with the highest score, and why.

Belongs here: n-grams of texts, weighting, scores, reasons. Does not belong here: training (``training``),
what the classes are (``charge``, ``messages``).

A text is three vectors side by side: its n-grams, the terms of a list that it holds, and which patterns it fits.
The first two are weighted (1 + ln count) · idf (Salton and Buckley 1988) and scaled to a fixed length, a pattern
counts the same wherever it fits; idf, lengths and patterns are part of the model, the class weights come from linear
support vector machines, one a class.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import ahocorasick
import numpy as np
import numpy.typing as npt
from scipy import sparse

from .encoding import Hashes, encode, mix, shift
from .vocabulary import Vocabulary

_GRAM_SALT = 1000
"""n-grams share no hash with the templates of ``features``."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What spoke for the chosen class (n-gram, term, place that fits a pattern), and how much against the next best."""

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


@cache
def _term_automaton(terms: tuple[str, ...]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for number, term in enumerate(terms):
        automaton.add_word(term, number)
    automaton.make_automaton()
    return automaton


def term_matrix(texts: list[str], terms: tuple[str, ...]) -> sparse.csr_matrix:
    """Return how often each term stands in each text (texts × terms, float32); capitals count as small."""
    if not terms:
        return sparse.csr_matrix((len(texts), 0), dtype=np.float32)
    automaton = _term_automaton(terms)
    found = [(number, term) for number, text in enumerate(texts) for _, term in automaton.iter(text.lower())]
    owners, columns = np.array(found, dtype=np.int64).reshape(-1, 2).T
    ones = np.ones(len(found), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, (owners, columns)), shape=(len(texts), len(terms)))
    matrix.sum_duplicates()
    return matrix


@cache
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


def pattern_matrix(texts: list[str], patterns: tuple[str, ...], weight: float) -> sparse.csr_matrix:
    """Return ``weight`` where a pattern fits somewhere in a text (texts × patterns, float32)."""
    found = [[bool(pattern.search(text)) for pattern in _compiled(patterns)] for text in texts]
    fits = np.array(found, dtype=np.float32).reshape(len(texts), len(patterns))
    return sparse.csr_matrix(fits * np.float32(weight))


def weighted(
    counts: sparse.csr_matrix, idf: npt.NDArray[np.float32], length: float = 1.0
) -> sparse.csr_matrix:
    """Return counts as (1 + ln count) · idf, each row scaled to a length."""
    out = counts.copy()
    out.data = (1 + np.log(out.data)) * idf[out.indices]
    squares = np.asarray(out.multiply(out).sum(axis=1)).ravel()
    norms = np.sqrt(np.maximum(squares, 1e-12))
    out.data = out.data * length / np.repeat(norms, np.diff(out.indptr))
    return out.astype(np.float32)


@dataclass(frozen=True)
class LinearModel:
    """Weights of one classifier.

    Args:
        classes: names of the classes.
        sizes: lengths of n-grams.
        vocabulary: the n-grams known.
        terms: the terms counted beside them, in small letters; may be none.
        term_length: length of the vector of terms; that of the n-grams is 1.
        idf: inverse document frequency of each n-gram, then of each term; 1 for each pattern.
        weights: n-grams, terms, patterns × classes.
        bias: one a class.
        patterns: regular expressions; may be none.
        pattern_weight: what a pattern that fits counts.
    """

    classes: tuple[str, ...]
    sizes: tuple[int, ...]
    vocabulary: Vocabulary
    terms: tuple[str, ...]
    term_length: float
    idf: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    patterns: tuple[str, ...] = ()
    pattern_weight: float = 0.0

    def vectors(self, texts: list[str]) -> sparse.csr_matrix:
        """Return the vectors of texts (texts × n-grams, terms and patterns)."""
        known = len(self.vocabulary.keys)
        grams = weighted(count_matrix(texts, self.sizes, self.vocabulary), self.idf[:known])
        terms = weighted(term_matrix(texts, self.terms), self.idf[known:], self.term_length)
        fits = pattern_matrix(texts, self.patterns, self.pattern_weight)
        return sparse.hstack([grams, terms, fits], format="csr")

    def scores(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Return texts × classes; higher is likelier, above 0 the class's own machine says yes."""
        return np.asarray(self.vectors(texts) @ self.weights) + self.bias

    def predict(self, texts: list[str]) -> list[str]:
        """Return the likeliest class of each text."""
        return [self.classes[best] for best in self.scores(texts).argmax(axis=1)]

    def explain(self, text: str, top: int = 8) -> list[Reason]:
        """Return what spoke most for the chosen class against the next best one."""
        first, second = (int(number) for number in np.argsort(-self.scores([text])[0])[:2])
        known = len(self.vocabulary.keys)
        names = {known + number: term for number, term in enumerate(self.terms)}
        for number, pattern in enumerate(_compiled(self.patterns)):
            if place := pattern.search(text):
                names[known + len(self.terms) + number] = place.group()
        hashes, _ = gram_hashes([text], self.sizes)
        grams = [text[at : at + size] for size in self.sizes for at in range(len(text) - size + 1)]
        for row, gram in zip(self.vocabulary.rows(hashes).tolist(), grams, strict=True):
            names.setdefault(row, gram)
        vector = self.vectors([text]).tocoo()
        gains = vector.data * (self.weights[vector.col, first] - self.weights[vector.col, second])
        best = np.argsort(-gains, kind="stable")[:top]
        return [
            Reason(names[int(vector.col[at])], round(float(gains[at]), 4)) for at in best if gains[at] > 0
        ]
