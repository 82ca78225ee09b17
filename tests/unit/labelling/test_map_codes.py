"""Suggestions of codes: one planted value for each kind of evidence, the traps, the files, the targets."""

from __future__ import annotations

import csv
import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from jingcang.errors import JingcangError
from jingcang.labelling.dictionaries import (
    SEEDS,
    Code,
    Dictionary,
    Suggester,
    load_dictionaries,
    load_dictionary,
    read_values,
    suggest_all,
    write_suggestions,
)
from jingcang.labelling.dictionaries.similarity import core, is_part, normalise, similarity, split_code
from orchestration import cli
from tests.evaluation import codes as evaluation


def dictionary(id_: str, rows: list[tuple[str, str, str] | tuple[str, str, str, str]]) -> Dictionary:
    """Build a dictionary from (code, parent, name[, aliases])."""
    found: dict[str, Code] = {}
    for code, parent, name, *aliases in rows:
        level = found[parent].level_number + 1 if parent else 1
        also = tuple(aliases[0].split("|")) if aliases else ()
        found[code] = Code(
            id_, code, parent, level, name, also, "测试自编", dt.date(1900, 1, 1), None, is_own_code=True
        )
    return Dictionary(id_, found)


OLDER = dictionary(
    "older",
    [
        ("10", "", "扰乱秩序"),
        ("1001", "10", "聚众哄闹"),
        ("1002", "10", "投放假险情", "虚假险情投放"),
        ("1003", "10", "冲闯卡口"),
        ("1099", "10", "其他扰乱秩序"),
        ("20", "", "侵害财物"),
        ("2001", "20", "偷拿财物"),
        ("2002", "20", "毁坏门窗、围栏"),
        ("2003", "20", "占用摊位"),
        ("2004", "20", "骗取押金"),
        ("2005", "20", "划伤车辆"),
    ],
)
NEWER = dictionary(
    "newer",
    [
        ("A0", "", "扰乱秩序"),
        ("A1", "A0", "聚众哄闹"),
        ("A2", "A0", "虚假险情投放"),
        ("A3", "A0", "冲闯卡口"),
        ("B0", "", "侵害财物"),
        ("B1", "B0", "偷拿财物"),
        ("B2", "B0", "毁坏门窗"),
        ("B3", "B0", "毁坏围栏"),
        ("B4", "B0", "骗取押金"),
        ("B5", "B0", "强占摊位"),
        ("B6", "B0", "占用摊位"),
        ("B7", "B0", "划伤车辆"),
    ],
)
PLACES = dictionary(
    "places",
    [
        ("01", "", "居民住宅", "民居|住宅楼"),
        ("02", "", "商业场所（含市场）"),
        ("03", "", "其他场所"),
        ("04", "", "账务中心"),
        ("10", "", "广场"),
    ],
)


@pytest.mark.parametrize(
    ("value", "code", "method", "decision"),
    [
        ("居民住宅", "01", "exact", "auto"),
        ("01", "01", "exact", "auto"),
        ("01 居民住宅", "01", "exact", "auto"),
        ("1", "01", "normalised", "auto"),
        ("商业场所(含市场) ", "02", "normalised", "auto"),
        ("其它场所", "03", "normalised", "auto"),
        ("帐务中心", "04", "normalised", "auto"),
        ("民居", "01", "alias", "auto"),
        ("民 居", "01", "alias", "auto"),
        ("居民住斋", "01", "pinyin", "review"),
        ("居民住房", "01", "fuzzy", "review"),
        ("居民住宅区", "01", "fuzzy", "review"),
    ],
)
def test_each_kind_of_evidence_is_found_and_named(value: str, code: str, method: str, decision: str) -> None:
    found = Suggester(PLACES).suggest(value)
    assert (found.candidates[0].code.code, found.candidates[0].method, found.decision) == (
        code,
        method,
        decision,
    )
    assert bool(found.reason) == (decision == "review")


def test_a_code_of_the_older_table_is_told_by_its_history() -> None:
    suggester = Suggester(NEWER, OLDER)
    assert _first(suggester, "2001") == ("B1", "history", "auto")
    # The older table's other name for the class is the newer table's name.
    assert _first(suggester, "投放假险情") == ("A2", "history", "auto")
    assert _first(suggester, "1002 投放假险情") == ("A2", "history", "auto")


def test_the_rest_of_a_class_goes_to_the_class_that_names_no_rest() -> None:
    found = Suggester(NEWER, OLDER).suggest("其他扰乱秩序")
    assert (found.candidates[0].code.code, found.candidates[0].method) == ("A0", "hierarchy")
    assert (found.candidates[0].equivalence, found.decision) == ("broader", "auto")
    # Without the older table nobody knows that 其他… is the rest of that class.
    assert Suggester(NEWER).suggest("其他扰乱秩序").decision == "review"


def test_a_value_of_two_items_shows_both_and_is_for_a_person() -> None:
    found = Suggester(NEWER, OLDER).suggest("毁坏门窗、围栏")
    assert [candidate.code.code for candidate in found.candidates[:2]] == ["B2", "B3"]
    assert {candidate.equivalence for candidate in found.candidates[:2]} == {"narrower"}
    assert found.decision == "review"


def test_an_equal_name_out_of_step_is_for_a_person_and_names_the_rivals() -> None:
    """占用摊位 stood before 骗取押金 and now stands behind it, where 毁坏… was left free for it."""
    found = Suggester(NEWER, OLDER).suggest("占用摊位")
    assert (found.candidates[0].code.code, found.decision) == ("B6", "review")
    assert found.reason == "新旧代码的顺序在这里不一致"
    assert found.candidates[-2].code.code in ("B2", "B3", "B4")
    assert Suggester(NEWER, OLDER).suggest("划伤车辆").decision == "auto"


def test_an_equal_name_of_another_branch_is_for_a_person() -> None:
    moved = dictionary("newer", [("A0", "", "扰乱秩序"), ("B0", "", "侵害财物"), ("B1", "B0", "聚众哄闹")])
    older = dictionary("older", [("10", "", "扰乱秩序"), ("1001", "10", "聚众哄闹"), ("20", "", "侵害财物")])
    found = Suggester(moved, older).suggest("聚众哄闹")
    assert (found.candidates[0].code.code, found.decision, found.reason) == (
        "B1",
        "review",
        "名称相同而所属大类不同",
    )


def test_a_code_beside_another_name_is_for_a_person() -> None:
    assert Suggester(PLACES).suggest("01 广场").reason == "代码与名称不符"
    assert Suggester(NEWER, OLDER).suggest("2001 划伤车辆").reason == "代码与名称不符"


def test_a_name_that_begins_with_a_number_is_no_code() -> None:
    channel = Suggester.of("report_channel")
    assert _first(channel, "110电话报警") == ("phone_110", "normalised", "auto")


def test_one_name_in_two_branches_is_never_decided() -> None:
    """盗窃 stands under 刑事 (盗窃案) and 治安 (盗窃): only the source's own branch could tell."""
    found = Suggester.of("incident_class").suggest("盗窃")
    assert found.decision == "review"
    roots = {code.code.code[0] for code in found.candidates[:2]}
    assert roots == {"1", "2"}


def test_every_name_of_every_dictionary_finds_its_code() -> None:
    for id_, known in load_dictionaries().items():
        if len(known.codes) > 250:
            continue
        suggester = Suggester.of(id_)
        for code in known.codes.values():
            found = suggester.suggest(code.name_zh)
            best = [
                each.code.code for each in found.candidates if each.method in ("exact", "normalised", "alias")
            ]
            assert code.code in best, (id_, code.code)
            if found.decision == "auto":
                assert best == [code.code], (id_, code.code)


def test_an_empty_value_has_no_candidate() -> None:
    for value in ("", "  ", "　"):
        found = Suggester(PLACES).suggest(value)
        assert (found.candidates, found.decision, found.reason) == ((), "review", "空值")


@given(st.text(alphabet="盗窃抢夺案罪类警情件（）()、，, 　和或其它他帐账Ａa1", max_size=12))
def test_normal_forms_are_final_and_blind_to_width(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert core(text) == core(normalise(text))
    assert similarity(text, text) in (0.0, 1.0)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("生产伪劣农药案", "生产、销售伪劣农药案", True),
        ("销售伪劣农药案", "生产、销售伪劣农药案", True),
        ("生产、销售劣药案", "生产、销售伪劣农药案", False),
        ("抢夺弹药", "抢夺枪支、弹药、爆炸物", True),
        ("抢夺枪支、弹药、爆炸物", "抢夺弹药", False),
        ("盗窃", "盗窃", False),
        ("", "盗窃、抢夺", False),
    ],
)
def test_a_part_leaves_out_whole_items(part: str, whole: str, expected: bool) -> None:
    assert is_part(part, whole) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("050200 盗窃案", ("050200", "盗窃案")),
        ("[050200]盗窃案", ("050200", "盗窃案")),
        ("０５０２００－盗窃案", ("050200", "盗窃案")),
        ("盗窃案", ("", "盗窃案")),
        ("criminal", ("criminal", "")),
    ],
)
def test_codes_are_split_from_names(value: str, expected: tuple[str, str]) -> None:
    assert split_code(value) == expected


def test_an_unknown_dictionary_lists_the_known_ones() -> None:
    with pytest.raises(JingcangError, match="case_class_8") as caught:
        load_dictionary("case_class_9")
    assert "没有这部字典：case_class_9" in str(caught.value)


def test_a_later_folder_goes_before_the_product(tmp_path: Path) -> None:
    header = (SEEDS / "dictionary_people.csv").read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "dictionary_own.csv").write_text(
        f"{header}\ngender,1,,1,男子,,本局自编,1900-01-01,,true\ngender,7,,1,不详,,本局自编,2026-01-01,2026-06-01,true\n",
        encoding="utf-8",
    )
    merged = load_dictionaries((SEEDS, tmp_path))["gender"].codes
    assert (merged["1"].name_zh, merged["2"].name_zh, merged["7"].name_zh) == ("男子", "女性", "不详")
    late = load_dictionaries((SEEDS, tmp_path), as_of=dt.date(2026, 6, 1))["gender"].codes
    assert "7" not in late
    assert "7" in load_dictionaries((SEEDS, tmp_path), as_of=dt.date(2026, 5, 31))["gender"].codes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "空的"),
        (b"source_value,count\n", "只有表头"),
        ("值,count\n盗窃,1\n".encode(), "缺少列：source_value"),
        (b"source_value\nx\n", "缺少列：count"),
        ("source_value,count\n盗窃,1\n".encode("gbk"), "不是 UTF-8"),
        ("source_value,count\n盗窃,1\n抢夺,很多\n".encode(), "第 3 行 count 列"),
        ("source_value,count\n盗窃,-1\n".encode(), "非负整数"),
    ],
)
def test_a_wrong_input_is_refused_with_its_place(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "values.csv"
    path.write_bytes(content)
    with pytest.raises(JingcangError, match=message) as caught:
        read_values(path)
    assert "盗窃" not in str(caught.value)


def test_the_command_writes_one_row_a_value(tmp_path: Path) -> None:
    values = tmp_path / "values.csv"
    values.write_text("﻿source_value,count\n盗窃案,7\n偷窃案,2\n=1+1,0\n", encoding="utf-8")
    output = tmp_path / "suggestions.csv"
    arguments = ["map-codes", "--dictionary", "case_class_8", "--input", str(values), "--output", str(output)]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 0, result.output
    assert "3 个取值（9 条记录）：可直接采用 1 个（33.3%；记录占 77.8%）" in result.output
    with output.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == [
        "source_value", "count", "code", "name_zh", "score", "equivalence", "method", "decision",
        "candidate_2", "candidate_3", "candidate_4", "candidate_5", "reason",
    ]  # fmt: skip
    assert rows[0]["code"] == "05000200"
    assert (rows[0]["decision"], rows[1]["decision"]) == ("auto", "review")
    assert 0 <= float(rows[1]["score"]) < float(rows[0]["score"]) <= 1
    assert rows[2]["source_value"] == "'=1+1", "no spreadsheet may run a value as a formula"
    assert (
        len({rows[1][name] for name in ("code", "candidate_2", "candidate_3", "candidate_4", "candidate_5")})
        == 5
    )


def test_an_output_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "no folder" / "out.csv"
    with pytest.raises(JingcangError, match="写不了输出文件"):
        write_suggestions(path, suggest_all(Suggester(PLACES), []))
    assert list(tmp_path.iterdir()) == []


def _first(suggester: Suggester, value: str) -> tuple[str, str, str]:
    found = suggester.suggest(value)
    return found.candidates[0].code.code, found.candidates[0].method, found.decision


def _need(path: Path) -> None:
    if not path.exists():
        if os.environ.get("JINGCANG_TEST_REQUIRE_ALL") == "1":
            pytest.fail(f"缺少 {path.name}")
        pytest.skip(f"没有 {path.name}：设置 JINGCANG_REAL_DATA 后运行")


@pytest.mark.parametrize("form", ["{name6}", "{code6}"])
def test_the_targets_hold_on_the_crosswalk(form: str) -> None:
    _need(evaluation.CROSSWALK)
    found = evaluation.measure(Suggester.of("case_class_8"), evaluation.crosswalk(form=form))
    print(evaluation.report(f"crosswalk {form}", found))
    assert found.first / found.values >= 0.95
    assert found.top5 / found.values >= 0.99
    assert found.auto / found.values >= 0.80
    assert found.auto_right / found.auto >= 0.995


def test_names_of_another_system_keep_what_the_scores_promise() -> None:
    _need(evaluation.OTHER_SYSTEM)
    found = evaluation.measure(*evaluation.other_system())
    print(evaluation.report("other system", found))
    assert found.first / found.values >= 0.95
    assert found.top5 / found.values >= 0.99
    assert found.auto_right / found.auto >= 0.995


@pytest.mark.parametrize(
    ("dictionary", "value"),
    [("incident_outcome", "98"), ("report_channel", "09"), ("incident_class", "caseType110J30000")],
)
def test_a_value_like_no_name_gets_no_suggestion(dictionary: str, value: str) -> None:
    found = Suggester.of(dictionary).suggest(value)
    assert (found.candidates, found.score, found.decision) == ((), 0.0, "review")
    assert found.reason == "没有相近的名称"
