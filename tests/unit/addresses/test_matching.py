"""Matching with standard addresses: numbers exact, names forgiving."""

import datetime

import polars as pl
import pytest

from jingcang.addresses import ADDRESSES_VERSION, NameIndex, Resolver, division_index, match_addresses

STANDARD = pl.DataFrame(
    {
        "address_no": ["D1", "D2", "D3", "D4", "D5"],
        "address_text": [None, None, None, None, "江北区槐树路9号"],
        "road_name": ["东风路", "东风路", "东风路", "和平一路", None],
        "house_no": ["120", "120", "122", "8", None],
        "compound_name": ["阳光小区", "阳光小区", "阳光小区", None, None],
        "building_no": ["3", "3", "4", None, None],
        "entrance_no": ["2", "2", "1", None, None],
        "room_no": ["501", "502", "101", None, None],
        "community_name": ["文教社区", "文教社区", "文教社区", "大闸社区", None],
    }
)


@pytest.mark.parametrize(
    ("text", "level", "address_no"),
    [
        ("江北区东风路120号阳光小区3幢2单元501室", "室", "D1"),
        ("阳光小区3栋2单元502", "室", "D2"),
        ("阳光小区3幢502", "室", "D2"),  # the entrance left out
        ("东风路120号3幢2单元501室", "室", "D1"),  # the compound left out
        ("东风路120号阳光小区3幢2单元503室", "幢", None),  # no such room: never the nearest one
        ("东风路120号阳光小区3幢1单元501室", "幢", None),  # no such entrance
        ("阳光小区5幢501室", "院", None),
        ("东风路122号阳光小区3幢501室", "院", "D3"),  # the house number contradicts building 3
        ("东风路999号", "路", None),
        ("阳广小区3幢2单元501室", "室", "D1"),  # one slip in the name
        ("和平二路8号", "none", None),  # a numeral is no slip
        ("和平一路8号", "院", "D4"),
        ("槐树路9号", "院", "D5"),  # parsed from the text
        ("文教社区门口", "社区", None),
        ("东风路120号对面", "路", None),  # not the house itself
        ("阳光小区旁边", "none", None),
        ("不知名路1号", "none", None),
        (None, "none", None),
    ],
)
def test_level_and_number(text: str | None, level: str, address_no: str | None) -> None:
    frame = pl.DataFrame(
        {"incident_id": ["i"], "address_text": [text]}, schema_overrides={"address_text": pl.String}
    )
    row = match_addresses(frame, STANDARD).row(0, named=True)
    assert (row["address_match_level"], row["address_no"]) == (level, address_no)


@pytest.mark.parametrize(
    ("text", "building"),
    [
        ("东风路120号阳光小区3幢2单元502室", "D1"),  # the neighbour's number tells the building, not the room
        ("东风路120号阳光小区3幢", "D1"),
        ("东风路122号阳光小区4幢2单元999室", "D3"),
        ("东风路122号阳光小区3幢501室", None),  # no such building in that compound
        ("阳光小区", None),  # a compound of several buildings
        ("和平一路8号", "D4"),  # a house without buildings
        ("东风路120号3幢对面", None),
        ("东风路", None),
        (None, None),
    ],
)
def test_the_building_is_told_by_its_smallest_number(text: str | None, building: str | None) -> None:
    frame = pl.DataFrame(
        {"incident_id": ["i"], "address_text": [text]}, schema_overrides={"address_text": pl.String}
    )
    assert match_addresses(frame, STANDARD)["building_address_no"].to_list() == [building]


def test_names_come_from_the_standard_where_matched() -> None:
    frame = pl.DataFrame(
        {"incident_id": ["a", "b", "a2"], "address_text": ["东风路120号", "桃渡路5号", "东风路120号"]}
    )
    result = match_addresses(frame, STANDARD)
    assert result["community_name"].to_list() == ["文教社区", None, "文教社区"]
    assert result["road_name"].to_list() == ["东风路", "桃渡路", "东风路"]
    assert result["incident_id"].to_list() == ["a", "b", "a2"]
    assert len(ADDRESSES_VERSION) == 16


def test_alias_and_ambiguity() -> None:
    names = NameIndex(["阳光小区", "阳江小区", "万达广场"], {"万达": "万达广场"})
    assert names.find("万达") == "万达广场"
    assert names.find("阳光小区") == "阳光小区"
    assert names.find("阳山小区") is None  # two names are that near
    assert names.find("万大广场") is None  # 大 is distinctive
    assert names.find("万答广场") == "万达广场"
    assert names.find("") is None


def test_no_standard_addresses() -> None:
    frame = pl.DataFrame({"incident_id": ["a"], "address_text": ["东风路120号"]})
    assert match_addresses(frame, STANDARD.head(0))["address_match_level"].to_list() == ["none"]
    assert match_addresses(frame.head(0), STANDARD).height == 0


def test_division_beside_the_match() -> None:
    texts = [
        "西湖区东风路120号",
        "南昌市东湖区东风路120号",
        "东风路120号",
        "余杭市东风路120号",
        "余杭市东风路120号",
        None,
    ]
    days = [None, None, None, datetime.date(1998, 5, 1), datetime.date(2024, 5, 1), None]
    frame = pl.DataFrame(
        {"incident_id": list("abcdef"), "address_text": texts, "event_date": days},
        schema_overrides={"event_date": pl.Date},
    )
    rows = match_addresses(frame, STANDARD, resolver=Resolver(division_index("330106")))
    assert rows["division_code"].to_list() == ["330106", "360102", None, "330184", "330110", None]
    assert rows["division_label"].to_list()[:3] == ["浙江省杭州市西湖区", "江西省南昌市东湖区", None]
    assert rows["division_reason"].to_list() == [
        "同名区划取本所所在市",
        "名称完整且唯一；不在本所所在市，未与本所标准地址匹配",
        "未写区划",
        "名称完整且唯一",
        "名称在当日已停用；已换为后续区划",
        None,
    ]
    # The same road and number in another city is another place.
    assert rows["address_match_level"].to_list() == ["院", "none", "院", "院", "院", "none"]
    without = match_addresses(frame, STANDARD)
    assert without["division_code"].null_count() == without.height
    assert without["address_match_level"].to_list()[1] == "院"
