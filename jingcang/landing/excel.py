"""Workbooks: which sheets are read, headers over several rows with merged cells, every cell as text.

Belongs here: the layout of a sheet. Does not belong here: which column means what (``readers``).

A merged cell has its text in its first cell and nothing in the others. In headers of several rows a heading
therefore reaches right over the empty cells beside it as long as a lower row names something there; a cell
merged downwards leaves the rows below it empty. The levels of a column's header are joined by ``·``.
"""

from __future__ import annotations

import fnmatch

import fastexcel
import polars as pl

from jingcang.contracts import FileOptions
from jingcang.errors import JingcangError
from jingcang.landing.delivery import LINE, no_damage

LEVELS = "·"


def read(options: FileOptions, content: bytes) -> dict[str, tuple[list[str], pl.DataFrame, pl.DataFrame]]:
    """Read the sheets of a workbook.

    Args:
        options: ``sheet`` names one sheet (default the first), or several by a glob; ``header_row``, ``header_rows``.
        content: the workbook's bytes.

    Returns:
        Sheet name (empty where only one may be read) → header, frame of columns ``c0`` … as text with
        ``_source_line`` (the sheet's row), no damaged lines. Rows without any cell are no records.

    Raises:
        JingcangError: no such sheet, or a sheet without its header.
    """
    book = fastexcel.read_excel(content)
    wanted = options.sheet
    if wanted is None or not set(wanted) & set("*?["):
        if wanted is not None and wanted not in book.sheet_names:
            raise _no_sheet(wanted)
        return {"": _sheet(book, wanted or 0, options)}
    names = [name for name in book.sheet_names if fnmatch.fnmatchcase(name, wanted)]
    if not names:
        raise _no_sheet(wanted)
    return {name: _sheet(book, name, options) for name in names}


def _no_sheet(name: str) -> JingcangError:
    return JingcangError(f"工作簿里没有工作表 {name}", rule="file", remedy="请核对契约中的 sheet")


def _sheet(
    book: fastexcel.ExcelReader, name: str | int, options: FileOptions
) -> tuple[list[str], pl.DataFrame, pl.DataFrame]:
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    below = options.header_row + options.header_rows
    if sheet.height < below:
        where = f"工作表 {name}" if isinstance(name, str) else ""
        raise JingcangError("工作表没有表头行", where=where, rule="file", remedy="请核对契约中的 header_row")
    rows = [
        ["" if cell is None else " ".join(str(cell).split()) for cell in sheet.row(number)]
        for number in range(options.header_row, below)
    ]
    sheet = sheet.rename({old: f"c{index}" for index, old in enumerate(sheet.columns)})
    sheet = sheet.with_row_index(LINE, offset=1).slice(below)
    cells = [column for column in sheet.columns if column != LINE]
    return (
        joined(rows),
        sheet.filter(~pl.all_horizontal([pl.col(column).is_null() for column in cells])),
        no_damage(),
    )


def joined(rows: list[list[str]]) -> list[str]:
    """Return one header a column from header rows in which headings may be merged.

    Args:
        rows: texts of the header rows, top first, of equal length.
    """
    filled = [list(row) for row in rows]
    for level, row in enumerate(filled[:-1]):
        for index in range(1, len(row)):
            lower = any(rows[below][index] for below in range(level + 1, len(rows)))
            # A heading ends where the heading above it ends.
            same = level == 0 or filled[level - 1][index] == filled[level - 1][index - 1]
            if not row[index] and lower and same:
                row[index] = row[index - 1]
    return [
        LEVELS.join(dict.fromkeys(text for text in column if text)) for column in zip(*filled, strict=True)
    ]
