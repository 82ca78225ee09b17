"""One table in one run: what is being landed, and what came of it.

Belongs here: the state that the steps of landing share, and the result they fill. No steps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import polars as pl

from jingcang.contracts import Entity, Profile, SourceTable
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.delivery import Chunk
from jingcang.landing.fixes import Fix
from jingcang.landing.manifests import Manifest, disagreements

ALL: Literal["all"] = "all"
#: What a replay does with a table whatever its cursor says: pull all of the source, or split all raw as well.
Again = Literal["pull", "split"]
#: Begins to judge the rows of one portion; what it returns waits for the verdict (rows, counts, expectations).
Witness = Callable[[SourceTable, pl.DataFrame], Callable[[], Any]]


@dataclass
class LandingResult:
    """What landing a table did.

    Args:
        batches: ids of the batches committed, none if nothing is new.
        read, accepted, quarantined, superseded, repeated, tombstoned, flagged, waived, corrected: rows of these
            batches; waived and corrected rows are among the accepted ones.
        rule_counts: rule id → rows violating it.
        affected: entity → local dates whose rows changed, or :data:`ALL`.
        alerts: plain Chinese messages that do not stop the load (drift, refused files, withheld deletions).
        refused: errors of files left out.
        drift: drifted source column → the entity columns made from it (``entity.column``), which lead on to
            the models that read them.
        witness_counts: rule id → violations counted by the independent witness.
        witnessed_rows: rows that it judged.
    """

    batches: tuple[str, ...] = ()
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    superseded: int = 0
    repeated: int = 0
    tombstoned: int = 0
    flagged: int = 0
    waived: int = 0
    corrected: int = 0
    rule_counts: dict[str, int] = field(default_factory=dict)
    affected: dict[str, set[dt.date] | Literal["all"]] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    refused: list[JingcangError] = field(default_factory=list)
    drift: dict[str, tuple[str, ...]] = field(default_factory=dict)
    witness_counts: dict[str, int] = field(default_factory=dict)
    witnessed_rows: int = 0

    @property
    def disagreements(self) -> dict[str, tuple[int, int]]:
        """Return rule id → (split's count, witness's count) where they differ."""
        return disagreements(self.rule_counts, self.witness_counts)

    def add(self, manifest: Manifest) -> None:
        """Count a committed batch."""
        self.batches += (manifest.batch_id,)
        for name in (
            "read",
            "accepted",
            "quarantined",
            "superseded",
            "repeated",
            "tombstoned",
            "flagged",
            "waived",
            "corrected",
        ):
            setattr(self, name, getattr(self, name) + manifest.rows.get(name, 0))
        verdict = manifest.witnessed or {"rows": 0, "counts": {}}
        self.witnessed_rows += verdict["rows"]
        for known, counts in (
            (self.rule_counts, manifest.rule_counts),
            (self.witness_counts, verdict["counts"]),
        ):
            for rule_id, count in counts.items():
                known[rule_id] = known.get(rule_id, 0) + count
        for entity, dates in manifest.affected.items():
            seen = self.affected.get(entity, set())
            if dates is None or seen == ALL:
                self.affected[entity] = ALL
            elif isinstance(seen, set):
                self.affected[entity] = seen | {dt.date.fromisoformat(date) for date in dates}

    def refuse(self, errors: list[JingcangError]) -> None:
        """Note files that were left out."""
        self.refused += [error for error in errors if error not in self.refused]
        self.alerts += [str(error) for error in errors if str(error) not in self.alerts]

    def note_drift(
        self, table: SourceTable, chunks: list[Chunk], retyped: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Tell of columns that no file has, that the contract does not know, and whose type changed.

        Args:
            table: contract and mappings.
            chunks: what was read.
            retyped: contract column → ``old type → new type`` in the database.
        """
        missing = set.intersection(*[set(chunk.missing) for chunk in chunks]) if chunks else set()
        unknown = set().union(*[set(chunk.unknown) for chunk in chunks])
        for names, what in (
            (missing, "来源缺少契约声明的列"),
            (unknown, "来源多出契约没有声明的列"),
            (set(retyped), "来源改变了列的类型"),
        ):
            if not names:
                continue
            shown = []
            for name in sorted(names):
                self.drift[name] = table.entity_columns([name])
                change = f" {retyped[name]}" if name in retyped else ""
                used = "、".join(self.drift[name])
                shown.append(f"{name}{change}（{f'用于 {used}' if used else '没有字段使用'}）")
            text = f"{table.qualified}：{what}：{'、'.join(shown)}；其余列照常入库"
            self.alerts += [text] if text not in self.alerts else []


@dataclass
class Job:
    """One table in one run."""

    table: SourceTable
    profile: Profile
    home: Home
    as_of: dt.date
    witness: Witness | None
    entities: dict[str, Entity]
    fingerprint: str
    log: list[Manifest]
    #: Waivers of this table that stand on the run's day.
    waivers: pl.DataFrame | None = None
    #: Fixes of this table that stand, in order.
    fixes: tuple[Fix, ...] = ()
    again: Again | None = None
    result: LandingResult = field(default_factory=LandingResult)
    #: Raw content of earlier batches is gone: the source is pulled anew and replaces all.
    lost: bool = False
    #: Bytes asked for so far, told when the disk fills up all the same.
    needed: int = 0

    @property
    def standing(self) -> list[Manifest]:
        """Return the batches a new one is compared with."""
        return [] if self.lost else self.log

    def need(self, size: int) -> None:
        """Refuse to start writing what cannot fit; see :func:`store.require_space`."""
        self.needed = size
        store.require_space(self.home, size)

    @property
    def cursor_file(self) -> Path:
        return self.home.landing / "cursors" / f"{self.table.system}__{self.table.table}.json"

    @property
    def raw_folder(self) -> Path:
        return store.table_folder(self.home, "raw", self.table.system, self.table.table)
