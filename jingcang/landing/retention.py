"""Retention: raw files of batches that nothing rests on any more.

Belongs here: which raw files may go, and letting them go. Does not belong here: when (settings, publishing) and files
that killed runs left (``recover``).

A batch is superseded when a later one of its table replaced all before it. Its raw content may go some days later,
unless a manifest in force still names the file (a replay keeps the raw files it split again), or a kept generation or
a frozen assessment period was built from the batch. Manifests, books and accepted rows stay: the books of every batch
can always be shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.manifests import Manifest, current_cut, manifests


@dataclass(frozen=True)
class Released:
    """What retention freed.

    Args:
        files, bytes: raw files removed and their size.
        batches: qualified table → number of batches that lost raw files.
    """

    files: int
    bytes: int
    batches: dict[str, int]

    def in_words(self) -> str:
        """Return one line in plain Chinese."""
        if not self.files:
            return "没有可清理的原始文件"
        of = "、".join(f"{name} {count} 批" for name, count in sorted(self.batches.items()))
        return f"{self.files:,} 个原始文件，{self.bytes:,} 字节（{of}）"


def release(
    home: Home, *, pinned: Iterable[str], as_of: dt.date, days: int, dry_run: bool = False
) -> Released:
    """Remove the raw files of superseded batches; call it only while holding the run's lease.

    Args:
        home: where landing lives.
        pinned: ids of batches that kept generations and frozen assessment periods were built from.
        as_of: the run's day.
        days: days for which the raw content of a superseded batch is kept; 0 keeps all for ever.
        dry_run: only say what would go.

    Returns:
        What was (or would be) freed.
    """
    if days == 0:
        return Released(0, 0, {})
    log = manifests(home)
    needed = {*current_cut(home).batches, *pinned}
    resting = {name for entry in log if entry.batch_id in needed for name in _raw(entry)}
    superseded = _superseded(log)
    files = size = 0
    batches: dict[str, int] = {}
    gone: set[str] = set()
    for entry in log:
        since = superseded.get(entry.batch_id)
        if entry.batch_id in needed or since is None or (as_of - since).days < days:
            continue
        before = files
        for name in _raw(entry):
            path = home.landing / name
            if name in resting or name in gone or not path.is_file():
                continue
            gone.add(name)
            files, size = files + 1, size + path.stat().st_size
            if not dry_run:
                path.unlink()
                with suppress(OSError):  # the folder still holds files that something rests on
                    path.parent.rmdir()
        if files > before:
            batches[entry.qualified] = batches.get(entry.qualified, 0) + 1
    if gone and not dry_run:
        for folder in {(home.landing / name).parent.parent for name in gone}:
            if folder.is_dir():
                store.sync_folder(folder)
    return Released(files, size, batches)


def _raw(entry: Manifest) -> list[str]:
    return [f"{raw['folder']}/{raw['path']}" for raw in entry.raw_files]


def _superseded(log: list[Manifest]) -> dict[str, dt.date]:
    """Return batch id → day of the batch that replaced it as a whole."""
    standing: dict[str, list[str]] = {}
    days: dict[str, dt.date] = {}
    for entry in log:
        earlier = standing.setdefault(entry.qualified, [])
        if entry.replaces_all:
            days |= dict.fromkeys(earlier, dt.date.fromisoformat(entry.as_of))
            earlier.clear()
        earlier.append(entry.batch_id)
    return days
