"""What a connector hands to landing: rows as text, where they came from, and how to keep them raw.

Belongs here: shapes shared by the connectors and the landing of a table. No logic of either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from jingcang.contracts import FileOptions, HttpOptions, SourceTable
from jingcang.errors import JingcangError

#: Columns every chunk has beside the contract's own.
FILE, LINE = "_source_file", "_source_line"
DAMAGED_SCHEMA = {"rule_id": pl.String, FILE: pl.String, LINE: pl.Int64, "raw_text": pl.String}


def no_damage() -> pl.DataFrame:
    """Return an empty frame of damaged lines."""
    return pl.DataFrame(schema=DAMAGED_SCHEMA)


@dataclass(frozen=True)
class Chunk:
    """Rows read from one raw file.

    Args:
        frame: every contract column as text (null where the source has no such column) or typed
            (``jingcang.landing.typed``), ``_source_file`` and ``_source_line``.
        damaged: lines that are no rows: rule id (``ragged``, ``encoding``), file, line, their text.
        missing: contract columns this file does not have.
        unknown: columns of the file that the contract does not know.
        order: ordinal of the raw file when several are read together; later ones are newer.
    """

    frame: pl.DataFrame
    damaged: pl.DataFrame = field(default_factory=no_damage)
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    order: int = 0


@dataclass(frozen=True)
class RawFile:
    """One file kept in ``landing/raw``.

    Args:
        name: the name rows carry as ``_source_file`` (containers: followed by ``/member``).
        folder: folder below ``landing``, empty until the batch has its id.
        path: path below that folder.
        sha256, bytes: of the content.
        kind: ``file``, ``extract`` (Parquet of text) or ``page`` (JSON).
        counts: logical file → its rows accepted and quarantined (tables without a key only).
    """

    name: str
    path: str
    sha256: str
    bytes: int
    kind: str
    folder: str = ""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the form kept in a manifest."""
        return asdict(self)


@dataclass
class Delivery:
    """What one source table has to offer in one run.

    Args:
        chunks: reads the rows; files are read from the folder ``stage`` put them in.
        stage: writes the raw content into a folder and returns its files.
        content_sha256: hash of the content, independent of row order; None when it follows from rows.
        certain: there is new input whatever the rows say (a new file).
        source_keys: every key now in the source, as ``_source_key`` text; None when not known.
        bytes: size of the new files.
        redelivered: names of files that were landed before with other content.
        cursor: what the next run compares to see cheaply that nothing is new.
        refused: errors of files left out; the others land.
        retyped: contract column → ``old type → new type`` since the last pull.
        watermark_from, watermark_to: source versions of the pull.
    """

    chunks: Callable[[Path], Iterator[Chunk]]
    stage: Callable[[Path], list[RawFile]]
    content_sha256: str | None = None
    certain: bool = False
    source_keys: pl.Series | None = None
    bytes: int = 0
    redelivered: tuple[str, ...] = ()
    cursor: dict[str, Any] = field(default_factory=dict)
    refused: list[JingcangError] = field(default_factory=list)
    retyped: dict[str, str] = field(default_factory=dict)
    watermark_from: str | None = None
    watermark_to: str | None = None


def file_options(table: SourceTable) -> FileOptions:
    """Return the file options of a table of a file system.

    Raises:
        JingcangError: the contract declares none.
    """
    if table.file is None:
        raise _undeclared(table, "path")
    return table.file


def http_options(table: SourceTable) -> HttpOptions:
    """Return the HTTP options of a table of an HTTP system.

    Raises:
        JingcangError: the contract declares none.
    """
    if table.http is None:
        raise _undeclared(table, "endpoint")
    return table.http


def _undeclared(table: SourceTable, key: str) -> JingcangError:
    return JingcangError(
        f"来源契约没有声明 {key}",
        where=table.qualified,
        remedy=f"请在该表契约的 customProperties 中写明 {key}",
    )
