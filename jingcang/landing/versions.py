"""Versions of a record: which row of a declared key is in force, which repeat, which are superseded.

Belongs here: source versions, content hashes, comparing a batch with what was landed. Does not belong
here: rules about rows (``split``) and files on disk.

The law: what is in force is a function of the source's state, never of the steps that led to it.
The highest source version of a key is in force, even when it is quarantined; among equal versions the
later batch. Version text: the watermark in a sortable spelling; for files followed by ``|`` and the file's
name, so that a later file (by name) wins where no watermark decides. Rows of one version and one key
with different content stand in force together, quarantined under ``key``. A row without a whole key is
a record of its own, known by its content (and its file).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from jingcang.contracts import SourceTable
from jingcang.contracts.rules_polars import prepare, value_of
from jingcang.landing.delivery import FILE, LINE
from jingcang.landing.transforms.identity import SEPARATOR, md5_of

KEY, VERSION, HASH, ORDER = "_source_key", "_source_version", "_row_hash", "_order"
#: Marks the key text of a row without a whole key; followed by its content hash.
KEYLESS = "?"
#: Outcome in the books of a key whose version rose without new content; it has no rows.
RAISED = "raised"
#: Most keys have one row in a batch, and such rows need no sorting and grouping.
_ALONE = pl.len().over(KEY) == 1
_ROW, _GROUP = "_row", "_group"
#: Rows for which a further core is worth starting.
_PIECE = 50_000
BOOK_SCHEMA = {KEY: pl.String, VERSION: pl.String, HASH: pl.String, "outcome": pl.String, "rows": pl.Int64}


def with_versions(frame: pl.DataFrame, table: SourceTable) -> pl.DataFrame:
    """Add key, source version and content hash to prepared rows of a table with a declared key.

    Args:
        frame: prepared source columns, ``_source_file``, ``_source_line``, ``_order`` (raw file ordinal).

    Returns:
        The frame with ``_source_key``, ``_source_version``, ``_row_hash`` (all text, never null).
    """
    return _on_every_core(frame, lambda piece: _versioned(_hashed(piece, table), table))


def _versioned(frame: pl.DataFrame, table: SourceTable) -> pl.DataFrame:
    alone = len(table.key) == 1
    key = (
        pl.col(table.key[0]) if alone else pl.concat_str([pl.col(part) for part in table.key], separator="|")
    )
    if any(frame[part].null_count() for part in table.key):
        own = [pl.lit("|"), pl.col(FILE)] if table.file is not None else []
        key = pl.coalesce([key, pl.concat_str([pl.lit(KEYLESS), pl.col(HASH), *own])])
    return frame.with_columns(key.alias(KEY), version_text(table).alias(VERSION))


def key_texts(table: SourceTable, frame: pl.DataFrame) -> pl.Series:
    """Return the prepared key of each row as one text, null where a part is absent."""
    parts = [part for part in prepare(table) if part.meta.output_name() in table.key]
    return (
        frame.select(parts)
        .select(pl.concat_str([pl.col(part) for part in table.key], separator="|").alias("k"))
        .to_series()
    )


def with_hash(frame: pl.DataFrame, table: SourceTable) -> pl.DataFrame:
    """Add ``_row_hash``, the digest of all contract columns of a prepared row."""
    return _on_every_core(frame, lambda piece: _hashed(piece, table))


def _hashed(frame: pl.DataFrame, table: SourceTable) -> pl.DataFrame:
    content = pl.concat_str(
        [pl.col(column.name).fill_null("\x00") for column in table.columns], separator=SEPARATOR
    )
    return frame.with_columns(md5_of(content).alias(HASH))


def _on_every_core(frame: pl.DataFrame, work: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """Return what becomes of the rows piece by piece, in order.

    Joining texts, parsing and writing times in Polars and an MD5 over Arrow in DuckDB take one core each.
    """
    at_once = min(pl.thread_pool_size(), -(-frame.height // _PIECE))
    if at_once < 2:
        return work(frame)
    size = -(-frame.height // at_once)
    with ThreadPoolExecutor(at_once) as pool:
        return pl.concat(pool.map(lambda start: work(frame.slice(start, size)), range(0, frame.height, size)))


def version_text(table: SourceTable) -> pl.Expr:
    """Return the sortable source version of prepared rows; the empty text is the lowest."""
    text = pl.lit("")
    if table.watermark is not None:
        value = value_of(table, table.watermark)
        match table.column(table.watermark).logical_type:
            case "date" | "timestamp":
                text = value.dt.strftime("%Y-%m-%d %H:%M:%S%.6f").fill_null("")
            case "integer" | "number":
                # Shifted above zero so that text order is number order.
                whole = value.cast(pl.Decimal(38, 6), strict=False) + pl.lit(10**18).cast(pl.Decimal(38, 6))
                text = whole.cast(pl.String).str.zfill(26).fill_null("")
            case _:
                text = value.fill_null("")
    if table.file is not None:
        text = pl.concat_str([text, pl.lit("|"), pl.col(FILE)])
    return text


def rows_hash(hashes: pl.Series) -> str:
    """Return the hash of a set of rows from their own hashes, whatever their order: their number and their sum."""
    sums = _on_every_core(hashes.to_frame("hash"), _sums)
    high, low = (sum(sums[name].to_list()) for name in ("high", "low"))
    return hashlib.sha256(f"{len(hashes)} {high} {low}".encode()).hexdigest()


def _sums(hashes: pl.DataFrame) -> pl.DataFrame:
    digests = hashes["hash"].str.decode("hex").bin
    halves = {
        name: digests.slice(start, 8).bin.reinterpret(dtype=pl.UInt64).cast(pl.Int128).sum()
        for name, start in (("high", 0), ("low", 8))
    }
    return pl.DataFrame([halves], schema=dict.fromkeys(halves, pl.Int128))


@dataclass(frozen=True)
class Resolved:
    """A batch compared with itself and with what was landed.

    Args:
        rows: the rows to split, with their version columns.
        superseded, repeated: numbers of rows left out.
        replaced: books rows (with ``batch_id``) that this batch puts out of force.
        raised: keys in force that a later file repeats unchanged: their version rises to that file's, so that
            a file named in between, arriving later, does not win over it.
    """

    rows: pl.DataFrame
    superseded: int
    repeated: int
    replaced: pl.DataFrame
    raised: pl.DataFrame


def resolve(frame: pl.DataFrame, known: pl.DataFrame, *, is_state: bool = False) -> Resolved:
    """Find the rows of a batch that come into force.

    Args:
        frame: rows with :func:`with_versions` columns, ``_order`` and ``_source_line``.
        known: books of the rows in force, one a key: ``_source_key``, ``_source_version``, ``_row_hash``,
            ``outcome``, ``rows``, ``batch_id``.
        is_state: the rows are the source's present state (a database table, a full snapshot), which holds
            even where it went back to an older version; otherwise they are deliveries that may come out of
            order, and the highest version stays.

    Returns:
        See :class:`Resolved`; rows of ``frame`` = rows + superseded + repeated.
    """
    rows = frame.select(KEY, VERSION, HASH, ORDER, FILE, LINE).with_row_index(_ROW)
    alone = rows.select(_ALONE).to_series()
    winners, repeated, superseded = _among_themselves(rows.filter(~alone))
    winners = pl.concat([rows.filter(alone).with_columns(pl.col(HASH).alias(_GROUP)), winners])
    compared = winners.join(known, on=KEY, how="left", suffix="_known")
    status = (
        pl.when(pl.col("batch_id").is_null()).then(pl.lit("new"))
        .when(pl.col(_GROUP) == pl.col(f"{HASH}_known")).then(pl.lit("repeated"))
        .when(pl.lit(not is_state) & (pl.col(VERSION) < pl.col(f"{VERSION}_known"))).then(pl.lit("superseded"))
        .otherwise(pl.lit("new"))
    )  # fmt: skip
    compared = compared.with_columns(status.alias("_status"))
    new = compared.filter(pl.col("_status") == "new")
    counts = dict(compared.group_by("_status").len().iter_rows())
    raised = compared.filter(
        (pl.col("_status") == "repeated") & (pl.col(VERSION) > pl.col(f"{VERSION}_known"))
    ).unique([KEY, VERSION])
    return Resolved(
        _chosen(frame, new.sort(FILE, LINE)[_ROW]),
        superseded + counts.get("superseded", 0),
        repeated + counts.get("repeated", 0),
        new.filter(pl.col("batch_id").is_not_null())
        .unique([KEY, VERSION])
        .select(KEY, "batch_id", "outcome", "rows"),
        raised.select(
            KEY, VERSION, pl.col(_GROUP).alias(HASH), pl.lit(RAISED).alias("outcome"),
            pl.lit(0, dtype=pl.Int64).alias("rows"),
        ),
    )  # fmt: skip


def _among_themselves(rows: pl.DataFrame) -> tuple[pl.DataFrame, int, int]:
    """Return the rows in force among rows that share keys, with ``_group``, and how many repeat, are superseded."""
    whole = ~pl.col(KEY).str.starts_with(KEYLESS)
    # Of identical rows the one of the latest raw file stays, first line first: a value that returns to an
    # earlier content without a watermark is the latest version, not a repeat of the first.
    ordered = rows.sort(KEY, pl.col(VERSION), pl.col(ORDER), LINE, descending=[False, True, True, False])
    distinct = ordered.filter(pl.struct(KEY, VERSION, HASH).is_first_distinct() | ~whole)
    first = pl.col(ORDER) == pl.col(ORDER).first().over(KEY)
    latest = (pl.col(VERSION) == pl.col(VERSION).first().over(KEY)) & first
    winners = distinct.filter(latest | ~whole)
    grouped = winners.with_columns(_group_hash().over(KEY, VERSION).alias(_GROUP))
    return grouped, rows.height - distinct.height, distinct.height - winners.height


def _group_hash() -> pl.Expr:
    """The hash of all rows of one key and version together: of a single row its own."""
    several = pl.col(HASH).sort().str.join()
    return pl.when(pl.len() > 1).then(several).otherwise(pl.col(HASH).first()).first()


def _chosen(frame: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    """Return the rows with these numbers in this order; all of them in their own order cost nothing."""
    if len(numbers) == frame.height and numbers.is_sorted():
        return frame
    return frame[numbers]


def books(split: pl.DataFrame) -> pl.DataFrame:
    """Return the books of rows just split: one a key.

    Args:
        split: ``_source_key``, ``_source_version``, ``_row_hash``, ``outcome`` (accepted, quarantined).

    Returns:
        Columns of :data:`BOOK_SCHEMA`; the hash is that of all the key's rows together. A key with
        several rows is quarantined as a whole or consists of rows without a key.
    """
    alone = split.select(_ALONE).to_series()
    facts = [pl.col("outcome").first(), pl.len().cast(pl.Int64).alias("rows")]
    several = split.filter(~alone).group_by(KEY, VERSION).agg(_group_hash().alias(HASH), *facts)
    single = split.filter(alone).with_columns(pl.lit(1, dtype=pl.Int64).alias("rows"))
    return pl.concat([part.select(list(BOOK_SCHEMA)) for part in (single, several)])
