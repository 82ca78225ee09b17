"""The four properties of DA/T 70 (真实性, 完整性, 可用性, 安全性) and the checks that speak about each item.

Belongs here: reading ``data_contracts/archive_properties.csv``. Does not belong here: running checks. An item without
checks is one this warehouse cannot look at; it is listed all the same, never as passed.

Source of the items: DA/T 70-2018 as quoted by public secondary sources; numbers follow those quotations.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from jingcang.contracts.files import CONTRACTS_ROOT, wrong

PROPERTIES = ("真实性", "完整性", "可用性", "安全性")
COLUMNS = ("property_zh", "item_no", "item_zh", "check_ids", "note")


@dataclass(frozen=True)
class PropertyItem:
    """One item of the standard; ``patterns`` are check ids, with ``*`` for any part."""

    property_zh: str
    item_no: str
    item_zh: str
    patterns: tuple[str, ...]
    note: str

    def covers(self, check_id: str) -> bool:
        """Return whether a check speaks about this item."""
        return any(fnmatchcase(check_id, pattern) for pattern in self.patterns)


@functools.lru_cache(maxsize=2)
def load_archive_properties(
    path: Path = CONTRACTS_ROOT / "archive_properties.csv",
) -> tuple[PropertyItem, ...]:
    """Return every item.

    Raises:
        JingcangError: another header, an unknown property, or an item given twice.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise wrong(path, "第 1 行", f"表头应为 {','.join(COLUMNS)}")
        items = tuple(
            PropertyItem(
                row["property_zh"],
                row["item_no"],
                row["item_zh"],
                tuple(part for part in row["check_ids"].split(";") if part),
                row["note"],
            )
            for row in reader
        )
    seen: set[str] = set()
    for item in items:
        if item.property_zh not in PROPERTIES:
            raise wrong(path, item.item_no, f"只能是 {'、'.join(PROPERTIES)}")
        if item.item_no in seen:
            raise wrong(path, item.item_no, "同一项写了两次")
        seen.add(item.item_no)
    return items
