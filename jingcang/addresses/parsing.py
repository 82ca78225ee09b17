"""Parsing of an address text into its parts.

Belongs here: 区划 / 街道 / 社区 / 路 / 号 / 小区 / 幢 / 单元 / 室 of one text. Does not belong here: which
standard address it is (``matching``), coordinates (``areas``).

The parser works by the words that end each part; it knows no gazetteer, so a part without its word
(a compound called 阳光 without 小区) is recognised only by its place between 号 and 幢.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; absent parts are ''. Numbers carry no unit word (幢, 单元, 室)."""

    district_name: str = ""
    street_name: str = ""
    community_name: str = ""
    road_name: str = ""
    house_no: str = ""
    compound_name: str = ""
    building_no: str = ""
    entrance_no: str = ""
    room_no: str = ""

    @property
    def level(self) -> str:
        """The finest part present: 室, 幢, 院, 路, 社区 or none. 院 is a house number or a compound."""
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


_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord("—"): "-", ord("－"): "-", ord("臺"): "台", ord("區"): "区", ord("號"): "号", ord("樓"): "楼",
    ord("縣"): "县", ord("鎮"): "镇", ord("棟"): "栋", ord("單"): "单",
    ord("\u3000"): " ",
}  # fmt: skip
_HAN_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百]+(?=号楼|号|幢|栋|单元|室|楼座)")

_REGION = re.compile(
    r"^(?:[^\d省市区县]{2,8}(?:省|自治区|特别行政区))?(?:[^\d省市区县路街]{2,7}(?:市|自治州|地区|盟))?"
    r"(?P<district>(?!小区|社区|园区)[^\d省路街号社小园]{1,7}?(?:区|县|旗|(?<=.)市))?"
)
_STREET = re.compile(r"(?P<street>[^\d路号区]{1,8}?(?:街道|镇|[乡鄉](?!里)|苏木))(?:办事处)?")
_COMMUNITY = re.compile(
    r"(?P<community>[^\d路街号]{1,10}?(?:社区|居委会|居民委员会|村委会|村(?!路|街|小区|里)))"
    r"|(?P<li>[^\d路街号区]{1,4}里)(?=[^\d]|\d+[邻鄰]|$)(?:\d+[邻鄰])?"
)
_ROAD = re.compile(
    r"(?P<road>[^\d号幢栋室,;()]{1,12}?(?:大道|大街|公路|路|街|巷|胡同|道)(?!口社|道)"
    r"(?:[东南西北中]段)?(?:[\d一二三四五六七八九十]{1,2}段)?(?:\d+巷)?)(?:(?P<lane>\d+弄))?"
)
_HOUSE = re.compile(r"(?P<house>\d+(?:[-~之]\d+)?)号(?!楼|线)(?:附(?P<annex>\d+)号)?")
_COMPOUND_WORDS = (
    "小区|花园|花苑|新村|公寓|家园|名苑|华庭|花城|山庄|别墅|大厦|广场|苑|庭|府|城|院|园|里|湾|居|邸|宿舍"
)
_COMPOUND = re.compile(
    rf"[^\d号,;()]{{1,14}}?(?:{_COMPOUND_WORDS})(?:[一二三四五六七八九十]期)?(?=[\dA-Za-z]|$|[,;( ])"
)
_BUILDING = re.compile(r"(?P<building>\d+[A-Za-z]?|[A-Za-z]\d*)(?:幢|栋|号楼|座|#楼?|楼(?=\d|[^\d层]*单元))")
_ENTRANCE = re.compile(r"(?P<entrance>\d+|[A-Za-z])(?:单元|[门門](?!口|市|诊))")
_ROOM = re.compile(r"(?P<room>[A-Za-z]?\d{2,5}[A-Za-z]?)(?:室|房|号房|户)?(?=$|[^\d号米万元])")
_DASHED = re.compile(r"(?P<building>\d+)-(?P<entrance>\d+)-(?P<room>\d{3,4})(?:室|房)?(?!\d)")
_NOISE = re.compile(r"[(（][^)）]*[)）]|[,，。;；\s]+")


def is_range(number: str) -> bool:
    """Whether a house number is a range of houses: 1~30, or 31-60; 12-3 is one house with a sub-number."""
    first, tilde, last = number.partition("~") if "~" in number else number.partition("-")
    return first.isdigit() and last.isdigit() and (tilde == "~" or int(last) > int(first))


def fold(text: str) -> str:
    """Return the text with full-width letters, 臺/區/號 and numerals before 号, 幢, 单元, 室 folded."""
    text = text.translate(_FOLD)
    return _HAN_NUMBER.sub(lambda match: _han_number(match[0]), text)


def _han_number(text: str) -> str:
    if not any(character in text for character in "十百"):
        return "".join(str(_HAN_DIGITS[character]) for character in text)
    total = digit = 0
    for character in text:
        if character == "十":
            total, digit = total + (digit or 1) * 10, 0
        elif character == "百":
            total, digit = total + (digit or 1) * 100, 0
        else:
            digit = _HAN_DIGITS[character]
    return str(total + digit)


def parse_address(text: str | None) -> Address:
    """Parse one address text.

    Args:
        text: an address as recorded; None and '' give an address without parts.

    Returns:
        The parts found. Numbers are kept as written (after folding), never rounded or completed.
    """
    if not text:
        return Address()
    rest = _NOISE.sub(" ", fold(text)).strip().replace(" ", "")
    parts: dict[str, str] = {}
    rest = _take_names(rest, parts)
    rest = _take_house(rest, parts)
    _take_inside(rest, parts)
    return Address(**parts)


def _take_names(rest: str, parts: dict[str, str]) -> str:
    region = _REGION.match(rest)
    if region and region.end():
        parts["district_name"] = region["district"] or ""
        rest = rest[region.end() :]
    street = _STREET.match(rest)
    if street:
        parts["street_name"] = street["street"]
        rest = rest[street.end() :]
    community = _COMMUNITY.match(rest)
    # 建设新村12幢 is a compound: a 村 directly before a number is one only without road and house.
    if community and not (
        community[0].endswith("新村") and rest[community.end() : community.end() + 1].isdigit()
    ):
        parts["community_name"] = community["community"] or community["li"]
        rest = rest[community.end() :]
    return rest


def _take_house(rest: str, parts: dict[str, str]) -> str:
    road = _ROAD.match(rest)
    if road:
        parts["road_name"] = road["road"]
        rest = rest[road.end() :]
    lane = road["lane"] if road else None
    if lane:
        # Shanghai: 路 + 弄 is the compound's number, the 号 inside it the building.
        parts["house_no"] = lane
        inner = _HOUSE.match(rest)
        if inner:
            parts["building_no"] = inner["house"]
            rest = rest[inner.end() :]
        return rest
    house = _HOUSE.match(rest)
    if house:
        parts["house_no"] = house["house"] + (f"附{house['annex']}" if house["annex"] else "")
        rest = rest[house.end() :]
    return rest


def _take_inside(rest: str, parts: dict[str, str]) -> None:
    building = _BUILDING.search(rest)
    dashed = _DASHED.search(rest)
    if dashed and (not building or dashed.start() <= building.start()):
        parts["compound_name"] = _compound(rest[: dashed.start()])
        for part in ("building", "entrance", "room"):
            parts[f"{part}_no"] = dashed[part]
        return
    if building:
        parts["compound_name"] = _compound(rest[: building.start()])
        parts["building_no"] = building["building"].upper()
        rest = rest[building.end() :]
    else:
        compound = _COMPOUND.match(rest)
        if compound:
            parts["compound_name"] = compound[0]
            rest = rest[compound.end() :]
    entrance = _ENTRANCE.match(rest)
    if entrance:
        parts["entrance_no"] = entrance["entrance"].upper()
        rest = rest[entrance.end() :]
    if (
        parts.get("building_no")
        or parts.get("entrance_no")
        or parts.get("house_no")
        or parts.get("compound_name")
    ):
        room = _ROOM.match(rest)
        if room:
            parts["room_no"] = room["room"].upper()


def _compound(text: str) -> str:
    return text if len(text) > 1 else ""
