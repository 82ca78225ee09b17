"""Which division an address lies in: the home prior, the date, slips, learnt names, and saying so when open."""

import datetime
from functools import lru_cache
from pathlib import Path

import polars as pl
import pytest

from jingcang.addresses import (
    DivisionIndex,
    Resolution,
    Resolver,
    division_index,
    learnt_aliases,
    parse_address,
)
from jingcang.addresses.divisions import Division, short_name
from jingcang.errors import JingcangError

HANGZHOU, NANCHANG, NINGBO, BEIJING = "330106", "360103", "330203", "110101"


@lru_cache
def _index(home: str) -> DivisionIndex:
    return division_index(home)


def resolve(text: str, home: str = "", day: datetime.date | None = None) -> Resolution:
    index = _index(home)
    return Resolver(index).resolve(parse_address(text, index), day)


@pytest.mark.parametrize(
    ("text", "home", "level", "code", "grounds"),
    [
        ("浙江省杭州市西湖区翠苑街道文三路12号", "", "街道", "330106005", ()),
        ("杭州西湖文三路12号", "", "区县", "330106", ("short",)),
        ("浙杭州西湖区文三路12号", "", "区县", "330106", ("short",)),
        ("西湖区文三路12号", HANGZHOU, "区县", "330106", ("home_city",)),
        ("西湖区文三路12号", NANCHANG, "区县", "360103", ("home_city",)),
        ("西湖区文三路12号", NINGBO, "区县", "330106", ("home_province",)),
        ("西湖区文三路12号", BEIJING, "none", "", ("ambiguous",)),
        ("西湖文三路12号", HANGZHOU, "区县", "330106", ("short", "home_city")),
        ("西湖文三路12号", BEIJING, "none", "", ("unnamed",)),  # may be a road of that name
        ("重庆路12号", HANGZHOU, "none", "", ("unnamed",)),  # a road, not 重庆市
        ("重庆市渝中区民权路12号", HANGZHOU, "区县", "500103", ()),
        ("南京东路12号", "310101", "none", "", ("unnamed",)),
        ("上海南京东路12号", "", "省", "31", ("short",)),
        ("义乌市稠江街道", "", "街道", "330782003", ()),  # a city of the level of a county
        ("东莞市虎门镇", "", "街道", "441900121", ()),  # a city without counties
        ("内蒙古呼和浩特市", "", "市", "1501", ("short",)),
        ("杭州市西胡区文三路12号", "", "区县", "330106", ("slip",)),
        ("西胡区文三路12号", HANGZHOU, "区县", "330106", ("slip",)),
        ("西胡区文三路12号", BEIJING, "none", "", ("unknown",)),  # no slips nationwide for a 区县
        ("航州市西湖区文三路12号", BEIJING, "区县", "330106", ("slip",)),  # confirmed by what it holds
        ("航州市文三路12号", BEIJING, "none", "", ("unknown",)),
        ("杭州市西城区", "", "市", "3301", ("conflict",)),  # half the name differs and it sounds otherwise
        ("杭州市西湖区翠园街道文三路12号", "", "街道", "330106005", ("slip",)),  # yuán, yuàn
        ("杭州市西湖区翠柏街道文三路12号", "", "区县", "330106", ("unknown",)),
        ("杭州市西湖县", "", "市", "3301", ("unknown",)),  # the word is no slip
        ("杭州市东湖区", "", "市", "3301", ("conflict",)),  # a district of another city
        ("云州市西湖区文三路12号", HANGZHOU, "none", "", ("unknown",)),  # a city nobody knows
        ("城关镇幸福路1号", HANGZHOU, "none", "", ("ambiguous",)),
        ("台北市中山区中山华阴街12号", "", "none", "", ("unknown",)),  # 中山 again, but not the city of 中山
        ("文三路12号", HANGZHOU, "none", "", ("unnamed",)),
    ],
)
def test_divisions(text: str, home: str, level: str, code: str, grounds: tuple[str, ...]) -> None:
    found = resolve(text, home)
    assert (found.level, found.code, found.grounds) == (level, code, grounds)


def test_ambiguity_is_kept_with_what_is_shared() -> None:
    found = resolve("西湖区文三路12号", BEIJING)
    assert found.candidates == ("330106", "360103")
    assert found.reason == "同名区划不止一个，未予认定"
    # Two towns of one name in one city: the city is certain, the town is not.
    twins = [Division("99", "甲省"), Division("9901", "新乙市"), Division("990101", "丙区"), Division("990102", "丁区"),
             Division("990101001", "新安镇"), Division("990102001", "新安镇")]  # fmt: skip
    found = Resolver(DivisionIndex(twins)).resolve(parse_address("新乙市新安镇幸福路1号"))
    assert (found.level, found.code, found.names) == ("市", "9901", ("甲省", "新乙市"))
    assert found.candidates == ("990101001", "990102001")


@pytest.mark.parametrize(
    ("text", "year", "code", "grounds"),
    [
        ("浙江省余杭市", 1998, "330184", ()),
        ("浙江省余杭市", 2000, "330184", ()),  # the last year counts
        ("浙江省余杭市", 2001, "330110", ("former", "successor")),
        ("浙江省余杭县", 2015, "330110", ("former", "successor")),  # 县 → 市 → 市 → 区
        ("北京市崇文区", 2005, "110103", ()),
        ("北京市崇文区", 2015, "110103", ("former",)),  # merged: the years name no successor
        ("杭州市下城区", 2019, "330103", ()),
        ("杭州市下城区", 2024, "330103", ("former",)),
        ("杭州市钱塘区", 2015, "330114", ("later",)),
        ("杭州市钱塘区", 2023, "330114", ()),
    ],
)
def test_names_valid_on_the_day(text: str, year: int, code: str, grounds: tuple[str, ...]) -> None:
    found = resolve(text, "", datetime.date(year, 6, 1))
    assert (found.code, found.grounds) == (code, grounds)


def test_learnt_names() -> None:
    aliases = learnt_aliases(pl.DataFrame({"alias": ["城西", "城西"], "division_code": ["330106", "330106"]}))
    index = division_index(HANGZHOU, aliases=aliases)
    found = Resolver(index).resolve(parse_address("城西文三路12号", index))
    assert (found.code, found.grounds) == ("330106", ("learnt",))
    assert resolve("城西文三路12号", HANGZHOU).code == ""
    with pytest.raises(JingcangError, match="两个区划"):
        learnt_aliases(pl.DataFrame({"alias": ["城西", "城西"], "division_code": ["330106", "330110"]}))


def test_villages_come_from_the_stations_file(tmp_path: Path) -> None:
    file = tmp_path / "villages.csv"
    file.write_text(
        "code,name\n330106005057,翠苑三区社区居委会\n330109101201,桥头村村委会\n110101001001,多福巷社区居委会\n",
        encoding="utf-8",
    )
    index = division_index(HANGZHOU, villages=file)
    for text, code in (
        ("翠苑街道翠苑三区社区文三路12号", "330106005057"),
        ("翠苑三区社区", "330106005057"),
        ("桥头村12号", "330109101201"),
        ("多福巷社区", ""),  # of another city: not kept
    ):
        assert Resolver(index).resolve(parse_address(text, index)).code == code
    assert resolve("翠苑街道翠苑三区社区", HANGZHOU).code == "330106005"
    file.write_text("编码,名称\n1,二\n", encoding="utf-8")
    with pytest.raises(JingcangError, match="村居名录"):
        division_index(HANGZHOU, villages=file)


def test_divisions_the_national_list_lacks() -> None:
    own = pl.DataFrame({"code": ["7101", "710101"], "name": ["台北市", "大安区"]})
    index = division_index(extra=own)
    address = parse_address("臺北市大安區和平里建国南路一段91~120號", index)
    assert (address.city_name, address.district_name, address.house_no) == ("台北市", "大安区", "91~120")
    assert (address.community_name, address.level) == ("和平里", "路")
    assert Resolver(index).resolve(address).code == "710101"
    # Without them the 大安区 of another city must not be taken for it.
    assert resolve("臺北市大安區建国南路一段91號").code == ""


def test_a_wrong_home_is_refused() -> None:
    with pytest.raises(JingcangError, match="区划代码"):
        division_index("33010")


@pytest.mark.parametrize(
    ("code", "name", "short"),
    [
        ("45", "广西壮族自治区", "广西"),
        ("15", "内蒙古自治区", "内蒙古"),
        ("4228", "恩施土家族苗族自治州", "恩施"),
        ("6528", "巴音郭楞蒙古自治州", "巴音郭楞"),
        ("330106", "西湖区", "西湖"),
        ("410122", "中牟县", "中牟"),
        ("110101", "东区", ""),  # one character is no name
        ("330106005", "翠苑街道", ""),
        ("330106005057", "翠苑三区社区居委会", "翠苑三区社区"),
        ("330109101201", "桥头村村委会", "桥头村"),
        ("330109101202", "下沙村民委员会", "下沙村"),
    ],
)
def test_short_names(code: str, name: str, short: str) -> None:
    assert short_name(Division(code, name)) == short


def test_the_built_in_list_holds_together() -> None:
    divisions = _index("").divisions
    codes = {division.code for division in divisions}
    assert sum(len(division.code) == 2 and division.is_in_force for division in divisions) == 34
    assert sum(len(division.code) == 9 for division in divisions) > 40_000
    # A county run by its province has no city above it; every other code lies below one.
    orphans = {
        d.code[: len(d.code) - 2]
        for d in divisions
        if len(d.code) == 6 and d.is_in_force and d.code[:4] not in codes
    }
    assert all(code[2:] in ("01", "02", "90") for code in orphans)
    assert all(d.code[:6] in codes or d.code[4:6] == "00" for d in divisions if len(d.code) == 9)
