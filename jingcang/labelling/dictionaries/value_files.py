"""Files of source values in, files of suggestions out.

Belongs here: the two CSV layouts and what is refused. Does not belong here: finding suggestions
(``suggestions``) and printing (the command).
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jingcang.errors import JingcangError
from jingcang.reports.spreadsheets import escaped

from .suggestions import CANDIDATES, Suggester, Suggestion

VALUE_COLUMNS = ("source_value", "count")
SUGGESTION_COLUMNS = (
    *VALUE_COLUMNS, "code", "name_zh", "score", "equivalence", "method", "decision",
    *(f"candidate_{place}" for place in range(2, CANDIDATES + 1)), "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A distinct value of a source and the number of records that carry it."""

    source_value: str
    count: int


def read_values(path: Path) -> list[Value]:
    """Read a file of source values.

    Args:
        path: CSV in UTF-8 (with or without byte-order mark) with the columns ``source_value`` and ``count``; others
            are ignored.

    Returns:
        One :class:`Value` a row, in the order of the file.

    Raises:
        JingcangError: the file does not exist, is empty, not UTF-8, lacks a column, or a count is no whole
            number ≥ 0. The message never repeats a value.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise JingcangError("读不到输入文件", where=str(path), remedy="检查路径和权限") from error
    except UnicodeDecodeError as error:
        raise JingcangError(
            "输入文件不是 UTF-8 编码",
            where=f"{path.name} 第 {error.start + 1} 字节",
            remedy="在电子表格中另存为“CSV UTF-8”",
        ) from error
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if not text.strip():
        raise JingcangError("输入文件是空的", where=path.name, remedy=_LAYOUT)
    missing = [name for name in VALUE_COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise JingcangError(f"输入文件缺少列：{'、'.join(missing)}", where=path.name, remedy=_LAYOUT)
    found = []
    for row in rows:
        count = (row["count"] or "").strip()
        if not count.isdecimal():
            raise JingcangError(
                "记录数不是非负整数", where=f"{path.name} 第 {rows.line_num} 行 count 列", remedy=_LAYOUT
            )
        found.append(Value(row["source_value"] or "", int(count)))
    if not found:
        raise JingcangError("输入文件只有表头，没有取值", where=path.name, remedy=_LAYOUT)
    return found


_LAYOUT = "首行写 source_value,count，以下每行一个取值和它的记录数"


def suggest_all(suggester: Suggester, values: Iterable[Value]) -> list[tuple[Value, Suggestion]]:
    """Return every value with its suggestion, in the order given."""
    known: dict[str, Suggestion] = {}
    found = []
    for value in values:
        if value.source_value not in known:
            known[value.source_value] = suggester.suggest(value.source_value)
        found.append((value, known[value.source_value]))
    return found


def write_suggestions(path: Path, suggestions: Iterable[tuple[Value, Suggestion]]) -> None:
    """Write suggestions as CSV in UTF-8, one row a value, whole or not at all.

    Args:
        path: file to write; columns :data:`SUGGESTION_COLUMNS`: ``code`` and ``candidate_2`` … are codes of the
            dictionary, ``score`` the estimated probability (0 to 1) that ``code`` is right.

    Raises:
        JingcangError: the file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(SUGGESTION_COLUMNS)
            for value, suggestion in suggestions:
                writer.writerow([escaped(cell) for cell in _row(value, suggestion)])
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise JingcangError(
            "写不了输出文件", where=str(path), remedy="检查文件夹是否存在、能否写入"
        ) from error


def _row(value: Value, suggestion: Suggestion) -> list[str]:
    first, *others = suggestion.candidates or (None,)
    codes = [each.code.code for each in others if each]
    codes += [""] * (CANDIDATES - 1 - len(codes))
    named = (
        [first.code.code, first.code.name_zh, f"{suggestion.score:.3f}", first.equivalence, first.method]
        if first
        else ["", "", f"{0:.3f}", "", ""]
    )
    return [
        value.source_value,
        str(value.count),
        *named,
        suggestion.decision,
        *codes[: CANDIDATES - 1],
        suggestion.reason,
    ]
