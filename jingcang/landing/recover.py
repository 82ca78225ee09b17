"""Damage on disk: finding it, setting it aside, and what can be made again from what.

Belongs here: comparing landing with its manifests, isolating damaged files, removing what killed runs
left. Does not belong here: landing a table anew (``land``), which looks at :func:`missing` by itself.

Derived files (accepted, quarantined, books …) are made again from raw; raw files are pulled again from the
source. Nothing is ever repaired in place.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.manifests import Manifest, current_cut, manifests
from jingcang.landing.reconcile import damaged_files


def missing(home: Home, log: Sequence[Manifest], live: set[str] | None = None) -> tuple[bool, bool, bool]:
    """Return (raw content, derived files, of these books or retired rows: is any gone) of batches in force.

    Args:
        home: where landing lives.
        log: the batches.
        live: of a drop folder, ``folder/path`` of the raw files in force; None if all count.
    """
    raw = [f"{entry['folder']}/{entry['path']}" for manifest in log for entry in manifest.raw_files]
    lost_raw = any(not (home.landing / name).is_file() for name in raw if live is None or name in live)
    derived = [name for manifest in log for name in manifest.data_files]
    lost = [name for name in derived if not (home.landing / name).is_file()]
    return lost_raw, bool(lost), any(name.startswith(("books/", "retired/")) for name in lost)


def isolate_damaged(home: Home) -> list[str]:
    """Compare every file in force with its registered hash; move what differs to ``landing/damaged``.

    The next landing of the table makes derived files again from raw and pulls raw files again.

    Returns:
        Plain Chinese problems, one a file; empty if all is well.
    """
    problems = []
    for entry in current_cut(home).manifests(home):
        found = damaged_files(home, entry, deep=True)
        problems += found
        for problem in found:
            name = problem.split("：", 1)[1]
            path = home.landing / name
            if path.is_file():
                target = home.landing / "damaged" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, target)
                store.sync_folder(target.parent)
                store.sync_folder(path.parent)
    return problems


def sweep(home: Home) -> int:
    """Remove what killed runs left; call it only while holding the run's lease.

    Returns:
        Number of files and folders removed. Whatever any manifest names stays, in force or not.
    """
    kept: list[Path] = []
    for entry in manifests(home):
        kept += [home.landing / name for name in entry.data_files]
        kept += [home.landing / raw["folder"] for raw in entry.raw_files]
    return store.sweep(home, kept)
