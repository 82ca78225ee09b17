"""Which standard address a recorded address is.

Belongs here: exact numbers, names with one slip or a learnt alias, the level reached. Does not belong here:
parsing (``parsing``).

Numbers match exactly or not at all: 12号3幢501 and 12号3栋502 are 94% alike as strings and two homes.
Names may differ by one character when exactly one standard name is that near, and never in a numeral or a
point of the compass (和平一路 is not 和平二路, 东风路 is not 西风路).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .parsing import Address

DISTINCTIVE = frozenset("一二三四五六七八九十东南西北中上下前后左右内外新老大小0123456789")
"""Characters in which names that mean one road never differ."""
_MIN_FUZZY_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Match:
    """What was matched: level, the standard address number when it is one address, its building, and names.

    The building (a house or compound that has none) is told by the smallest number of its standard addresses.
    """

    level: str
    address_no: str | None
    community_name: str | None
    road_name: str | None
    building_address_no: str | None = None


class NameIndex:
    """Standard names, found exactly, by alias, or with one slip.

    Args:
        names: the standard names.
        aliases: other spelling → standard name, learnt by stewards.
    """

    def __init__(self, names: Iterable[str], aliases: Mapping[str, str] | None = None) -> None:
        self._names = {name for name in names if name}
        self._aliases = dict(aliases or {})
        self._near: dict[str, set[str]] = defaultdict(set)
        for name in self._names:
            for key in _one_less(name):
                self._near[key].add(name)
        self._known: dict[str, str | None] = {}

    def find(self, name: str) -> str | None:
        """Return the standard name meant by ``name``, or None."""
        if not name or name in self._names:
            return name or None
        if name in self._aliases:
            return self._aliases[name]
        if name not in self._known:
            candidates = self.near(name)
            self._known[name] = candidates[0] if len(candidates) == 1 else None
        return self._known[name]

    def near(self, name: str) -> list[str]:
        """Return the standard names one slip away, sorted; none of a name of fewer than three characters."""
        if len(name) < _MIN_FUZZY_LENGTH:
            return []
        near: set[str] = set()
        for key in _one_less(name):
            near |= self._near.get(key, set())
        return sorted(other for other in near if _is_one_slip(name, other))


def _one_less(name: str) -> Iterator[str]:
    """The name, and the name without one of its characters (a symmetric-delete index)."""
    yield name
    for place in range(len(name)):
        yield name[:place] + name[place + 1 :]


def _is_one_slip(left: str, right: str) -> bool:
    if abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    differing = left[start : len(left) - end], right[start : len(right) - end]
    if max(map(len, differing)) > 1:
        return False
    return not any(character in DISTINCTIVE for part in differing for character in part)


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard address: its parts, number and community."""

    address_no: str
    parts: Address
    community_name: str | None


class AddressIndex:
    """Standard addresses by parts.

    Args:
        standards: the standard addresses.
        aliases: other spelling → standard name, for roads and compounds.
    """

    def __init__(self, standards: Iterable[Standard], aliases: Mapping[str, str] | None = None) -> None:
        self._by_key: dict[tuple[str, ...], list[Standard]] = defaultdict(list)
        self._buildings: dict[tuple[str, ...], str] = {}
        self._communities: dict[str, str] = {}
        roads, compounds = set(), set()
        for standard in standards:
            parts = standard.parts
            roads.add(parts.road_name)
            compounds.add(parts.compound_name)
            if standard.community_name:
                self._communities[standard.community_name] = standard.community_name
            building = _building_of(parts)
            known = self._buildings.get(building, standard.address_no)
            self._buildings[building] = min(known, standard.address_no)
            for key in _standard_keys(parts):
                self._by_key[key].append(standard)
        self._roads = NameIndex(roads, aliases)
        self._compounds = NameIndex(compounds, aliases)

    def match(self, address: Address) -> Match:
        """Return the finest match of one parsed address.

        Returns:
            ``level`` is the finest level at which parts and numbers agree; ``address_no`` is set only when
            exactly one standard address has them, ``building_address_no`` when all that have them lie in one
            building (a compound of buildings is none); names are those of the standard where matched, else as written.
        """
        road = self._roads.find(address.road_name) or ""
        compound = self._compounds.find(address.compound_name) or ""
        for level, key in _wanted_keys(address, road, compound):
            if address.relation and level != "路":
                # 附近, 对面: not in the house it is told by.
                continue
            standards = [
                standard
                for standard in self._by_key.get(key, ())
                if level == "路" or _agrees(standard.parts, address, road)
            ]
            numbers = {standard.address_no for standard in standards}
            if not standards or (level == "室" and len(numbers) > 1):
                continue
            communities = {standard.community_name for standard in standards}
            buildings = set() if level == "路" else {_building_of(standard.parts) for standard in standards}
            is_building = len(buildings) == 1 and (level != "院" or not any(b[-1] for b in buildings))
            return Match(
                level,
                numbers.pop() if len(numbers) == 1 else None,
                communities.pop() if len(communities) == 1 else None,
                road or address.road_name or None,
                self._buildings[buildings.pop()] if is_building else None,
            )
        community = self._communities.get(address.community_name)
        return Match(
            "社区" if community else "none", None, community or address.community_name or None,
            address.road_name or None,
        )  # fmt: skip


def _building_of(parts: Address) -> tuple[str, ...]:
    """What a building is known by; the house or the compound where no building is told."""
    return (parts.road_name or parts.community_name, parts.house_no, parts.compound_name, parts.building_no)


def _bases(parts: Address, road: str, compound: str) -> list[tuple[str, str, str]]:
    """What a place is known by: its road (a village without roads: its name) and house number, or compound."""
    bases = []
    street = road or ("" if parts.road_name else parts.community_name)
    if street and parts.house_no:
        bases.append(("号", street, parts.house_no))
    if compound:
        bases.append(("小区", compound, ""))
    return bases


def _standard_keys(parts: Address) -> Iterator[tuple[str, ...]]:
    """Keys under which a standard address is filed; a room also without its entrance, which many omit."""
    for base in _bases(parts, parts.road_name, parts.compound_name):
        if parts.room_no:
            yield ("室", *base, parts.building_no, parts.entrance_no, parts.room_no)
            if parts.entrance_no:
                yield ("室", *base, parts.building_no, "", parts.room_no)
        if parts.building_no:
            yield ("幢", *base, parts.building_no)
        yield ("院", *base)
    if parts.road_name:
        yield ("路", parts.road_name)


def _wanted_keys(parts: Address, road: str, compound: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Keys to look up, from fine to coarse, with the level each stands for."""
    bases = _bases(parts, road, compound)
    if parts.room_no:
        for base in bases:
            yield "室", ("室", *base, parts.building_no, parts.entrance_no, parts.room_no)
    if parts.building_no:
        for base in bases:
            yield "幢", ("幢", *base, parts.building_no)
    for base in bases:
        yield "院", ("院", *base)
    if road:
        yield "路", ("路", road)


def _agrees(standard: Address, wanted: Address, road: str) -> bool:
    """False when both name the road and their house numbers differ: a compound alone then proves nothing."""
    if not (wanted.house_no and standard.house_no and road and road == standard.road_name):
        return True
    return wanted.house_no == standard.house_no
