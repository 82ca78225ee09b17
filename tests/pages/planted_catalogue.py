"""The archive catalogue as 档案检索 reads it, and the titles as they were landed.

Planted in 城北所: two files of case A0, one above 内部, one of a case with a sealed record, 120 of 接处警档案 of 2024;
in 城南所 one more file of A0.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from issue_tables import AS_OF
from planted_clues import SEALED

IN_HAND = "A0"
SEALED_NO = f"A{SEALED[1:]}"
MANY = 120
_FILES = (
    ("k1", "S1", "S1-SS-2025-00001", "刑事诉讼卷", "赵某涉嫌盗窃案", "内部", True, IN_HAND, False),
    (
        "k2",
        "S1",
        "S1-ZC-2025-00002",
        "刑事侦查工作卷",
        "赵某涉嫌盗窃案50%_副卷",
        "公开",
        True,
        IN_HAND,
        False,
    ),
    ("k3", "S1", "S1-ZC-2025-00003", "刑事侦查工作卷", "赵某技侦材料", "秘密", False, IN_HAND, False),
    ("k4", "S1", "S1-ZA-2025-00004", "治安行政案卷", "赵某殴打他人案", "内部", True, SEALED_NO, True),
    ("k5", "S2", "S2-SS-2025-00001", "刑事诉讼卷", "赵某另案", "内部", True, IN_HAND, False),
)


def _all() -> list[tuple[str, str, str, str, str, str, bool, str | None, bool]]:
    calls = [
        (f"j{n}", "S1", f"S1-JC-2024-{n:05d}", "接处警档案", f"接处警档案{n:05d}", "内部", True, None, False)
        for n in range(MANY)
    ]
    return [*_FILES, *calls]


def catalogue() -> dict[str, list[dict[str, object]]]:
    """Return the table only 档案检索 reads."""
    rows: list[dict[str, object]] = [
        {
            "archive_item_id": key, "file_no": file_no, "unit_no": unit, "category_label": category,
            "file_year": int(file_no.split("-")[2]), "medium_label": "纸质", "secrecy_label": secrecy,
            "is_secrecy_shown": is_shown, "page_count": 40, "is_digital": False, "holding_label": "在馆",
            "linked_no": linked, "has_sealed_record": is_sealed, "event_date": AS_OF, "_source_batch_id": "b1",
        }
        for key, unit, file_no, category, _, secrecy, is_shown, linked, is_sealed in _all()
    ]  # fmt: skip
    return {"rpt_archive_catalogue": rows}


def write_titles(path: Path) -> None:
    """Write the titles as landing holds them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"archive_item_id": key, "title_text": title} for key, _, _, _, title, *_ in _all()]
    pl.DataFrame(rows).write_parquet(path)
