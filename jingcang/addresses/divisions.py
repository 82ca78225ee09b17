"""China's divisions by name: province, city, 区县, 街道 and, where a station gives the file, village.

Belongs here: the list the product carries, names and short names, what was valid in a year, and which divisions
stand at the head of an address text. Does not belong here: choosing between divisions of one name
(``resolving``), how the list is built (``build_divisions``).

Codes are the statistical ones: 2 digits province, 4 city, 6 区县, 9 街道, 12 village; the code above is a prefix.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import polars as pl

from jingcang.errors import JingcangError

BUILT_IN = Path(__file__).with_name("divisions.csv.gz")
LEVELS = {2: "省", 4: "市", 6: "区县", 9: "街道", 12: "村居"}
#: The newest edition of the GB/T 2260 timeline; what it calls open and newer tables lack ended after this year.
TIMELINE_EDITION = 2020
_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")
# The one-character names of provinces, as on number plates (GA 36-2018) and in everyday use.
_LETTERS = {
    "京": "11", "津": "12", "冀": "13", "晋": "14", "蒙": "15", "辽": "21", "吉": "22", "黑": "23",
    "沪": "31", "苏": "32", "浙": "33", "皖": "34", "闽": "35", "赣": "36", "鲁": "37", "豫": "41",
    "鄂": "42", "湘": "43", "粤": "44", "桂": "45", "琼": "46", "渝": "50", "川": "51", "蜀": "51",
    "贵": "52", "黔": "52", "云": "53", "滇": "53", "藏": "54", "陕": "61", "秦": "61", "甘": "62",
    "陇": "62", "青": "63", "宁": "64", "新": "65", "港": "81", "澳": "82", "台": "83",
}  # fmt: skip
_PROVINCE_SHORT = re.compile(r"(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|省|市)$")
# The peoples of GB/T 3304 whose names stand in those of autonomous places: 恩施土家族苗族自治州 is 恩施.
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜"
    "|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|塔吉克|怒|独龙|普米|裕固|保安|京|鄂温克|鄂伦春"
)
_AUTONOMOUS = rf"(?:(?:(?:{_PEOPLES})族|维吾尔|哈萨克|柯尔克孜|塔吉克|蒙古|锡伯)+|各族)*自治(?:州|县|旗)$"
_SHORT = re.compile(rf"{_AUTONOMOUS}|(?:地区|市|盟|区|县|旗)$")
_VILLAGE = re.compile(r"(?:村民委员会|居民委员会|村委会|居委会)$")
_ROAD_WORD = "大道|大街|公路|路|街|巷|胡同|道"
# 南京东路 and 重庆一路 are roads, 杭州文三路 is a city and a road: what is left must be a name by itself.
_ROAD_BEHIND = re.compile(
    rf"(?!(?:[东南西北中一二三四五六七八九十环上下]{{1,3}}|.)(?:{_ROAD_WORD}))[^\d区县市镇号]{{2,8}}?(?:{_ROAD_WORD})"
)
_COMPOUND_BEHIND = re.compile(r"[^\d号路街]{2,8}?(?:小区|花园|花苑|新村|公寓|家园|大厦|广场|社区|村)")
_ROAD_NEXT = re.compile(_ROAD_WORD)


@dataclass(frozen=True, slots=True)
class Division:
    """One division under one name: code, the years of the name (inclusive, None where not told)."""

    code: str
    name: str
    first_year: int | None = None
    last_year: int | None = None
    is_in_force: bool = True

    @property
    def level(self) -> str:
        return LEVELS[len(self.code)]

    def is_valid(self, year: int) -> bool:
        """Whether the name was in force in a year; a year no source tells does not exclude."""
        if self.first_year is not None and year < self.first_year:
            return False
        last = self.last_year
        if last is None and not self.is_in_force:
            last = TIMELINE_EDITION
        return last is None or year <= last


def short_name(division: Division) -> str:
    """Return the name without its word (杭州, 西湖, 恩施), or '' where one character would be left."""
    if len(division.code) == 2:
        short = _PROVINCE_SHORT.sub("", division.name)
    elif len(division.code) <= 6:
        short = division.name if division.name.endswith("开发区") else _SHORT.sub("", division.name)
    elif len(division.code) == 12:
        short = _VILLAGE.sub("", division.name)
        # 下沙村民委员会 is that of 下沙村, 桥头村村委会 that of 桥头村.
        if not short.endswith(("村", "社区")) and "村" in division.name[len(short) :]:
            short += "村"
    else:
        return ""
    return short if len(short) > 1 and short != division.name else ""


class DivisionIndex:
    """Divisions by full and short name.

    Args:
        divisions: all divisions, former ones included.
        home: code of the station's own division, of 2 to 12 digits; '' when not told. It decides which short
            names of 区县 may stand without their city (西湖 in Hangzhou).
        aliases: learnt names → code of the division; they count like short names.
    """

    def __init__(
        self, divisions: Iterable[Division], home: str = "", aliases: Mapping[str, str] | None = None
    ) -> None:
        self.divisions = list(divisions)
        self.home = home
        self.aliases = dict(aliases or {})
        self.by_name: dict[str, list[Division]] = defaultdict(list)
        self.by_short: dict[str, list[Division]] = defaultdict(list)
        for division in self.divisions:
            self.by_name[division.name].append(division)
            short = short_name(division)
            if short:
                self.by_short[short].append(division)
        for alias, code in self.aliases.items():
            self.by_short[alias] += [one for one in self.divisions if one.code == code]
        # What may stand at the head of an address: by name, the divisions so called in full and in short.
        self._heads: dict[str, tuple[list[Division], list[Division]]] = {}
        self._lengths: dict[str, list[int]] = {}
        for place, index in enumerate((self.by_name, self.by_short)):
            for name, held in index.items():
                # A farm or a zone that the list counts as a 街道 (高新区, 开发区) is not told from a 区 by name.
                told = name.endswith(("街道", "镇", "乡", "苏木", "地区"))
                heads = [one for one in held if len(one.code) <= 6 or (len(one.code) == 9 and told)]
                if heads:
                    self._heads.setdefault(name, ([], []))[place].extend(heads)
        for name in self._heads:
            lengths = self._lengths.setdefault(name[0], [])
            if len(name) not in lengths:
                lengths.append(len(name))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)
        # Behind the heads: 浙 alone stands at the head of too many words, and is read by a rule of its own.
        for letter, code in _LETTERS.items():
            self.by_short[letter] += [one for one in self.divisions if one.code == code]

    @cached_property
    def by_code(self) -> dict[str, list[Division]]:
        """Divisions by code: one for each name the code had."""
        held: dict[str, list[Division]] = defaultdict(list)
        for division in self.divisions:
            held[division.code].append(division)
        return held

    def head(self, text: str, position: int) -> tuple[dict[str, tuple[int, int]], int]:
        """Tell the divisions that stand at a place of a folded text.

        Args:
            text: folded text.
            position: where to begin.

        Returns:
            Spans by part (``province_name``, ``city_name``, ``district_name``, ``street_name``) and where
            the rest begins. Short names count only before something that must follow a division: another
            division below it, or a road with a name of its own.
        """
        found = self._read(text, position, None)
        spans = {part: (start, end) for part, start, end in found}
        return spans, found[-1][2] if found else position

    def _read(self, text: str, at: int, under: frozenset[str] | None) -> list[tuple[str, int, int]]:
        letter = self._letter(text, at) if under is None else None
        if letter:
            return letter
        for length in self._lengths.get(text[at : at + 1], ()):
            end = at + length
            named = self._heads.get(text[at:end])
            # 城关镇街 and 新区大道 are roads.
            if named is None or _ROAD_NEXT.match(text, end):
                continue
            for divisions, is_short in zip(named, (False, True), strict=True):
                below = divisions if under is None else _below(divisions, under)
                if not below:
                    continue
                rest = self._read(text, end, frozenset([division.code for division in below]))
                if is_short and not rest and not self._stands_alone(text, end, below, under):
                    continue
                part = _part(min(below, key=_code_length))
                return [(part, at, end), *[one for one in rest if one[0] != part]]
        return []

    def _letter(self, text: str, at: int) -> list[tuple[str, int, int]] | None:
        """浙 of 浙杭州: one character for a province, only before a division of it."""
        code = _LETTERS.get(text[at : at + 1])
        if not code:
            return None
        rest = self._read(text, at + 1, frozenset((code,)))
        return [("province_name", at, at + 1), *rest] if rest else None

    def _stands_alone(
        self, text: str, end: int, divisions: list[Division], under: frozenset[str] | None
    ) -> bool:
        if under is None and all(len(division.code) > 4 for division in divisions):
            city = self.home[:4]
            if not (len(city) == 4 and any(division.code.startswith(city) for division in divisions)):
                return False
        if _ROAD_BEHIND.match(text, end):
            return True
        return under is not None and bool(_COMPOUND_BEHIND.match(text, end))


def _below(divisions: Iterable[Division], under: frozenset[str]) -> list[Division]:
    """Keep the divisions that lie below one of the codes."""
    return [
        division
        for division in divisions
        if any(division.code[:length] in under for length in (2, 4, 6) if length < len(division.code))
    ]


def _code_length(division: Division) -> int:
    return len(division.code)


def _part(division: Division) -> str:
    if len(division.code) == 2 and division.name in _MUNICIPALITIES:
        return "city_name"
    return {2: "province_name", 4: "city_name", 6: "district_name", 9: "street_name"}[len(division.code)]


def learnt_aliases(pairs: pl.DataFrame) -> dict[str, str]:
    """Return alias → division code from pairs that stewards confirmed.

    Args:
        pairs: columns ``alias`` and ``division_code`` (text).

    Raises:
        JingcangError: one alias was confirmed for two divisions.
    """
    known: dict[str, str] = {}
    for alias, code in pairs.select("alias", "division_code").unique(maintain_order=True).iter_rows():
        if known.setdefault(alias, code) != code:
            raise JingcangError(
                f"同一别名确认了两个区划：{alias}",
                where="division_aliases",
                remedy="请只保留一个，或改用更完整的别名",
            )
    return known


def division_index(
    home: str = "",
    villages: Path | None = None,
    extra: pl.DataFrame | None = None,
    aliases: Mapping[str, str] | None = None,
) -> DivisionIndex:
    """Return the index over the list the product carries.

    Args:
        home: code of the station's own division, '' when not told.
        villages: a CSV or Parquet file with the columns ``code`` (12 digits) and ``name``; with a home of four
            digits or more only the villages of its city are kept.
        extra: further divisions with the columns ``code`` and ``name`` (the districts of a place the national
            list does not have); their codes are prefixes of one another like the national ones.
        aliases: learnt names → code, as of :func:`learnt_aliases`.

    Returns:
        The index; the built-in list has about 49,000 rows and takes about half a second.

    Raises:
        JingcangError: the file of villages cannot be read or lacks a column; the home is no code.
    """
    if home and not (home.isdigit() and len(home) in LEVELS):
        raise JingcangError(
            f"本所区划代码不对：{home}",
            where="home_division",
            remedy="请填写 2、4、6、9 或 12 位统计用区划代码，例如 330106",
        )
    divisions = list(_built_in())
    if extra is not None:
        divisions += [Division(code, name) for code, name in extra.select("code", "name").iter_rows()]
    if villages is not None:
        divisions += _villages(villages, home[:4] if len(home) >= 4 else "")
    return DivisionIndex(divisions, home, aliases)


@lru_cache(maxsize=1)
def _built_in() -> tuple[Division, ...]:
    frame = pl.read_csv(gzip.decompress(BUILT_IN.read_bytes()), infer_schema_length=0)
    columns = ("code", "name", "first_year", "last_year", "is_in_force")
    return tuple(
        Division(code, name, int(first) if first else None, int(last) if last else None, in_force == "1")
        for code, name, first, last, in_force in frame.select(columns).iter_rows()
    )


def _villages(path: Path, city: str) -> Iterator[Division]:
    try:
        frame = (
            pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path, infer_schema_length=0)
        )
        frame = frame.select(pl.col("code", "name").cast(pl.String))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise JingcangError(
            "村居名录无法读取",
            where=str(path),
            remedy="请提供含 code（12 位）与 name 两列的 CSV 或 Parquet 文件，或去掉该设置",
        ) from error
    frame = frame.filter(pl.col("code").str.starts_with(city) & (pl.col("code").str.len_chars() == 12))
    return (Division(code, name) for code, name in frame.iter_rows())
