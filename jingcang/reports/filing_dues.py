"""Lists of volumes due for filing: a workbook for people and a task file for the archive system.

Belongs here: how both look (docs/filing-task-file.md). Does not belong here: what is due and who may read it
(``jingcang.access.filing_dues``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Sequence
from typing import Any

from jingcang.access.filing_dues import UnitDues
from jingcang.reports.spreadsheets import escaped, print_landscape, printed_book

TASK_SCHEMA = "jingcang.filing_task/1"
KINDS = {"case": "案件", "dispute": "矛盾纠纷"}
COLUMNS = ("警号", "种类", "编号", "应归日期", "逾期天数", "依据", "归档日期（填）", "签收")
_WIDTHS = (11, 10, 26, 13, 10, 62, 15, 11)


def to_xlsx(dues: Sequence[UnitDues], *, as_of: dt.date, source: str, watermark: str) -> bytes:
    """Return the lists as a workbook, one sheet a unit, ready to print on A4 landscape.

    Args:
        dues: of :func:`jingcang.access.filing_dues.filing_dues`, at least one unit.
        as_of: day the lists hold for.
        source: period, generation and scope in words.
        watermark: who exported it and when.
    """
    out = io.BytesIO()
    with printed_book(out) as styles:
        book, text = styles.book, styles.text
        day = book.add_format({"num_format": "yyyy-mm-dd", "border": 1, "valign": "top"})
        for index, unit in enumerate(dues, 1):
            page = book.add_worksheet(_sheet_name(index, unit.unit_name))
            head = (
                f"{unit.unit_name}应归未归 {len(unit.volumes):,} 卷，其中逾期 {unit.overdue:,} 卷"
                f"（截至 {as_of.isoformat()}）"
            )
            styles.head(page, head, source, watermark)
            styles.columns(page, 3, COLUMNS, _WIDTHS)
            for row, volume in enumerate(unit.volumes, 4):
                page.write_string(row, 0, escaped(volume.officer_no or "未登记"), text)
                page.write_string(row, 1, escaped(KINDS.get(volume.record_kind, volume.record_kind)), text)
                page.write_string(row, 2, escaped(volume.record_no), text)
                page.write_datetime(row, 3, dt.datetime.combine(volume.due_date, dt.time.min), day)
                page.write_number(row, 4, volume.overdue_days, styles.whole)
                page.write_string(row, 5, escaped(volume.evidence), text)
                page.write_blank(row, 6, None, day)
                page.write_blank(row, 7, None, text)
            page.freeze_panes(4, 1)
            page.print_area(0, 0, 3 + len(unit.volumes), len(COLUMNS) - 1)
            page.repeat_rows(3)
            print_landscape(page, watermark)
    return out.getvalue()


def task_file(unit: UnitDues, *, as_of: dt.date, generation: str, exported_by: str) -> bytes:
    """Return the task file of one unit; the same bytes for the same generation and account.

    Args:
        unit: the unit with its volumes.
        as_of, generation: day and published data the list holds for.
        exported_by: account that takes it.
    """
    volumes = [
        {
            "record_kind": volume.record_kind, "record_no": volume.record_no, "officer_no": volume.officer_no,
            "due_date": volume.due_date.isoformat(), "overdue_days": volume.overdue_days,
            "evidence": volume.evidence,
        }
        for volume in unit.volumes
    ]  # fmt: skip
    told: dict[str, Any] = {
        "schema": TASK_SCHEMA, "unit_no": unit.unit_no, "unit_name": unit.unit_name, "as_of": as_of.isoformat(),
        "generation": generation, "exported_by": exported_by,
        "content_hash": hashlib.sha256(json.dumps(volumes, ensure_ascii=False).encode()).hexdigest(),
        "volumes": volumes,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _sheet_name(index: int, unit_name: str) -> str:
    plain = "".join(character for character in unit_name if character not in "[]:*?/\\'")
    return f"{index} {plain}"[:31]
