"""Records of one period, frozen and made again: which rows differ, in what, and a hash that says the same."""

from __future__ import annotations

import polars as pl

from jingcang.kpis.records import differing_rows, rows_hash


def records(*rows: tuple[str, str | None, int]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "kpi_record_id": key, "kpi_code": "archive_in_time", "unit_no": "S1", "officer_no": officer,
                "record_no": key, "in_numerator": reached, "verdict": "达到" if reached else "未达到",
                "_source_table": "archive.da_daml", "_source_key": key,
            }
            for key, officer, reached in rows
        ],
        schema_overrides={"officer_no": pl.String},
    )  # fmt: skip


THEN = records(("a", "1", 1), ("b", None, 0), ("c", "3", 1))


def test_the_same_rows_in_another_order_do_not_differ() -> None:
    again = THEN.reverse().select(reversed(THEN.columns))
    assert rows_hash(again) == rows_hash(THEN)
    assert differing_rows(THEN, again).is_empty()


def test_each_differing_row_is_named_with_the_columns_it_differs_in() -> None:
    again = records(("a", "1", 0), ("b", "2", 0), ("d", "4", 1))
    assert rows_hash(again) != rows_hash(THEN)
    found = differing_rows(THEN, again).select(
        "record_no", "differs_code", "columns", "then_verdict", "again_verdict"
    )
    assert found.rows() == [
        ("d", "added", None, None, "达到"),
        ("a", "changed", "in_numerator、verdict", "达到", "未达到"),
        ("b", "changed", "officer_no", "未达到", "未达到"),
        ("c", "gone", None, "达到", None),
    ]


def test_a_column_one_side_does_not_have_counts_as_empty() -> None:
    again = THEN.with_columns(pl.when(pl.col("kpi_record_id") == "a").then(pl.lit("x")).alias("category_raw"))
    assert differing_rows(THEN, again).select("record_no", "columns").rows() == [("a", "category_raw")]
