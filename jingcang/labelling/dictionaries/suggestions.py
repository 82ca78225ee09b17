"""Which code of a dictionary a source value probably means, and whether a person must look.

Belongs here: evidence, ranking and the decision for one value. Does not belong here: reading and writing files
(``value_files``), how alike two names are (``similarity``), and accepting a suggestion: that is a mapping row
of the workbench or of a profile.

A suggestion is ``auto`` only on evidence that says the same, not on likeness: the written name, its normal form, an
alias, the code itself, or the same name in the table that the dictionary replaced. Pinyin, hierarchy and
fuzzy likeness only rank what a person is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from .codes import SEEDS, Code, Dictionary, load_dictionaries
from .renumbering import PREDECESSORS, Renumbering
from .similarity import ONLY_CONNECTIVES, is_homophone, is_part, normalise, similarity, split_code

Method = Literal["exact", "normalised", "alias", "history", "hierarchy", "pinyin", "fuzzy"]
Equivalence = Literal["exact", "broader", "narrower", "related"]
CANDIDATES = 5

# Share of first candidates that are right, by what stands behind them: all evidence says the same, something
# contradicts it, likeness with a clear lead, likeness with rivals or faint. Rounded down from two tables together,
# the names that another system gives to the six-digit classes (aliases withheld) and the development half of
# the crosswalk: 686/687, 4/8, 86/93, 31/42. They differ between the two (a clear lead keeps 75/78 and 11/15), so
# read the levels as an order first. `python -m tests.evaluation.codes` prints what each keeps.
SAME, CONTRADICTED, CLEAR, CLOSE = 0.99, 0.5, 0.9, 0.7
_CLEAR_MARGIN, _FAINT_EVIDENCE = 0.05, 0.6
# Below this a likeness is one common character. A bare number like "98" is like no name at all.
_NO_EVIDENCE = 0.3
# Methods that say "the same", strongest first.
_SAME: tuple[Method, ...] = ("exact", "normalised", "alias", "history")
_ENDED = "这个代码已停用"
_DISAGREE = "代码与名称不符"
_UNLIKE = "没有相近的名称"

# Weights of what stands beside likeness of names. The place in the table moves a name by at most a fifth. A code
# that another older code claims by name comes after equally alike free ones, and so does one whose levels below
# differ by more than one (an offence is no chapter). A class that takes in the whole value is as good as a
# name of which one character in ten differs, an item of the value a little less, and a class that several older
# codes are parts of still less: it was split.
_PLACE, _TAKEN, _HEIGHT = 0.2, 0.08, 0.08
_WHOLE, _ITEM, _SHARED = 0.9, 0.88, 0.86
# A value of more items than this is shown whole before its items: none of them is most of it.
_MOST_ITEMS = 3
# Names less alike than this are not compared item by item.
_ITEM_LIKENESS = 0.5
# First words that mean "the rest of the class above".
_REST = ("其他", "其它")


@dataclass(frozen=True)
class Candidate:
    """One code a value may mean.

    Args:
        code: of the dictionary.
        evidence: sum of the evidence; orders candidates, is no probability.
        method: the strongest kind of evidence.
        equivalence: what the code is against the value (``broader``: the code means more than the value).
    """

    code: Code
    evidence: float
    method: Method
    equivalence: Equivalence


@dataclass(frozen=True)
class Suggestion:
    """What a source value probably means.

    Args:
        source_value: as given.
        candidates: best first, at most five; none for an empty value and for one that is like no name.
        score: estimated probability that the first candidate is right.
        decision: ``auto`` when it may be taken over unseen, else ``review``.
        reason: why a person must look, plain Chinese; empty when ``auto``.
    """

    source_value: str
    candidates: tuple[Candidate, ...]
    score: float
    decision: Literal["auto", "review"]
    reason: str


class Suggester:
    """Finds suggestions for the values of one dictionary.

    Args:
        dictionary: the dictionary to map to.
        predecessor: the table it replaced, if there is one.
    """

    def __init__(self, dictionary: Dictionary, predecessor: Dictionary | None = None) -> None:
        self.dictionary = dictionary
        self.renumbering = Renumbering(predecessor, dictionary) if predecessor else None
        self._written = _index((code.name_zh, code.code) for code in dictionary.codes.values())
        self._normal = _index((normalise(code.name_zh), code.code) for code in dictionary.codes.values())
        self._alias = _index(
            (normalise(alias), code.code) for code in dictionary.codes.values() for alias in code.aliases
        )
        self._older = _index(
            (normalise(spelling), code.code)
            for code in (predecessor.codes.values() if predecessor else ())
            for spelling in code.spellings
        )

    @classmethod
    def of(cls, id_: str, dictionaries: Mapping[str, Dictionary] | None = None) -> Suggester:
        """Return the suggester of one dictionary of the seeds (or of ``dictionaries``) with its predecessor."""
        known = dictionaries if dictionaries is not None else load_dictionaries((SEEDS,))
        return cls(known[id_], known.get(PREDECESSORS.get(id_, "")))

    def suggest(self, source_value: str) -> Suggestion:
        """Return the suggestion for one value: a name, a code, or a code before a name."""
        code, name = self._split(source_value)
        if not code and not normalise(name):
            return Suggestion(source_value, (), 0.0, "review", "空值")
        if code in self.dictionary.codes:
            return self._by_code(source_value, code, name)
        older = self._older_codes(code, name)
        if not older and not any(character.isalpha() for character in name):
            return Suggestion(source_value, (), 0.0, "review", _UNLIKE)
        ranked = [each for each in self._with_rivals(self._rank(name, older), older) if _speaks(each)]
        if not ranked:
            return Suggestion(source_value, (), 0.0, "review", _UNLIKE)
        agrees = not code or not name or self._is_named(code, name)
        return self._decide(source_value, ranked, self._objection(older, ranked) if agrees else _DISAGREE)

    def _split(self, source_value: str) -> tuple[str, str]:
        code, name = split_code(source_value)
        padded = self._padded(code)
        if padded:
            return padded, name
        older = self.renumbering.older.codes if self.renumbering else {}
        # What looks like a code and is none is part of the name: "110电话报警".
        return (code, name) if code in older else ("", source_value)

    def _padded(self, code: str) -> str:
        """Return the code, or the code with the zeros that a spreadsheet took from its front, if it exists."""
        if code in self.dictionary.codes:
            return code
        widths = {len(known) for known in self.dictionary.codes}
        longer = code.zfill(max(widths, default=0))
        return longer if code.isdigit() and len(widths) == 1 and longer in self.dictionary.codes else ""

    def _older_codes(self, code: str, name: str) -> tuple[str, ...]:
        if self.renumbering is None:
            return ()
        if code:
            return (code,)
        return tuple(self._older.get(normalise(name), ()))

    def _by_code(self, source_value: str, code: str, name: str) -> Suggestion:
        known = self.dictionary.codes[code]
        as_written = split_code(source_value)[0] == code
        first = Candidate(known, 1.0, "exact" if as_written else "normalised", "exact")
        others = [each for each in self._rank(name, ()) if each.code.code != code] if name else []
        candidates = (first, *others[: CANDIDATES - 1])
        if not name or any(normalise(name) == normalise(spelling) for spelling in known.spellings):
            if known.valid_to is not None:
                return Suggestion(source_value, candidates, SAME, "review", _ENDED)
            return Suggestion(source_value, candidates, SAME, "auto", "")
        return Suggestion(source_value, candidates, CONTRADICTED, "review", _DISAGREE)

    def _rank(self, name: str, older: tuple[str, ...]) -> list[Candidate]:
        spellings = {name: 1.0} if name else {}
        for code in older:
            # What the older table calls the class counts a little less than what the source wrote.
            for spelling in self.renumbering.older.codes[code].spellings if self.renumbering else ():
                spellings.setdefault(spelling, 0.99)
        found = [self._candidate(code, name, spellings, older) for code in self.dictionary.codes.values()]
        if sum(each.equivalence == "narrower" for each in found) > _MOST_ITEMS:
            found = [
                replace(each, evidence=each.evidence + _WHOLE - _SHARED)
                if each.equivalence == "broader"
                else each
                for each in found
            ]
        found.sort(key=lambda each: (-round(each.evidence, 6), each.code.code))
        return found[:CANDIDATES]

    def _with_rivals(self, ranked: list[Candidate], older: tuple[str, ...]) -> list[Candidate]:
        """Give the last places to what the order of the tables speaks for, beside an equal name.

        Where the order contradicts the name, the first two codes it speaks for; else the next class, which is
        right when a table slipped by a row.
        """
        table = self.renumbering
        if not table or not older or ranked[0].method not in _SAME:
            return ranked
        expected = table.rivals.get(older[0]) or table.following(older[0])
        rivals = [code for code in expected if code not in {each.code.code for each in ranked}]
        added = [Candidate(self.dictionary.codes[code], 0.0, "hierarchy", "related") for code in rivals[:2]]
        return [*ranked[: CANDIDATES - len(added)], *added]

    def _candidate(
        self, code: Code, name: str, spellings: Mapping[str, float], older: tuple[str, ...]
    ) -> Candidate:
        likeness, method, equivalence = max(
            (
                (weight * value, method, equivalence)
                for spelling, weight in spellings.items()
                for value, method, equivalence in [_compare(spelling, code)]
            ),
            key=lambda item: item[0],
        )
        method = self._method(code, name, older, method)
        table, place = self.renumbering, 0.0
        if table and older:
            place = max(table.nearness(each, code.code) for each in older)
            if table.taken.get(code.code, older[0]) not in older:
                likeness -= _TAKEN
            if abs(table.height(table.newer, code.code) - table.height(table.older, older[0])) > 1:
                likeness -= _HEIGHT
            if equivalence == "broader" and method != "hierarchy" and table.sharers(code.code) > 1:
                likeness -= _WHOLE - _SHARED
            if place > likeness and method == "fuzzy":
                method = "hierarchy"
        return Candidate(code, likeness + _PLACE * place, method, equivalence)

    def _method(self, code: Code, name: str, older: tuple[str, ...], otherwise: Method) -> Method:
        if name == code.name_zh:
            return "exact"
        if name and normalise(name) == normalise(code.name_zh):
            return "normalised"
        if name and code.code in self._alias.get(normalise(name), ()):
            return "alias"
        if self.renumbering and any(
            normalise(spelling) in {normalise(ours) for ours in code.spellings}
            for each in older
            for spelling in self.renumbering.older.codes[each].spellings
        ):
            return "history"
        return otherwise

    def _is_named(self, older_code: str, name: str) -> bool:
        known = self.renumbering.older.codes[older_code].spellings if self.renumbering else ()
        return normalise(name) in {normalise(spelling) for spelling in known}

    def _decide(self, source_value: str, ranked: list[Candidate], reason: str) -> Suggestion:
        first = ranked[0]
        margin = first.evidence - ranked[1].evidence if len(ranked) > 1 else first.evidence
        if first.method in _SAME:
            score = CONTRADICTED if reason else SAME
        elif margin < _CLEAR_MARGIN or first.evidence < _FAINT_EVIDENCE:
            score = CLOSE
        else:
            score = CLEAR
        candidates = tuple(
            replace(each, equivalence="exact") if each.method in _SAME else each for each in ranked
        )
        return Suggestion(source_value, candidates, score, "review" if reason else "auto", reason)

    def _objection(self, older: tuple[str, ...], ranked: list[Candidate]) -> str:
        """Return why a person must look at the first candidate, plain Chinese, or ``""``."""
        first, table = ranked[0], self.renumbering
        if first.code.valid_to is not None:
            return _ENDED
        if table and older and self._is_rest_of(first, older):
            return ""
        if first.method not in _SAME:
            return "没有相同的名称"
        # 盗窃 is a class of 治安 as written and one of 刑事 but for its ending: neither goes before the other. What
        # only an older table calls so stands back behind what the dictionary itself calls so.
        equal = _SAME if first.method == "history" else _SAME[:-1]
        if any(each.method in equal for each in ranked[1:]):
            return "不止一个代码有这个名称"
        if table and older:
            if all(each in table.rivals for each in older):
                return "新旧代码的顺序在这里不一致"
            roots = {table.counterpart_root(each) for each in older} - {""}
            if roots and self.dictionary.root(first.code.code) not in roots:
                return "名称相同而所属大类不同"
        return ""

    def _is_rest_of(self, first: Candidate, older: tuple[str, ...]) -> bool:
        """Return whether 其他… of an older class goes to the class itself, which names no rest of its own."""
        table = self.renumbering
        return bool(
            table
            and first.method == "hierarchy"
            and first.equivalence == "broader"
            and len(older) == 1
            and table.anchors.get(table.older.codes[older[0]].parent_code) == first.code.code
        )


def _speaks(candidate: Candidate) -> bool:
    return candidate.method != "fuzzy" or candidate.evidence >= _NO_EVIDENCE


def _compare(spelling: str, code: Code) -> tuple[float, Method, Equivalence]:
    """Return likeness, kind of evidence and equivalence of one spelling to one code."""
    best: tuple[float, Method, Equivalence] = (0.0, "fuzzy", "related")
    for ours in code.spellings:
        value = similarity(spelling, ours)
        method: Method = "pinyin" if is_homophone(spelling, ours) else "fuzzy"
        equivalence: Equivalence = "exact" if value == 1 or method == "pinyin" else "related"
        if spelling.startswith(_REST) and normalise(spelling[2:]) == normalise(ours):
            value, method, equivalence = 0.95, "hierarchy", "broader"
        elif _ITEM_LIKENESS < value < ONLY_CONNECTIVES:
            if is_part(ours, spelling):
                value, equivalence = _ITEM, "narrower"
            elif is_part(spelling, ours):
                value, equivalence = _WHOLE, "broader"
        if value > best[0]:
            best = (value, method, equivalence)
    return best


def _index(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key, code in pairs:
        if code not in found[key]:
            found[key].append(code)
    return {key: tuple(codes) for key, codes in found.items()}
