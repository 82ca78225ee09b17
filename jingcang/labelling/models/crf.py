"""A linear-chain conditional random field read from arrays: scores, best tag sequence, reasons.

Belongs here: what a trained model holds, how it decodes many texts at once and which features decided.
Does not belong here: training (``training``), what the features are (``features``), files (``artefacts``).

Trained with CRFsuite, decoded here in numpy: a feature is a 32-bit hash, its weights one sparse row; the
best sequence is found by Viterbi's algorithm for all texts of a block in step. CRFsuite's own tagger wants
every feature as a Python string and is ten times slower for these feature counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_BLOCK = 128


@dataclass(frozen=True, slots=True)
class Span:
    """One labelled stretch of a text.

    Args:
        label: name of the entity in the data.
        start: first character, 0-based.
        end: one past the last character.
    """

    label: str
    start: int
    end: int


@dataclass(frozen=True)
class TagModel:
    """Weights of one chain.

    Args:
        tags: names such as ``O``, ``B-NASI``, ``E-NASI``.
        weights: vocabulary × tags.
        transitions: weight from tag (row) to next tag (column).
    """

    tags: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    transitions: npt.NDArray[np.float32]


def best_tags(
    scores: npt.NDArray[np.float32], lengths: npt.NDArray[np.int64], transitions: npt.NDArray[np.float32]
) -> list[npt.NDArray[np.int64]]:
    """Find the best tag sequence of each text.

    Args:
        scores: characters of all texts one below the other × tags.
        lengths: characters of each text.
        transitions: from tag × to tag.

    Returns:
        One array of tag numbers a text. Source: Viterbi (1967), run in step over texts of like length.
    """
    firsts = np.concatenate([[0], np.cumsum(lengths)])
    out: list[npt.NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)] * len(lengths)
    order = np.argsort(-lengths, kind="stable")
    order = order[lengths[order] > 0]
    for begin in range(0, len(order), _BLOCK):
        block = order[begin : begin + _BLOCK]
        paths = _best_of_block(scores, firsts[block], lengths[block], transitions)
        for number, text in enumerate(block):
            out[text] = paths[: lengths[text], number]
    return out


def _best_of_block(
    scores: npt.NDArray[np.float32], firsts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64],
    transitions: npt.NDArray[np.float32],
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Decode texts sorted by falling length (steps × texts): at each step the first ``alive`` still go on."""
    steps = int(lengths[0])
    alive = np.searchsorted(-lengths, -np.arange(steps), side="left")
    best = np.empty((steps, len(firsts), scores.shape[1]), dtype=np.float32)
    best[0] = scores[firsts]
    for step in range(1, steps):
        on = int(alive[step])
        reached = (best[step - 1, :on, :, None] + transitions).max(axis=1)
        best[step, :on] = reached + scores[firsts[:on] + step]
    # Which tag a step came from is asked on the way back only, for the one tag that matters.
    paths = np.zeros((steps, len(firsts)), dtype=np.int64)
    into = np.ascontiguousarray(transitions.T)
    for step in range(steps - 1, -1, -1):
        on = int(alive[step])
        going_on = int(alive[step + 1]) if step + 1 < steps else 0
        paths[step, going_on:on] = best[step, going_on:on].argmax(axis=1)
        if going_on:
            paths[step, :going_on] = (best[step, :going_on] + into[paths[step + 1, :going_on]]).argmax(axis=1)
    return paths


def spans_of(tags: list[str]) -> list[Span]:
    """Read spans from tags; a span ends where another begins, at ``O`` and where the label changes."""
    spans = []
    start, label = -1, ""
    for place, tag in enumerate([*tags, "O"]):
        prefix, _, name = tag.partition("-")
        if start >= 0 and (prefix in ("O", "B", "S") or name != label):
            spans.append(Span(label, start, place))
            start = -1
        if start < 0 and prefix != "O":
            start, label = place, name
    return spans


def tags_of(length: int, spans: list[Span], *, with_ends: bool) -> list[str]:
    """Write spans as tags; a span that overlaps an earlier one is left out.

    Args:
        length: characters of the text.
        spans: the spans of one layer.
        with_ends: also tell last characters (E) and single ones (S).
    """
    tags = ["O"] * length
    for span in spans:
        if any(tag != "O" for tag in tags[span.start : span.end]):
            continue
        tags[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
        if with_ends:
            tags[span.end - 1] = f"E-{span.label}"
        tags[span.start] = f"{'S' if with_ends and span.end - span.start == 1 else 'B'}-{span.label}"
    return tags
