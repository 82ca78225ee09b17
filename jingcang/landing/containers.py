"""Delivered files and the containers around them, opened with limits and magic-byte checks.

Belongs here: finding files below a drop folder, looking at their first bytes, unpacking zip, gz, tar.gz and
tar.xz into named members. Does not belong here: reading rows (``readers``).

Everything is refused before it is parsed: an archive is measured while it is unpacked, never after.
"""

from __future__ import annotations

import fnmatch
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from jingcang.contracts import FileOptions
from jingcang.errors import JingcangError

_MAGIC = {
    "gz": (b"\x1f\x8b",),
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "tar.xz": (b"\xfd7zXZ\x00",),
    "tar.gz": (b"\x1f\x8b",),
    "parquet": (b"PAR1",),
    "excel": (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
}
#: First bytes that no text file has: a text file that begins so is something else.
_NOT_TEXT = (
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"\xfd7zXZ\x00",
    b"PAR1",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x7fELF",
    b"MZ\x90",
)
_LONG_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_HEADER_BYTES = 64 << 10
#: Bits of a zip member's flags.
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800


@dataclass(frozen=True)
class Limits:
    """What may be unpacked.

    Args:
        delivered_bytes: size of one delivered file.
        unpacked_bytes: all members of one container together.
        ratio: unpacked : packed, judged once ``ratio_from`` bytes are unpacked.
        members: number of members of one container.
    """

    delivered_bytes: int = 8 << 30
    unpacked_bytes: int = 2 << 30
    ratio: int = 200
    ratio_from: int = 64 << 20
    members: int = 10_000


LIMITS = Limits()


def discover(folder: Path, pattern: str) -> list[tuple[str, Path]]:
    """Return (name below the folder, path) of the delivered files, sorted by name.

    Hidden files, editors' lock files (``~$``) and files still being copied (``.part``, ``.tmp``) are not
    deliveries.
    """
    found = []
    for path in folder.glob(pattern):
        ignored = path.name.startswith((".", "~$")) or path.name.endswith((".part", ".tmp", ".crdownload"))
        if path.is_file() and not ignored:
            found.append((path.relative_to(folder).as_posix(), path))
    return sorted(found)


def check(path: Path, name: str, options: FileOptions, limits: Limits = LIMITS) -> None:
    """Refuse a delivered file by its size or first bytes, before anything reads it.

    Raises:
        JingcangError: naming the file and what it is not.
    """
    size = path.stat().st_size
    if size > limits.delivered_bytes:
        raise _refused(name, f"文件有 {size:,} 字节，超过上限 {limits.delivered_bytes:,} 字节")
    if size == 0:
        raise _refused(name, "文件是空的，可能还没有写完")
    with path.open("rb") as stream:
        head = stream.read(8)
    _check_head(head, name, options.container if options.container != "none" else options.format)


def _check_head(head: bytes, name: str, kind: str) -> None:
    if kind in _MAGIC:
        if not head.startswith(_MAGIC[kind]):
            raise _refused(name, f"文件内容不是声明的 {kind} 格式")
    elif head.startswith(_NOT_TEXT):
        raise _refused(name, f"文件内容是压缩包或二进制文件，不是声明的 {kind} 文本")


def _refused(name: str, what: str) -> JingcangError:
    return JingcangError(what, where=f"文件 {name}", rule="file", remedy="该文件未入库；请核对后重新投放")


def members(
    path: Path, name: str, options: FileOptions, limits: Limits = LIMITS
) -> Iterator[tuple[str, bytes]]:
    """Yield (logical file name, content) of a delivered file.

    Args:
        path: the file.
        name: its delivered name.
        options: container and member pattern by contract.
        limits: see :class:`Limits`.

    Returns:
        The file itself under its name, or each member as ``<name>/<member>``, sorted by member name.

    Raises:
        JingcangError: wrong bytes, a broken archive, or one that unpacks beyond the limits.
    """
    check(path, name, options, limits)
    packed = path.stat().st_size
    try:
        match options.container:
            case "none":
                yield name, path.read_bytes()
            case "gz":
                with gzip.open(path) as stream:
                    budget = _Budget(name, packed, limits)
                    content = budget.read(stream)
                yield from _inner([(name, content)], options)
            case "zip":
                yield from _inner(_zip(path, name, options, packed, limits), options)
            case "tar.xz" | "tar.gz":
                yield from _inner(_tar(path, name, options, packed, limits), options)
    except NotImplementedError as error:
        raise _refused(name, "压缩包的压缩方法不受支持（如 Deflate64），请改用普通 ZIP 压缩") from error
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        tarfile.TarError,
        lzma.LZMAError,
        zlib.error,
        RuntimeError,
    ) as error:
        raise _refused(name, "压缩包不完整或已损坏") from error


def _inner(
    found: Iterator[tuple[str, bytes]] | list[tuple[str, bytes]], options: FileOptions
) -> Iterator[tuple[str, bytes]]:
    for name, content in found:
        _check_head(content[:8], name, options.format)
        yield name, content


class _Budget:
    """Counts unpacked bytes of one container and stops at the limits."""

    def __init__(self, name: str, packed: int, limits: Limits) -> None:
        self.name, self.packed, self.limits, self.unpacked = name, packed, limits, 0

    def spend(self, count: int) -> None:
        """Count unpacked bytes."""
        self.unpacked += count
        if self.unpacked > self.limits.unpacked_bytes:
            raise _refused(self.name, f"压缩包解开后超过 {self.limits.unpacked_bytes:,} 字节")
        if self.unpacked > self.limits.ratio_from and self.unpacked > self.packed * self.limits.ratio:
            raise _refused(self.name, f"压缩包的压缩比超过 {self.limits.ratio} 倍，疑似压缩炸弹")

    def read(self, stream: BinaryIO | gzip.GzipFile) -> bytes:
        """Read a member to its end."""
        buffer = io.BytesIO()
        while block := stream.read(1 << 20):
            self.spend(len(block))
            buffer.write(block)
        return buffer.getvalue()


class _Member(tarfile.TarInfo):
    """A member whose headers are short: Python before 3.11.10 searches long ones for minutes."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _LONG_HEADERS and self.size > _HEADER_BYTES:
            raise tarfile.ReadError("header too long")
        return super()._proc_member(archive)  # type: ignore[misc]


class _Counted:
    """The plain bytes of a compressed tar: headers and members that nobody wants are unpacked, too."""

    def __init__(self, stream: gzip.GzipFile | lzma.LZMAFile, budget: _Budget) -> None:
        self._stream, self._budget = stream, budget

    def read(self, size: int) -> bytes:
        """Read a block."""
        block = self._stream.read(size)
        self._budget.spend(len(block))
        return block


def _wanted(member: str, options: FileOptions) -> bool:
    leaf = member.rsplit("/", 1)[-1]
    if leaf.startswith(".") or member.startswith("__MACOSX/"):
        return False
    return (
        options.member is None
        or fnmatch.fnmatch(member, options.member)
        or fnmatch.fnmatch(leaf, options.member)
    )


def _zip(
    path: Path, name: str, options: FileOptions, packed: int, limits: Limits
) -> Iterator[tuple[str, bytes]]:
    budget = _Budget(name, packed, limits)
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > limits.members:
            raise _refused(name, f"压缩包有 {len(entries):,} 个文件，超过上限 {limits.members:,}")
        for entry in sorted(entries, key=_zip_name):
            member = _zip_name(entry)
            if _wanted(member, options):
                if entry.flag_bits & _ENCRYPTED:
                    raise _refused(name, "压缩包设了密码，无法解开")
                with archive.open(entry) as stream:
                    yield f"{name}/{member}", budget.read(stream)  # type: ignore[arg-type]


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """Return a member's name; without the flag of UTF-8, what a Mac or a Chinese Windows wrote where that reads."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return entry.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return entry.filename


def _tar(
    path: Path, name: str, options: FileOptions, packed: int, limits: Limits
) -> Iterator[tuple[str, bytes]]:
    budget = _Budget(name, packed, limits)
    contents: dict[str, bytes] = {}
    seen = 0
    # One forward pass: seeking back in a compressed stream would unpack it again for every member.
    unpack = gzip.open if options.container == "tar.gz" else lzma.open
    with (
        unpack(path) as plain,
        tarfile.open(  # type: ignore[call-overload]
            fileobj=_Counted(plain, budget), mode="r|", tarinfo=_Member
        ) as archive,
    ):
        for entry in archive:
            seen += 1
            if seen > limits.members:
                raise _refused(name, f"压缩包的文件数超过上限 {limits.members:,}")
            stream = archive.extractfile(entry) if entry.isfile() and _wanted(entry.name, options) else None
            if stream is not None:
                contents[f"{name}/{entry.name}"] = stream.read()
    yield from sorted(contents.items())
