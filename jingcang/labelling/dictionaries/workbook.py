"""A bureau's own table of codes, read from an Excel workbook or a CSV file.

Belongs here: the accepted headers, what is refused and where it stands. Does not belong here: what the table
changes (``changes``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from jingcang.errors import JingcangError

# Column → headers that name it; compared without blanks, in lower case.
HEADERS: dict[str, tuple[str, ...]] = {
    "code": ("代码", "编码", "字典代码", "代码值", "code"),
    "name": ("名称", "中文名称", "代码名称", "字典名称", "name", "name_zh"),
    "parent": ("上级代码", "父代码", "父级代码", "上级编码", "parent", "parent_code"),
    "alias": ("别名", "曾用名", "其他写法", "alias", "aliases"),
}
NEEDED = ("code", "name")
DEEPEST = 4
_SHOWN_PROBLEMS = 10
_HEADER_ROWS = 10
_TITLE_LENGTH = 31  # of a sheet, a limit of the format


@dataclass(frozen=True)
class OwnCode:
    """One row of the bureau's table.

    Args:
        parent: None when the table has no parent column, ``""`` for a root.
        aliases: None when the table has no alias column.
    """

    code: str
    name: str
    parent: str | None
    aliases: tuple[str, ...] | None


def read_workbook(path: Path, sheet: str | None = None) -> list[OwnCode]:
    """Read the codes of one sheet.

    Args:
        path: ``.xlsx``, or ``.csv`` in UTF-8 or GB 18030; the header stands in one of the first ten rows.
        sheet: name of the sheet; the first one when None; a CSV file has one, named after the file.

    Returns:
        One :class:`OwnCode` a row, in the order of the sheet. Aliases are separated by ``|`` or ``；``.

    Raises:
        JingcangError: the file cannot be read, has no such sheet, no header with code and name, or rows with an
            empty, repeated or shortened code, an empty name, a parent that is not in the table, a circle of
            parents or more than four levels; every place is named by sheet, row and column.
    """
    book = _open(path)
    if sheet is not None and sheet not in book.sheetnames:
        raise JingcangError(
            f"没有这张工作表：{sheet}", where=path.name, remedy=f"可选：{'、'.join(book.sheetnames)}"
        )
    page = book[sheet] if sheet else book.worksheets[0]
    rows = list(page.iter_rows())
    header, columns = _header(rows, page.title, path)
    problems: list[str] = []
    found: list[OwnCode] = []
    places: dict[str, int] = {}
    for row in rows[header + 1 :]:
        cells = {name: row[column] for name, column in columns.items()}
        if all(cell.value in (None, "") for cell in cells.values()):
            continue
        line = row[0].row
        code = _code_text(cells["code"])
        at = f"{page.title} 第 {line} 行 {cells['code'].column_letter} 列"
        if code is None:
            problems.append(f"{at}：代码以数字保存且不是整数")
        elif not code:
            problems.append(f"{at}：代码为空")
        elif code in places:
            problems.append(f"{at}：代码 {code} 与第 {places[code]} 行重复")
        if not _text(cells["name"].value):
            problems.append(f"{page.title} 第 {line} 行 {cells['name'].column_letter} 列：名称为空")
        if code:
            places.setdefault(code, line)
            found.append(_own_code(code, cells))
    if columns.keys() >= {"parent"}:
        letter = openpyxl.utils.get_column_letter(columns["parent"] + 1)
        problems += [
            f"{page.title} 第 {places[code]} 行 {letter} 列：{why}" for code, why in _wrong_parents(found)
        ]
    if problems:
        shown = "；".join(problems[:_SHOWN_PROBLEMS])
        more = f"；另有 {len(problems) - _SHOWN_PROBLEMS} 处" if len(problems) > _SHOWN_PROBLEMS else ""
        raise JingcangError(
            f"代码表有 {len(problems)} 处不能导入",
            where=f"{path.name} {shown}{more}",
            remedy="改正后重新导入",
        )
    if not found:
        raise JingcangError(
            "代码表没有数据行", where=f"{path.name} {page.title}", remedy="表头下每行写一个代码"
        )
    return found


def _open(path: Path) -> openpyxl.Workbook:
    try:
        if path.suffix.lower() != ".csv":
            return openpyxl.load_workbook(path, data_only=True)
        content = path.read_bytes()
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("gb18030")
        book = openpyxl.Workbook()
        page = book.worksheets[0]
        page.title = re.sub(r"[\[\]*:/\\?]", "_", path.stem)[:_TITLE_LENGTH]
        for number, row in enumerate(csv.reader(io.StringIO(text, newline="")), start=1):
            for column, value in enumerate(row, start=1):
                page.cell(number, column, value).data_type = "s"
        return book
    except Exception as error:  # openpyxl raises a dozen types for damaged files
        raise JingcangError(
            "读不了这份代码表", where=path.name,
            remedy="确认文件存在，是能用电子表格打开的 .xlsx，或 UTF-8、GB 18030 编码的 .csv",
        ) from error  # fmt: skip


def _header(rows: Sequence[Sequence[Any]], title: str, path: Path) -> tuple[int, dict[str, int]]:
    for index, row in enumerate(rows[:_HEADER_ROWS]):
        texts = ["".join(_text(cell.value).split()).lower() for cell in row]
        columns = {
            name: next(place for place, text in enumerate(texts) if text in accepted)
            for name, accepted in HEADERS.items()
            if any(text in accepted for text in texts)
        }
        if all(name in columns for name in NEEDED):
            return index, columns
    raise JingcangError(
        "找不到表头：须有代码和名称两列",
        where=f"{path.name} {title}",
        remedy=f"代码列写作 {'、'.join(HEADERS['code'])} 之一，名称列写作 {'、'.join(HEADERS['name'])} 之一",
    )


def _own_code(code: str, cells: dict[str, Any]) -> OwnCode:
    aliases = None
    if "alias" in cells:
        texts = _text(cells["alias"].value).replace("；", "|").replace(";", "|").split("|")
        aliases = tuple(text.strip() for text in texts if text.strip())
    parent = _code_text(cells["parent"]) if "parent" in cells else None
    return OwnCode(code, _text(cells["name"].value), parent, aliases)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _code_text(cell: Any) -> str | None:
    """Return a code as text; a number keeps the leading zeros that its format shows; None when not whole."""
    value = cell.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _text(value)
    if value != int(value):
        return None
    shown = str(cell.number_format)
    width = len(shown) if shown and set(shown) == {"0"} else 0
    return str(int(value)).zfill(width)


def _wrong_parents(rows: Sequence[OwnCode]) -> Iterator[tuple[str, str]]:
    parents = {row.code: row.parent or "" for row in rows}
    for code, parent in parents.items():
        if parent and parent not in parents:
            yield code, f"上级代码 {parent} 不在表中"
            continue
        above = [code]
        while parent and parent in parents and parent not in above:
            above.append(parent)
            parent = parents[parent]
        if parent in above:
            yield code, f"上级代码绕成一圈：{' → '.join([*above, parent])}"
        elif len(above) > DEEPEST:
            yield code, f"超过 {DEEPEST} 级"
