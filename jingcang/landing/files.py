"""Connector of drop folders: which delivered files are new, and how their rows are read.

Belongs here: comparing a folder with what was landed, staging originals, chunking. Does not belong here:
unpacking (``containers``), parsing (``readers``), key versions (``versions``).

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
from jingcang.landing import containers, readers, store
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
    table: SourceTable, system: System, landed: Mapping[str, RawFile], cursor: Mapping[str, Any]
) -> Delivery | None:
    """Return the new and changed files of a table.

    Args:
        table: contract with file options.
        system: gives the folder.
        landed: delivered name → the raw file in force.
        cursor: file name → signature, from the last run.

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
    signatures = {name: signature(path) for name, path in found}
    known = cursor.get("files", {})
    suspects = [
        (name, path) for name, path in found
        if name not in landed or -1 in signatures[name] or known.get(name) != signatures[name]
    ]  # fmt: skip
    fresh, refused = [], []
    for name, path in suspects:
        if (
            name in landed
            and path.stat().st_size == landed[name].bytes
            and store.sha256_of(path) == landed[name].sha256
        ):
            continue
        try:
            containers.check(path, name, options)
        except JingcangError as error:
            refused.append(error)
            signatures.pop(name, None)
        else:
            fresh.append((name, path))
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
        good = []
        for raw in staged:
            try:
                # A container is unpacked wholly before any of its rows counts: half a file never lands.
                read = list(read_raw_file(table, raw, folder))
            except JingcangError as error:
                delivery.refused.append(error)
                signatures.pop(raw.name, None)
                (folder / raw.path).unlink()
                continue
            good.append(raw)
            yield from read
        staged[:] = good

    delivery.stage, delivery.chunks = stage, chunks
    delivery.content_sha256 = content_hash((name, store.sha256_of(path)) for name, path in fresh)
    return delivery


def _still_written(table: SourceTable, name: str) -> JingcangError:
    return JingcangError(
        "文件正在写入，本次没有读取", where=f"{table.qualified} 文件 {name}", remedy="下次运行会自动重新读取"
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
    else:
        for name, content in containers.members(path, raw.name, file_options(table)):
            yield from readers.read_file(table, name, content)
