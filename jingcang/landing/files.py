"""Connector of drop folders: which delivered files are new, and how their rows are read.

Belongs here: comparing a folder with what was landed, staging originals, chunking. Does not belong here:
unpacking (``containers``), parsing (``readers``), key versions (``versions``).

The parts of a loose shapefile are files of their own that come and are replaced together.

A file is known by its name below the system's folder. The same name with other content is a re-delivery
and replaces the earlier one; a file that disappears changes nothing (drop folders are tidied); a second
name is another file, even with the same bytes, because without a declared key the key is (file, row).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from jingcang.contracts import SourceTable, System
from jingcang.errors import JingcangError
from jingcang.landing import containers, readers, shapefiles, store
from jingcang.landing.delivery import Chunk, Delivery, RawFile, file_options

#: A file changed this recently may change again within the clock's resolution: never trusted by its time.
_SETTLING_SECONDS = 2.0


def signature(path: Path) -> list[int]:
    """Return [bytes, modification time in ns] of a file; [-1, -1] while it is still settling."""
    status = path.stat()
    if time.time() - status.st_mtime < _SETTLING_SECONDS:
        return [-1, -1]
    return [status.st_size, status.st_mtime_ns]


def deliver(
    table: SourceTable, system: System, landed: Mapping[str, RawFile], cursor: Mapping[str, Any], *, landing: Path,
    is_confirmed: bool,
) -> Delivery | None:  # fmt: skip
    """Return the new and changed files of a table.

    Args:
        table: contract with file options.
        system: gives the folder.
        landed: delivered name → the raw file in force.
        cursor: file name → signature, from the last run.
        landing: the folder below which the landed raw files lie.
        is_confirmed: a steward confirmed that a file delivered again without rows deletes those it held.

    Returns:
        None if nothing is new.

    Raises:
        JingcangError: the folder is missing, or it holds only files that are refused.
    """
    options = file_options(table)
    if system.path is None or not system.path.is_dir():
        raise JingcangError(
            f"来源系统 {system.name} 的文件夹不存在或无法读取",
            where=table.qualified,
            remedy="请检查共享目录是否已挂载；其他来源不受影响，已入库的数据保持不变",
        )
    found = containers.discover(system.path, options.path)
    if not found and not landed:
        raise JingcangError(
            f"来源系统 {system.name} 的文件夹里没有符合 {options.path} 的文件",
            where=table.qualified,
            remedy="请确认文件是否已投放，或修改契约中的 path",
        )
    is_loose_shapes = options.format == "shp" and options.container == "none"
    units = shapefiles.loose_sets(found) if is_loose_shapes else [[pair] for pair in found]
    signatures = {name: signature(path) for unit in units for name, path in unit}
    known = cursor.get("files", {})
    fresh, refused, together = [], [], {}
    for unit in units:
        if not any(_is_new(name, path, landed, signatures[name], known.get(name)) for name, path in unit):
            continue
        names = {name for name, _ in unit}
        try:
            for name, path in unit:
                containers.check(path, name, options)
            if is_loose_shapes:
                shapefiles.check_whole([path.suffix.lower() for _, path in unit], unit[0][0])
        except JingcangError as error:
            refused.append(error)
            for name in names:
                signatures.pop(name, None)
        else:
            fresh += unit
            together[unit[0][0]] = names
    if refused and not fresh and not landed:
        raise refused[0]
    delivery = Delivery(
        chunks=lambda folder: iter(()),
        stage=lambda folder: [],
        certain=bool(fresh),
        bytes=sum(path.stat().st_size for _, path in fresh),
        redelivered=tuple(name for name, _ in fresh if name in landed),
        cursor={"files": signatures},
        refused=refused,
    )
    if not fresh:
        return delivery
    staged: list[RawFile] = []

    def stage(folder: Path) -> list[RawFile]:
        for name, path in fresh:
            before = path.stat()
            digest = store.copy_hashed(path, folder / name)
            after = path.stat()
            if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
                staged.append(RawFile(name, name, digest, (folder / name).stat().st_size, "file"))
                continue
            (folder / name).unlink()
            signatures.pop(name, None)
            delivery.refused.append(_still_written(table, name))
        return staged

    def chunks(folder: Path) -> Iterator[Chunk]:
        failed: set[str] = set()
        for raw in staged:
            try:
                # A container is unpacked wholly before any of its rows counts: half a file never lands.
                read = list(read_raw_file(table, raw, folder))
                if options.container != "none" and not read:
                    raise _no_member(table, raw.name)
                before = None if is_confirmed or _has_rows(read) else landed.get(raw.name)
                if before and _has_rows(read_raw_file(table, before, landing / before.folder)):
                    raise _emptied(table, raw.name)
            except JingcangError as error:
                delivery.refused.append(error)
                failed |= together[raw.name]
            else:
                yield from read
        for name in failed:
            signatures.pop(name, None)
            (folder / name).unlink(missing_ok=True)
        staged[:] = [raw for raw in staged if raw.name not in failed]

    delivery.stage, delivery.chunks = stage, chunks
    delivery.content_sha256 = content_hash((name, store.sha256_of(path)) for name, path in fresh)
    return delivery


def _is_new(
    name: str, path: Path, landed: Mapping[str, RawFile], now: list[int], before: list[int] | None
) -> bool:
    """Whether a delivered file is not the one that was landed under its name."""
    if name not in landed:
        return True
    if -1 not in now and now == before:
        return False
    return path.stat().st_size != landed[name].bytes or store.sha256_of(path) != landed[name].sha256


def _still_written(table: SourceTable, name: str) -> JingcangError:
    return JingcangError(
        "文件正在写入，本次没有读取", where=f"{table.qualified} 文件 {name}", remedy="下次运行会自动重新读取"
    )


def _has_rows(chunks: Iterable[Chunk]) -> bool:
    return any(chunk.frame.height for chunk in chunks)


def _no_member(table: SourceTable, name: str) -> JingcangError:
    return JingcangError(
        f"压缩包里没有契约要的文件（{file_options(table).member or '任何文件'}）",
        where=f"{table.qualified} 文件 {name}",
        rule="file",
        remedy="该文件未入库，已入库的记录保持不变；请核对压缩包内的文件名，或修改契约中的 member",
    )


def _emptied(table: SourceTable, name: str) -> JingcangError:
    return JingcangError(
        "重新投放的文件没有一行数据，没有按删除处理，已入库的记录保持不变",
        where=f"{table.qualified} 文件 {name}",
        rule="file",
        remedy="如确系删除，请数据管理员在运行配置 settings.confirmed_deletions 中写入 "
        f"{table.qualified} 后重新运行；否则请重新投放完整的文件",
    )


def content_hash(files: Iterable[tuple[str, str]]) -> str:
    """Return the hash of a set of (name, sha256)."""
    return hashlib.sha256(
        "\n".join(f"{name}\t{digest}" for name, digest in sorted(files)).encode()
    ).hexdigest()


def read_raw_file(table: SourceTable, raw: RawFile, folder: Path) -> Iterator[Chunk]:
    """Read the rows of one raw file of any kind.

    Args:
        table: the contract.
        raw: the file.
        folder: the folder it lies in.
    """
    path = folder / raw.path
    if raw.kind == "extract":
        frame = pl.read_parquet(path)
        present = {column.name for column in table.columns} & set(frame.columns)
        names = [column.name for column in table.columns]
        absent = [pl.lit(None, dtype=pl.String).alias(name) for name in names if name not in present]
        yield Chunk(frame.with_columns(absent).select(*names, "_source_file", "_source_line"))
    elif raw.kind == "page":
        from jingcang.landing import http_api

        yield http_api.page_chunk(table, raw.name, path.read_bytes())
    elif file_options(table).format == "shp":
        members = _shape_members(table, raw, path)
        for lead, parts in shapefiles.sets(members).items():
            contents = {part: members[name] for part, name in parts.items()}
            yield from readers.read_file(table, lead, contents[shapefiles.LEAD], contents)
    else:
        for name, content in containers.members(path, raw.name, file_options(table)):
            yield from readers.read_file(table, name, content)


def _shape_members(table: SourceTable, raw: RawFile, path: Path) -> dict[str, bytes]:
    """Return name → content of the shapefiles in a container, or of the set that a loose .shp leads."""
    if file_options(table).container != "none":
        members = dict(containers.members(path, raw.name, file_options(table)))
        if not shapefiles.sets(members):
            shapefiles.check_whole([], raw.name)
        return members
    sets = shapefiles.loose_sets([(raw.name, path)])
    return {name: part.read_bytes() for unit in sets for name, part in unit}
