"""What the entity models see of each character: one hashed value a template.

Belongs here: the templates, their names for explanations, and how they are computed for many texts at
once. Does not belong here: weights (``crf``), labels (``entities``), the word lists (``words``).
"""

from __future__ import annotations

import re
from functools import cache

import ahocorasick
import numpy as np
import numpy.typing as npt

from .encoding import CLASSES, Batch, Codes, Hashes, mix, shift
from .words import load_words

TRIGGERS, NOUNS = load_words("trigger"), load_words("noun")
_TRIGGER_KINDS = {kind: number for number, kind in enumerate(TRIGGERS, start=1)}
_NOUN_KINDS = {kind: number for number, kind in enumerate(NOUNS, start=1)}
_SCENE = (
    "steal",
    "sell",
    "gain",
    "value",
    "repay",
    "cash",
    "use",
    "break",
    "catch",
    "deal",
    "hold",
    "shelter",
)
_MENTION = re.compile(r"[\u4e00-\u9fff]某(?:某|[甲乙丙丁戊己庚辛]|0{1,2})?[甲乙丙丁0]?")
_ROLES = {_TRIGGER_KINDS["suspect"]: 1, _TRIGGER_KINDS["victim"]: 2, _TRIGGER_KINDS["witness"]: 4}
_CLASS = {name: number for number, name in enumerate(CLASSES, start=1)}

_WINDOW = range(-4, 5)
_BIGRAMS = (-4, -3, -2, -1, 0, 1, 2, 3)
_TRIGRAMS = (-4, -3, -2, -1, 0, 1, 2)
_FOURGRAMS = (-4, -3, 0, 1)


def template_names() -> tuple[str, ...]:
    """Return the names of the templates in the order of the columns of :func:`features`."""
    return (
        *(f"字[{at}]" for at in _WINDOW),
        *(f"双字[{at}]" for at in _BIGRAMS),
        *(f"三字[{at}]" for at in _TRIGRAMS),
        *(f"四字[{at}]" for at in _FOURGRAMS),
        "隔字", "类[0]", "类[-1,0]", "类[0,1]", "类[-2..2]",
        "词[0]", "词[-1,0]", "词[0,1]",
        "左词", "左词距", "左词字", "左词类", "左二词", "右词", "右词距", "左右词", "句内词", "分句内词",
        "姓名身份", "姓名左词", "左词词", "句内类", "引号", "句首",
    )  # fmt: skip


@cache
def _automaton() -> ahocorasick.Automaton:
    words: dict[str, tuple[int, int]] = {}
    for kind, of_kind in TRIGGERS.items():
        for word in of_kind:
            words[word] = (_TRIGGER_KINDS[kind], 0)
    for kind, of_kind in NOUNS.items():
        for word in of_kind:
            words[word] = (words.get(word, (0, 0))[0], _NOUN_KINDS[kind])
    automaton = ahocorasick.Automaton()
    for word, (trigger, lexicon) in words.items():
        automaton.add_word(word, (len(word), trigger, lexicon))
    automaton.make_automaton()
    return automaton


def _buckets(distance: npt.NDArray[np.int64]) -> Codes:
    edges = np.array([1, 2, 3, 4, 5, 7, 9, 12, 16, 24])
    return np.searchsorted(edges, distance, side="right").astype(np.uint32)


def _hits(text: str, size: int) -> tuple[Codes, Codes, Codes]:
    """Return trigger kind at last characters, at first characters, and the lexicon value (kind and place)."""
    ends, starts, lexicon = (np.zeros(size, dtype=np.uint32) for _ in range(3))
    found = [(length, last, trigger, noun) for last, (length, trigger, noun) in _automaton().iter(text)]
    if not found:
        return ends, starts, lexicon
    # Shorter words first: where two words cover a character, the longer one decides.
    length, last, trigger, noun = np.array(sorted(found), dtype=np.int64).T
    is_trigger, is_noun = trigger > 0, noun > 0
    ends[last[is_trigger]] = trigger[is_trigger]
    starts[(last - length + 1)[is_trigger]] = trigger[is_trigger]
    length, last, noun = length[is_noun], last[is_noun], noun[is_noun]
    for reach in range(int(length.max(initial=0)) - 1, -1, -1):
        covers = length > reach
        place = np.where(reach == 0, 2, np.where(length[covers] == reach + 1, 1, 3))
        place = np.where(length[covers] == 1, 4, place)
        lexicon[last[covers] - reach] = noun[covers] * 8 + place
    return ends, starts, lexicon


def _mentions(text: str, trigger_ends: Codes, barrier: npt.NDArray[np.int64]) -> Codes:
    """Return for characters of masked names in which roles the same name stands anywhere in its text."""
    roles: dict[tuple[int, str], int] = {}
    spans = []
    for match in _MENTION.finditer(text):
        key = (int(barrier[match.start()]), match[0])
        roles[key] = roles.get(key, 0) | _ROLES.get(int(trigger_ends[match.start() - 1]), 0)
        spans.append((match.start(), match.end(), key))
    out = np.zeros(len(trigger_ends), dtype=np.uint32)
    for start, end, key in spans:
        out[start:end] = 16 + roles[key]
        out[start] = 32 + roles[key]
    return out


def _before(marks: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return for each place the last marked place at or before it, or 0."""
    return np.maximum.accumulate(np.where(marks, np.arange(len(marks)), 0))


def _scene(ends: Codes, breaks: npt.NDArray[np.bool_]) -> Codes:
    """Return for each place the set of scene words within the part of text between two breaks, as bits."""
    bits = np.zeros(len(TRIGGERS) + 1, dtype=np.uint32)
    for number, kind in enumerate(_SCENE):
        bits[_TRIGGER_KINDS[kind]] = 1 << number
    edges = np.flatnonzero(breaks)
    edges = np.concatenate([[0], edges[edges > 0]])
    whole = np.bitwise_or.reduceat(bits[ends], edges)
    return np.repeat(whole, np.diff(np.concatenate([edges, [len(ends)]])))


def features(batch: Batch) -> Hashes:
    """Compute the features of every character.

    Args:
        batch: the texts.

    Returns:
        Hashes, one row a character in the order of ``batch.places()``, one column a template.
    """
    codes, classes = batch.codes, batch.classes
    size = len(codes)
    text = codes.tobytes().decode("utf-32-le", "replace")
    window = {at: shift(codes, at) for at in range(-4, 6)}
    kind = {at: shift(classes, at) for at in range(-2, 3)}
    columns: list[tuple[Codes, ...]] = [(window[at],) for at in _WINDOW]
    columns += [tuple(window[at + n] for n in range(2)) for at in _BIGRAMS]
    columns += [tuple(window[at + n] for n in range(3)) for at in _TRIGRAMS]
    columns += [tuple(window[at + n] for n in range(4)) for at in _FOURGRAMS]
    columns.append((window[-1], window[1]))
    columns += [(kind[0],), (kind[-1], kind[0]), (kind[0], kind[1]), tuple(kind.values())]

    ends, starts, lexicon = _hits(text, size)
    columns += [(lexicon,), (shift(lexicon, -1), lexicon), (lexicon, shift(lexicon, 1))]

    place = np.arange(size)
    outside = codes == 0
    is_stop = outside | (classes == _CLASS["stop"])
    is_clause = is_stop | (classes == _CLASS["comma"])
    sentence, clause, origin = _before(is_stop), _before(is_clause), _before(outside)
    previous = np.concatenate([[0], _before(ends > 0)[:-1]])
    left = np.where(previous > sentence, ends[previous], 0).astype(np.uint32)
    distance = _buckets(place - previous) * (left > 0)
    earlier = np.where(previous > 0, np.concatenate([[0], _before(ends > 0)[:-1]])[previous], 0)
    second = np.where((earlier > sentence) & (left > 0), ends[earlier], 0).astype(np.uint32)
    same_clause = (previous > clause).astype(np.uint32)
    following = size - 1 - _before((starts > 0)[::-1])[::-1]
    sentence_end = size - 1 - _before(is_stop[::-1])[::-1]
    right = np.where(following < sentence_end, starts[following], 0).astype(np.uint32)
    right_distance = _buckets(following - place) * (right > 0)
    names = _mentions(text, ends, origin)
    scene = _scene(ends, is_stop)
    depth = np.cumsum(np.isin(codes, [ord("“"), ord("「")]).astype(np.int64))
    closed = np.cumsum(np.isin(codes, [ord("”"), ord("」")]).astype(np.int64))
    quoted = ((depth - depth[sentence]) > (closed - closed[sentence])).astype(np.uint32)
    since = np.minimum(place - origin, 12).astype(np.uint32)
    columns += [
        (left, same_clause), (left, distance), (left, codes), (left, kind[0], kind[-1]), (left, second),
        (right,), (right, right_distance), (left, right, same_clause), (scene,), (_scene(ends, is_clause),),
        (names,), (names, left, same_clause), (lexicon, left), (scene, kind[0], left), (quoted, kind[0]),
        (since, (sentence == origin).astype(np.uint32)),
    ]  # fmt: skip
    at = batch.places()
    out = np.empty((len(at), len(columns)), dtype=np.uint32)
    for number, parts in enumerate(columns):
        out[:, number] = mix(number, *(part[at] for part in parts))
    return out
