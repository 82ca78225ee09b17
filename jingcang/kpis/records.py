"""Two sets of KPI records of one period compared row by row: those frozen, and those made again.

Belongs here: the hash over rows and which rows differ in which columns. Does not belong here: why a record moved with
later data (``jingcang.access.kpi_periods``) and making records again (``orchestration.rebuild``).
"""

from __future__ import annotations

import hashlib

import polars as pl

KEY = "kpi_record_id"
DIFFERS = {"gone": "没有重建出来", "added": "重建多出来", "changed": "内容不同"}
SHOWN = ("kpi_code", "record_no", "unit_no", "officer_no", "_source_table", "_source_key")


def rows_hash(records: pl.DataFrame) -> str:
    """Return the SHA-256 over the rows as JSON lines, by key, columns by name: whatever file they came from."""
    ordered = records.select(sorted(records.columns)).sort(KEY)
    return hashlib.sha256(ordered.write_ndjson().encode()).hexdigest()


def differing_rows(then: pl.DataFrame, again: pl.DataFrame) -> pl.DataFrame:
    """Return the records that are not the same in both.

    Args:
        then: records as frozen.
        again: records made again; columns that only one side has count as empty on the other.

    Returns:
        differs_code (key of :data:`DIFFERS`), columns (those that differ, joined by ``、``; NULL unless changed),
        :data:`SHOWN`, then_verdict, again_verdict; grain record, ordered by KPI, kind of difference and key.
    """
    schema = {**again.schema, **then.schema}
    sides = [
        pl.concat([pl.DataFrame(schema=schema), frame], how="diagonal_relaxed").select(sorted(schema))
        for frame in (then, again)
    ]
    compared = [name for name in sorted(schema) if name != KEY]
    joined = (
        sides[0].with_columns(pl.lit(True).alias("was"))
        .join(
            sides[1].with_columns(pl.lit(True).alias("made")), on=KEY, how="full", coalesce=True, suffix="_again"
        )
    )  # fmt: skip
    names = pl.concat_str(
        [
            pl.when(pl.col(name).ne_missing(pl.col(f"{name}_again"))).then(pl.lit(name))
            for name in compared
        ],
        separator="、", ignore_nulls=True,
    )  # fmt: skip
    kind = (
        pl.when(pl.col("made").is_null()).then(pl.lit("gone"))
        .when(pl.col("was").is_null()).then(pl.lit("added"))
        .when(names != "").then(pl.lit("changed"))
    )  # fmt: skip
    return (
        joined.with_columns(kind.alias("differs_code"))
        .filter(pl.col("differs_code").is_not_null())
        .sort(pl.coalesce("kpi_code", "kpi_code_again"), "differs_code", KEY)
        .select(
            "differs_code",
            pl.when(pl.col("differs_code") == "changed").then(names).alias("columns"),
            *(pl.coalesce(name, f"{name}_again").alias(name) for name in SHOWN),
            pl.col("verdict").alias("then_verdict"),
            pl.col("verdict_again").alias("again_verdict"),
        )
    )
