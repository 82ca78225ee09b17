"""Plain tables as CSV and Excel in which no text is ever run as a formula.

Belongs here: escaping, byte-order mark, column widths, the printed page. Does not belong here: the layout of page
exports (``dashboards.components.export``), which shares the escaping and the printed page.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

_FORMULA = re.compile(r"^[\s\u00a0\u200b\ufeff\x00-\x20]*[=+\-@＝＋－＠|%]|^[\t\r\n]")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def escaped(value: Any) -> Any:
    """Return text that no spreadsheet runs as a formula; other values unchanged."""
    if not isinstance(value, str):
        return value
    value = _ILLEGAL.sub("", value)
    return f"'{value}" if _FORMULA.match(value) else value


def print_landscape(page: Any, watermark: str) -> None:
    """Let a sheet print on A4 landscape, as wide as the paper, under its watermark and with page numbers.

    Args:
        page: worksheet of ``xlsxwriter``.
        watermark: who took it and when.
    """
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_header("&C&10" + watermark.replace("&", "&&")[:200])
    page.set_footer("&C第 &P 页，共 &N 页")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as CSV in UTF-8 with byte-order mark, as Chinese spreadsheets expect it."""
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([escaped(name) for name in header])
        for row in rows:
            writer.writerow(["" if value is None else escaped(value) for value in row])


def write_xlsx(path: Path, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as one sheet of text cells, the header frozen.

    Args:
        path: file to write.
        title: name of the sheet, at most 31 characters.
        header, rows: the table; None is an empty cell.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        page = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        text = book.add_format({"num_format": "@"})
        for column, name in enumerate(header):
            page.write_string(0, column, escaped(name), bold)
            page.set_column(column, column, min(40, max(10, 2 * len(name) + 2)), text)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if value is not None:
                    page.write_string(line, column, str(escaped(value)), text)
        page.freeze_panes(1, 0)
