"""One row as it was received, and how it went since: from a key to the raw file, line and values.

Belongs here: finding single rows in the raw files and books of a table. Does not belong here: who may see them and
how values are masked (``jingcang.access.source_rows``), and landing itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from jingcang.contracts import SourceTable
from jingcang.contracts.rules_polars import prepare
from jingcang.home import Home
from jingcang.landing.delivery import FILE, LINE, Chunk, RawFile
from jingcang.landing.files import read_raw_file
from jingcang.landing.in_force import retired_rows
from jingcang.landing.manifests import Manifest, manifests
from jingcang.landing.versions import KEY, KEYLESS, VERSION, with_versions
from jingcang.landing.write import prepared

MOST_ROWS = 10
"""Rows of one key shown; a key that clashes may stand on several."""


@dataclass(frozen=True)
class RawRow:
    """One received row.

    Args:
        path: raw file below ``landing``.
        file: the name the row carries (members of containers after a slash).
        line: its line there; the ordinal in an extract or page.
        values: contract column → text as received, None where absent.
    """

    path: str
    file: str
    line: int
    values: dict[str, str | None]


@dataclass(frozen=True)
class RowEvent:
    """One batch that said something about a key.

    Args:
        as_of: ISO date of the run that landed the batch.
        batch_id: the batch.
        version: the source's own version of the row, "" without one.
        outcome: accepted, quarantined, raised (a newer version without new content) or deleted.
        is_in_force: no later batch put it out of force.
    """

    as_of: str
    batch_id: str
    version: str
    outcome: str
    is_in_force: bool


def raw_rows(
    home: Home,
    table: SourceTable,
    batch_id: str,
    *,
    source_key: str,
    source_file: str,
    source_line: int | None,
) -> list[RawRow]:
    """Return the received rows of one key of one batch.

    Args:
        home: where landing lives.
        table: the row's source table.
        batch_id: the batch that landed it.
        source_key: ``_source_key``; rows without a whole key are found by file and line.
        source_file: ``_source_file``, "" when not known.
        source_line: ``_source_line``, None when not known.

    Returns:
        At most :data:`MOST_ROWS` rows, the one at the stated line first, then the newest; none when the raw
        file is gone or holds no such row.
    """
    entry = next((entry for entry in manifests(home) if entry.batch_id == batch_id), None)
    if entry is None:
        return []
    is_keyless = not table.key or source_key.startswith(KEYLESS)
    at_line = (pl.col(FILE) == source_file) & pl.col(LINE).eq_missing(source_line)
    # A place names a row of its raw file only: extracts and pages of one batch carry equal names and lines.
    wanted = at_line if is_keyless else _key_is(table, source_key)
    found: list[RawRow] = []
    # After a replay one batch holds older versions of a row too, in earlier raw files.
    for stated in reversed(entry.raw_files):
        raw = RawFile(**stated)
        path = home.landing / raw.folder / raw.path
        if not path.is_file() or not may_hold(raw, source_file):
            continue
        if raw.kind == "extract" and not is_keyless:
            frames = [pl.scan_parquet(path).filter(wanted).collect()]
        else:
            chunks = read_raw_file(table, raw, home.landing / raw.folder)
            frames = [_with_content(table, chunk, wanted, source_key) for chunk in chunks]
        found += [
            RawRow(
                f"{raw.folder}/{raw.path}",
                row[FILE],
                row[LINE],
                {
                    column.name: None if row.get(column.name) is None else str(row[column.name])
                    for column in table.columns
                },
            )
            for frame in frames
            for row in frame.sort(~at_line, maintain_order=True).head(MOST_ROWS).to_dicts()
        ]
    found.sort(key=lambda row: (row.file, row.line) != (source_file, source_line))
    return found[:MOST_ROWS]


def may_hold(raw: RawFile, source_file: str) -> bool:
    """Whether a raw file can hold rows of a logical file; extracts and pages are asked by key."""
    return (
        raw.kind != "file"
        or not source_file
        or source_file == raw.name
        or source_file.startswith(f"{raw.name}/")
    )


def _key_is(table: SourceTable, source_key: str) -> pl.Expr:
    parts = {part.meta.output_name(): part for part in prepare(table)}
    return pl.concat_str([parts[name] for name in table.key], separator="|") == source_key


def _with_content(table: SourceTable, chunk: Chunk, wanted: pl.Expr, source_key: str) -> pl.DataFrame:
    """Return the wanted rows; a key text without a whole key names their content, which must be that."""
    frame = chunk.frame.filter(wanted)
    if frame.is_empty() or not table.key or not source_key.startswith(KEYLESS):
        return frame
    rows = with_versions(prepared(table, [replace(chunk, frame=frame)]), table)
    return frame.filter(rows[KEY] == source_key)


def row_events(home: Home, table: SourceTable, source_key: str) -> list[RowEvent]:
    """Return what every batch said about one key, oldest first; empty for tables without a key.

    Args:
        home: where landing lives.
        table: the key's source table.
        source_key: ``_source_key``.
    """
    log = [entry for entry in manifests(home) if (entry.system, entry.table) == (table.system, table.table)]
    retired = retired_rows(home, log).filter(pl.col("source_key") == source_key)
    gone = set(retired["batch_id"].to_list())
    events: list[RowEvent] = []
    for position, entry in enumerate(log):
        replaced = any(later.replaces_all for later in log[position + 1 :])
        events += _events(home, entry, source_key, in_force=not replaced and entry.batch_id not in gone)
    return events


def _events(home: Home, entry: Manifest, source_key: str, *, in_force: bool) -> list[RowEvent]:
    events = []
    path = entry.file_of(home, "books")
    if path is not None and path.is_file():
        rows = pl.scan_parquet(path).filter(pl.col(KEY) == source_key).collect()
        events += [
            RowEvent(entry.as_of, entry.batch_id, row[VERSION] or "", row["outcome"], in_force)
            for row in rows.to_dicts()
        ]
    path = entry.file_of(home, "retired")
    if path is not None and path.is_file():
        gone = pl.scan_parquet(path).filter(
            (pl.col("source_key") == source_key) & (pl.col("reason") == "deleted")
        )
        height = gone.select(pl.len()).collect().item()
        events += [RowEvent(entry.as_of, entry.batch_id, "", "deleted", True)] * height
    return events
