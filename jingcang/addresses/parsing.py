"""Parsing of an address text into its parts, each with its place in the text.

Belongs here: 区划 / 街道 / 社区 / 组 / 路 / 号 / 小区 / 幢 / 单元 / 楼层 / 室 of one text. Does not belong here: which
standard address it is (``matching``), which division a name is (``divisions``), coordinates (``areas``).

The parser works by the words that end each part. By itself it knows no gazetteer, so a part without its word (a
compound called 阳光 without 小区) is recognised only by its place between 号 and 幢; given a reader of divisions
it also knows 杭州西湖 for 杭州市西湖区.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from .folding import fold_with_positions

Spans = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; absent parts are ''. Numbers carry no unit word (幢, 单元, 室).

    ``spans`` gives, by name of the part, the half-open span in the recorded text; a part that no text stands
    for (an address put together from columns) has none. Two addresses are equal when their parts are.
    """

    district_name: str = ""
    street_name: str = ""
    community_name: str = ""
    road_name: str = ""
    house_no: str = ""
    compound_name: str = ""
    building_no: str = ""
    entrance_no: str = ""
    room_no: str = ""
    province_name: str = ""
    city_name: str = ""
    group_no: str = ""
    cross_road_name: str = ""
    floor_no: str = ""
    relation: str = ""
    spans: Spans = field(default_factory=dict, compare=False, repr=False)

    @property
    def level(self) -> str:
        """The finest part that holds the place: 室, 幢, 院, 路, 社区 or none.

        院 is a house number or a compound. What lies 附近 or 对面 is not in the house it is told by: such an
        address goes no finer than the road.
        """
        if not self.relation:
            house = self.house_no and not is_range(self.house_no)
            if self.room_no and (self.building_no or house or self.compound_name):
                return "室"
            if self.building_no and not is_range(self.building_no) and (house or self.compound_name):
                return "幢"
            if (house and (self.road_name or self.community_name)) or self.compound_name:
                return "院"
        if self.road_name:
            return "路"
        return "社区" if self.community_name else "none"


class DivisionReader(Protocol):
    """Whoever can tell the divisions at the head of a folded text (``divisions.DivisionIndex``)."""

    def head(self, text: str, position: int) -> tuple[dict[str, tuple[int, int]], int]:
        """Return the spans of the divisions by part name, and where the rest begins."""


# What leads to an address in a sentence: 报警人称在…, 家住…
_LEAD = re.compile(
    r"[^省市区县路街号镇村]{0,12}?(?:家住|现住|住址|地址|地点|位于|坐落于?|住在|[称说]?在)[::]?"
)
_LEAD_HINT = re.compile(r"[住址点位落在]")
_NO_CITY = r"(?!场|民|政|口|立|中心|花园|广场|家园|公寓|之)"
_REGION = re.compile(
    r"(?P<province>[^\d省市区县]{2,8}?(?:省|自治区|特别行政区))?"
    rf"(?P<city>[^\d省市区县路街镇号]{{2,7}}?(?:(?<![超夜])市{_NO_CITY}|自治州|地区(?!别)|盟(?!路|街)))?"
    r"(?P<district>(?!小区|社区|园区)[^\dA-Za-z省路街号社小园庭苑寓]{1,7}?"
    r"(?:(?<![校厂宅活务景院库辖])区(?!大道(?!里|社|村)|路|街|间|委)|县(?!城|道|前|医)"
    rf"|(?<=[\u4e00-\u9fff]{{2}})旗(?!杆|舰|小|中学)|(?<=..)(?<![超夜])市(?!中){_NO_CITY}))?"
)
_REGION_PARTS = (("province_name", 1), ("city_name", 2), ("district_name", 3))
_STREET = re.compile(
    r"(?P<street>(?:[^\d路街号区]{1,8}?[路街]?|[^\d号区]{1,4}?)街道(?!口)|[^\d路号区]{1,5}?(?:镇(?!街|路|巷|政|中心)|[乡鄉](?!里|村|路)|苏木))(?:办事处)?"
)
# 建设新村 is a compound, unless it has a committee.
_COMMUNITY = re.compile(
    r"(?P<community>[^\d路街号]{1,10}?[路街]?(?:社区|居委会|居民委员会)"
    r"|[^\d路街号]{1,8}?(?:(?<!新)村(?!路|街|小区|里|巷|道|口|委|大道|[东南西北中](?:大街|路|街|大道))|村(?=委会)))(?:村?委会)?"
    r"|(?P<li>[^\d路街号区]{1,4}里)(?=[^\d巷路街弄]|\d+邻|$)(?!小区|花园|新村|公寓|家园|大厦|广场)"
)
_GROUP = re.compile(r"第?(?P<group>\d+)(?:村民小组|小组|组|队|社(?!区)|邻)")
_ROAD_WORD = "大道|大街|公路|路|街|巷|胡同|道"
_NOT_ROAD = rf"(?!口社|道|中心|口(?:[东南西北]?(?:{_ROAD_WORD})|社区))"
_ROAD = re.compile(
    rf"(?P<road>(?!十字路)[^\d号幢栋室,;()]{{1,12}}?(?:大道|大街|公路|(?<!铁)路|街|巷|胡同|道){_NOT_ROAD}"
    r"(?:[东南西北中](?=[\d甲乙丙]))?(?:[东南西北中]?(?:[\d一二三四五六七八九十]{1,2})?段)?"
    r"(?:\d+巷(?:\d+弄)?|[\u4e00-\u9fff]{1,4}(?:巷|弄|胡同)(?=\d+号))?|[GSX]?\d{3}[国省县]道)(?:(?P<lane>\d+弄))?"
)
# Not a road but a compound before one: 阳光小区学院路门.
_COMPOUND_BEFORE = re.compile(
    rf"(?:小区|新村|花苑|公寓|大厦|家园|广场)(?!{_ROAD_WORD}|[东南西北中前后]*(?:{_ROAD_WORD}))"
)
_CROSS = re.compile(
    rf"(?:(?:[与和及/、近跟]|靠近?|交)(?P<cross>[^\d号]{{1,8}}?(?:{_ROAD_WORD}))(?=交|路?口|十字|红绿灯|$|附|旁|[东南西北]|处)"
    rf"|(?P<bare>[^\d号]{{1,8}}?(?:{_ROAD_WORD}))(?=路口|交叉|交汇|十字))"
)
_HOUSE = re.compile(
    r"第?(?P<house>[甲乙丙临臨]?\d+(?:之\d+)?(?:[-~至]\d+)?[甲乙丙]?)号(?!楼|线|厂房)(?:附(?P<annex>\d+)号?)?"
)
_STRONG = (
    "小区|花园|花苑|新村|公寓|家园|名苑|华庭|花城|山庄|别墅|大厦|广场|宿舍|医院|保健院|学校|小学|中学|大学|学院|幼儿园"
    "|酒店|宾馆|饭店|商场|商城|超市|菜场|市场|公园|车站|银行|网吧|工业园|产业园|科技园|工业区|图书馆|体育馆|书店|加油站"
)
_WEAK = "苑|庭|府|城|院|园|里|湾|居|邸|馆|站|厂|店"
_RELATION_WORDS = "斜对面|对面|对过|附近|旁边|旁|边上|周边|隔壁|后面|不远处|一带|旁邊|對面|一帶"
_INSIDE = "门口|[东南西北正后侧大]门|楼下|内|里面|外"
_COMPOUND = re.compile(
    rf"[^\d号,;()]{{1,14}}?(?:(?:{_STRONG})+|(?:{_WEAK})(?=第?[\dA-Za-z]|$|{_INSIDE}|{_RELATION_WORDS}))(?:[一二三四五六七八九十]期)?"
)
_BUILDING = re.compile(
    r"第?(?P<building>\d+(?:[-~]\d+)?[A-Za-z]?|[A-Za-z]\d*)(?:幢|栋|号楼|座|#楼?|号厂房|楼(?=[\dA-Za-z]+(?:单元|门)))"
)
_ENTRANCE = re.compile(r"(?P<entrance>\d+|[A-Za-z])(?:单元|[门門](?!口|市|诊|前|面))")
_FLOOR = re.compile(r"第?(?P<floor>[B负-]?\d{1,3})(?:楼|层|[Ff](?![A-Za-z]))(?!盘|道|梯)")
_ROOM = re.compile(r"(?P<room>[A-Za-z]?\d{2,5}[A-Za-z]?)(?:室|房间?|号房|户)?(?=$|[^\d号米万元])")
_ROOM_NO = re.compile(r"(?P<room>[A-Za-z]?\d{1,5})号(?!楼)")
_DASHED = re.compile(r"(?P<building>\d+)-(?:(?P<entrance>\d+)-)?(?P<room>\d{3,4})(?:室|房)?(?![\d号幢栋])")
_RELATION = re.compile(rf"(?:的|门口|路口)?(?P<relation>{_RELATION_WORDS})")


def is_range(number: str) -> bool:
    """Whether a house number is a range of houses: 1~30, or 31-60; 12-3 is one house with a sub-number."""
    if "~" in number or "至" in number:
        return True
    first, _, last = number.partition("-")
    return first.isdigit() and last.isdigit() and int(last) > int(first)


def parse_address(text: str | None, divisions: DivisionReader | None = None) -> Address:
    """Parse one address text.

    Args:
        text: an address as recorded; None and '' give an address without parts.
        divisions: a reader of division names for the head of the text; without one, only divisions written
            with their word (省, 市, 区, 县) are told.

    Returns:
        The parts found, each with its span in ``text``. Numbers are kept as written (after folding), never
        rounded or completed.
    """
    if not text:
        return Address()
    folded = fold_with_positions(text)
    scan = _Scan(folded.text)
    scan.lead()
    scan.names(divisions)
    scan.house()
    scan.inside()
    spans = scan.spans
    if folded.starts is not None:
        spans = {part: folded.span(*span) for part, span in spans.items()}
    return Address(**scan.parts, spans=spans)


class _Scan:
    """One pass from left to right over a folded text."""

    __slots__ = ("at", "parts", "spans", "text")

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.parts: dict[str, str] = {}
        self.spans: dict[str, tuple[int, int]] = {}

    def put(self, part: str, start: int, end: int, value: str | None = None) -> None:
        if start < end:
            self.parts[part] = self.text[start:end] if value is None else value
            self.spans[part] = (start, end)

    def take(self, pattern: re.Pattern[str], **parts: str) -> re.Match[str] | None:
        """Match at the current place, record the groups as parts, and go on behind it."""
        match = pattern.match(self.text, self.at)
        if match:
            for group, part in parts.items():
                self.put(part, *match.span(group))
            self.at = match.end()
        return match

    def lead(self) -> None:
        match = _LEAD.match(self.text) if _LEAD_HINT.search(self.text) else None
        if match and match.end() < len(self.text):
            self.at = match.end()

    def names(self, divisions: DivisionReader | None) -> None:
        self.region(divisions)
        if "street_name" not in self.parts:
            self.take(_STREET, street="street_name")
        if "community_name" not in self.parts:
            community = _COMMUNITY.match(self.text, self.at)
            if community:
                self.put("community_name", *community.span(community.lastgroup or "community"))
                self.at = community.end()
        if "community_name" in self.parts:
            self.take(_GROUP, group="group_no")

    def region(self, divisions: DivisionReader | None) -> None:
        text = self.text
        while True:
            start = self.at
            found, end = divisions.head(text, start) if divisions is not None else ({}, start)
            # Words tell what the list does not: an invented city, a district with a slip in its name.
            if "district_name" not in found and "street_name" not in found:
                match = _REGION.match(text, end)
                named = {part: match.span(place) for part, place in _REGION_PARTS if match and match[place]}
                if match and named and not named.keys() & found.keys():
                    found, end = found | named, match.end()
            # A repeated part says the same again; 台北市中山区中山华阴街 does not move to a city of 中山.
            if end == start or any(
                not self.parts[part].startswith(text[first : first + 2])
                for part, (first, _) in found.items()
                if part in self.parts
            ):
                return
            for part, span in found.items():
                self.put(part, *span)
            self.at = end
            # 西湖区西湖区文三路 and 浙江省杭州市浙江省杭州市…: what stands last is meant.
            if not any(
                text.startswith(self.parts[part][:2], end) for part, _ in _REGION_PARTS if part in self.parts
            ):
                return

    def house(self) -> None:
        text = self.text
        road = _ROAD.match(text, self.at)
        if road and not _COMPOUND_BEFORE.search(road["road"]):
            name = road["road"]
            # 文三路文三路12号: what stands last is meant.
            while text.startswith(name, road.end()) and (again := _ROAD.match(text, road.end())):
                road = again
            self.put("road_name", *road.span("road"))
            self.at = road.end()
            if road["lane"]:
                # Shanghai: 路 + 弄 is the compound's number, the 号 inside it the building.
                self.put("house_no", *road.span("lane"))
                self.take(_HOUSE, house="building_no")
                return
            if self.at < len(text) and not text[self.at].isdigit():
                self.take(_CROSS, cross="cross_road_name", bare="cross_road_name")
        house = _HOUSE.match(text, self.at)
        if house:
            start, end = house.span("house")
            value = house["house"]
            if house["annex"]:
                end = house.end("annex")
                value += f"附{house['annex']}"
            self.put("house_no", start, end, value)
            self.at = house.end()

    def inside(self) -> None:
        if self.at == len(self.text):
            return
        building = _BUILDING.search(self.text, self.at)
        dashed = _DASHED.search(self.text, self.at) if "-" in self.text else None
        if dashed and (not building or dashed.start() <= building.start()):
            self.compound(dashed.start())
            self.at = dashed.start()
            self.take(_DASHED, building="building_no", entrance="entrance_no", room="room_no")
        else:
            if building:
                self.compound(building.start())
                self.put("building_no", *building.span("building"), building["building"].upper())
                self.at = building.end()
            else:
                compound = _COMPOUND.match(self.text, self.at)
                if compound:
                    self.put("compound_name", *compound.span())
                    self.at = compound.end()
            self.rooms()
        self.take(_RELATION, relation="relation")

    def rooms(self) -> None:
        entrance = _ENTRANCE.match(self.text, self.at)
        if entrance:
            self.put("entrance_no", *entrance.span("entrance"), entrance["entrance"].upper())
            self.at = entrance.end()
        self.take(_FLOOR, floor="floor_no")
        if any(self.parts.get(part) for part in ("building_no", "entrance_no", "house_no", "compound_name")):
            room = _ROOM.match(self.text, self.at)
            if not room and "building_no" in self.parts:
                room = _ROOM_NO.match(self.text, self.at)
            if room:
                self.put("room_no", *room.span("room"), room["room"].upper())
                self.at = room.end()

    def compound(self, end: int) -> None:
        """Take what stands before a building as the compound's name."""
        end = self.at + len(self.text[self.at : end].rstrip())
        if end - self.at > 1:
            self.put("compound_name", self.at, end)
