"""What of a source table is in force: its log, live files, rows known by key.

Belongs here: reading manifests and books of one table. Does not belong here: deciding about a new batch.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from jingcang.contracts import SourceTable
from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.batch import RETIRED_SCHEMA
from jingcang.landing.delivery import RawFile
from jingcang.landing.manifests import Manifest, manifests
from jingcang.landing.versions import BOOK_SCHEMA, KEY, RAISED, VERSION


def table_log(home: Home, table: SourceTable) -> list[Manifest]:
    """Return the batches of a table since the last one that replaced all, oldest first."""
    log: list[Manifest] = []
    for entry in manifests(home):
        if (entry.system, entry.table) == (table.system, table.table):
            if entry.replaces_all:
                log.clear()
            log.append(entry)
    return log


def live_files(log: list[Manifest]) -> dict[str, RawFile]:
    """Return delivered name → the raw file in force (the latest delivery), sorted by name."""
    live = {entry["name"]: RawFile(**entry) for manifest in log for entry in manifest.raw_files}
    return dict(sorted(live.items()))


def _frames(home: Home, log: list[Manifest], kind: str) -> list[tuple[Manifest, Path]]:
    return [(manifest, path) for manifest in log if (path := manifest.file_of(home, kind))]


def retired_rows(home: Home, log: list[Manifest]) -> pl.DataFrame:
    """Return what the batches put out of force: batch id, key or file, reason."""
    frames = [pl.read_parquet(path) for _, path in _frames(home, log, "retired")]
    return pl.concat([pl.DataFrame(schema=RETIRED_SCHEMA), *frames])


def known_rows(home: Home, log: list[Manifest]) -> pl.DataFrame:
    """Return the books of the rows in force of a table with a declared key.

    Returns:
        One row a key: ``_source_key``, ``_source_version``, ``_row_hash``, ``outcome``, ``rows``, ``batch_id``.
    """
    schema = BOOK_SCHEMA | {"batch_id": pl.String}
    frames = [
        pl.read_parquet(path).with_columns(pl.lit(manifest.batch_id).alias("batch_id"))
        for manifest, path in _frames(home, log, "books")
    ]
    every = pl.concat([pl.DataFrame(schema=schema), *frames])
    is_raise = pl.col("outcome") == RAISED
    standing, raised = every.filter(~is_raise), every.filter(is_raise)
    retired = retired_rows(home, log).select("batch_id", pl.col("source_key").alias(KEY))
    if retired.height:
        standing = standing.join(retired, on=["batch_id", KEY], how="anti")
    if raised.height:
        highest = raised.group_by(KEY).agg(pl.col(VERSION).max().alias("_raised"))
        standing = standing.join(highest, on=KEY, how="left")
        standing = standing.with_columns(pl.max_horizontal(VERSION, "_raised").alias(VERSION)).drop("_raised")
    return standing


def first_seen(home: Home, log: list[Manifest]) -> dict[str, dt.date]:
    """Return key → day on which a row was first quarantined, which splitting it again does not change."""
    schema = {"source_key": pl.String, "first_seen_at": pl.Date}
    frames = [
        pl.read_parquet(path, columns=list(schema))
        for _, path in _frames(home, log, "quarantined")
        if path.is_file()
    ]
    every = pl.concat([pl.DataFrame(schema=schema), *frames])
    return dict(every.group_by("source_key").agg(pl.col("first_seen_at").min()).iter_rows())


def deleted_keys(home: Home, log: list[Manifest]) -> list[str]:
    """Return the keys that were deleted in the source and have not come back."""
    deleted = retired_rows(home, log).filter(pl.col("reason") == "deleted")
    gone = deleted.select(pl.col("source_key").alias(KEY)).unique()
    return gone.join(known_rows(home, log), on=KEY, how="anti")[KEY].sort().to_list()


def touches(home: Home, log: list[Manifest], first: dt.date, last: dt.date) -> bool:
    """Return whether any landed row of a table, loaded or quarantined, belongs to a span of days.

    Rows without a date may belong to any day.

    Args:
        home, log: the table's batches in force.
        first, last: local dates, both included.
    """
    paths = [path for _, path in _frames(home, log, "quarantined")]
    paths += [store.accepted_file(home, name, entry.batch_id) for entry in log for name in entry.entities]
    for path in paths:
        if not path.is_file():
            return True
        rows = pl.scan_parquet(path)
        if "event_date" not in rows.collect_schema():
            return True
        day = pl.col("event_date")
        if not rows.filter(day.is_null() | day.is_between(first, last)).head(1).collect().is_empty():
            return True
    return False


def dates_of_retired(
    home: Home, log: list[Manifest], retired: pl.DataFrame
) -> dict[str, set[dt.date] | None]:
    """Return entity → local dates of rows that are put out of force, None where an entity has no dates.

    Args:
        home, log: the table's batches so far.
        retired: rows of ``RETIRED_SCHEMA``.
    """
    dates: dict[str, set[dt.date] | None] = {}
    for manifest in log:
        gone = retired.filter(pl.col("batch_id") == manifest.batch_id)
        if gone.is_empty():
            continue
        for entity in manifest.entities:
            rows = pl.scan_parquet(store.accepted_file(home, entity, manifest.batch_id))
            if "event_date" not in rows.collect_schema():
                dates[entity] = None
                continue
            keys = gone.select(pl.col("source_key").alias(KEY)).drop_nulls()
            files = gone.select(pl.col("source_file").alias("_source_file")).drop_nulls()
            chosen, on = (keys, KEY) if keys.height else (files, "_source_file")
            found = rows.join(chosen.lazy(), on=on, how="semi").select("event_date").unique().collect()
            known = dates.setdefault(entity, set())
            if known is not None:
                known.update(found["event_date"].drop_nulls().to_list())
    return dates
