"""Links between cases: pairs written down by hand, and the whole comparison of ways of working against a reference."""

from __future__ import annotations

import csv
import math
import random
from collections import Counter, defaultdict
from datetime import date
from itertools import combinations
from pathlib import Path

import duckdb
import pytest
from make_landed import make_landed
from warehouse import PROJECT, dbt

SEALED, OPEN = "2026-05-20", None
CASES = {
    # case: (day, punished on)
    "甲": ("2026-03-01", OPEN),
    "乙": ("2026-03-02", OPEN),
    "丙": ("2026-03-09", SEALED),
    "丁": ("2026-03-10", OPEN),
    "戊": ("2026-03-11", OPEN),
}
CLUES = [
    # case, kind, value, from; a kind whose value is None has no key
    ("甲", "mobile", "13900000001", 10),
    ("甲", "mobile", "13900000001", 40),
    ("乙", "wechat", "13900000001", 7),  # the same number as an account
    ("丙", "mobile", "13900000001", 3),
    ("丁", "bank_card", "6222", 5),
    ("戊", "bank_card", "6222", 6),
    ("甲", "money", None, 60),
    ("乙", "money", None, 60),
    *((case, "landline", "4009990110", 80) for case in CASES),  # with twelve more: a hub
]
BY_CLUE = {
    ("甲", "乙", "13900000001", 10, 7, False),
    ("甲", "丙", "13900000001", 10, 3, True),
    ("乙", "丙", "13900000001", 7, 3, True),
    ("丁", "戊", "6222", 5, 6, False),
}
WAYS = {
    "甲": ["MO04", "TR03", "TR04"],  # 技术开锁、遮挡面部、戴手套
    "乙": ["MO04", "TR03", "TR04"],
    "丙": ["MO04", "TR03", "PL01"],
    "丁": ["MO04"],
    "戊": ["TR03"],
}
GROUPS = {"MO": "作案手段", "TM": "选择时机", "PL": "选择处所", "TG": "选择对象", "TR": "作案特点",
          "TL": "作案工具", "OB": "涉案物品"}  # fmt: skip


def _limits() -> dict[str, int]:
    with (PROJECT / "seeds" / "case_link_limits.csv").open(encoding="utf-8") as file:
        return {row["limit_name"]: int(row["limit_value"]) for row in csv.DictReader(file)}


def _others() -> dict[str, tuple[str, list[str]]]:
    """Return case → day and labels of 200 more cases: twelve ways of working, each told with gaps and additions."""
    rng = random.Random(6)
    codes = [f"{group}{number:02d}" for group in ("MO", "TM", "PL", "TR") for number in range(1, 9)]
    ways = [rng.sample(codes, 5) for _ in range(12)]
    made = {}
    for number in range(200):
        told = {code for code in rng.choice(ways) if rng.random() < 0.8}
        told |= {rng.choice(codes) for _ in range(rng.randint(0, 2))}
        day = f"2026-0{rng.randint(1, 5)}-{rng.randint(1, 28):02d}"
        made[f"x{number:03d}"] = (day, sorted(told or {"MO01"}))
    return made


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build file with the links of the cases above."""
    folder = tmp_path_factory.mktemp("links")
    (folder / "target").mkdir()
    others = _others()
    days = {case: day for case, (day, _) in CASES.items()} | {case: day for case, (day, _) in others.items()}
    labels = WAYS | {case: found for case, (_, found) in others.items()}
    clues = [*CLUES, *((case, "landline", "4009990110", 80) for case in sorted(others)[:12])]
    origin = {"_source_system": "case", "_source_table": "case.aj_ajxx"}
    make_landed(
        folder / "build.duckdb",
        {
            "landed.cases": [
                {"case_id": case, "case_no": f"A{case}", "source_system": "case", "event_date": day,
                 "unit_no": "S1", "punished_date": CASES.get(case, ("", None))[1], **origin}
                for case, day in days.items()
            ],
            "landed.case_persons": [
                {"case_person_id": "p丙", "source_system": "case", "case_id": "丙", "role_raw": "04", **origin},
                {"case_person_id": "p甲", "source_system": "case", "case_id": "甲", "role_raw": "04", **origin},
            ],
            "landed.code_mappings": [
                {"mapping_id": "m1", "source_system": "case", "field_name": "case_persons.role_raw",
                 "source_value": "04", "dictionary": "person_role", "code": "offender", "outcome": "mapped"}
            ],
            "derived.case_clues": [
                {"case_id": case, "clue_kind": kind, "evidence_from": place, "evidence_to": place + 3,
                 "value_key": value, "value_masked": "*" if value else None}
                for case, kind, value, place in clues
            ],
            "derived.case_labels": [
                {"case_id": case, "label_code": code, "label_group": GROUPS[code[:2]], "source": "rule",
                 "rule_id": code, "evidence_from": place, "evidence_to": place + 2,
                 "review_state": "rejected" if code.startswith("OB") else "unreviewed"}
                for case, found in labels.items()
                for place, code in enumerate([*found, "OB01"])
            ],
        },
    )  # fmt: skip
    failed = dbt(
        folder / "build.duckdb", folder / "target", "build", "--select", "+fct_case_links", "+fct_case_persons",
        "--exclude-resource-types", "unit_test", "test",
    )  # fmt: skip
    assert failed == []
    return folder / "build.duckdb"


def _ask(database: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_exactly_the_pairs_that_share_a_value_are_linked_by_it(built: Path) -> None:
    rows = _ask(
        built,
        "select first_case_id, second_case_id, value_key, first_evidence_from, second_evidence_from,"
        " has_sealed_record from fct_case_links where link_reason_code = 'clue'",
    )
    assert len(rows) == len(BY_CLUE)
    assert set(rows) == BY_CLUE


def test_the_capped_value_is_listed_and_links_nothing(built: Path) -> None:
    assert _ask(built, "select distinct value_key, case_count_of_value from fct_case_clues where is_hub") == [
        ("4009990110", 17)
    ]
    assert _ask(built, "select 1 from fct_case_links where value_key = '4009990110'") == []


def test_only_the_offender_of_the_decided_case_is_sealed(built: Path) -> None:
    rows = _ask(built, "select case_id, is_sealed, sealing_basis_code from fct_case_persons order by case_id")
    assert rows == [("丙", True, "public_order_punished"), ("甲", False, None)]


def test_similar_ways_have_a_path_a_common_label(built: Path) -> None:
    rows = _ask(
        built,
        "select label_code, first_evidence_from, second_evidence_from, shared_label_count, similarity_permille"
        " from fct_case_links where link_reason_code = 'mo' and first_case_id = '甲' and second_case_id = '乙'"
        " order by label_code",
    )
    assert rows == [("MO04", 0, 0, 3, 1000), ("TR03", 1, 1, 3, 1000), ("TR04", 2, 2, 3, 1000)]
    alone = _ask(
        built,
        "select 1 from fct_case_links where link_reason_code = 'mo'"
        " and (first_case_id in ('丁', '戊') or second_case_id in ('丁', '戊'))",
    )
    assert alone == []  # one label in common is a habit of many


def _reference() -> dict[tuple[str, str], int]:
    """Return pair → similarity, from the definition: neighbours in time by two rare labels, then the best few."""
    limits = _limits()
    cases = {case: (CASES[case][0], WAYS[case]) for case in CASES} | _others()
    count = Counter(code for _, labels in cases.values() for code in labels)
    weight = {code: round(1000 * math.log(len(cases) / n)) for code, n in count.items()}
    order = sorted(cases, key=lambda case: (cases[case][0], case))
    blocks = defaultdict(list)
    for case in order:
        rare = sorted(cases[case][1], key=lambda code: (-weight[code], code))[: limits["mo_blocking_labels"]]
        for pair in combinations(sorted(rare), 2):
            blocks[pair].append(case)
    pairs = {
        (first, second)
        for block in blocks.values()
        for place, first in enumerate(block)
        for second in block[place + 1 : place + 1 + limits["mo_neighbours"]]
    }
    similar = {}
    for first, second in pairs:
        left, right = set(cases[first][1]), set(cases[second][1])
        shared = sum(weight[code] for code in left & right)
        similarity = 1000 * shared // sum(weight[code] for code in left | right)
        if (
            similarity >= limits["mo_similarity_permille"]
            and len(left & right) >= limits["mo_shared_labels"]
            and shared >= limits["mo_shared_weight"]
        ):
            similar[first, second] = (similarity, shared)
    best = set()
    for case in cases:
        mine = [pair for pair in similar if case in pair]
        days = {pair: abs(_day(cases[pair[0]][0]) - _day(cases[pair[1]][0])) for pair in mine}
        mine.sort(key=lambda p: (-similar[p][0], -similar[p][1], days[p], p[0] if p[1] == case else p[1]))
        best.update(mine[: limits["mo_links_per_case"]])
    return {pair: similar[pair][0] for pair in best}


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def test_the_comparison_of_ways_is_the_one_defined(built: Path) -> None:
    found = {
        (first, second): permille
        for first, second, permille in _ask(
            built, "select first_case_id, second_case_id, similarity_permille from int_similar_ways"
        )
    }
    expected = _reference()
    assert len(expected) > 60
    assert {case for pair in expected for case in pair} & {"丁", "戊"} == set()
    assert found == expected
