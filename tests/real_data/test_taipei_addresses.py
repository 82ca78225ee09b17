"""Addresses of the Taipei thefts, which are real: what of them the parser reads."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from jingcang.addresses import Address, Resolver, division_index, parse_address
from jingcang.addresses.parsing import is_range

from .conftest import Landed

DISTRICTS = ["松山", "信義", "大安", "中山", "中正", "大同", "萬華", "文山", "南港", "內湖", "士林", "北投"]


@pytest.fixture(scope="module")
def addresses(landed: Callable[[str, str], Landed]) -> dict[str, Address]:
    rows = landed("taipei_theft", "taipei_theft").rows(
        "select distinct address_text from landed.incidents where address_text is not null"
    )
    assert len(rows) > 8_000
    return {text: parse_address(text) for (text,) in rows}


def _share(kept: list[bool]) -> float:
    return sum(kept) / len(kept)


def test_districts_are_those_of_the_city(addresses: dict[str, Address]) -> None:
    written = {text: next((name for name in DISTRICTS if f"{name}區" in text), None) for text in addresses}
    found = [addresses[text].district_name == f"{name}区" for text, name in written.items() if name]
    assert _share(found) >= 0.995
    made_up = [text for text, name in written.items() if not name and addresses[text].district_name]
    assert len(made_up) <= 0.002 * len(addresses)


def test_numbers_and_ranges(addresses: dict[str, Address]) -> None:
    houses = {text: one for text, one in addresses.items() if "號" in text and "出口" not in text}
    assert _share([bool(one.house_no) for one in houses.values()]) >= 0.97
    ranges = [one for text, one in houses.items() if "~" in text or " - " in text]
    assert len(ranges) > 5_000
    assert _share([is_range(one.house_no) and one.level == "路" for one in ranges]) >= 0.97


def test_every_part_stands_where_it_says(addresses: dict[str, Address]) -> None:
    for text, one in addresses.items():
        for part, (start, end) in one.spans.items():
            written = text[start:end]
            if part == "road_name":
                assert written.endswith(one.road_name[-1]), (text, part)
            if part == "house_no":
                assert written[0] in "0123456789０１２３４５６７８９一二三四五六七八九臨", text


def test_districts_resolve_against_a_list_of_ones_own(addresses: dict[str, Address]) -> None:
    names = [f"{name}区" for name in DISTRICTS]
    # This product's own codes: the national list has none for Taiwan's cities.
    own = pl.DataFrame(
        {"code": ["8399", *(f"8399{number:02d}" for number in range(1, 13))], "name": ["台北市", *names]}
    )
    resolver = Resolver(division_index(extra=own))
    found = {
        one.district_name: resolver.resolve(one) for one in addresses.values() if one.district_name in names
    }
    assert {
        name for name, one in found.items() if one.level == "区县" and one.code.startswith("8399")
    } == set(names)
