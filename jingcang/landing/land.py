"""Landing one source table: extract → raw → split → files → manifest, the one atomic commit.

Belongs here: the order of these steps and what a new batch means for earlier ones. Does not belong here:
connectors, rules, transforms, file formats: each has its module.

What was landed under an older contract, mapping, entity or landing code is split again from raw before
anything new is read (:func:`_replay`), so a changed contract never needs the source to repeat itself.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from jingcang.contracts import Entity, Profile, SourceTable, load_entities
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import databases, files, http_api, store
from jingcang.landing.batch import RETIRED_SCHEMA
from jingcang.landing.decisions import standing_waivers
from jingcang.landing.delivery import Chunk, Delivery, RawFile
from jingcang.landing.fixes import Fix, standing_fixes
from jingcang.landing.in_force import deleted_keys, known_rows, live_files, table_log
from jingcang.landing.increments import COMPARED
from jingcang.landing.integrity import isolate_changed
from jingcang.landing.job import Again, Job, LandingResult, Witness
from jingcang.landing.listening import require_listening
from jingcang.landing.reconcile import DIFFERS
from jingcang.landing.recover import missing
from jingcang.landing.split import FLAG_SCHEMA, QUARANTINED_SCHEMA
from jingcang.landing.versions import (
    HASH,
    KEY,
    KEYLESS,
    VERSION,
    resolve,
    rows_hash,
    with_hash,
    with_versions,
)
from jingcang.landing.write import prepared, write_batch

#: Raised when the meaning of landed files changes: everything is split again from raw.
LANDING_VERSION = "3"
#: A sweep that would delete more than this share of a table of some size waits for a steward.
_MASS_SHARE, _MASS_FROM = 0.5, 20


def land_table(
    table: SourceTable, profile: Profile, home: Home, *, as_of: dt.date, witness: Witness | None = None,
    waivers: pl.DataFrame | None = None, fixes: pl.DataFrame | None = None, again: Again | None = None,
) -> LandingResult:  # fmt: skip
    """Land what is new in one source table.

    Args:
        table: contract and mappings.
        profile: gives the system's connection.
        home: where landing lives.
        as_of: the run's date.
        witness: called with (table, prepared rows) for every portion before it is split; what it returns is
            called after the split and gives the verdict, which the batch's manifest keeps.
        waivers: every landed waiver (``decisions.landed_decisions``); when those of this table that stand change,
            what has landed is split again.
        fixes: every landed fix (``decisions.landed_decisions``); treated alike.
        again: ``pull`` the whole source again; ``split`` everything landed again from raw as well.

    Returns:
        A :class:`LandingResult`; without new data it has no batches and nothing was written.

    Raises:
        JingcangError: the source is down or refused; landing and watermark are as before.
    """
    entities = load_entities()
    used = {mapping.entity: entities[mapping.entity] for mapping in table.mappings}
    standing = standing_waivers(waivers, table, as_of) if waivers is not None else None
    correcting = standing_fixes(fixes, table) if fixes is not None else ()
    fingerprint = fingerprint_of(table, used, standing, correcting)
    job = Job(
        table,
        profile,
        home,
        as_of,
        witness,
        used,
        fingerprint,
        table_log(home, table),
        standing,
        correcting,
        again,
    )
    home.landing.mkdir(parents=True, exist_ok=True)
    try:
        _land(job)
    except OSError as error:
        where = f"{job.table.qualified} 入库区"
        raise store.disk_trouble(job.home, error.errno, where=where, needed=job.needed) from error
    return job.result


def _land(job: Job) -> None:
    for name in isolate_changed(job.home, job.log):
        job.result.alerts.append(f"{DIFFERS}：{name}；已移入 landing/damaged，需要时由原始文件或来源重新生成")
    is_folder = job.profile.systems[job.table.system].kind == "files"
    live = {f"{entry.folder}/{entry.path}" for entry in live_files(job.log).values()} if is_folder else None
    lost_raw, lost_derived, lost_books = missing(job.home, job.log, live)
    if (lost_raw or lost_books) and not is_folder:
        # Without raw content, or not knowing what was deleted, the source is the only truth left.
        job.lost = True
    elif job.log and (lost_derived or job.again == "split" or job.log[-1].fingerprint != job.fingerprint):
        if lost_raw:
            raise _raw_lost(job)
        _replay(job)
    cursor = {} if lost_raw or job.lost or job.again else _read_cursor(job)
    # Only now: what is landed is split again even while its source is down.
    require_listening(job.profile.systems[job.table.system])
    known = cache(lambda: known_rows(job.home, job.standing))
    delivery = _deliver(job, cursor, known)
    if delivery is not None:
        _land_delivery(job, delivery, cursor, known)


def _raw_lost(job: Job) -> JingcangError:
    names = [
        name for name, entry in live_files(job.log).items()
        if not (job.home.landing / entry.folder / entry.path).is_file()
    ]  # fmt: skip
    return JingcangError(
        f"已入库的原始文件损坏或缺失：{'、'.join(names)}",
        where=job.table.qualified,
        remedy="请从备份恢复，或请来源单位重新投放同名文件后重新运行",
    )


def fingerprint_of(
    table: SourceTable, entities: Mapping[str, Entity], waivers: pl.DataFrame | None = None,
    fixes: Sequence[Fix] = (),
) -> str:  # fmt: skip
    """Return the hash of everything a split depends on: contract, mapping, entities, landing code, decisions."""
    digest = hashlib.sha256(f"{LANDING_VERSION}\n{table.fingerprint}\n{table.timezone}\n".encode())
    for name in sorted(entities):
        columns = ",".join(f"{ref.name}:{ref.type}:{ref.required}" for ref in entities[name].columns)
        digest.update(f"{name}={columns}\n".encode())
    for schema in (QUARANTINED_SCHEMA, FLAG_SCHEMA, RETIRED_SCHEMA):
        # The shape of the files beside the entities: nobody has to remember to raise the version for it.
        digest.update(f"{sorted((name, str(dtype)) for name, dtype in schema.items())}\n".encode())
    if waivers is not None and not waivers.is_empty():
        digest.update(waivers.select("rule_id", "source_key", "row_digest").write_csv().encode())
    for fix in fixes:
        digest.update(f"{asdict(fix)}\n".encode())
    return digest.hexdigest()


def _read_cursor(job: Job) -> dict[str, Any]:
    """Return the last run's cursor, empty unless it belongs to the last batch and today's fingerprint."""
    with suppress(FileNotFoundError, ValueError):
        cursor = json.loads(job.cursor_file.read_bytes())
        last = job.log[-1].batch_id if job.log else None
        if (
            isinstance(cursor, dict)
            and cursor.get("batch_id") == last
            and cursor.get("fingerprint") == job.fingerprint
        ):
            return cursor
    return {}


def _write_cursor(job: Job, before: Mapping[str, Any], content: dict[str, Any]) -> None:
    content = content | {
        "fingerprint": job.fingerprint,
        "batch_id": job.log[-1].batch_id if job.log else None,
    }
    if content != before:
        store.write_json(job.cursor_file, content)


def _deliver(job: Job, cursor: dict[str, Any], known: Callable[[], pl.DataFrame]) -> Delivery | None:
    system = job.profile.systems[job.table.system]
    match system.kind:
        case "files":
            landed = {
                name: entry for name, entry in live_files(job.log).items()
                if (job.home.landing / entry.folder / entry.path).is_file()
            }  # fmt: skip
            return files.deliver(
                job.table, system, landed, cursor, landing=job.home.landing, is_confirmed=_is_confirmed(job)
            )
        case "database":
            return databases.deliver(job.table, system, job.home, cursor, as_of=job.as_of, known=known)
        case _:
            return http_api.deliver(job.table, system, cursor, as_of=job.as_of)


def _land_delivery(
    job: Job, delivery: Delivery, cursor: dict[str, Any], known: Callable[[], pl.DataFrame]
) -> None:
    incoming = (
        job.raw_folder
        / f"incoming.{hashlib.sha256(job.table.qualified.encode()).hexdigest()[:8]}{store.TEMPORARY}"
    )
    shutil.rmtree(incoming, ignore_errors=True)
    try:
        if job.profile.systems[job.table.system].kind == "files":
            _land_files(job, delivery, incoming)
        elif job.table.key:
            _land_keyed(job, delivery, incoming, cursor, known())
        else:
            _land_whole(job, delivery, incoming)
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
    _write_cursor(job, cursor, delivery.cursor)


def _land_files(job: Job, delivery: Delivery, incoming: Path) -> None:
    if delivery.certain:
        incoming.mkdir(parents=True)
        # Raw copy, accepted rows and what is being written beside them.
        job.need(3 * delivery.bytes)
        raw = delivery.stage(incoming)
        chunks: Iterable[Chunk] = delivery.chunks(incoming)
        kept: list[RawFile] = []
        replaces_all = bool(job.table.key and set(delivery.redelivered) | _again(job, raw))
        if replaces_all:
            # A replaced file may bring back what it had superseded: all live files are split anew.
            read = list(chunks)
            names = {entry.name for entry in raw}
            live = live_files(job.log) if raw else {}
            kept = [entry for name, entry in live.items() if name not in names]
            chunks = [*_read_raw(job, kept), *read]
        write_batch(job, chunks, delivery, raw=raw, incoming=incoming, kept=kept, replaces_all=replaces_all)
    job.result.refuse(delivery.refused)
    if delivery.refused and not job.log:
        raise delivery.refused[0]


def _again(job: Job, raw: list[RawFile]) -> set[str]:
    """Return files that were landed before, whether or not their raw content is still there."""
    return {entry.name for entry in raw} & set(live_files(job.log))


def _land_whole(job: Job, delivery: Delivery, incoming: Path) -> None:
    """A table without a key and without files: every changed extract replaces the one before."""
    chunks = list(delivery.chunks(incoming))
    job.result.note_drift(job.table, chunks, delivery.retyped)
    frame = with_hash(prepared(job.table, chunks), job.table)
    delivery.content_sha256 = rows_hash(frame[HASH])
    if not job.lost and job.log and job.log[-1].content_sha256 == delivery.content_sha256:
        return
    if frame.is_empty() and job.log and job.log[-1].rows["read"]:
        _withhold(job, delivery, "来源返回了空表")
        return
    incoming.mkdir(parents=True)
    job.need(int(frame.estimated_size()))
    raw = delivery.stage(incoming)
    write_batch(job, chunks, delivery, raw=raw, incoming=incoming, replaces_all=bool(job.log))


def _land_keyed(
    job: Job, delivery: Delivery, incoming: Path, cursor: Mapping[str, Any], known: pl.DataFrame
) -> None:
    chunks = list(delivery.chunks(incoming))
    job.result.note_drift(job.table, chunks, delivery.retyped)
    frame = with_versions(prepared(job.table, chunks), job.table)
    resolved = resolve(frame, known, is_state=delivery.source_keys is not None)
    gone = _deleted(job, delivery, frame, known)
    delivery.cursor |= _watermark(job, frame, cursor)
    delivery.watermark_to = delivery.cursor.get("watermark")
    if resolved.rows.is_empty() and not gone:
        # Older versions that stand beside a known one come again with every overlap: they are no news.
        return
    delivery.content_sha256 = hashlib.sha256(
        "\n".join([rows_hash(frame[HASH]), *sorted(gone)]).encode()
    ).hexdigest()
    incoming.mkdir(parents=True)
    job.need(int(frame.estimated_size()))
    raw = delivery.stage(incoming)
    write_batch(
        job, chunks, delivery, raw=raw, incoming=incoming, deleted=gone, resolved=resolved, books_known=known,
        replaces_all=job.lost,
    )  # fmt: skip


def _is_confirmed(job: Job) -> bool:
    """Whether a steward confirmed the deletions of this table."""
    return job.table.qualified in (job.profile.settings.get("confirmed_deletions") or [])


def _withhold(job: Job, delivery: Delivery, what: str) -> None:
    """Say that deletions wait for a steward; the next run looks again even if the source stands still."""
    name = job.table.qualified
    job.result.alerts.append(
        f"{name}：{what}，没有按删除处理，已入库的记录保持不变；"
        f"如确系删除，请数据管理员在运行配置 settings.confirmed_deletions 中写入 {name} 后重新运行"
    )
    for seen in ("database", COMPARED):
        delivery.cursor.pop(seen, None)


def _deleted(job: Job, delivery: Delivery, frame: pl.DataFrame, known: pl.DataFrame) -> list[str]:
    """Return keys in force that the source no longer has; none if that looks like an accident."""
    if delivery.source_keys is None or known.is_empty():
        return []
    keyless = frame.filter(pl.col(KEY).str.starts_with(KEYLESS))[KEY]
    present = pl.DataFrame({KEY: pl.concat([delivery.source_keys, keyless])})
    gone = known.select(KEY).join(present, on=KEY, how="anti")[KEY].to_list()
    if not gone or _is_confirmed(job) or job.lost:
        return gone
    if present.is_empty():
        _withhold(job, delivery, "来源返回了空表")
        return []
    if known.height >= _MASS_FROM and len(gone) > known.height * _MASS_SHARE:
        _withhold(job, delivery, f"来源一次少了 {len(gone)} 条记录（共 {known.height} 条）")
        return []
    return gone


def _watermark(job: Job, frame: pl.DataFrame, cursor: Mapping[str, Any]) -> dict[str, Any]:
    """Return the highest believable watermark: a row from after the run's day must not hide later ones.

    Such a row comes again with every overlap until its day has come; that costs a repeat and loses nothing.
    """
    if job.table.watermark is None or job.table.file is not None:
        return {}
    before = {"watermark": cursor.get("watermark"), "watermark_version": cursor.get("watermark_version", "")}
    believable = pl.col(VERSION) != ""
    if job.table.column(job.table.watermark).logical_type in ("date", "timestamp"):
        believable &= pl.col(VERSION) < (job.as_of + dt.timedelta(days=1)).isoformat()
    versions = frame.select(VERSION, job.table.watermark).filter(believable)
    best = versions[VERSION].max()
    if best is None or best <= before["watermark_version"]:
        return before
    written = versions.filter(pl.col(VERSION) == best)[job.table.watermark][0]
    return {"watermark": written, "watermark_version": best}


def _read_raw(job: Job, raw: list[RawFile]) -> Iterator[Chunk]:
    for order, entry in enumerate(raw):
        for chunk in files.read_raw_file(job.table, entry, job.home.landing / entry.folder):
            yield replace(chunk, order=order)


def _replay(job: Job) -> None:
    """Split everything landed again from raw, as one batch that replaces the earlier ones."""
    if job.table.file is not None:
        raw = list(live_files(job.log).values())
    else:
        raw = [RawFile(**entry) for manifest in job.log for entry in manifest.raw_files]
    deleted = deleted_keys(job.home, job.log) if job.table.key and job.table.file is None else []
    content = hashlib.sha256("\n".join([entry.sha256 for entry in raw] + deleted).encode()).hexdigest()
    delivery = Delivery(
        chunks=lambda _: iter(()),
        stage=lambda _: [],
        content_sha256=content,
        watermark_to=job.log[-1].watermark_to,
    )
    write_batch(job, _read_raw(job, raw), delivery, kept=raw, replaces_all=True, deleted=deleted)
