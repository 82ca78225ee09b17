"""Decisions of the workbench landed as a source: what people decided flows back like any other data.

Belongs here: the source system ``_workbench``. Does not belong here: taking decisions (``jingcang.workbench``).

The workbench's log of actions only grows, and it is small: a batch holds all of it and replaces the one before.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

import polars as pl

from jingcang.contracts import load_entities
from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.manifests import Manifest, commit, manifests
from jingcang.landing.transforms.identity import SEPARATOR, md5_of

#: The source system of the product's own operational store.
WORKBENCH = "_workbench"
TABLE = "quality_issue_actions"
ENTITY = "quality_decisions"


def land_issue_decisions(home: Home, actions: Sequence[dict[str, Any]], *, as_of: dt.date) -> tuple[str, ...]:
    """Land the actions on quality issues as entity ``quality_decisions``; an unchanged log makes no batch.

    Args:
        home: where landing lives.
        actions: rows of ``quality_issue_actions``, oldest first.
        as_of: the run's date.

    Returns:
        Ids of the batches committed: one or none.
    """
    log = [entry for entry in manifests(home) if (entry.system, entry.table) == (WORKBENCH, TABLE)]
    if not actions and not log:
        return ()
    rows = _as_entity(actions)
    digest = hashlib.sha256(rows.drop("_source_batch_id").write_csv().encode()).hexdigest()
    if log and log[-1].content_sha256 == digest:
        return ()
    previous = log[-1].batch_id if log else ""
    batch_id = hashlib.sha256(f"{WORKBENCH}.{TABLE}\n{previous}\n{digest}".encode()).hexdigest()[:20]
    rows = rows.with_columns(pl.lit(batch_id).alias("_source_batch_id"))
    path = store.accepted_file(home, ENTITY, batch_id)
    store.write_frame(path, rows)
    nothing = dict.fromkeys(("quarantined", "superseded", "repeated", "tombstoned", "flagged"), 0)
    commit(
        home,
        Manifest(
            batch_id=batch_id,
            system=WORKBENCH,
            table=TABLE,
            as_of=as_of.isoformat(),
            fingerprint="1",
            content_sha256=digest,
            rows={"read": rows.height, "accepted": rows.height} | nothing,
            data_files={
                str(path.relative_to(home.landing)): {
                    "bytes": path.stat().st_size,
                    "sha256": store.sha256_of(path),
                    "rows": rows.height,
                }
            },
            entities={ENTITY: rows.height},
            affected={ENTITY: None},
            replaces_all=bool(log),
        ),
    )
    return (batch_id,)


def _as_entity(actions: Sequence[dict[str, Any]]) -> pl.DataFrame:
    schema = load_entities()[ENTITY].polars_schema(lineage=True)
    named = {
        "issue_id": "issue_id", "check_id": "check_id", "decision_version": "version", "spell_no": "spell_no",
        "run_no": "run_no", "action_code": "action", "state_code": "to_state", "assigned_to": "assigned_to",
        "due_date": "due_date", "reason": "reason", "decided_by": "user_id", "decided_at": "acted_at",
        "_source_key": "action_id", "_source_version": "version",
    }  # fmt: skip
    texts = {"_source_key", "_source_version"}
    frame = pl.DataFrame(
        [
            {name: str(row[field]) if name in texts else row[field] for name, field in named.items()}
            for row in actions
        ],
        schema={name: schema[name] for name in named},
    )
    key = pl.concat_str([pl.col("issue_id"), pl.col("decision_version")], separator=SEPARATOR)
    made = frame.with_columns(
        md5_of(key).alias("decision_id"),
        pl.lit(WORKBENCH).alias("_source_system"),
        pl.lit(TABLE).alias("_source_table"),
    )
    absent = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in made.columns
    ]
    return made.with_columns(absent).select(list(schema))
