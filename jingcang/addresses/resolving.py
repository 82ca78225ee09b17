"""Which division an address lies in: code, level reached, and why.

Belongs here: choosing between divisions of one name, by what else is written, the date and the station's home;
slips and learnt names; saying so when it stays open. Does not belong here: the list and its short names
(``divisions``), houses and rooms (``matching``).

A choice is never silent: every resolution carries the grounds it rests on, and what stays ambiguous keeps its
candidates and goes no finer than what they share.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pypinyin import lazy_pinyin

from .divisions import LEVELS, Division, DivisionIndex, short_name
from .matching import NameIndex
from .parsing import Address

# The parts of an address that name divisions, from coarse to fine, and the lengths of codes each may have: a
# municipality and 东莞 stand where a city does, 义乌市 and 昆山市 too.
_PARTS = (
    ("province_name", (2,)),
    ("city_name", (2, 4, 6)),
    ("district_name", (6, 4)),
    ("street_name", (9,)),
    ("community_name", (12,)),
)
_WORD = re.compile(r"(?:街道|社区|地区|省|市|区|县|旗|盟|镇|乡|村)$")
#: A successor of the same name body begins at most this many years after its predecessor ended.
_SUCCESSION_YEARS = 2
GROUNDS = {
    "short": "按简称认定",
    "learnt": "按已确认的别名认定",
    "slip": "名称有一字之差",
    "former": "名称在当日已停用",
    "later": "名称在当日尚未启用",
    "successor": "已换为后续区划",
    "home_city": "同名区划取本所所在市",
    "home_province": "同名区划取本所所在省",
    "ambiguous": "同名区划不止一个，未予认定",
    "unknown": "有名称不在区划表中",
    "conflict": "所写名称互不隶属",
    "unnamed": "未写区划",
    "elsewhere": "不在本所所在市，未与本所标准地址匹配",
}


@dataclass(frozen=True, slots=True)
class Resolution:
    """The division an address lies in.

    Args:
        level: 省, 市, 区县, 街道, 村居 or none.
        code: code of the division, '' at level none.
        names: names of the division and of those above it, from coarse to fine.
        grounds: keys of :data:`GROUNDS`, in the order they were met; empty when every name was written in full,
            known and of one meaning.
        candidates: codes that stayed possible where the finest name was ambiguous, sorted; else empty.
    """

    level: str = "none"
    code: str = ""
    names: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The grounds in plain Chinese."""
        return "；".join(GROUNDS[ground] for ground in self.grounds) or "名称完整且唯一"


@dataclass
class Resolver:
    """Resolves the divisions of parsed addresses.

    Args:
        index: divisions, with the station's home and the learnt names.
    """

    index: DivisionIndex
    _slips: dict[tuple[str, int], NameIndex] = field(default_factory=dict, init=False, repr=False)
    _known: dict[tuple[object, ...], Resolution] = field(default_factory=dict, init=False, repr=False)

    def resolve(self, address: Address, day: datetime.date | None = None) -> Resolution:
        """Return the division an address lies in.

        Args:
            address: a parsed address.
            day: date of the event; names are those of its year (the sources tell years, not days). Without a
                date, the names in force.

        Returns:
            The finest division that the names written determine.
        """
        names = tuple(getattr(address, part) for part, _ in _PARTS)
        key = (*names, day.year if day else None)
        if key not in self._known:
            self._known[key] = self._resolve(names, day.year if day else None)
        return self._known[key]

    def is_elsewhere(self, found: Resolution) -> bool:
        """Whether a division lies in another city than the home: our standard addresses cannot be meant."""
        home = self.index.home
        length = min(len(found.code), len(home), 4)
        return length > 0 and found.code[:length] != home[:length]

    def _resolve(self, names: tuple[str, ...], year: int | None) -> Resolution:
        grounds: list[str] = []
        current: list[Division] = []
        # A city guessed from a slip must hold what is named below it: 台北市 is one slip from 淮北市.
        is_guess = False
        for name, (_, lengths) in zip(names, _PARTS, strict=True):
            if not name:
                continue
            found, ground = self._lookup(name, lengths, current)
            if ground:
                grounds.append(ground)
            if found:
                is_guess = ground == "slip" and not current and len(found[0].code) <= 4
                current = found
            elif not current or len(current[0].code) == 2:
                # A 大安区 of a city nobody knows is not the one 大安区 that the list has somewhere else.
                break
        if is_guess:
            current, grounds = [], ["unknown"]
        if not current:
            return Resolution(grounds=tuple(dict.fromkeys(grounds)) if grounds else ("unnamed",))
        current = self._in_time(current, year, grounds)
        current = self._at_home(current, grounds)
        codes = sorted({division.code for division in current})
        if len(codes) == 1:
            return self._answer(codes[0], current[0].name, grounds, ())
        grounds.append("ambiguous")
        return self._answer(_shared(codes), "", grounds, tuple(codes))

    def _lookup(
        self, name: str, lengths: tuple[int, ...], above: list[Division]
    ) -> tuple[list[Division], str]:
        """Find a name below the divisions found so far; returns them and the ground, '' for a full name."""
        aliases = self.index.aliases
        if name in aliases:
            held = self.index.by_code.get(aliases[name], [])
            below = [division for division in held if division.is_in_force] or held
            below = _within(below, above)
            if below:
                return below, "learnt"
        named_elsewhere = False
        for index, ground in ((self.index.by_name, ""), (self.index.by_short, "short")):
            held = [division for division in index.get(name, ()) if len(division.code) in lengths]
            below = _within(held, above)
            if below:
                return below, ground
            named_elsewhere |= bool(held) and all(division.is_in_force for division in above)
        near = self._near(name, lengths, above)
        if near:
            return near, "slip"
        return [], "conflict" if named_elsewhere else "unknown"

    def _near(self, name: str, lengths: tuple[int, ...], above: list[Division]) -> list[Division]:
        """Find the one name with one slip, below what is known or else in the home's city; the word stays."""
        tops = {division.code for division in above} or {"", self.index.home[:4]}
        found: list[Division] = []
        for top in sorted(tops):
            for length in lengths:
                if length <= len(top) or (not top and length > 4):
                    continue
                if (top, length) not in self._slips:
                    self._slips[top, length] = NameIndex(
                        division.name
                        for division in self.index.divisions
                        if len(division.code) == length and division.code.startswith(top)
                    )
                for near in self._slips[top, length].near(name):
                    if _is_plausible(name, near):
                        found += [
                            division
                            for division in self.index.by_name[near]
                            if len(division.code) == length and division.code.startswith(top)
                        ]
        return found if len({division.name for division in found}) == 1 else []

    def _in_time(self, found: list[Division], year: int | None, grounds: list[str]) -> list[Division]:
        """Prefer names in force; a former name leads to its successor where the years tell one."""
        if year is None:
            valid = [division for division in found if division.is_in_force]
        else:
            valid = [division for division in found if division.is_valid(year)]
        if valid:
            return valid
        if year is not None and all(division.first_year and division.first_year > year for division in found):
            grounds.append("later")
            return found
        grounds.append("former")
        after = [self._successor(division, year) for division in found]
        if all(after):
            grounds.append("successor")
            return [division for division in after if division]
        return found

    def _successor(self, division: Division, year: int | None) -> Division | None:
        """Follow a former name: the same code renamed, or the same name body in the province from then on."""
        seen = {division}
        while not (division.is_in_force if year is None else division.is_valid(year)):
            renamed = self.index.by_code[division.code]
            body = short_name(division)
            promoted = [*self.index.by_short.get(body, ()), *self.index.by_name.get(body, ())] if body else []
            after = [
                other
                for other in (*renamed, *promoted)
                if other not in seen
                and division.last_year is not None
                and len(other.code) == len(division.code)
                and other.code[:2] == division.code[:2]
                and other.first_year is not None
                and 0 < other.first_year - division.last_year <= _SUCCESSION_YEARS
            ]
            if not after:
                return None
            soonest = min(other.first_year or 0 for other in after)
            after = [other for other in after if other.first_year == soonest]
            if len(after) != 1:
                return None
            division = after[0]
            seen.add(division)
        return division

    def _at_home(self, found: list[Division], grounds: list[str]) -> list[Division]:
        home = self.index.home
        if len({division.code for division in found}) == 1 or not home:
            return found
        for length in sorted(LEVELS, reverse=True):
            if length > len(home):
                continue
            near = [division for division in found if division.code.startswith(home[:length])]
            if near:
                if len(near) < len(found):
                    grounds.append("home_province" if length == 2 else "home_city")
                return near
        return found

    def _answer(
        self, code: str, name: str, grounds: Iterable[str], candidates: tuple[str, ...]
    ) -> Resolution:
        names = []
        for length in LEVELS:
            if length > len(code):
                break
            held = self.index.by_code.get(code[:length], [])
            if length == len(code) and name:
                names.append(name)
            elif held:
                names.append(next((one.name for one in held if one.is_in_force), held[-1].name))
        return Resolution(
            LEVELS.get(len(code), "none"), code, tuple(names), tuple(dict.fromkeys(grounds)), candidates
        )


def _is_plausible(name: str, near: str) -> bool:
    """Whether one slip between two names is one to believe.

    The word at the end stays. Of a name of two characters a slip leaves half: 西胡区 is 西湖区, because it sounds
    so, and is not 西城区.
    """
    body, other = _WORD.sub("", name), _WORD.sub("", near)
    if name[len(body) :] != near[len(other) :]:
        return False
    if min(len(body), len(other)) > 2:
        return True
    return len(body) == len(other) and lazy_pinyin(body) == lazy_pinyin(other)


def _within(divisions: Iterable[Division], above: list[Division]) -> list[Division]:
    """Keep what lies in one of the divisions above, or is one of them (重庆市 as province and as city)."""
    if not above:
        return list(divisions)
    codes = {division.code for division in above}
    return [
        division
        for division in divisions
        if any(division.code[:length] in codes for length in LEVELS if length <= len(division.code))
    ]


def _shared(codes: list[str]) -> str:
    """Return the code of the finest division that holds all of them, '' for none."""
    for length in sorted(LEVELS, reverse=True):
        if length < min(map(len, codes)) and len({code[:length] for code in codes}) == 1:
            return codes[0][:length]
    return ""
