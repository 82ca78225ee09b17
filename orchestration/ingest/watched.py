"""What is watched between runs, and what of it the last run saw: drop folders, and people's decisions.

A run remembers what stood before it read anything. Services that come up later compare with that, so that a file or a
decision of the time in between is not taken for an old one.

Does not belong here: when somebody looks (``sensor``), reading files and decisions.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from jingcang.contracts.model import Profile
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import Workbench
from jingcang.workbench.standing import decisions_mark
from orchestration.publish.files import write_durably

DROP_FOLDERS, DECISIONS = "drop_folder", "decisions"


def drop_folders_state(profile: Profile) -> str:
    """Return a digest of names, sizes and times of the files below the profile's file systems."""
    digest = hashlib.sha256()
    for name, system in sorted(profile.systems.items()):
        if system.kind != "files" or system.path is None or not system.path.is_dir():
            continue
        for path in sorted(system.path.rglob("*")):
            # A name that begins with a dot or ends in .tmp or .part is a file still being written.
            if path.is_file() and not path.name.startswith(".") and path.suffix not in (".tmp", ".part"):
                stat = path.stat()
                digest.update(
                    f"{name}/{path.relative_to(system.path)} {stat.st_size} {stat.st_mtime_ns}\n".encode()
                )
    return digest.hexdigest()


def decisions_state(home: Home) -> str:
    """Return what stands of people's decisions; "" while no page has ever opened the workbench."""
    return decisions_mark(Workbench.open(home)) if Workbench.exists(home) else ""


def watched(home: Home, profile: Profile) -> dict[str, str]:
    """Return name → state of everything watched; what cannot be read now is left out."""
    found = {}
    with contextlib.suppress(OSError):
        found[DROP_FOLDERS] = drop_folders_state(profile)
    with contextlib.suppress(JingcangError):
        found[DECISIONS] = decisions_state(home)
    return found


def seen(home: Home) -> Mapping[str, str]:
    """Return what stood when the last run that read everything began; empty before the first, and when damaged."""
    try:
        content = json.loads(_path(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def remember(home: Home, states: Mapping[str, str]) -> None:
    """Keep what stood when a run began that has now read everything."""
    if dict(seen(home)) != dict(states):
        _path(home).parent.mkdir(parents=True, exist_ok=True)
        write_durably(_path(home), json.dumps(dict(states), sort_keys=True).encode())


def _path(home: Home) -> Path:
    return home.ledger / "watched.json"
