"""A linear-chain conditional random field in numpy: how likely each tag and each span is, and the spans read.

Belongs here: what a trained chain holds, its probabilities for many texts at once, tags of spans and spans of
probabilities. Does not belong here: training (``chains``), what the features are (``features``), files
(``artefacts``).

A span is given when it is likely enough by itself, however likely the rest of the text is read. Strict F1 asks
for that: a span adds to it when its probability exceeds half the F1 reached (Lipton, Elkan and Naryanaswamy
2014), while the best sequence of all (Viterbi) holds spans that are a toss-up between many boundaries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_BLOCK = 128
_LEAST_MASS = 1e-30
Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


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
        tags: ``O``, then names such as ``B-NASI``, ``I-NASI``, ``E-NASI``, ``S-NASI``.
        weights: vocabulary × tags.
        transitions: weight from tag (row) to next tag (column).
    """

    tags: tuple[str, ...]
    weights: Floats
    transitions: Floats


@dataclass(frozen=True)
class Sums:
    """Probabilities of a chain, characters of all texts one below the other × tags.

    Args:
        forward: probability of each tag given the characters up to this one.
        backward: what the characters after this one make of it; ``forward × backward`` is the probability
            of the tag given the whole text.
        steps: factor of entering a tag. The probability of ``a`` at one character and ``b`` at the next is
            ``forward[a] × exp(transition a → b) × steps[next, b] × backward[next, b]``.
    """

    forward: Floats
    backward: Floats
    steps: Floats


def chain_sums(scores: Floats, lengths: Places, transitions: Floats) -> Sums:
    """Compute the probabilities of all tags of all texts.

    Args:
        scores: characters of all texts one below the other × tags.
        lengths: characters of each text.
        transitions: from tag × to tag.

    Returns:
        The sums. Source: forward–backward algorithm (Rabiner 1989), scaled at every character, run in step
        over texts of like length.
    """
    firsts = np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(lengths) else lengths
    sums = Sums(
        np.empty_like(scores), np.ones_like(scores), np.exp(scores - scores.max(axis=1, keepdims=True))
    )
    moves = np.exp(transitions)
    order = np.argsort(-lengths, kind="stable")
    order = order[lengths[order] > 0]
    for begin in range(0, len(order), _BLOCK):
        block = order[begin : begin + _BLOCK]
        _sum_block(sums, firsts[block], lengths[block], moves)
    return sums


def _sum_block(sums: Sums, firsts: Places, lengths: Places, moves: Floats) -> None:
    """Fill in texts sorted by falling length: at each step the first ``on`` of them still go on."""
    steps = int(lengths[0])
    alive = np.searchsorted(-lengths, -np.arange(steps), side="left")
    forward = np.ones((len(firsts), 1), dtype=np.float32)
    for step in range(steps):
        rows = firsts[: int(alive[step])] + step
        entered = sums.steps[rows]
        forward = (forward[: len(rows)] @ moves) * entered if step else entered
        mass = np.maximum(forward.sum(axis=1, keepdims=True), _LEAST_MASS)
        forward = forward / mass
        sums.forward[rows] = forward
        sums.steps[rows] = entered / mass
    turned = np.ascontiguousarray(moves.T)
    for step in range(steps - 1, 0, -1):
        rows = firsts[: int(alive[step])] + step
        sums.backward[rows - 1] = (sums.backward[rows] * sums.steps[rows]) @ turned


def span_chances(
    model: TagModel, scores: Floats, lengths: Places, labels: frozenset[str], least: float
) -> dict[tuple[str, int, int], float]:
    """Return the spans that are likely enough, each by itself: spans may overlap.

    Args:
        model: the chain.
        scores: characters of all texts one below the other × tags.
        lengths: characters of each text.
        labels: the labels to read.
        least: probability from which a span is named.

    Returns:
        (label, first row of ``scores``, one past the last) → probability.
    """
    if not len(scores):
        return {}
    sums = chain_sums(scores, lengths, model.transitions)
    text_of = np.repeat(np.arange(len(lengths)), lengths)
    tags = {tag: number for number, tag in enumerate(model.tags)}
    out: dict[tuple[str, int, int], float] = {}
    for label in sorted(labels):
        for chances, starts, ends in _label_spans(sums, text_of, tags, label, model.transitions, least):
            for chance, start, end in zip(chances.tolist(), starts.tolist(), ends.tolist(), strict=True):
                out[label, start, end] = chance
    return out


def choose_spans(
    chances: dict[tuple[str, int, int], float], levels: dict[str, int], lengths: Places
) -> list[list[Span]]:
    """Choose among spans that overlap: the likelier one stays.

    Args:
        chances: (label, first row, one past the last) → probability.
        levels: level of each label; spans of different levels may nest.
        lengths: characters of each text.

    Returns:
        For each text the spans by start, longer ones first, with offsets in the text.
    """
    firsts = np.concatenate([[0], np.cumsum(lengths)])
    text_of = np.repeat(np.arange(len(lengths)), lengths)
    taken = np.zeros((max(levels.values(), default=0) + 1, len(text_of)), dtype=bool)
    out: list[list[Span]] = [[] for _ in lengths]
    for (label, start, end), _ in sorted(chances.items(), key=lambda item: (-item[1], item[0][1:])):
        stretch = taken[levels[label], start:end]
        if not stretch.any():
            stretch[:] = True
            text = int(text_of[start])
            first = int(firsts[text])
            out[text].append(Span(label, start - first, end - first))
    for spans in out:
        spans.sort(key=lambda span: (span.start, -span.end, span.label))
    return out


def _label_spans(
    sums: Sums, text_of: Places, tags: dict[str, int], label: str, transitions: Floats, least: float
) -> list[tuple[Floats, Places, Places]]:
    """Return probability, start and end of the spans of one label that reach ``least``."""
    single, begin, middle, last = (tags.get(f"{prefix}-{label}") for prefix in "SBIE")
    out: list[tuple[Floats, Places, Places]] = []

    def chance(tag: int) -> Floats:
        return sums.forward[:, tag] * sums.backward[:, tag]

    if single is not None:
        alone = chance(single)
        starts = np.flatnonzero(alone >= least)
        out.append((alone[starts], starts, starts + 1))
    if begin is None or last is None:
        return out
    starts, ends = np.flatnonzero(chance(begin) >= least), np.flatnonzero(chance(last) >= least)
    opened = np.log(sums.forward[starts, begin])
    closed = np.log(sums.steps[ends, last] * sums.backward[ends, last])
    # Sums of logarithms along the inside of a span: those up to its end less those up to its start.
    inside = np.zeros(len(text_of))
    if middle is not None:
        inside = np.cumsum(np.log(np.maximum(sums.steps[:, middle], _LEAST_MASS)).astype(np.float64))
        inside += np.arange(len(text_of)) * float(transitions[middle, middle])
    following = np.searchsorted(ends, starts, side="right")
    while len(starts):
        on = following < len(ends)
        on[on] = text_of[ends[following[on]]] == text_of[starts[on]]
        starts, opened, following = starts[on], opened[on], following[on]
        stop = ends[following]
        total = opened + closed[following]
        near = stop == starts + 1
        if middle is None:
            total = np.where(near, total + transitions[begin, last], -np.inf)
        else:
            around = transitions[begin, middle] + transitions[middle, last] - transitions[middle, middle]
            far = inside[stop - 1] - inside[starts] + float(around)
            total = total + np.where(near, transitions[begin, last], far)
        good = total >= np.log(least)
        out.append((np.exp(total[good]).astype(np.float32), starts[good], stop[good] + 1))
        following = following + 1
    return out


def tags_of(length: int, spans: list[Span]) -> list[str]:
    """Write spans as tags: first (B), inner (I), last (E) and single (S) characters, ``O`` outside.

    Args:
        length: characters of the text.
        spans: the spans of one layer; one that overlaps an earlier one is left out.
    """
    tags = ["O"] * length
    for span in spans:
        if any(tag != "O" for tag in tags[span.start : span.end]):
            continue
        tags[span.start : span.end] = [f"I-{span.label}"] * (span.end - span.start)
        tags[span.end - 1] = f"E-{span.label}"
        tags[span.start] = f"{'S' if span.end - span.start == 1 else 'B'}-{span.label}"
    return tags
