"""Standard names that a name as written may stand for, for a person to choose from.

Does not belong here: what a name stands for without a person (``matching``).
"""

from __future__ import annotations

from collections.abc import Iterable

from jingcang.labelling.dictionaries.similarity import similarity

from .matching import DISTINCTIVE

LEAST_LIKENESS = 0.5
"""Names less alike than this share no more than a character and the word for a road."""


def likely_names(name: str, standard: Iterable[str], *, most: int = 5) -> list[tuple[str, float]]:
    """Return the standard names most like one as written, for a person to choose from.

    Args:
        name: name of a road.
        standard: the names of the standard addresses.
        most: at most so many.

    Returns:
        Names with likeness 0 to 1 (normalised Indel similarity of the characters, or, of names of one length, of
        their syllables), the most alike first; none below :data:`LEAST_LIKENESS`. A name that differs in a numeral or
        a point of the compass comes after all others.
    """
    found = [(other, similarity(name, other)) for other in set(standard) if other and other != name]
    likely = [(other, round(score, 3)) for other, score in found if score >= LEAST_LIKENESS]
    return sorted(likely, key=lambda pair: (is_distinct(name, pair[0]), -pair[1], pair[0]))[:most]


def is_distinct(left: str, right: str) -> bool:
    """Return whether two names differ in their numerals or points of the compass (和平一路, 和平二路)."""
    return [one for one in left if one in DISTINCTIVE] != [one for one in right if one in DISTINCTIVE]
