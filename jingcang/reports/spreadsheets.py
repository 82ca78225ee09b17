"""Plain tables as CSV and Excel in which no text is ever run as a formula.

Belongs here: escaping, byte-order mark, column widths, how printed workbooks begin, the printed page. Does not belong
here: the layout of page exports (``dashboards.components.export``), which shares the escaping and the printed page.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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


@contextmanager
def printed_book(out: io.BytesIO) -> Iterator[Book]:
    """Open a workbook that is printed and signed: text is never run, and every sheet begins the same way.

    Args:
        out: where it is written to when it closes.

    Yields:
        The workbook with its common formats.
    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        yield Book(
            book,
            title=book.add_format({"bold": True, "font_size": 14}),
            note=book.add_format({"font_color": "#5A6775", "font_size": 9}),
            heading=book.add_format({
                "bold": True, "border": 1, "bg_color": "#E8EDF3", "align": "center", "valign": "vcenter"
            }),
            text=book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
            whole=book.add_format({"num_format": "#,##0", "border": 1, "valign": "top"}),
        )  # fmt: skip


@dataclass(frozen=True)
class Book:
    """An open workbook and the formats all its sheets share.

    Args:
        book: of ``xlsxwriter``.
        title, note, heading, text, whole: formats of the first line, the lines below it, column headings, text cells
            and whole numbers.
    """

    book: Any
    title: Any
    note: Any
    heading: Any
    text: Any
    whole: Any

    def head(self, page: Any, *lines: str) -> None:
        """Write the lines above the table: what it is, then what it rests on and who took it."""
        for row, words in enumerate(lines):
            page.write_string(row, 0, escaped(words), self.note if row else self.title)

    def columns(self, page: Any, row: int, names: Sequence[str], widths: Sequence[float]) -> None:
        """Write one row of column headings and set the widths."""
        for column, (name, width) in enumerate(zip(names, widths, strict=True)):
            page.write_string(row, column, escaped(name), self.heading)
            page.set_column(column, column, width)


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
