"""Duty sheets of a plan of patrols: a page a shift, as Excel and as Word.

Belongs here: how a sheet looks. Does not belong here: which blocks there are and why (``jingcang.planning``). Sheets
are printed and carried: crews are numbers, no sheet names a person.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.shared import Mm, Pt

from jingcang.planning.duty import KINDS, DutyLine
from jingcang.reports.briefing.document import CELL, NOTE, printable, set_up, steady
from jingcang.reports.spreadsheets import escaped, print_landscape, printed_book

COLUMNS = ("块号", "时间", "巡组", "责任区", "怎么来的", "理由", "完成（签字）")
_WIDTHS = (7, 16, 8, 20, 9, 70, 14)
_MILLIMETRES = (13, 30, 15, 38, 18, 115, 28)
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class DutySheet:
    """The sheet of one shift.

    Args:
        title: station, date and shift.
        lines: its blocks in order of time.
    """

    title: str
    lines: tuple[DutyLine, ...]

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the cells, column by column of :data:`COLUMNS`."""
        return [
            (
                line.block_no, f"{line.starts_at:%H:%M}–{line.ends_at:%H:%M}", line.crew, line.area_name,
                KINDS[line.kind], line.reason, "",
            )
            for line in self.lines
        ]  # fmt: skip


def duty_sheets(unit_name: str, lines: Sequence[DutyLine]) -> list[DutySheet]:
    """Return a sheet a shift, in order of time."""
    shifts: dict[tuple[Any, str], list[DutyLine]] = {}
    for line in lines:
        shifts.setdefault((line.date, line.shift), []).append(line)
    return [
        DutySheet(
            f"{unit_name} {date.isoformat()}（周{_WEEKDAYS[date.weekday()]}）{shift}勤务单",
            tuple(sorted(found, key=lambda line: (line.crew, line.starts_at))),
        )
        for (date, shift), found in shifts.items()
    ]


def to_xlsx(sheets: Sequence[DutySheet], *, source: str, watermark: str) -> bytes:
    """Return the sheets as a workbook, one worksheet a shift, ready to print on A4 landscape.

    Args:
        sheets: of :func:`duty_sheets`, at least one.
        source: what the plan is made from.
        watermark: who exported it and when.
    """
    out = io.BytesIO()
    with printed_book(out) as styles:
        book, text = styles.book, styles.text
        number = book.add_format({"num_format": "0", "border": 1, "valign": "top"})
        for index, sheet in enumerate(sheets, 1):
            first = sheet.lines[0]
            page = book.add_worksheet(f"{index} {first.date:%m-%d} {_plain(first.shift)}"[:31])
            styles.head(page, sheet.title, source, watermark)
            styles.columns(page, 3, COLUMNS, _WIDTHS)
            for row, cells in enumerate(sheet.rows(), 4):
                page.write_number(row, 0, cells[0], number)
                for column, cell in enumerate(cells[1:], 1):
                    page.write_string(row, column, escaped(cell), text)
            page.freeze_panes(4, 1)
            page.print_area(0, 0, 3 + len(sheet.lines), len(COLUMNS) - 1)
            page.repeat_rows(3)
            print_landscape(page, watermark)
    return out.getvalue()


def to_docx(sheets: Sequence[DutySheet], *, source: str, watermark: str, made_at: datetime) -> bytes:
    """Return the sheets as a document, a page a shift; see :func:`to_xlsx`.

    Args:
        made_at: written into the file's properties.
    """
    document = docx.Document()
    set_up(document, watermark)
    section = document.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.top_margin = section.bottom_margin = section.left_margin = section.right_margin = Mm(20)
    document.styles["Title"].font.size = Pt(16)
    for index, sheet in enumerate(sheets):
        if index:
            document.add_page_break()
        document.add_paragraph(printable(sheet.title), style="Title")
        document.add_paragraph(printable(source), style=NOTE)
        table = document.add_table(rows=1 + len(sheet.lines), cols=len(COLUMNS), style="Table Grid")
        for row, cells in zip(table.rows, (COLUMNS, *sheet.rows()), strict=True):
            for cell, value, width in zip(row.cells, cells, _MILLIMETRES, strict=True):
                cell.width = Mm(width)
                cell.paragraphs[0].style = document.styles[CELL]
                cell.paragraphs[0].add_run(printable(str(value))).bold = cells is COLUMNS
        document.add_paragraph(
            "带班领导：＿＿＿＿＿＿＿　各组负责人：＿＿＿＿＿＿＿＿＿＿＿＿＿＿", style=NOTE
        )
    properties = document.core_properties
    properties.title, properties.author = printable(sheets[0].title), "警仓"
    properties.last_modified_by = "警仓"
    properties.comments, properties.language = "", "zh-CN"
    properties.created = properties.modified = made_at.replace(tzinfo=None, microsecond=0)
    out = io.BytesIO()
    document.save(out)
    return steady(out.getvalue())


def _plain(text: str) -> str:
    return "".join(character for character in text if character not in "[]:*?/\\'")
