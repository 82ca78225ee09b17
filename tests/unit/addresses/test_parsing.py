"""Parsing of recorded addresses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingcang.addresses import Address, parse_address
from jingcang.addresses.folding import fold, fold_with_positions


@pytest.mark.parametrize(
    ("text", "level", "parts"),
    [
        (
            "东海市江北区文教街道东风路120号阳光小区3幢2单元501室", "室",
            Address("江北区", "文教街道", "", "东风路", "120", "阳光小区", "3", "2", "501", city_name="东海市"),
        ),
        ("天成社区天成路12号", "院", Address(community_name="天成社区", road_name="天成路", house_no="12")),
        ("东风路１２号３幢５０１", "室", Address(road_name="东风路", house_no="12", building_no="3", room_no="501")),
        ("东风路12号3栋502", "室", Address(road_name="东风路", house_no="12", building_no="3", room_no="502")),
        (
            "上海市静安区南京西路123弄5号501室", "室",
            Address("静安区", road_name="南京西路", house_no="123弄", building_no="5", room_no="501",
                    city_name="上海市"),
        ),
        (
            "阳光小区十二幢三单元五〇一室", "室",
            Address(compound_name="阳光小区", building_no="12", entrance_no="3", room_no="501"),
        ),
        ("阳光小区3-2-501", "室", Address(compound_name="阳光小区", building_no="3", entrance_no="2", room_no="501")),
        ("建设新村12幢", "幢", Address(compound_name="建设新村", building_no="12")),
        ("万达广场1号楼501", "室", Address(compound_name="万达广场", building_no="1", room_no="501")),
        ("环城西路南段12号（红绿灯旁）", "院", Address(road_name="环城西路南段", house_no="12")),
        ("解放南路38号附2号", "院", Address(road_name="解放南路", house_no="38附2")),
        (
            "台北市文山區萬美里萬寧街1~30號", "路",  # a range of houses is no house
            Address("文山区", community_name="萬美里", road_name="萬寧街", house_no="1~30", city_name="台北市"),
        ),
        (
            "臺北市大安區光信里5鄰光復南路31 - 60號", "路",
            Address("大安区", community_name="光信里", road_name="光復南路", house_no="31-60", city_name="台北市",
                    group_no="5"),
        ),
        ("臺北市信義區西村里松壽路12-3號", "院",
         Address("信義区", "", "西村里", "松壽路", "12-3", city_name="台北市")),
        ("臺北市中正區東門里(家樂福前)", "社区", Address("中正区", community_name="東門里", city_name="台北市")),
        ("臺北市中正區南昌路二段91號", "院", Address("中正区", "", "", "南昌路二段", "91", city_name="台北市")),
        ("陈家村15号", "院", Address(community_name="陈家村", house_no="15")),
        ("文教路与育才路路口", "路", Address(road_name="文教路", cross_road_name="育才路")),
        ("火车站", "院", Address(compound_name="火车站")),
        ("路上", "none", Address()),
        ("", "none", Address()),
        (None, "none", Address()),
    ],
)  # fmt: skip
def test_parts_and_level(text: str | None, level: str, parts: Address) -> None:
    assert parse_address(text) == parts
    assert parse_address(text).level == level


def test_a_floor_is_no_building_and_a_price_is_no_room() -> None:
    assert parse_address("东风路12号3楼").room_no == ""
    assert parse_address("东风路12号3楼").building_no == ""
    assert parse_address("东风路12号500元").room_no == ""


def test_a_floor_before_a_room_is_no_building() -> None:
    address = parse_address("东风路12号3楼301室")
    assert (address.building_no, address.floor_no, address.room_no) == ("", "3", "301")
    assert parse_address("东风路12号5楼2单元501室").building_no == "5"


def test_what_lies_nearby_goes_no_finer_than_the_road() -> None:
    assert parse_address("东风路12号").level == "院"
    assert parse_address("东风路12号对面").level == "路"
    assert parse_address("阳光小区旁边").level == "none"
    assert parse_address("东风路12号门口").level == "院"


def test_places_in_the_recorded_text() -> None:
    text = "报警人王某某称在（文教街道）东风路 一百二十号 阳光小区十二幢，电话13800000000"
    address = parse_address(text)
    written = {part: text[start:end] for part, (start, end) in address.spans.items()}
    assert written == {
        "street_name": "文教街道", "road_name": "东风路", "house_no": "一百二十", "compound_name": "阳光小区",
        "building_no": "十二",
    }  # fmt: skip
    assert (address.house_no, address.building_no) == ("120", "12")
    assert set(parse_address("东风路３８号附２号").spans) == {"road_name", "house_no"}
    assert parse_address("东风路３８号附２号").spans["house_no"] == (3, 8)


def test_repeated_parts_are_read_once() -> None:
    address = parse_address("江北区江北区东风路东风路12号")
    assert (address.district_name, address.road_name, address.house_no) == ("江北区", "东风路", "12")
    assert address.spans["road_name"] == (9, 12)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=4),
            st.sampled_from(
                [
                    "江北区",
                    "东风路",
                    "120号",
                    "阳光小区",
                    "3幢",
                    "2单元",
                    "501室",
                    "12弄",
                    "-",
                    "（",
                    "一",
                    "村",
                    "附近",
                    "十二号",
                    "与育才路",
                    "３楼",
                    "，",
                    "江北区",
                    "在",
                ]
            ),
        ),
        max_size=10,
    ).map("".join)
)
def test_any_text_parses_to_parts_it_contains(text: str) -> None:
    parts = parse_address(text)
    folded = fold(text)
    end = 0
    for part, (start, stop) in parts.spans.items():
        assert 0 <= end <= start < stop <= len(text), (
            part
        )  # in the text, in order, never twice the same place
        end = stop
        if part.endswith("_name"):
            assert fold_with_positions(text[start:stop]).text == getattr(parts, part)
    for part in ("road_name", "compound_name", "district_name", "street_name", "community_name"):
        assert all(character in folded for character in getattr(parts, part))
    assert parts.level in ("室", "幢", "院", "路", "社区", "none")
