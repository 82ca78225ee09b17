"""Decisions of people as a landed source: the system ``_workbench``.

Belongs here: landing the workbench's waivers as batches, and which of them stand on a day. Does not belong here:
giving a waiver (``jingcang.workbench.waivers``) and its effect on a row (``split``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

import polars as pl

from jingcang.contracts import SourceTable
from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.integrity import isolate_changed, remember
from jingcang.landing.manifests import Cut, Manifest, commit, manifests
from jingcang.landing.transforms.identity import md5_of

#: The source system of people's decisions.
WORKBENCH = "_workbench"
WAIVERS = "quarantine_waivers"
WAIVER_SCHEMA: dict[str, pl.DataType] = {
    "waiver_id": pl.String(), "source_system": pl.String(), "source_table": pl.String(),
    "rule_id": pl.String(), "source_key": pl.String(), "row_digest": pl.String(), "reason": pl.String(),
    "valid_from": pl.Date(), "valid_to": pl.Date(), "created_by": pl.String(), "revoked_by": pl.String(),
}  # fmt: skip


def waivable(rule_id: str) -> bool:
    """Return whether a row can load in spite of a rule.

    Lines that are no rows, several rows of one key, and rows that would leave a required field of an entity empty
    cannot.
    """
    return rule_id not in ("key", "ragged", "encoding") and not rule_id.endswith(".mapped")


def row_digest(masked: pl.Expr) -> pl.Expr:
    """Return the digest of a row from its masked raw values: what a steward saw when deciding."""
    return md5_of(masked)


def land_waivers(home: Home, rows: Sequence[dict[str, Any]], *, as_of: dt.date) -> tuple[str, ...]:
    """Land every waiver of the workbench; unchanged ones make no batch.

    Args:
        home: where landing lives.
        rows: all waivers ever given, columns of :data:`WAIVER_SCHEMA` and others.
        as_of: the run's date.

    Returns:
        Ids of the batches committed: one or none.
    """
    frame = pl.DataFrame(
        [{name: row[name] for name in WAIVER_SCHEMA} for row in rows], schema=WAIVER_SCHEMA
    ).sort("waiver_id")
    digest = hashlib.sha256(frame.write_csv().encode()).hexdigest()
    last = _last(home)
    if last is not None:
        isolate_changed(home, [last])
    whole = last is not None and all((home.landing / name).is_file() for name in last.data_files)
    if (last is None and frame.is_empty()) or (last is not None and whole and last.content_sha256 == digest):
        return ()
    previous = last.batch_id if last else ""
    batch_id = hashlib.sha256(f"{WORKBENCH}.{WAIVERS}\n{previous}\n{digest}".encode()).hexdigest()[:20]
    path = home.landing / "decisions" / WAIVERS / f"{batch_id}.parquet"
    store.write_frame(path, frame)
    zero = dict.fromkeys(("quarantined", "superseded", "repeated", "tombstoned", "flagged"), 0)
    described = {"bytes": path.stat().st_size, "sha256": store.sha256_of(path), "rows": frame.height}
    committed = commit(home, Manifest(
        batch_id=batch_id, system=WORKBENCH, table=WAIVERS, as_of=as_of.isoformat(), fingerprint="1",
        content_sha256=digest, rows={"read": frame.height, "accepted": frame.height} | zero,
        data_files={str(path.relative_to(home.landing)): described}, replaces_all=last is not None,
    ))  # fmt: skip
    remember(home, committed)
    return (batch_id,)


def landed_waivers(home: Home, cut: Cut | None = None) -> pl.DataFrame:
    """Return every waiver of a cut (default: every waiver landed), columns of :data:`WAIVER_SCHEMA`."""
    last = _last(home)
    if cut is not None:
        last = next((entry for entry in cut.manifests(home) if entry.system == WORKBENCH), None)
    paths = [home.landing / name for name in last.data_files] if last else []
    return pl.concat([pl.DataFrame(schema=WAIVER_SCHEMA), *[pl.read_parquet(path) for path in paths]])


def standing_waivers(waivers: pl.DataFrame, table: SourceTable, as_of: dt.date) -> pl.DataFrame:
    """Return the waivers of one table that stand on a day: neither expired nor revoked nor yet to come."""
    return waivers.filter(
        (pl.col("source_system") == table.system) & (pl.col("source_table") == table.table)
        & (pl.col("valid_from") <= as_of) & (as_of < pl.col("valid_to")) & pl.col("revoked_by").is_null()
        & pl.Series([waivable(rule_id) for rule_id in waivers["rule_id"]], dtype=pl.Boolean)
    ).unique(["rule_id", "source_key", "row_digest"]).sort("rule_id", "source_key", "row_digest")  # fmt: skip


def _last(home: Home) -> Manifest | None:
    log = [entry for entry in manifests(home) if (entry.system, entry.table) == (WORKBENCH, WAIVERS)]
    return log[-1] if log else None
