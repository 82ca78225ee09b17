"""The dictionary seeds: structure, nothing lost from the public tables, calendar."""

import csv
import datetime
import itertools
import os
from collections import Counter, defaultdict
from pathlib import Path

import chinese_calendar
import pytest

ROOT = Path(__file__).parents[3]
SEEDS = ROOT / "dbt_project/seeds/dictionaries"
REAL_DATA = Path(os.environ.get("JINGCANG_REAL_DATA", ROOT.parent / "shared" / "data"))
Row = dict[str, str]

EXPECTED = {
    "incident_class",
    "case_class_6",
    "case_class_8",
    "case_nature",
    "place_type",
    "document_type",
    "archive_category",
    "archive_retention",
    "archive_secrecy",
    "archive_medium",
    "archive_use_kind",
    "archive_use_purpose",
    "incident_outcome",
    "report_channel",
    "gender",
    "residence_type",
    "nation",
    "person_role",
    "dispute_kind",
    "dispute_risk",
    "dispute_outcome",
    "feedback_kind",
    "feedback_channel",
    "officer_kind",
    "unit_kind",
    "area_level",
    "shift_kind",
    "visit_category",
    "check_result",
    "record_kind",
    "publicity_topic",
    "case_status",
    "link_kind",
    "duty_status",
    "age_band",
}


def _read(name: str) -> list[Row]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _dictionaries() -> dict[str, dict[str, Row]]:
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for path in sorted(SEEDS.glob("dictionary_*.csv")):
        for row in _read(path.name):
            assert row["code"] not in found[row["dictionary"]], (row["dictionary"], row["code"])
            found[row["dictionary"]][row["code"]] = row
    return found


DICTIONARIES = _dictionaries()


def test_every_dictionary_is_there() -> None:
    assert set(DICTIONARIES) == EXPECTED


@pytest.mark.parametrize("dictionary", sorted(DICTIONARIES))
def test_structure(dictionary: str) -> None:
    rows = DICTIONARIES[dictionary]
    for row in rows.values():
        parent = rows.get(row["parent_code"])
        assert bool(parent) == bool(row["parent_code"]), row
        assert int(row["level_number"]) == (int(parent["level_number"]) + 1 if parent else 1), row
        assert 1 <= int(row["level_number"]) <= 4
        assert row["is_own_code"] in ("true", "false")
        assert row["name_zh"] == row["name_zh"].strip() != ""
        assert row["standard_ref"]
        assert row["valid_from"] == datetime.date.fromisoformat(row["valid_from"]).isoformat()
        assert row["name_zh"] not in row["aliases"].split("|")
    siblings = Counter((row["parent_code"], row["name_zh"]) for row in rows.values())
    assert [name for name, count in siblings.items() if count > 1] == []


def test_incident_class_resolves_the_known_defects() -> None:
    rows = DICTIONARIES["incident_class"]
    roots = [row["name_zh"] for row in rows.values() if not row["parent_code"]]
    assert roots == [
        "刑事",
        "治安",
        "交通",
        "消防",
        "求助",
        "联动",
        "协助",
        "群体",
        "灾害",
        "举报",
        "投诉",
        "其它",
        "骚扰",
        "咨询",
        "纠纷",
    ]
    assert rows["909900"]["name_zh"] == "其它举报线索"
    assert [row["code"] for row in rows.values() if row["name_zh"] == "其它投诉"] == ["959900.01"]
    assert rows["100600"]["name_zh"] == "诈骗案"
    criminal = {row["name_zh"].removesuffix("案") for row in rows.values() if row["parent_code"] == "100000"}
    order = {row["name_zh"] for row in rows.values() if row["parent_code"] == "200000"}
    assert criminal & order == {"盗窃", "抢夺", "诈骗", "敲诈勒索", "恐吓", "贩卖、使用假币"}
    assert max(int(row["level_number"]) for row in rows.values()) == 4
    # A former code that is in use again must not lead anywhere.
    assert not any(alias.isdigit() for row in rows.values() for alias in row["aliases"].split("|"))


@pytest.mark.parametrize(
    ("table", "column", "name", "dictionary", "rows"),
    [
        ("bjlxdmb_110_alarm_types.csv", "bjlxdm", "bjlxmc", "incident_class", 102),
        ("pangu_CODE_AJLB.csv", "code", "name", "case_class_6", 693),
        ("pangu_fpt5_ajlb.csv", "code", "name", "case_class_8", 962),
        ("pangu_CODE_MZ.csv", "code", "name", "nation", 58),
        ("pangu_CODE_XB.csv", "code", "name", "gender", 4),
    ],
)
def test_nothing_of_the_public_tables_is_lost(
    table: str, column: str, name: str, dictionary: str, rows: int
) -> None:
    """Every row of a public table is found by code, or by name or alias where its code was taken."""
    path = REAL_DATA / "codes" / table
    if not path.exists():
        if os.environ.get("JINGCANG_TEST_REQUIRE_ALL") == "1":
            pytest.fail(f"缺少 {table}")
        pytest.skip(f"没有 {table}：设置 JINGCANG_REAL_DATA 后运行")
    ours = DICTIONARIES[dictionary]
    by_name = defaultdict(set)
    for row in ours.values():
        for spelling in (row["name_zh"], *row["aliases"].split("|")):
            by_name[spelling].add(row["code"])
    with path.open(encoding="utf-8-sig", newline="") as stream:
        source = list(csv.DictReader(stream))
    assert len(source) == rows
    for row in source:
        spelling = row[name].strip()
        assert row[column] in ours, row
        row_names = (ours[row[column]]["name_zh"], *ours[row[column]]["aliases"].split("|"))
        is_marked = any(ours[row[column]]["name_zh"] == f"{spelling}（{mark}码）" for mark in ("重", "旧"))
        assert spelling in row_names or row[name] in row_names or is_marked or by_name[spelling], row


def test_flags_deadlines_and_documents_use_codes_that_exist() -> None:
    flags = _read("incident_class_flags.csv")
    assert [row["code"] for row in flags] == list(DICTIONARIES["incident_class"])
    assert {row["code"] for row in flags if row["is_harassment"] == "true"} == {
        "J10000",
        "J10100",
        "J10200",
        "J10300",
    }
    assert all((row["is_effective"] == "true") == (row["is_harassment"] == "false") for row in flags)
    categories = {row["code"] for row in DICTIONARIES["archive_category"].values() if row["parent_code"]}
    assert {row["archive_category"] for row in _read("archive_deadlines.csv")} == categories
    for row in _read("archive_required_documents.csv"):
        assert row["archive_category"] in categories
        assert row["document_type"] in DICTIONARIES["document_type"]


def test_age_bands_follow_each_other() -> None:
    bands = [(int(row["from_years"]), int(row["to_years"])) for row in _read("age_bands.csv")]
    assert [row["code"] for row in _read("age_bands.csv")] == list(DICTIONARIES["age_band"])
    assert bands[0][0] == 0
    assert all(before[1] == after[0] for before, after in itertools.pairwise(bands))
    assert {14, 16, 18} <= {low for low, _ in bands}


def test_holidays_are_those_of_chinesecalendar() -> None:
    rows = _read("holidays.csv")
    assert rows[0]["date_day"] == "2015-01-01"
    assert rows[-1]["date_day"] == "2026-12-31"
    for row in rows:
        day = datetime.date.fromisoformat(row["date_day"])
        is_off, name = chinese_calendar.get_holiday_detail(day)
        assert (row["is_holiday"] == "true") == bool(is_off and name), day
        assert (row["is_workday"] == "true") == chinese_calendar.is_workday(day), day
        assert bool(row["holiday_label"]) == (row["is_holiday"] == "true")


def test_spring_festival_is_the_first_day_chinesecalendar_knows() -> None:
    for row in _read("spring_festival.csv"):
        if 2004 <= int(row["year_number"]) <= 2026:
            day = datetime.date.fromisoformat(row["spring_festival_date"])
            assert chinese_calendar.get_holiday_detail(day) == (True, "Spring Festival")
