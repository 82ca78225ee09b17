"""Whether landed files are still what was written: a cheap look every run, every byte on request.

Belongs here: remembering what a verified file looked like, finding what changed, setting it aside. Does not
belong here: making it again (``land``, from raw or from the source) and balancing books (``reconcile``).

A file is trusted while its size, modification and change time are those it had when its content was last
compared with the hash in its manifest; anything else is hashed again. No write through the file system leaves
the change time alone; what a failing disk does to a file at rest only the full comparison finds.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.manifests import Manifest

_Seen = dict[str, list[int]]


def stated_files(entry: Manifest) -> dict[str, tuple[int, str]]:
    """Return path below ``landing`` → (bytes, sha256) of every file a manifest names."""
    stated = {path: (facts["bytes"], facts["sha256"]) for path, facts in entry.data_files.items()}
    return stated | {
        f"{raw['folder']}/{raw['path']}": (raw["bytes"], raw["sha256"]) for raw in entry.raw_files
    }


def remember(home: Home, entry: Manifest) -> None:
    """Note what the files of a batch look like that was written a moment ago."""
    path = _memory(home, entry)
    seen = _read(path)
    for name in stated_files(entry):
        if (signature := _signature(home.landing / name)) is not None:
            seen[name] = signature
    _write(path, seen)


def isolate_changed(home: Home, entries: Sequence[Manifest], *, deep: bool = False) -> list[str]:
    """Move files that no longer hold what their manifest says to ``landing/damaged``.

    Args:
        home: where landing lives.
        entries: batches of one or more tables.
        deep: compare every file's content, whatever it looks like.

    Returns:
        Names below ``landing`` of the files moved. A file that is missing is no business of this function.
    """
    moved: list[str] = []
    memories: dict[Path, tuple[_Seen, _Seen]] = {}
    for entry in entries:
        memory = _memory(home, entry)
        if memory not in memories:
            memories[memory] = (_read(memory), {})
        before, now = memories[memory]
        for name, (size, digest) in sorted(stated_files(entry).items()):
            path = home.landing / name
            signature = _signature(path)
            if signature is None:
                continue
            trusted = not deep and before.get(name) == signature
            if trusted or (signature[0] == size and store.sha256_of(path) == digest):
                now[name] = signature
                continue
            _set_aside(home, name)
            moved.append(name)
    for memory, (before, now) in memories.items():
        if now != before:
            _write(memory, now)
    return moved


def damaged(home: Home, entries: Sequence[Manifest]) -> list[str]:
    """Return names below ``landing`` of the batches' own files that are missing or hold something else.

    Nothing is moved. Raw files are left out: what was accepted of them stands on its own.
    """
    found = []
    for entry in entries:
        for name, facts in sorted(entry.data_files.items()):
            path = home.landing / name
            if (
                not path.is_file()
                or path.stat().st_size != facts["bytes"]
                or store.sha256_of(path) != facts["sha256"]
            ):
                found.append(name)
    return found


def _memory(home: Home, entry: Manifest) -> Path:
    return home.landing / "verified" / f"{entry.system}__{entry.table}.json"


def _read(path: Path) -> _Seen:
    with suppress(FileNotFoundError, ValueError):
        content: Any = json.loads(path.read_bytes())
        if isinstance(content, dict):
            return content
    return {}


def _write(path: Path, seen: _Seen) -> None:
    """Replace the memory without waiting for the disk: losing it costs one comparison, nothing else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = store.temporary_name(path)
    temporary.write_text(json.dumps(seen))
    os.replace(temporary, path)


def _signature(path: Path) -> list[int] | None:
    with suppress(FileNotFoundError, NotADirectoryError):
        status = path.stat()
        return [status.st_size, status.st_mtime_ns, status.st_ctime_ns]
    return None


def _set_aside(home: Home, name: str) -> None:
    path, target = home.landing / name, home.landing / "damaged" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, target)
    store.sync_folder(target.parent)
    store.sync_folder(path.parent)
