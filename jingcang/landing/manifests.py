"""Manifests: the commit points of landing. A batch exists when, and only when, its manifest does.

Belongs here: the shape of a manifest, reading and committing them, the cut (which batches are in
force). Does not belong here: producing batches (``land``) and showing them (``views``).

A manifest is named ``<sequence>_<batch id>.json``. Manifests are immutable, so reading is cached by
file name; a run sees a cut, never the folder.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import store

#: The source system of run history; its batches never count as new input.
PIPELINE = "_pipeline"
#: The source system of what a profile itself delivers (code mappings).
PROFILE = "_profile"

_commit_lock = threading.Lock()


@dataclass(frozen=True, eq=False)
class Manifest:
    """One committed batch.

    Args:
        batch_id: hash of source, table, predecessor and content.
        system, table: source table of the batch.
        as_of: ISO date of the run that landed it.
        fingerprint: contract, mapping, entity and landing code the split was made with.
        content_sha256: hash of the raw content.
        rows: counts read, accepted, quarantined, superseded, repeated, tombstoned, flagged, waived (accepted under a
            waiver), corrected (accepted with a value that a fix changed).
        moved: earlier batch id → how many of its accepted and quarantined rows this batch put out of
            force, ``{"accepted": n, "quarantined": n}``.
        rule_counts: rule id → rows that violate it.
        witnessed: what the independent witness counted over the same rows, ``{"rows": n, "expectations": n,
            "counts": {rule id: n}}``; None when the batch was landed without one.
        raw_files: one entry a raw file, the fields of ``delivery.RawFile``.
        data_files: path below ``landing`` → {"bytes", "sha256", "rows"}.
        entities: entity → rows in its accepted file.
        affected: entity → ISO dates, or None for all.
        replaces_all: earlier batches of the table are out of force.
        watermark_from, watermark_to: canonical source versions of the pull.
        cursor: what the next run compares to see that nothing is new.
        alerts: plain Chinese messages (drift, refused files, withheld deletions).
        sequence: position in the log, given at commit.
    """

    batch_id: str
    system: str
    table: str
    as_of: str
    fingerprint: str
    content_sha256: str
    rows: dict[str, int]
    moved: dict[str, dict[str, int]] = field(default_factory=dict)
    rule_counts: dict[str, int] = field(default_factory=dict)
    witnessed: dict[str, Any] | None = None
    raw_files: list[dict[str, Any]] = field(default_factory=list)
    data_files: dict[str, dict[str, Any]] = field(default_factory=dict)
    entities: dict[str, int] = field(default_factory=dict)
    affected: dict[str, list[str] | None] = field(default_factory=dict)
    replaces_all: bool = False
    watermark_from: str | None = None
    watermark_to: str | None = None
    cursor: dict[str, Any] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    sequence: int = 0

    @property
    def qualified(self) -> str:
        return f"{self.system}.{self.table}"

    def file_of(self, home: Home, kind: str) -> Path | None:
        """Return the batch's file of a kind (quarantined, flags, books, retired), if it has one."""
        path = store.table_folder(home, kind, self.system, self.table) / f"{self.batch_id}.parquet"
        return path if str(path.relative_to(home.landing)) in self.data_files else None


def disagreements(split: Mapping[str, int], witness: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Return rule id → (split's count, witness's count) where they differ, for the rules the witness judged."""
    return {
        rule_id: (split.get(rule_id, 0), count)
        for rule_id, count in sorted(witness.items())
        if split.get(rule_id, 0) != count
    }


def _checksum(content: Mapping[str, Any]) -> str:
    """Return the hash of a manifest's content: one flipped bit in a count or a name would pass as JSON."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=8192)
def _read(path: Path) -> Manifest:
    try:
        content = json.loads(path.read_bytes())
        # Manifests written before checksums existed have none.
        if content.pop("checksum", None) not in (None, _checksum(content)):
            raise ValueError("checksum")
        return Manifest(**content)
    except (ValueError, TypeError, AttributeError) as error:
        raise JingcangError(
            "入库清单损坏，无法读取",
            where=path.name,
            remedy="请从备份恢复该文件；在此之前不要删除入库区的任何文件",
        ) from error


def manifests(home: Home) -> list[Manifest]:
    """Return every committed manifest of a home, oldest first."""
    folder = home.landing / "manifests"
    names = sorted(path for path in folder.glob("*.json"))
    return [_read(path) for path in names]


def commit(home: Home, manifest: Manifest) -> Manifest:
    """Append a manifest to the log: the one moment at which a batch starts to exist.

    Returns:
        The manifest with its sequence number.
    """
    with _commit_lock:
        known = manifests(home)
        sequence = known[-1].sequence + 1 if known else 1
        content = asdict(manifest) | {"sequence": sequence}
        path = home.landing / "manifests" / f"{sequence:08d}_{manifest.batch_id}.json"
        store.write_json(path, content | {"checksum": _checksum(content)})
    return _read(path)


@dataclass(frozen=True)
class Cut:
    """The batches a run works on.

    Args:
        batches: ids of the source batches in force (all systems but ``_pipeline``), oldest first.
        hash: SHA-256 over ``batches``; equal cuts have equal input.
        pipeline_batches: ids of run-history batches; not part of the hash, since every run adds one.
    """

    batches: tuple[str, ...]
    hash: str
    pipeline_batches: tuple[str, ...] = ()

    def manifests(self, home: Home) -> list[Manifest]:
        """Return the manifests of the source batches, oldest first."""
        wanted = set(self.batches)
        return [entry for entry in manifests(home) if entry.batch_id in wanted]


def current_cut(home: Home) -> Cut:
    """Return the cut of everything committed.

    Returns:
        A :class:`Cut`; batches that a later batch replaced as a whole are left out.
    """
    in_force: dict[tuple[str, str], list[Manifest]] = {}
    for entry in manifests(home):
        log = in_force.setdefault((entry.system, entry.table), [])
        if entry.replaces_all:
            log.clear()
        log.append(entry)
    ordered = sorted((entry for log in in_force.values() for entry in log), key=lambda entry: entry.sequence)
    source = tuple(entry.batch_id for entry in ordered if entry.system != PIPELINE)
    history = tuple(entry.batch_id for entry in ordered if entry.system == PIPELINE)
    # Sources may be landed in any order within a run; the hash must not depend on it.
    digest = hashlib.sha256("\n".join(sorted(source)).encode()).hexdigest()
    return Cut(batches=source, hash=digest, pipeline_batches=history)
