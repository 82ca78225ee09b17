"""The tables of a briefing as an Excel workbook with multi-level headers.

Belongs here: one sheet a table, with the same figures as numbers. Does not belong here: the tables themselves
(``weekly``).
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from jingcang.reports.briefing.blocks import Briefing, Piece, Table, Value
from jingcang.reports.spreadsheets import escaped, print_landscape

_NUMBER = re.compile(r"[+\-−]?[\d,]+(\.\d+)?%?")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


def workbook(briefing: Briefing, *, watermark: str) -> bytes:
    """Return the tables of a briefing, one sheet each.

    Args:
        briefing: texts of all figures filled in.
        watermark: line in the header and on every sheet.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    tables = [block for block in (*briefing.body, *briefing.appendix) if isinstance(block, Table)]
    with xlsxwriter.Workbook(out, options) as book:
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "note": book.add_format({"font_color": "#5A6775", "font_size": 9}),
            "heading": book.add_format(
                {"bold": True, "border": 1, "bg_color": "#E8EDF3", "align": "center", "valign": "vcenter"}
            ),
            "count": book.add_format({"num_format": "#,##0", "border": 1}),
            "percent": book.add_format({"num_format": "0.0%", "border": 1}),
            "text": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        }
        for number, table in enumerate(tables, 1):
            caption = _text(table.caption)
            name = _NOT_IN_NAMES.sub("", caption.replace("　", " "))[:27]
            page = book.add_worksheet(f"{number} {name}")
            page.write_string(0, 0, escaped(caption), formats["title"])
            page.write_string(
                1, 0, escaped(f"{briefing.title}　{_text(briefing.under_title)}"), formats["note"]
            )
            page.write_string(2, 0, escaped(watermark), formats["note"])
            levels = max(len(path) for path in table.columns)
            _write_heading(page, table.columns, levels, formats["heading"])
            for row_number, row in enumerate(table.rows, 3 + levels):
                for column, cell in enumerate(row):
                    _write(page, row_number, column, cell, formats)
            for column, path in enumerate(table.columns):
                texts = [path[-1], *(_text(row[column]) for row in table.rows)]
                width = max(sum(2 if ord(character) > 255 else 1 for character in text) for text in texts)
                page.set_column(column, column, min(max(width + 2, 8), 48))
            page.freeze_panes(3 + levels, 1)
            page.repeat_rows(3, 2 + levels)
            print_landscape(page, watermark)
    return out.getvalue()


def _write_heading(page: Any, columns: Sequence[tuple[str, ...]], levels: int, heading: Any) -> None:
    start = 0
    for column in range(1, len(columns) + 1):
        if column < len(columns) and len(columns[start]) > 1 and columns[column][0] == columns[start][0]:
            continue
        top, is_tall = columns[start][0], len(columns[start]) < levels
        if column - start > 1:
            page.merge_range(3, start, 3, column - 1, escaped(top), heading)
        elif is_tall:
            page.merge_range(3, start, 2 + levels, start, escaped(top), heading)
        else:
            page.write_string(3, start, escaped(top), heading)
        if not is_tall and levels > 1:
            for inner in range(start, column):
                page.write_string(4, inner, escaped(columns[inner][-1]), heading)
        start = column


def _write(page: Any, row: int, column: int, cell: tuple[Piece, ...], formats: dict[str, Any]) -> None:
    text = _text(cell)
    is_figure = len(cell) == 1 and isinstance(cell[0], Value) and cell[0].recipe.measure != "fixed"
    if is_figure and _NUMBER.fullmatch(text):
        number = float(text.rstrip("%").replace(",", "").replace("−", "-"))
        is_percent = text.endswith("%")
        page.write_number(
            row, column, number / 100 if is_percent else number, formats["percent" if is_percent else "count"]
        )
    else:
        page.write_string(row, column, str(escaped(text)), formats["text"])


def _text(part: Sequence[Piece]) -> str:
    return "".join(piece if isinstance(piece, str) else piece.text for piece in part)
