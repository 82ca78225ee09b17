"""Damage on disk: finding it, setting it aside, and what can be made again from what.

Belongs here: what is gone, the full comparison of landing with its manifests, removing what killed runs
left. Does not belong here: landing a table anew (``land``), which looks at :func:`missing` by itself.

Derived files (accepted, quarantined, books …) are made again from raw; raw files are pulled again from the
source. Nothing is ever repaired in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.integrity import isolate_changed, stated_files
from jingcang.landing.manifests import Manifest, current_cut, manifests
from jingcang.landing.reconcile import DIFFERS, GONE, replaced_raw


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
    """Compare every byte of every file in force with its registered hash; move what differs aside.

    Every run does the same for files that look different from when they were last compared; see
    ``integrity``. The next landing of the table makes derived files again from raw and pulls raw files again.

    Returns:
        Plain Chinese problems, one a file; empty if all is well.
    """
    cut = current_cut(home)
    wanted = {*cut.batches, *cut.pipeline_batches}
    entries = [entry for entry in manifests(home) if entry.batch_id in wanted]
    moved = isolate_changed(home, entries, deep=True)
    replaced = replaced_raw(entries)
    gone = [
        name for entry in entries for name in stated_files(entry)
        if name not in moved and name not in replaced and not (home.landing / name).is_file()
    ]  # fmt: skip
    return [f"{DIFFERS}：{name}" for name in moved] + [f"{GONE}：{name}" for name in sorted(set(gone))]


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
