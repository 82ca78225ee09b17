"""Each moved record of a frozen period has one cause, the first that holds."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from jingcang.access.kpi_causes import CAUSES, Changes, with_cause

RECORD = {
    "kpi_code": "archive_in_time", "unit_no": "S1", "officer_no": "1", "category_code": "A", "appeal_no": None,
    "evidence": "应归档 2025-03-01；归档 2025-03-02", "_source_table": "case.aj", "_source_key": "k",
    "_source_batch_id": "b1",
}  # fmt: skip
TYPES = {name: pl.Int64 if name == "appeal_no" else pl.String for name in RECORD}


def moved(then: dict[str, Any] | None, now: dict[str, Any] | None) -> pl.DataFrame:
    row = {"kpi_record_id": "r", "was": then is not None or None, "is_there": now is not None or None}
    for name in RECORD:
        row[name] = {**RECORD, **then}[name] if then is not None else None
        row[f"{name}_now"] = {**RECORD, **now}[name] if now is not None else None
    schema = {"kpi_record_id": pl.String, "was": pl.Boolean, "is_there": pl.Boolean}
    schema |= TYPES | {f"{name}_now": kind for name, kind in TYPES.items()}
    return pl.DataFrame([row], schema=schema)


def source(is_same: bool | None) -> pl.DataFrame:
    rows = [] if is_same is None else [{"source_table": "aj", "source_key": "k", "is_same": is_same}]
    return pl.DataFrame(rows, schema=Changes().source_rows.schema)


MAPPED = {"mapped_fields": ("cases.nature_raw",), "dictionary_kpis": ("archive_in_time",)}
LATER = {"evidence": "应归档 2025-03-01；归档 2025-03-05"}
REWORDED = {"evidence": "应归档 2025-03-01；归档 2025-03-02；判定 仅为查找"}
ALL = {**MAPPED, "places": True, "people": True, "others": True, "boundary_kpis": ("archive_in_time",)}


@pytest.mark.parametrize(
    ("cause", "then", "now", "is_same", "known", "redefined"),
    [
        ("appeal", {}, {"appeal_no": 3, "unit_no": "S2"}, False, ALL, True),
        ("transfer", {}, {"unit_no": "S2", "category_code": "B"}, False, ALL, True),
        ("reclassified", {}, {"category_code": "B"}, False, ALL, True),
        ("late", {}, LATER, False, ALL, True),
        ("late", None, {}, False, ALL, True),
        ("late", {}, None, False, ALL, True),
        ("transfer", {}, {"officer_no": "2"}, True, {"people": True, "places": True}, False),
        ("boundary", {}, {"unit_no": "S2"}, True, {"places": True}, False),
        ("dictionary", {}, {"category_code": "B"}, True, MAPPED, False),
        # Delivered again in a later batch, word for word: the source says the same.
        ("dictionary", {}, {"category_code": "B", "_source_batch_id": "b9"}, True, MAPPED, False),
        ("reclassified", {}, {"category_code": "B", "_source_batch_id": "b9"}, None, MAPPED, False),
        # Another table brought the day of filing.
        ("late", {}, LATER, True, {**MAPPED, "others": True}, True),
        ("definition", {}, REWORDED, True, {**MAPPED, "others": True}, True),
        ("dictionary", {}, REWORDED, True, {**MAPPED, "others": True}, False),
        ("dictionary", None, {}, True, MAPPED, False),
        ("other", {}, REWORDED, True, {**MAPPED, "dictionary_kpis": ("archive_effective",)}, False),
        ("boundary", {}, LATER, None, {"places": True, "boundary_kpis": ("archive_in_time",)}, False),
        ("other", {}, REWORDED, None, {}, False),
        ("late", {}, {"_source_batch_id": "b9"}, None, {}, False),
    ],
)  # fmt: skip
def test_the_first_cause_that_holds_is_named(
    cause: str, then: dict[str, Any] | None, now: dict[str, Any] | None, is_same: bool | None,
    known: dict[str, Any], redefined: bool,
) -> None:  # fmt: skip
    found = with_cause(
        moved(then, now), Changes(source_rows=source(is_same), **known), ["b1"],
        ["archive_in_time"] if redefined else [],
    )  # fmt: skip
    assert found["cause_code"].to_list() == [cause]
    assert cause in CAUSES
