"""Writing one batch: the files beside its manifest, in their final columns.

Belongs here: collecting the outcome of a split into the batch's files and counts. Does not belong here:
deciding what is in the batch (``land``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from jingcang.contracts import Entity, SourceTable
from jingcang.contracts.fields import LINEAGE, polars_type
from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.delivery import FILE
from jingcang.landing.split import FLAG_SCHEMA, QUARANTINED_SCHEMA, Split

RETIRED_SCHEMA: dict[str, pl.DataType] = {
    "batch_id": pl.String(), "source_key": pl.String(), "source_file": pl.String(), "reason": pl.String(),
}  # fmt: skip


class BatchFiles:
    """The files of one batch while they are written.

    Args:
        home, table, batch_id, as_of: what the batch is.
        entities: canonical entities by name.
    """

    def __init__(
        self, home: Home, table: SourceTable, batch_id: str, as_of: dt.date, entities: dict[str, Entity]
    ) -> None:
        self.home, self.table, self.batch_id, self.as_of, self.known = home, table, batch_id, as_of, entities
        self.rows = {"accepted": 0, "quarantined": 0, "flagged": 0, "waived": 0, "corrected": 0}
        self.first_seen: dict[str, dt.date] = {}
        self.rule_counts: dict[str, int] = {}
        self.entities: dict[str, int] = {}
        self.dates: dict[str, set[dt.date] | None] = {}
        self.file_counts: dict[str, dict[str, int]] = {}
        self.witnessed: dict[str, Any] | None = None
        self._writers: dict[Path, store.FrameWriter] = {}

    def _add(self, path: Path, frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        if path not in self._writers:
            self._writers[path] = store.FrameWriter(path)
        self._writers[path].add(frame)

    def path(self, kind: str) -> Path:
        """Return the file of a kind that lies in the table's own folder."""
        return (
            store.table_folder(self.home, kind, self.table.system, self.table.table)
            / f"{self.batch_id}.parquet"
        )

    def add_split(self, split: Split, frame: pl.DataFrame) -> None:
        """Write the outcome of one split; ``frame`` is what was split."""
        for name, parts in split.entities.items():
            for part in parts:
                if part.is_empty():
                    self.dates.setdefault(name, set() if "event_date" in part.columns else None)
                    continue
                rows = self._with_lineage(part, name)
                self._add(store.accepted_file(self.home, name, self.batch_id), rows)
                self.entities[name] = self.entities.get(name, 0) + rows.height
                self._note_dates(name, rows)
        self.add_quarantined(split.quarantined)
        self._add(
            self.path("flags"),
            split.flags.with_columns(batch_id=pl.lit(self.batch_id)).select(list(FLAG_SCHEMA)),
        )
        self.rows["accepted"] += int((split.outcomes == "accepted").sum())
        self.rows["flagged"] += split.flags.height
        self.rows["waived"] += split.waived
        self.rows["corrected"] += split.corrected
        for rule_id, count in split.rule_counts.items():
            self.rule_counts[rule_id] = self.rule_counts.get(rule_id, 0) + count
        if not self.table.key:
            counts = (
                frame.select(FILE)
                .with_columns(split.outcomes.alias("outcome"))
                .group_by(FILE, "outcome")
                .len()
            )
            for file, outcome, count in counts.iter_rows():
                self._count_file(file, outcome, count)

    def add_witnessed(self, verdict: Any) -> None:
        """Count what the witness found in one portion."""
        assert self.witnessed is not None  # noqa: S101 - set when the batch has a witness
        seen = self.witnessed
        for rule_id, count in verdict.counts.items():
            seen["counts"][rule_id] = seen["counts"].get(rule_id, 0) + count
        seen["rows"] += verdict.rows
        seen["expectations"] += verdict.expectations

    def _count_file(self, file: str, outcome: str, count: int) -> None:
        entry = self.file_counts.setdefault(file, {"accepted": 0, "quarantined": 0})
        entry[outcome] += count

    def add_quarantined(self, rows: pl.DataFrame) -> None:
        """Write quarantined rows (without batch id and date)."""
        seen = pl.col("source_key").replace_strict(self.first_seen, default=self.as_of, return_dtype=pl.Date)
        whole = rows.with_columns(batch_id=pl.lit(self.batch_id), first_seen_at=seen)
        self._add(self.path("quarantined"), whole.select(list(QUARANTINED_SCHEMA)))
        self.rows["quarantined"] += rows.height

    def add_damaged(self, rows: pl.DataFrame) -> None:
        """Write damaged lines in the shape of quarantined rows."""
        if rows.is_empty():
            return
        self.add_quarantined(rows)
        for rule_id, count in rows.group_by("rule_id").len().iter_rows():
            self.rule_counts[rule_id] = self.rule_counts.get(rule_id, 0) + count
        for file, count in rows.group_by("source_file").len().iter_rows():
            self._count_file(file, "quarantined", count)

    def add_table(self, kind: str, frame: pl.DataFrame) -> None:
        """Write a frame of the table's own kind (books, retired)."""
        self._add(self.path(kind), frame)

    def _with_lineage(self, rows: pl.DataFrame, entity: str) -> pl.DataFrame:
        constants = {
            "_source_system": self.table.system, "_source_table": self.table.table, "_source_batch_id": self.batch_id,
        }  # fmt: skip
        made = [pl.lit(value).alias(name) for name, value in constants.items()]
        made += [
            pl.lit(None, dtype=polars_type(kind)).alias(name)
            for name, kind in LINEAGE.items()
            if name not in constants and name not in rows.columns
        ]
        return rows.with_columns(made).select(list(self.known[entity].polars_schema(lineage=True)))

    def _note_dates(self, entity: str, rows: pl.DataFrame) -> None:
        if "event_date" not in rows.columns:
            self.dates[entity] = None
            return
        dates = self.dates.setdefault(entity, set())
        if dates is not None:
            dates.update(rows["event_date"].drop_nulls().unique().to_list())

    def finish(self) -> dict[str, dict[str, Any]]:
        """Settle every file under its name.

        Returns:
            Path below ``landing`` → bytes, sha256, rows.
        """
        described = {}
        for path, writer in self._writers.items():
            writer.__exit__(None)
            described[str(path.relative_to(self.home.landing))] = {
                "bytes": path.stat().st_size, "sha256": store.sha256_of(path), "rows": writer.rows,
            }  # fmt: skip
        return described

    def abandon(self) -> None:
        """Drop what was not finished; finished files stay."""
        for writer in self._writers.values():
            writer.abandon()
