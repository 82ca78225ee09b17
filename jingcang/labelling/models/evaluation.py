"""Scores of labelled texts with intervals: F1 of spans and classes, exact amounts.

Belongs here: formulas that ``make eval`` and the model cards share. Does not belong here: reading the data
(``tests/evaluation``, ``training``).

Intervals are percentile bootstrap intervals at 95% over texts (Efron 1979), seeded: the texts are drawn
again, not the spans, because the spans of one text are not independent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 1000
SEED = 20260101

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Score:
    """A measure with its 95% interval, all in 0–1, and the number of texts it rests on."""

    value: float
    low: float
    high: float
    texts: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def class_counts(
    gold: Sequence[frozenset[str]], found: Sequence[frozenset[str]], classes: Sequence[str]
) -> Counts:
    """Count per text and class: hits, expected, found.

    Args:
        gold: the right classes of each text.
        found: the classes the model gave.
        classes: all classes, in the order of the result.

    Returns:
        texts × classes × 3.
    """
    out = np.zeros((len(gold), len(classes), 3), dtype=np.int64)
    for number, (right, given) in enumerate(zip(gold, found, strict=True)):
        for column, name in enumerate(classes):
            out[number, column] = (name in right and name in given, name in right, name in given)
    return out


def span_counts(
    gold: Sequence[Sequence[tuple[str, int, int]]], found: Sequence[Sequence[tuple[str, int, int]]],
    labels: Sequence[str],
) -> Counts:  # fmt: skip
    """Count per text and label: spans found with the same label, start and end; expected; given.

    Returns:
        texts × labels × 3.
    """
    out = np.zeros((len(gold), len(labels), 3), dtype=np.int64)
    column = {label: number for number, label in enumerate(labels)}
    for number, (right, given) in enumerate(zip(gold, found, strict=True)):
        for kind, spans in enumerate((set(right) & set(given), set(right), set(given))):
            for label, _, _ in spans:
                out[number, column[label], kind] += 1
    return out


def micro_f1(counts: Counts) -> float:
    """Return 2·hits / (expected + given) over all texts and labels; 0 when there are none."""
    hits, expected, given = counts.sum(axis=(0, 1))
    return float(2 * hits / (expected + given)) if expected + given else 0.0


def macro_f1(counts: Counts) -> float:
    """Return the mean of the F1 of the classes that are expected or given at least once."""
    hits, expected, given = counts.sum(axis=0).T
    total = expected + given
    return float(np.mean(2 * hits[total > 0] / total[total > 0])) if (total > 0).any() else 0.0


def exact_share(counts: Counts) -> float:
    """Return the share of texts with a hit (texts × 1 × 3, as :func:`exact_counts` makes them)."""
    return float(counts[:, 0, 0].mean()) if len(counts) else 0.0


def exact_counts(hits: Sequence[bool]) -> Counts:
    """Return counts of a single measure that a text either meets or not."""
    return np.array([[[hit, 1, 1]] for hit in hits], dtype=np.int64).reshape(len(hits), 1, 3)


def scored(counts: Counts, measure: Callable[[Counts], float], *, resamples: int = RESAMPLES) -> Score:
    """Return a measure with its bootstrap interval.

    Args:
        counts: one entry a text, as the counting functions make them.
        measure: :func:`micro_f1`, :func:`macro_f1` or :func:`exact_share`.
        resamples: how often the texts are drawn again.
    """
    random = np.random.default_rng(SEED)
    size = len(counts)
    drawn = [measure(counts[random.integers(0, size, size)]) for _ in range(resamples if size else 0)]
    low, high = np.percentile(drawn, [2.5, 97.5]) if drawn else (0.0, 0.0)
    return Score(measure(counts), float(low), float(high), size)
