"""Writing a batch: split its rows, keep the books, commit the manifest.

Belongs here: everything between rows in hand and the commit. Does not belong here: where rows come from
(``land`` and the connectors) or single files (``batch``, ``store``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from jingcang.contracts import SourceTable
from jingcang.contracts.rules_polars import prepare
from jingcang.errors import JingcangError
from jingcang.landing import store
from jingcang.landing.batch import RETIRED_SCHEMA, BatchFiles
from jingcang.landing.delivery import FILE, LINE, Chunk, Delivery, RawFile
from jingcang.landing.in_force import dates_of_retired, first_seen, known_rows
from jingcang.landing.integrity import remember
from jingcang.landing.job import Job
from jingcang.landing.manifests import Manifest, commit
from jingcang.landing.split import damaged_rows, split
from jingcang.landing.versions import KEY, ORDER, Resolved, books, resolve, with_versions

#: Rows are split in portions of about so many values, so that what a split holds does not follow the source: 2M
#: points of ten columns. What the witness costs whatever the rows (0.4 s of CPU a portion) wants few portions.
_PORTION_VALUES = 20_000_000


def prepared(table: SourceTable, chunks: Sequence[Chunk]) -> pl.DataFrame:
    """Return the rows of some chunks as the rules expect them, with file, line and raw ordinal."""
    names = [column.name for column in table.columns]
    frames = [chunk.frame.with_columns(pl.lit(chunk.order, dtype=pl.Int64).alias(ORDER)) for chunk in chunks]
    joined = pl.concat(frames)
    # Lazy, as wherever rules and transforms are evaluated: what several expressions share is computed once.
    return (
        joined.lazy().with_columns(prepare(table, joined.schema)).select(*names, FILE, LINE, ORDER).collect()
    )


def write_batch(
    job: Job, chunks: Iterable[Chunk], delivery: Delivery, *, raw: list[RawFile] | None = None,
    incoming: Path | None = None, kept: Sequence[RawFile] = (), replaces_all: bool = False,
    deleted: Sequence[str] = (), resolved: Resolved | None = None, books_known: pl.DataFrame | None = None,
) -> None:  # fmt: skip
    """Write and commit one batch.

    Args:
        job: the table in this run; its log and result are brought up to date.
        chunks: the rows; consumed before ``raw`` is looked at, because reading may refuse files.
        delivery: content hash, watermarks.
        raw: new raw files, lying in ``incoming``.
        incoming: folder that becomes the batch's raw folder.
        kept: raw files of earlier batches that this batch splits again.
        replaces_all: earlier batches go out of force.
        deleted: keys that the source no longer has.
        resolved, books_known: outcome of comparing with what was landed, if already at hand.
    """
    table, raw = job.table, raw if raw is not None else []
    previous = job.log[-1].batch_id if job.log else ""
    identity = f"{table.qualified}\n{previous}\n{job.fingerprint}\n{delivery.content_sha256}"
    batch_id = hashlib.sha256(identity.encode()).hexdigest()[:20]
    out = BatchFiles(job.home, table, batch_id, job.as_of, job.entities)
    if replaces_all:
        out.first_seen = first_seen(job.home, job.log)
    if job.witness is not None:
        out.witnessed = {"rows": 0, "expectations": 0, "counts": {}}
    counts = {"read": 0, "superseded": 0, "repeated": 0, "tombstoned": len(deleted)}
    moved: dict[str, dict[str, int]] = {}
    retired = pl.DataFrame(schema=RETIRED_SCHEMA)
    try:
        if table.key:
            known = (
                known_rows(job.home, [] if replaces_all else job.log) if books_known is None else books_known
            )
            retired = _write_keyed(job, list(chunks), out, counts, moved, known, resolved, deleted)
        else:
            _write_portions(job, chunks, out, counts)
            if not replaces_all:
                retired = _retire_files(job, raw, moved)
        if not raw and not kept and not deleted:
            return
        out.add_table("retired", retired)
        described = out.finish()
    finally:
        out.abandon()
    _check_books(table, counts, out)
    folder = job.raw_folder / batch_id
    if incoming is not None and raw:
        store.settle(incoming, folder)
    below = str(folder.relative_to(job.home.landing))
    counted = _counts_by_delivered([entry.name for entry in (*kept, *raw)], out)
    files = [*kept, *[replace(entry, folder=below) for entry in raw]]
    manifest = Manifest(
        batch_id=batch_id,
        system=table.system,
        table=table.table,
        as_of=job.as_of.isoformat(),
        fingerprint=job.fingerprint,
        content_sha256=delivery.content_sha256 or "",
        rows=counts | out.rows,
        moved=moved,
        rule_counts=dict(sorted(out.rule_counts.items())),
        witnessed=out.witnessed,
        raw_files=[replace(entry, counts=counted[entry.name]).as_json() for entry in files],
        data_files=described,
        entities=out.entities,
        affected=_affected(job, out, retired, replaces_all),
        replaces_all=replaces_all,
        watermark_from=delivery.watermark_from,
        watermark_to=delivery.watermark_to,
        alerts=list(job.result.alerts),
    )
    committed = commit(job.home, manifest)
    remember(job.home, committed)
    job.log[:] = [committed] if replaces_all else [*job.log, committed]
    job.result.add(committed)


def _write_keyed(
    job: Job, chunks: list[Chunk], out: BatchFiles, counts: dict[str, int], moved: dict[str, dict[str, int]],
    known: pl.DataFrame, resolved: Resolved | None, deleted: Sequence[str],
) -> pl.DataFrame:  # fmt: skip
    """Split the rows that come into force; return what goes out of force."""
    job.result.note_drift(job.table, chunks)
    for chunk in chunks:
        counts["read"] += chunk.frame.height + chunk.damaged.height
        out.add_damaged(damaged_rows(chunk.damaged, job.table))
    if resolved is None and chunks:
        resolved = resolve(with_versions(prepared(job.table, chunks), job.table), known)
    gone = pl.DataFrame({KEY: list(deleted)}, schema={KEY: pl.String})
    parts = []
    if resolved is not None:
        counts["superseded"], counts["repeated"] = resolved.superseded, resolved.repeated
        for rows in _keyed_portions(resolved.rows):
            outcome = _split(job, rows, out)
            out.add_table("books", books(rows.with_columns(outcome.alias("outcome"))))
        out.add_table("books", resolved.raised)
        for batch, kind, rows in resolved.replaced.select("batch_id", "outcome", "rows").iter_rows():
            entry = moved.setdefault(batch, {"accepted": 0, "quarantined": 0})
            entry[kind] += rows
        parts.append(resolved.replaced.select("batch_id", KEY, pl.lit("superseded").alias("reason")))
        own = resolved.rows.select(pl.lit(out.batch_id).alias("batch_id"), KEY)
        known = pl.concat([known.select("batch_id", KEY), own])
    doomed = known.select("batch_id", KEY).join(gone, on=KEY, how="semi").unique()
    parts.append(doomed.select("batch_id", KEY, pl.lit("deleted").alias("reason")))
    retired = pl.concat(parts).rename({KEY: "source_key"})
    return retired.with_columns(pl.lit(None, dtype=pl.String).alias("source_file")).select(
        list(RETIRED_SCHEMA)
    )


def _keyed_portions(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut rows to about ``_PORTION_VALUES`` values; those that share a key stay together, for rules compare them."""
    most = max(_PORTION_VALUES // max(rows.width, 1), 1)
    if rows.height > most:
        shared = rows.select(pl.col(KEY).is_duplicated()).to_series()
        if shared.any():
            yield rows.filter(shared)
            rows = rows.filter(~shared)
    for offset in range(0, rows.height, most):
        yield rows.slice(offset, most)


def _write_portions(job: Job, chunks: Iterable[Chunk], out: BatchFiles, counts: dict[str, int]) -> None:
    drift: list[Chunk] = []
    for portion in portions(chunks):
        drift += [
            replace(chunk, frame=chunk.frame.clear(), damaged=chunk.damaged.clear()) for chunk in portion
        ]
        for chunk in portion:
            counts["read"] += chunk.frame.height + chunk.damaged.height
            out.add_damaged(damaged_rows(chunk.damaged, job.table))
        frame = prepared(job.table, portion)
        if frame.height:
            _split(job, frame, out)
    job.result.note_drift(job.table, drift)


def portions(chunks: Iterable[Chunk]) -> Iterator[list[Chunk]]:
    """Gather small chunks and cut large ones to about ``_PORTION_VALUES`` values of one schema each."""
    gathered: list[Chunk] = []
    rows = 0
    for chunk in chunks:
        if gathered and gathered[0].frame.schema != chunk.frame.schema:
            yield gathered
            gathered, rows = [], 0
        most = max(_PORTION_VALUES // max(chunk.frame.width, 1), 1)
        for offset in range(0, max(chunk.frame.height, 1), most):
            piece = chunk.frame.slice(offset, most)
            gathered.append(
                replace(chunk, frame=piece, damaged=chunk.damaged if offset == 0 else chunk.damaged.clear())
            )
            rows += piece.height
            if rows >= most:
                yield gathered
                gathered, rows = [], 0
    if gathered:
        yield gathered


def _split(job: Job, frame: pl.DataFrame, out: BatchFiles) -> pl.Series:
    """Split rows and write what came of them, while the witness judges the same rows."""
    verdict = job.witness(job.table, frame) if job.witness is not None else None
    outcome = split(frame, job.table, job.entities, job.waivers, job.fixes)
    out.add_split(outcome, frame)
    if verdict is not None:
        out.add_witnessed(verdict())
    return outcome.outcomes


def _retire_files(job: Job, raw: Sequence[RawFile], moved: dict[str, dict[str, int]]) -> pl.DataFrame:
    """Put the earlier deliveries of re-delivered files out of force."""
    names = {entry.name for entry in raw}
    rows = []
    standing: dict[str, tuple[str, dict[str, dict[str, int]]]] = {}
    for manifest in job.log:
        for entry in manifest.raw_files:
            standing[entry["name"]] = (manifest.batch_id, entry["counts"])
    for name in sorted(names & set(standing)):
        batch, counts = standing[name]
        for file, numbers in counts.items():
            rows.append((batch, None, file, "replaced"))
            entry = moved.setdefault(batch, {"accepted": 0, "quarantined": 0})
            for kind, number in numbers.items():
                entry[kind] += number
    return pl.DataFrame(rows, schema=RETIRED_SCHEMA, orient="row")


def _counts_by_delivered(names: Iterable[str], out: BatchFiles) -> dict[str, dict[str, dict[str, int]]]:
    """Return delivered file → its logical files with their counts."""
    known = set(names)
    counts: dict[str, dict[str, dict[str, int]]] = {name: {} for name in known}
    for file, numbers in sorted(out.file_counts.items()):
        delivered = file
        while delivered not in known and "/" in delivered:
            delivered = delivered.rsplit("/", 1)[0]
        if delivered in known:
            counts[delivered][file] = numbers
    return counts


def _affected(
    job: Job, out: BatchFiles, retired: pl.DataFrame, replaces_all: bool
) -> dict[str, list[str] | None]:
    """Return entity → ISO dates of rows that came or went, None where every date is affected."""
    old = dates_of_retired(job.home, job.log, retired)
    affected: dict[str, list[str] | None] = {}
    for entity in sorted(set(out.dates) | set(old) | (set(job.entities) if replaces_all else set())):
        new_dates, old_dates = out.dates.get(entity, set()), old.get(entity, set())
        if (replaces_all and job.log) or new_dates is None or old_dates is None:
            affected[entity] = None
        else:
            affected[entity] = sorted(date.isoformat() for date in new_dates | old_dates)
    return affected


def _check_books(table: SourceTable, counts: dict[str, int], out: BatchFiles) -> None:
    """Hold the law of the books before anything is committed."""
    known = out.rows["accepted"] + out.rows["quarantined"] + counts["superseded"] + counts["repeated"]
    if known != counts["read"]:
        raise JingcangError(
            f"入库账目不平：读入 {counts['read']} 行，去向合计 {known} 行",
            where=table.qualified,
            rule="books",
            remedy="该批次没有入库，请把本条信息交给维护人员",
        )
