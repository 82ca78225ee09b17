"""The dictionary seeds: structure, nothing lost from the public tables, calendar."""

import csv
import datetime
import itertools
import os
import re
from collections import Counter, defaultdict
from pathlib import Path

import chinese_calendar
import pytest

from jingcang.labelling.dictionaries import dictionary_title, load_dictionaries

ROOT = Path(__file__).parents[3]
SEEDS = ROOT / "dbt_project/seeds/dictionaries"
REAL_DATA = Path(os.environ.get("JINGCANG_REAL_DATA", ROOT.parent / "shared" / "data"))
Row = dict[str, str]


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


def test_the_page_of_dictionaries_names_each_with_its_rows_levels_and_codes() -> None:
    text = (ROOT / "docs/dictionaries.md").read_text(encoding="utf-8")
    described = {
        cells[0].strip("`"): (int(cells[2]), int(cells[3]), cells[4])
        for line in text.splitlines()
        if line.startswith("| `")
        and len(cells := [cell.strip() for cell in line.strip("| ").split(" | ")]) == 6
    }
    expected = {}
    for dictionary, rows in DICTIONARIES.items():
        own = sum(row["is_own_code"] == "true" for row in rows.values())
        codes = "found" if own == 0 else "ours" if own == len(rows) else f"{own} ours"
        expected[dictionary] = (len(rows), max(int(row["level_number"]) for row in rows.values()), codes)
    assert described == expected, "the table in docs/dictionaries.md"


def test_every_dictionary_has_a_title_of_its_own() -> None:
    titles = {id_: dictionary_title(id_) for id_ in load_dictionaries()}
    assert not [id_ for id_, title in titles.items() if title == id_], "dictionaries/titles.csv"
    assert len(set(titles.values())) == len(titles)
    assert dictionary_title("of_a_bureau") == "of_a_bureau"


def test_no_name_or_alias_stands_for_two_codes_at_one_time() -> None:
    """But for a class and its only member, and the classes whose branch tells them apart."""
    told_apart_by_branch = {"incident_class", "case_class_6", "case_class_8", "document_type", "place_type"}
    for dictionary, rows in DICTIONARIES.items():
        if dictionary in told_apart_by_branch:
            continue
        holders = defaultdict(set)
        for row in rows.values():
            for spelling in filter(None, (row["name_zh"], *row["aliases"].split("|"))):
                holders[spelling].add(row["code"])
        for spelling, codes in holders.items():
            lineage = {rows[code]["parent_code"] for code in codes} & codes
            assert len(codes) == 1 or (len(codes) == 2 and lineage), (dictionary, spelling, codes)


def test_public_order_behaviours_follow_the_law_in_force() -> None:
    rows = DICTIONARIES["public_order_behaviour"]
    articles = [row for row in rows.values() if row["level_number"] == "2"]
    assert sorted(int(row["code"][2:5]) for row in articles) == list(range(26, 90))
    assert {row["valid_from"] for row in rows.values()} == {"2026-01-01"}
    for row in rows.values():
        assert row["code"][:2] == "Z" + row["code"][1]
        if row["level_number"] == "3":
            assert row["parent_code"] == row["code"][:5] + "00"
    path = REAL_DATA / "law" / "zhian_2025_articles.csv"
    if not path.exists():
        if os.environ.get("JINGCANG_TEST_REQUIRE_ALL") == "1":
            pytest.fail("缺少治安管理处罚法条文")
        pytest.skip("没有治安管理处罚法条文")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        law = {row["article"]: row for row in csv.DictReader(stream)}
    named = 0
    for row in rows.values():
        if row["level_number"] == "1":
            continue
        match = re.search(r"(第\w+条)(?:第(\w)款)?(?:第（(\w+)）项)?；", row["standard_ref"])
        assert match, row["standard_ref"]
        article = law[match[1]]
        assert article["section"].split(" ", 1)[1].startswith(rows[f"Z{row['code'][1]}00000"]["name_zh"])
        if match[3]:
            assert f"（{match[3]}）" in article["text"], row["standard_ref"]
        named += bool(match[3])
    assert named > 100
    # Every numbered item of the law has a code.
    items = sum(
        len(re.findall(r"^（[一二三四五六七八九十]+）", row["text"], re.MULTILINE))
        for row in law.values()
        if row["chapter"].startswith("第三章")
    )
    distinct = {row["standard_ref"] for row in rows.values() if "）项" in row["standard_ref"]}
    assert len(distinct) == items


def test_charges_in_force_are_483_by_article() -> None:
    """483 charges since 刑法修正案（十一） and its supplementary rules; the twelfth amendment added none."""
    rows = DICTIONARIES["charge"]
    charges = [
        row
        for row in rows.values()
        if row["name_zh"].endswith("罪") and "刑法分则" not in row["standard_ref"]
    ]
    assert len([row for row in charges if not row["valid_to"]]) == 483
    assert [row["name_zh"] for row in charges if row["valid_to"]] == ["嫖宿幼女罪"]
    path = REAL_DATA / "law" / "LawRefBook_刑法.md"
    if path.exists():
        law = path.read_text(encoding="utf-8")
        for row in charges:
            match = re.match(r"刑法(第\w+条(?:之\w)?)(?:[，；（])", row["standard_ref"])
            assert row["name_zh"] == "骗购外汇罪" or (match and f"\n{match[1]} " in law), row["standard_ref"]


def test_the_listed_defects_are_resolved() -> None:
    names = {key: {row["name_zh"] for row in rows.values()} for key, rows in DICTIONARIES.items()}
    assert not {
        name for found in names.values() for name in found if re.search(r"持戒|漁|装璜|案案案|chr\(", name)
    }
    assert "水利设施管理养护人员" in names["occupation"]
    assert DICTIONARIES["marital_status"]["40"]["name_zh"] == "离婚"
    assert not {"教友", "同性恋"} & names["person_relation"]
    aliases = {row["code"]: row["aliases"] for row in DICTIONARIES["case_class_6"].values()}
    assert "偷税案" in aliases["030601"]
    # Codes that a second system uses for another class carry nothing of it.
    assert [aliases[code] for code in ("060144", "060147", "060148", "060149")] == ["", "", "", ""]
    ended = {row["code"]: row["valid_to"] for row in DICTIONARIES["penalty_kind"].values() if row["valid_to"]}
    assert ended == {"education_detention": "2019-12-28", "labour_education": "2013-12-28"}


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


def test_evidence_templates_name_codes_that_are_there() -> None:
    items, documents = _read("evidence_template_items.csv"), _read("evidence_template_documents.csv")
    keys = [(row["evidence_item_code"], row["class_dictionary"]) for row in items]
    assert len(keys) == len(set(keys))
    for row in items:
        assert row["nature_code"] in DICTIONARIES["case_nature"], row
        assert row["evidence_kind_code"] in DICTIONARIES["evidence_kind"], row
        assert row["stage_code"] in DICTIONARIES["case_stage"], row
        assert bool(row["class_code"]) == bool(row["class_dictionary"]), row
        assert not row["class_code"] or row["class_code"] in DICTIONARIES[row["class_dictionary"]], row
        assert (row["is_own_template"] == "true") == row["basis"].startswith("本产品默认值"), row
    for row in documents:
        assert row["document_type"] in DICTIONARIES["document_type"], row
    of_documents = {row["evidence_item_code"] for row in items if row["evidence_kind_code"] == "document"}
    assert {row["evidence_item_code"] for row in documents} == of_documents
    # One document counts for one item of a case only, or one paper would stand for two.
    for nature in DICTIONARIES["case_nature"]:
        general = {
            row["evidence_item_code"]
            for row in items
            if row["nature_code"] == nature and not row["class_code"]
        }
        types = [row["document_type"] for row in documents if row["evidence_item_code"] in general]
        assert len(types) == len(set(types)), nature


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
