"""Where the codes of an older dictionary went in the one that replaced it.

Belongs here: evidence from two whole code tables: equal names, branches, order of codes. Does not belong
here: values of a source (``suggestions``), and any list of pairs of codes: a crosswalk is mapping rows that a
steward has reviewed, never part of a dictionary.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from .codes import Dictionary
from .similarity import core, is_part, normalise

# New dictionary → the older one that it replaced.
PREDECESSORS: Mapping[str, str] = {"case_class_8": "case_class_6"}

# Ranks of the new table within which a code still counts as near its expected place (half the weight).
_NEAR = 8.0


class Renumbering:
    """The correspondence of two code tables as far as their names, branches and order tell it.

    Args:
        older: the table that was replaced.
        newer: the table that replaced it.
    """

    def __init__(self, older: Dictionary, newer: Dictionary) -> None:
        self.older, self.newer = older, newer
        self._sharers: dict[str, int] = {}
        self._newer_rank = {code: rank for rank, code in enumerate(newer.codes)}

    @cached_property
    def anchors(self) -> Mapping[str, str]:
        """Older code → the newer code of the same name, where exactly one older and one newer code bear it."""
        older, newer = holders(self.older), holders(self.newer)
        found: dict[str, str] = {}
        for name, codes in older.items():
            if len(codes) == 1 and len(newer.get(name, ())) == 1:
                found[codes[0]] = newer[name][0]
        return found

    @cached_property
    def taken(self) -> Mapping[str, str]:
        """Newer code → the older code of the same name."""
        return {newer: older for older, newer in self.anchors.items()}

    @cached_property
    def rivals(self) -> Mapping[str, tuple[str, ...]]:
        """Older codes with an anchor out of step → the newer codes that the order speaks for instead.

        A renumbering moves blocks and keeps the order around them. An anchor is out of step when those of the two
        neighbouring older codes ascend and it does not lie between them. That alone is a class that moved. Where
        newer codes that nobody claims lie between the neighbours, the name may have been given to another class
        meanwhile: equality of names does not decide there. Named first is the anchor of the following older code,
        which is right when a table slipped by a row.
        """
        branches: dict[str, list[str]] = defaultdict(list)
        for code in sorted(self.anchors):
            branches[self.older.root(code)].append(code)
        codes = list(self.newer.codes)
        found: dict[str, tuple[str, ...]] = {}
        for branch in branches.values():
            ranks = [self._newer_rank[self.anchors[code]] for code in branch]
            for place in out_of_step(ranks):
                between = codes[ranks[place - 1] + 1 : ranks[place + 1]]
                free = [code for code in between if code not in self.taken]
                if free:
                    found[branch[place]] = (codes[ranks[place + 1]], *free)
        return found

    def following(self, code: str) -> tuple[str, ...]:
        """Return the anchor of the next older code that has one, if any."""
        after = self._in_order[bisect.bisect_right(self._in_order, code) :]
        return (self.anchors[after[0]],) if after else ()

    def sharers(self, code: str) -> int:
        """Return how many older codes without a counterpart name a part of one newer code."""
        if code not in self._sharers:
            name = self.newer.codes[code].name_zh
            letters = set(core(name))
            self._sharers[code] = sum(
                set(core(older.name_zh)) <= letters and is_part(older.name_zh, name)
                for older in self.older.codes.values()
                if older.code not in self.anchors
            )
        return self._sharers[code]

    @staticmethod
    def height(dictionary: Dictionary, code: str) -> int:
        """Return how many levels lie below one code."""
        below = dictionary.children.get(code, ())
        return 1 + max(Renumbering.height(dictionary, child) for child in below) if below else 0

    def counterpart_root(self, code: str) -> str:
        """Return the root of the newer table that corresponds to the root of an older code, else ``""``."""
        return self.anchors.get(self.older.root(code), "")

    def branch(self, code: str) -> str:
        """Return the newer code of the nearest ancestor of an older code that has an anchor, else ``""``."""
        return next((self.anchors[up] for up in self.older.ancestors(code) if up in self.anchors), "")

    def nearness(self, code: str, candidate: str) -> float:
        """Return how near a newer code stands to where an older code is expected, 0 to 1.

        Half comes from the branch (below the counterpart of the nearest ancestor, less so under the same root
        only), half from the order (the distance to the gap between the counterparts of the neighbours). A code
        of another root is nowhere near.
        """
        branch = self.branch(code)
        lineage = (candidate, *self.newer.ancestors(candidate))
        if branch and branch in lineage:
            of_branch = 1.0
        elif branch and self.newer.root(branch) == lineage[-1]:
            of_branch = 0.5
        else:
            return 0.0
        low, high = self._gap(code)
        rank = self._newer_rank[candidate]
        distance = max(low - rank, rank - high, 0)
        return 0.5 * of_branch + 0.5 * _NEAR / (_NEAR + distance)

    def _gap(self, code: str) -> tuple[int, int]:
        ordered = self._in_order
        place = bisect.bisect_left(ordered, code)
        before = ordered[place - 1] if place else None
        after = next((other for other in ordered[place:] if other != code), None)
        low = self._newer_rank[self.anchors[before]] if before else 0
        high = self._newer_rank[self.anchors[after]] if after else len(self._newer_rank) - 1
        return min(low, high), max(low, high)

    @cached_property
    def _in_order(self) -> list[str]:
        return sorted(code for code in self.anchors if code not in self.rivals)


def holders(dictionary: Dictionary) -> Mapping[str, tuple[str, ...]]:
    """Return normalised name → the codes that bear it, in the order of codes."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in dictionary.codes.values():
        found[normalise(code.name_zh)].append(code.code)
    return {name: tuple(codes) for name, codes in found.items()}


def out_of_step(ranks: Sequence[int]) -> list[int]:
    """Return the places whose rank is not between the ranks before and after, where those two ascend."""
    return [
        place
        for place in range(1, len(ranks) - 1)
        if ranks[place - 1] < ranks[place + 1] and not ranks[place - 1] < ranks[place] < ranks[place + 1]
    ]
