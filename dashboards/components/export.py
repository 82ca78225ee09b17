"""Tables as files: CSV for other programs, Excel for people.

Belongs here: number types, widths, watermark and source line. A text that a spreadsheet would run as a formula is
kept from it by a leading apostrophe (``jingcang.reports``); numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from jingcang.reports import escaped, print_landscape


@dataclass(frozen=True)
class Sheet:
    """One table to export.

    Args:
        title: what the table shows, one line.
        columns: header paths; a path of two levels puts a group heading above, e.g. ("本期", "起").
        rows: values in column order; None for missing.
        source: source line: period, as-of, generation, scope.
        watermark: who exported it and when, printed in header and on the sheet.
    """

    title: str
    columns: Sequence[tuple[str, ...]]
    rows: Sequence[Sequence[Any]]
    source: str
    watermark: str


def to_csv(sheet: Sheet) -> bytes:
    """Return the table as CSV in UTF-8 with byte-order mark, two lines of notes at the end."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([escaped("·".join(path)) for path in sheet.columns])
    for row in sheet.rows:
        writer.writerow(["" if value is None else escaped(value) for value in row])
    writer.writerow([])
    writer.writerow([escaped(f"{sheet.title}；{sheet.source}")])
    writer.writerow([escaped(sheet.watermark)])
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(sheet: Sheet) -> bytes:
    """Return the table as an Excel workbook, ready to print on A4 landscape."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet("数据")
        title = book.add_format({"bold": True, "font_size": 14})
        heading = book.add_format({"bold": True, "border": 1, "bg_color": "#E8EDF3", "align": "center"})
        note = book.add_format({"font_color": "#5A6775", "font_size": 9})
        formats = {
            int: book.add_format({"num_format": "#,##0", "border": 1}),
            float: book.add_format({"num_format": "#,##0.0##", "border": 1}),
            date: book.add_format({"num_format": "yyyy-mm-dd", "border": 1}),
            str: book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        }
        page.write_string(0, 0, escaped(sheet.title), title)
        page.write_string(1, 0, escaped(sheet.source), note)
        page.write_string(2, 0, escaped(sheet.watermark), note)
        levels = max((len(path) for path in sheet.columns), default=1)
        _write_heading(page, sheet.columns, levels, heading)
        for index, row in enumerate(sheet.rows):
            for column, value in enumerate(row):
                _write(page, 3 + levels + index, column, value, formats)
        for column, path in enumerate(sheet.columns):
            texts = [path[-1], *(str(row[column]) for row in sheet.rows[:200] if row[column] is not None)]
            width = max(sum(2 if ord(character) > 255 else 1 for character in text) for text in texts)
            page.set_column(column, column, min(max(width + 2, 8), 48))
        last = 3 + levels + len(sheet.rows)
        page.freeze_panes(3 + levels, 1)
        page.print_area(0, 0, max(last - 1, 0), max(len(sheet.columns) - 1, 0))
        page.repeat_rows(3, 2 + levels)
        print_landscape(page, sheet.watermark)
    return out.getvalue()


def _write_heading(page: Any, columns: Sequence[tuple[str, ...]], levels: int, heading: Any) -> None:
    for column, path in enumerate(columns):
        for level in range(levels):
            text = path[level] if level < len(path) else path[-1]
            page.write_string(3 + level, column, escaped(text), heading)
    if levels == 1:
        return
    start = 0
    for column in range(1, len(columns) + 1):
        if column == len(columns) or columns[column][0] != columns[start][0] or len(columns[start]) == 1:
            if column - start > 1:
                page.merge_range(3, start, 3, column - 1, escaped(columns[start][0]), heading)
            elif len(columns[start]) == 1:
                page.merge_range(3, start, 2 + levels, start, escaped(columns[start][0]), heading)
            start = column


def _write(page: Any, row: int, column: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None:
        page.write_blank(row, column, None, formats[str])
    elif isinstance(value, bool):
        page.write_string(row, column, "是" if value else "否", formats[str])
    elif isinstance(value, int):
        page.write_number(row, column, value, formats[int])
    elif isinstance(value, (float, Decimal)):
        page.write_number(row, column, float(value), formats[float])
    elif isinstance(value, datetime):
        page.write_string(row, column, value.isoformat(sep=" ", timespec="seconds"), formats[str])
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime.combine(value, time.min), formats[date])
    else:
        page.write_string(row, column, escaped(str(value)), formats[str])
