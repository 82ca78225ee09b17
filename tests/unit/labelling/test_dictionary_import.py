"""A bureau's own workbook of codes: what it changes, what is refused and where."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from jingcang.errors import JingcangError
from jingcang.labelling.dictionaries import (
    SEEDS,
    Suggester,
    import_table,
    load_dictionaries,
    load_dictionary,
    read_workbook,
)
from orchestration import cli

DAY = dt.date(2026, 7, 1)
HEADER = ["代码", "名称", "上级代码", "别名"]


def workbook(path: Path, rows: list[list[Any]], *, title: str = "代码表", number_format: str = "") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append(row)
    if number_format:
        for row in page.iter_rows(min_col=1, max_col=1):
            row[0].number_format = number_format
    book.save(path)
    return path


def product_rows(dictionary: str) -> list[list[Any]]:
    codes = load_dictionary(dictionary).codes.values()
    return [[code.code, code.name_zh, code.parent_code, "|".join(code.aliases)] for code in codes]


def imported(tmp_path: Path, rows: list[list[Any]], dictionary: str = "education") -> list[tuple[str, ...]]:
    table = read_workbook(workbook(tmp_path / "own.xlsx", [HEADER, *rows]))
    changes = import_table(dictionary, table, tmp_path / "own", day=DAY, reference="本局代码表 own.xlsx")
    return [(each.kind, each.code, each.before, each.after) for each in changes]


def test_the_product_s_own_list_changes_nothing(tmp_path: Path) -> None:
    for dictionary in ("education", "place_type", "person_relation"):
        assert imported(tmp_path, product_rows(dictionary), dictionary) == []
        with (tmp_path / "own" / f"dictionary_{dictionary}.csv").open(encoding="utf-8") as stream:
            assert list(csv.DictReader(stream)) == []


def test_every_kind_of_change_is_told_once_and_kept(tmp_path: Path) -> None:
    rows = {row[0]: row for row in product_rows("marital_status")}
    del rows["90"]
    rows["21"][1] = "首次结婚"
    rows["30"][2] = "40"
    rows["40"][3] = "离了；离婚的"
    rows["41"] = ["41", "分居", "40", "分居中"]
    expected = [
        ("moved", "30", "", "40"),
        ("aliased", "40", "", "离了|离婚的"),
        ("added", "41", "", "分居"),
        ("removed", "90", "未说明的婚姻状况", ""),
        ("renamed", "21", "初婚", "首次结婚"),
    ]
    assert imported(tmp_path, list(rows.values()), "marital_status") == sorted(
        expected, key=lambda each: each[1]
    )
    assert imported(tmp_path, list(rows.values()), "marital_status") == [], "a second import changes nothing"
    own = load_dictionaries((SEEDS, tmp_path / "own"))["marital_status"].codes
    assert (own["21"].name_zh, own["21"].aliases) == ("首次结婚", ("初婚",))
    assert own["40"].standard_ref == own["21"].standard_ref == "本局代码表 own.xlsx"
    assert (own["30"].parent_code, own["30"].level_number, own["41"].level_number) == ("40", 2, 2)
    assert (own["90"].valid_to, own["41"].valid_from, own["41"].is_own_code) == (DAY, DAY, True)
    assert own["10"] == load_dictionary("marital_status").codes["10"]
    assert "90" not in load_dictionaries((SEEDS, tmp_path / "own"), as_of=DAY)["marital_status"].codes
    # Back to the product's list: the ended code is in use again.
    back = imported(tmp_path, product_rows("marital_status"), "marital_status")
    assert ("revalidated", "90", "2026-07-01", "") in back


def test_suggestions_use_the_bureau_s_codes_and_leave_ended_ones_to_a_person(tmp_path: Path) -> None:
    rows = [row for row in product_rows("education") if row[0] != "90"]
    imported(tmp_path, [*rows, ["85", "夜校", "", ""]])
    suggester = Suggester.of("education", load_dictionaries((SEEDS, tmp_path / "own")))
    assert suggester.suggest("夜校").candidates[0].code.code == "85"
    assert suggester.suggest("夜校").decision == "auto"
    for value in ("文盲或半文盲", "90", "文盲"):
        assert (suggester.suggest(value).decision, suggester.suggest(value).reason) == (
            "review",
            "这个代码已停用",
        )


def test_a_child_of_a_moved_code_moves_a_level(tmp_path: Path) -> None:
    rows = {row[0]: row for row in product_rows("person_relation")}
    rows["300"] = ["300", "其他关系", "", ""]
    rows["280"][2] = "290"
    imported(tmp_path, list(rows.values()), "person_relation")
    own = load_dictionaries((SEEDS, tmp_path / "own"))["person_relation"].codes
    assert (own["280"].level_number, own["281"].level_number) == (3, 4)


def test_english_headers_a_title_above_and_numbers_with_zeros_are_read(tmp_path: Path) -> None:
    rows = [["某分局民族代码"], ["Code", "Name"], [1, "汉族"], [2, "蒙古族"], [None, None]]
    path = workbook(tmp_path / "nation.xlsx", rows, number_format="00")
    assert [(row.code, row.name, row.parent) for row in read_workbook(path)] == [
        ("01", "汉族", None),
        ("02", "蒙古族", None),
    ]


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["A1", "甲"], ["A1", "乙"]], "代码表 第 3 行 A 列：代码 A1 与第 2 行重复"),
        ([["", "甲"]], "第 2 行 A 列：代码为空"),
        ([["A1", ""]], "第 2 行 B 列：名称为空"),
        ([[1.5, "甲"]], "第 2 行 A 列：代码以数字保存且不是整数"),
        ([["A1", "甲", "A9"]], "第 2 行 C 列：上级代码 A9 不在表中"),
        ([["A1", "甲", "A2"], ["A2", "乙", "A1"]], "第 3 行 C 列：上级代码绕成一圈"),
        (
            [["1", "一"], ["2", "二", "1"], ["3", "三", "2"], ["4", "四", "3"], ["5", "五", "4"]],
            "第 6 行 C 列：超过 4 级",
        ),
    ],
)
def test_a_faulty_row_is_refused_with_its_place(tmp_path: Path, rows: list[list[Any]], place: str) -> None:
    with pytest.raises(JingcangError) as caught:
        read_workbook(workbook(tmp_path / "own.xlsx", [HEADER, *rows]))
    assert place in str(caught.value)


def test_a_workbook_without_header_rows_or_that_sheet_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["编号", "说明"], ["1", "甲"]])
    with pytest.raises(JingcangError, match="找不到表头"):
        read_workbook(path)
    with pytest.raises(JingcangError, match="可选：代码表"):
        read_workbook(path, "没有")
    with pytest.raises(JingcangError, match="没有数据行"):
        read_workbook(workbook(tmp_path / "b.xlsx", [HEADER]))
    (tmp_path / "c.xlsx").write_bytes(b"PK not a workbook")
    with pytest.raises(JingcangError, match="读不了这份代码表"):
        read_workbook(tmp_path / "c.xlsx")


def test_a_kept_parent_must_be_in_the_list(tmp_path: Path) -> None:
    """Without a parent column a code keeps its parent, so the list may not leave the parent out."""
    table = read_workbook(workbook(tmp_path / "own.xlsx", [["代码", "名称"], ["21", "初婚"]]))
    with pytest.raises(JingcangError, match="代码 21 的上级代码 20 不在表中"):
        import_table("marital_status", table, tmp_path / "own", day=DAY, reference="表")
    assert not (tmp_path / "own").exists()


def test_the_command_prints_the_differences(tmp_path: Path) -> None:
    rows = [*product_rows("education"), ["85", "夜校", "", ""]]
    path = workbook(tmp_path / "own.xlsx", [HEADER, *rows])
    arguments = [
        "dictionary",
        "import",
        str(path),
        "--dictionary",
        "education",
        "--output",
        str(tmp_path / "own"),
    ]
    result = CliRunner().invoke(cli.app, [*arguments, "--valid-from", "2026-07-01"])
    assert result.exit_code == 0, result.output
    assert "新增  85  — → 夜校" in result.output
    assert "10 个代码，新增 1，停用 0，改名 0，改上级 0，加别名 0，恢复使用 0" in result.output
    listed = (tmp_path / "own" / "changes_education.csv").read_text(encoding="utf-8-sig").splitlines()
    assert listed == ["变化,代码,原来,现在", "新增,85,,夜校"]
    names = CliRunner().invoke(cli.app, ["dictionary", "list", "--own", str(tmp_path / "own")])
    assert "education  文化程度  10 个代码" in names.output
    wrong = CliRunner().invoke(cli.app, [*arguments, "--valid-from", "7月1日"])
    assert isinstance(wrong.exception, JingcangError)


def test_a_csv_file_is_read_as_a_workbook_is(tmp_path: Path) -> None:
    text = "某分局代码,,\r\n代码,名称,别名\r\n01,汉族,\r\n02,蒙古族,蒙族；蒙古\r\n"
    for name, encoding in (("a.csv", "utf-8-sig"), ("b.CSV", "gb18030")):
        (tmp_path / name).write_bytes(text.encode(encoding))
        read = [(row.code, row.name, row.parent, row.aliases) for row in read_workbook(tmp_path / name)]
        assert read == [("01", "汉族", None, ()), ("02", "蒙古族", None, ("蒙族", "蒙古"))]
    (tmp_path / "c.csv").write_text("代码,名称\n01,甲\n01,乙\n", encoding="utf-8")
    with pytest.raises(JingcangError) as caught:
        read_workbook(tmp_path / "c.csv")
    assert "c 第 3 行 A 列：代码 01 与第 2 行重复" in str(caught.value)
    (tmp_path / "d.csv").write_bytes(b"\xff\xff")
    with pytest.raises(JingcangError, match="读不了这份代码表"):
        read_workbook(tmp_path / "d.csv")


def test_a_new_dictionary_of_the_bureau_must_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("代码,名称\nA,商圈\n", encoding="utf-8")

    def run(dictionary: str, *more: str) -> Any:
        return CliRunner().invoke(
            cli.app,
            [
                "dictionary", "import", str(tmp_path / "own.csv"), "--dictionary", dictionary, "--output",
                str(tmp_path / "own"), *more,
            ],
        )  # fmt: skip

    assert "没有这部字典：片区类型" in str(run("片区类型").exception)
    assert "本产品已有字典 nation" in str(run("nation", "--new").exception)
    assert "字典编号不能用" in str(run("a/b", "--new").exception)
    assert run("片区类型", "--new").exit_code == 0
    again = run("片区类型")
    assert "1 个代码，新增 0，停用 0" in again.output
    assert load_dictionaries((SEEDS, tmp_path / "own"))["片区类型"].codes["A"].name_zh == "商圈"
