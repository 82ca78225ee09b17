"""Counts 1 to 4 of one 责任区 do not leave a page; what is shown on it stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from reading import Open

from dashboards.components import charts, small_counts, tables
from dashboards.sections import incident_bases

AREA = "城北第1责任区"
TOTAL = "合计"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Tables by key as pages hand them over: rows, rows for the export."""
    seen: dict[str, dict[str, Any]] = {}

    def spy(columns: Any, rows: Any, *, key: str, export_rows: Any = None, **rest: Any) -> list[int]:
        seen[key] = {"rows": rows, "export": export_rows}
        return tables.show_table(columns, rows, key=key, export_rows=export_rows, **rest)

    for module in (charts, incident_bases):
        monkeypatch.setattr(module, "show_table", spy)
    return seen


@pytest.mark.parametrize(
    ("path", "key", "counts"),
    [
        ("situation", "matrix", (2, 3)),
        ("situation", "bases", (1, 2)),
        ("cases", "cases_criminal", (2, 3)),
        ("cases", "cases_administrative", (2, 3)),
        ("situation", "hours", range(1, 25)),
    ],
)
def test_no_small_count_of_an_area_is_exported(
    open_changed: Open, given: dict[str, dict[str, Any]], path: str, key: str, counts: Sequence[int]
) -> None:
    assert not open_changed(path, area=AREA).error
    shown, export = given[key]["rows"], given[key]["export"]
    small = [
        (line, column)
        for line, row in enumerate(shown)
        for column in counts
        if row[0] != TOTAL and isinstance(row[column], int | float) and 0 < row[column] < 5
    ]
    assert small, "nothing small to hide: the test proves nothing"
    for line, row in enumerate(export):
        for column in counts:
            if row[0] != TOTAL and not isinstance(row[column], str):
                assert not 0 < (row[column] or 0) < 5
                assert row[column] == shown[line][column]
    assert all(export[line][column] == "<5" for line, column in small)


def test_a_hidden_count_cannot_be_found_by_subtraction() -> None:
    rows = [["合计", 28], ["甲", 20], ["乙", 6], ["丙", 2]]
    assert small_counts.hidden(rows, (1,), totals=[0]) == [
        ["合计", 28],
        ["甲", 20],
        ["乙", "<5"],
        ["丙", "<5"],
    ]


def test_words_that_tell_the_count_once_more_are_hidden_with_it() -> None:
    rows = [["甲", 3, "1/3", "x"], ["乙", 0, "—", "x"], ["丙", 9, "2/9", "x"], ["丁", 1, "0/1", "x"]]
    assert small_counts.hidden(rows, (1,), told_with=(2,)) == [
        ["甲", "<5", "<5", "x"], ["乙", 0, "—", "x"], ["丙", 9, "2/9", "x"], ["丁", "<5", "<5", "x"],
    ]  # fmt: skip
