"""What a rule's row may say: every column's faults are told in Chinese, by the name the pages use."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from jingcang.errors import JingcangError
from jingcang.labelling.rule_checks import FIELDS, problems_of
from jingcang.labelling.rule_table import GROUPS, RULES_FOLDER, expand, rows_in_force, rule_of, shipped_rows

GOOD = {
    "rule_id": "MO05-9", "label_code": "MO05", "terms": "[溜/潜]门|溜门", "context": "入室", "context_reach": "20",
    "exclusions": "未锁", "exclusion_reach": "8", "counts_in_claim": "false", "priority": "60",
    "confidence_pct": "90", "rule_version": "1.0.0", "status": "active",
}  # fmt: skip


def test_a_good_row_has_no_problem() -> None:
    assert problems_of(GOOD) == []


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("rule_id", "MO 5", "只能用字母"),
        ("label_code", "", "没有选标签"),
        ("terms", "", "至少要有一个词"),
        ("terms", " | ", "至少要有一个词"),
        ("terms", "溜门||撬门", "空词"),
        ("terms", "溜门| 撬门", "空格"),
        ("terms", "溜 门", "空格"),
        ("terms", "[撬/砸门", "写法不对"),
        ("terms", "撬/砸门", "写法不对"),
        ("terms", "[[撬]/砸]门", "写法不对"),
        ("terms", "[撬/]", "可以什么字都没有"),
        ("terms", "溜门😀", "不能识别"),
        ("terms", "溜" * 21, "太长"),
        ("terms", "|".join(f"溜{n}" for n in range(501)), "最多 500 个"),
        ("terms", "[一/二/三/四/五/六/七/八/九][一/二/三/四/五/六/七/八/九]" * 2, "5,000 种"),
        ("context", "入室|", "空词"),
        ("context", "", "应是 0，因为没有上下文词"),
        ("context_reach", "0", "不会起作用"),
        ("context_reach", "二十", "整数"),
        ("context_reach", "501", "0 到 500"),
        ("exclusions", "", "应是 0，因为没有排除词"),
        ("exclusion_reach", "-1", "整数"),
        ("counts_in_claim", "是", "true"),
        ("priority", "101", "0 到 100"),
        ("confidence_pct", "0", "1 到 100"),
        ("rule_version", "", "没有写"),
        ("status", "on", "active"),
    ],
)
def test_each_fault_names_its_column(field: str, text: str, words: str) -> None:
    (problem,) = problems_of(GOOD | {field: text})
    assert words in problem.words
    title = FIELDS[problem.field]
    assert problem.words.startswith(f"“{title}”")
    assert problem.field.split("_")[0].rstrip("s") == field.split("_")[0].rstrip("s")


def test_a_missing_column_is_a_problem() -> None:
    assert {problem.field for problem in problems_of({})} == set(FIELDS) - {"context", "exclusions"}


def test_a_bad_row_in_a_file_names_file_line_and_column(tmp_path: Path) -> None:
    for name in GROUPS:
        (tmp_path / f"{name}.csv").write_text(
            (RULES_FOLDER / f"{name}.csv").read_text(encoding="utf-8"), encoding="utf-8"
        )
    with (tmp_path / "traits.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    for broken, words in ((lines[1] | {"priority": "高"}, "优先级"), (lines[0], "用了两次")):
        with (tmp_path / "traits.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(lines[0]))
            writer.writeheader()
            writer.writerows([lines[0], broken])
        with pytest.raises(JingcangError, match=words) as caught:
            shipped_rows(tmp_path)
        assert caught.value.where == "traits.csv 第 3 行"
        shipped_rows.cache_clear()


def test_a_decided_row_takes_the_place_of_the_shipped_one_and_a_new_one_follows() -> None:
    shipped = shipped_rows()
    changed = {**shipped[0], "terms": "甲乙丙", "rule_version": "1.0.0+4"}
    new = GOOD | {"label_group": "作案手段"}
    rows = rows_in_force([new, changed])
    assert [row["rule_id"] for row in rows] == [*(row["rule_id"] for row in shipped), "MO05-9"]
    assert rows[0] == changed
    assert rows[1:-1] == shipped[1:]
    assert rule_of(rows[-1]).terms == expand("[溜/潜]门|溜门") == ("溜门", "潜门")
