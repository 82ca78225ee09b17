"""The file system of landing: every write is a temporary name, fsync, rename, fsync of the folder.

Belongs here: paths below ``Home.landing``, atomic writing, hashes of files. Does not belong here: what
the files mean (``manifests``, ``land``).

A process killed at any step leaves temporary names and data files no manifest names; both are
invisible to readers and removed by :func:`sweep`.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from jingcang.errors import JingcangError
from jingcang.home import Home


class DiskTrouble(JingcangError):
    """The home's own disk is full, read-only or broken: no source is at fault, and the run must stop."""


TEMPORARY = ".tmp"
_CHUNK = 1 << 22
#: Bytes of a column's dictionary before it is given up: keys and texts would fill a larger one in vain.
_DICTIONARY = 1 << 16
_ROW_GROUP = 200_000


def table_folder(home: Home, kind: str, system: str, table: str) -> Path:
    """Return ``landing/<kind>/<system>__<table>`` (kind: raw, quarantined, flags, books, retired)."""
    return home.landing / kind / f"{system}__{table}"


def accepted_file(home: Home, entity: str, batch_id: str) -> Path:
    """Return the file that holds one batch's accepted rows of one entity."""
    return home.landing / "accepted" / entity / f"{batch_id}.parquet"


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make a file's content durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def temporary_name(path: Path) -> Path:
    """Return the name a file has until it is complete."""
    return path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY}")


def settle(temporary: Path, final: Path) -> None:
    """Give a completely written file or folder its final name, durably.

    A folder that already stands under the final name was left by a killed run with the same content
    (batch ids are content hashes) and is replaced.
    """
    if temporary.is_dir():
        for entry in sorted(temporary.rglob("*")):
            if entry.is_file():
                sync_file(entry)
        sync_folder(temporary)
        if final.exists():
            shutil.rmtree(final)
    else:
        sync_file(temporary)
    os.replace(temporary, final)
    sync_folder(final.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a small file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_name(path)
    temporary.write_bytes(content)
    settle(temporary, path)


def write_json(path: Path, content: Any) -> None:
    """Write a JSON document atomically, keys sorted, UTF-8."""
    write_bytes(path, json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1).encode())


def write_frame(path: Path, frame: pl.DataFrame) -> None:
    """Write a frame as one Parquet file atomically; on every core, unlike :class:`FrameWriter`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_name(path)
    frame.write_parquet(temporary, compression="zstd", compression_level=1, row_group_size=_ROW_GROUP)
    settle(temporary, path)


class FrameWriter:
    """Append frames of one schema to one Parquet file that appears under its name only when complete.

    Args:
        path: final file name; its folder is created.

    Returns:
        A context manager; ``rows`` counts what was added. Leaving it by an exception leaves no file.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.rows = path, 0
        self._temporary = temporary_name(path)
        self._writer: pq.ParquetWriter | None = None
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, frame: pl.DataFrame) -> None:
        """Append the rows of ``frame``."""
        table: pa.Table = frame.to_arrow(compat_level=pl.CompatLevel.newest())
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._temporary, table.schema, compression="zstd", compression_level=1,
                dictionary_pagesize_limit=_DICTIONARY, store_schema=False,
            )  # fmt: skip
        self._writer.write_table(table, row_group_size=_ROW_GROUP)
        self.rows += frame.height

    def __enter__(self) -> FrameWriter:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self.abandon()
        elif self._writer is not None:
            self._writer.close()
            self._writer = None
            settle(self._temporary, self.path)

    def abandon(self) -> None:
        """Remove the unfinished file, if there is one."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            self._temporary.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Return the lower-hex SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()


def copy_hashed(source: Path, target: Path) -> str:
    """Copy a file and return the SHA-256 of the bytes copied."""
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as reader, target.open("wb") as writer:
        while block := reader.read(_CHUNK):
            digest.update(block)
            writer.write(block)
    return digest.hexdigest()


def disk_trouble(home: Home, number: int | None, *, where: str, needed: int) -> DiskTrouble:
    """Return what a person is told of an operating system's error on the home's disk.

    Args:
        home: gives the disk.
        number: the error's number (``errno``).
        where: what was being written.
        needed: bytes that this step needs at least.
    """
    what = {
        errno.ENOSPC: "磁盘空间不足", errno.EDQUOT: "磁盘配额已用完", errno.EROFS: "磁盘只读，无法写入",
        errno.EIO: "磁盘读写出错", errno.EACCES: "没有读写文件的权限",
    }.get(number or 0, "读写文件出错")  # fmt: skip
    if number in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(home.root).free
        what += f"：剩余 {free:,} 字节，至少需要 {max(needed, free + 1):,} 字节"
    return DiskTrouble(
        what, where=where, remedy="已发布的数据不受影响，没有写完的部分不作数；处理磁盘后重新运行"
    )


def require_space(home: Home, needed: int) -> None:
    """Refuse to start writing what cannot fit.

    Args:
        home: the home written to.
        needed: bytes about to be written.

    Raises:
        JingcangError: naming the bytes needed and the bytes free.
    """
    home.landing.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home.landing).free
    if free < needed:
        raise DiskTrouble(
            f"磁盘空间不足：需要 {needed:,} 字节，剩余 {free:,} 字节",
            where="入库区",
            remedy="请清理或扩充磁盘后重新运行；已发布的数据不受影响",
        )


def sweep(home: Home, keep: Iterable[Path]) -> int:
    """Remove what killed runs left: temporary names and data files that no manifest names.

    Call it only while holding the run's lease.

    Args:
        home: the home to clean.
        keep: every file and raw folder named by a committed manifest.

    Returns:
        Number of files and folders removed.
    """
    kept, removed = {str(path) for path in keep}, 0
    flat = ("manifests", "verified", "cursors")
    deep = ("accepted", "quarantined", "flags", "books", "retired", "raw", "pipeline", "decisions")
    for kind in (*flat, *deep):
        for folder in sorted((home.landing / kind).glob("*")):
            entries = [folder] if kind in flat else sorted(folder.iterdir()) if folder.is_dir() else []
            for entry in entries:
                if not entry.name.endswith(TEMPORARY) and (kind in flat or str(entry) in kept):
                    continue
                if entry.is_dir():
                    shutil.rmtree(entry)
                else:
                    with suppress(FileNotFoundError):
                        entry.unlink()
                removed += 1
    return removed
