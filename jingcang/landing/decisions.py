"""Decisions of people as a landed source: the system ``_workbench``.

Belongs here: landing the workbench's waivers, declared fixes, requests to replay, correction tickets, label rules,
samples and verdicts of the review of labels, decisions about alerts, declared operations, decisions of meetings,
evaluations of patrols (the profile's own too), appeals about records of KPIs, searches for archive files and actions on
quality issues as batches, and which waivers stand on a day. Does not belong here: deciding (``jingcang.workbench``),
what a waiver or fix does to a row (``judge``, ``fixes``), applying label rules (``jingcang.labelling``).

These logs are small: a batch holds all of one and replaces the batch before.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from jingcang.contracts import SourceTable, load_entities
from jingcang.home import Home
from jingcang.landing import store
from jingcang.landing.integrity import isolate_changed, remember
from jingcang.landing.manifests import Cut, Manifest, commit, manifests
from jingcang.landing.transforms.identity import SEPARATOR, md5_of

#: The source system of people's decisions.
WORKBENCH = "_workbench"
WAIVERS = "quarantine_waivers"
FIXES = "quarantine_fixes"
REPLAY_REQUESTS, CORRECTION_TICKETS = "replay_requests", "correction_tickets"
LABEL_RULES = "label_rules"
ALIASES = "address_aliases"
LABEL_STRATA, LABEL_SAMPLES, LABEL_VERDICTS = "label_strata", "label_samples", "label_verdicts"
ALERT_DECISIONS = "alert_decisions"
OPERATIONS, MEETING_DECISIONS = "special_operations", "meeting_decisions"
KPI_APPEALS, ARCHIVE_SEARCHES = "kpi_appeals", "archive_searches"
ARCHIVE_RECODINGS = "archive_recodings"
EVALUATIONS, EVALUATION_PUBLICATIONS = "patrol_evaluations", "evaluation_publications"
ISSUE_ACTIONS = "quality_issue_actions"
ISSUE_ENTITY = "quality_decisions"
SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    WAIVERS: {
        "waiver_id": pl.String(), "source_system": pl.String(), "source_table": pl.String(),
        "rule_id": pl.String(), "source_key": pl.String(), "row_digest": pl.String(), "reason": pl.String(),
        "valid_from": pl.Date(), "valid_to": pl.Date(), "created_by": pl.String(), "revoked_by": pl.String(),
    },
    FIXES: {
        "fix_no": pl.Int64(), "source_system": pl.String(), "source_table": pl.String(), "rule_id": pl.String(),
        "column_name": pl.String(), "kind": pl.String(), "parameters": pl.String(), "state_code": pl.String(),
        "proposed_by": pl.String(), "decided_by": pl.String(), "reason": pl.String(),
    },
    REPLAY_REQUESTS: {
        "request_no": pl.Int64(), "source_system": pl.String(), "source_table": pl.String(), "reason": pl.String(),
        "requested_by": pl.String(), "role": pl.String(), "generation": pl.String(),
        "requested_at": pl.Datetime("us", "UTC"),
    },
    CORRECTION_TICKETS: {
        "ticket_row_key": pl.String(), "ticket_id": pl.Int64(), "row_no": pl.Int64(), "unit_no": pl.String(),
        "check_id": pl.String(), "object_name": pl.String(), "row_key": pl.String(), "assigned_to": pl.String(),
        "due_date": pl.Date(), "run_no": pl.Int64(), "generation": pl.String(), "created_by": pl.String(),
        "created_at": pl.Datetime("us", "UTC"),
    },
    LABEL_RULES: {
        "rule_id": pl.String(), "label_code": pl.String(), "label_group": pl.String(), "terms": pl.String(),
        "context": pl.String(), "context_reach": pl.String(), "exclusions": pl.String(),
        "exclusion_reach": pl.String(), "counts_in_claim": pl.String(), "priority": pl.String(),
        "confidence_pct": pl.String(), "rule_version": pl.String(), "status": pl.String(),
        "proposed_by": pl.String(), "decided_by": pl.String(), "reason": pl.String(),
    },
    ALIASES: {
        "written_name": pl.String(), "standard_name": pl.String(), "alias_no": pl.Int64(),
        "proposed_by": pl.String(), "decided_by": pl.String(),
    },
    LABEL_STRATA: {
        "stratum_no": pl.Int64(), "week_start": pl.Date(), "label_group": pl.String(),
        "definition_version": pl.String(), "stratum_code": pl.String(), "rule_version": pl.String(),
        "stratum_count": pl.Int64(), "sampled_count": pl.Int64(), "case_count": pl.Int64(),
    },
    LABEL_SAMPLES: {
        "sample_no": pl.Int64(), "stratum_no": pl.Int64(), "case_id": pl.String(), "label_codes": pl.String(),
        "is_overlap": pl.Boolean(),
    },
    LABEL_VERDICTS: {
        "verdict_no": pl.Int64(), "sample_no": pl.Int64(), "case_id": pl.String(), "label_group": pl.String(),
        "label_code": pl.String(), "verdict": pl.String(), "undoes": pl.Int64(), "evidence_from": pl.Int64(),
        "evidence_to": pl.Int64(), "text_digest": pl.String(), "purpose": pl.String(), "user_id": pl.String(),
    },
    ALERT_DECISIONS: {
        "decision_no": pl.Int64(), "alert_id": pl.String(), "version": pl.Int64(), "disposition": pl.String(),
        "reason": pl.String(), "last_week_start": pl.Date(), "user_id": pl.String(),
        "decided_at": pl.Datetime("us", "UTC"),
    },
    OPERATIONS: {
        "place_key": pl.String(), "operation_no": pl.Int64(), "version": pl.Int64(), "state_code": pl.String(),
        "operation_name": pl.String(), "programme_no": pl.String(), "class_codes": pl.String(),
        "declared_unit_no": pl.String(), "unit_no": pl.String(), "area_no": pl.String(), "start_date": pl.Date(),
        "last_date": pl.Date(), "reason": pl.String(), "user_id": pl.String(), "acted_at": pl.Datetime("us", "UTC"),
    },
    MEETING_DECISIONS: {
        "row_no": pl.Int64(), "decision_no": pl.Int64(), "version": pl.Int64(), "unit_no": pl.String(),
        "state_code": pl.String(), "state_label": pl.String(), "decision_text": pl.String(), "owner": pl.String(),
        "review_date": pl.Date(), "verdict": pl.String(), "verdict_label": pl.String(), "metric_code": pl.String(),
        "class_code": pl.String(), "unit_nos": pl.String(), "area_no": pl.String(), "period_kind": pl.String(),
        "period_start": pl.Date(), "period_end": pl.Date(), "figure_count": pl.Int64(), "figure_base": pl.Int64(),
        "now_start": pl.Date(), "now_end": pl.Date(), "now_count": pl.Int64(), "now_base": pl.Int64(),
        "generation": pl.String(), "reason": pl.String(), "user_id": pl.String(),
        "acted_at": pl.Datetime("us", "UTC"),
    },
    KPI_APPEALS: {
        "row_no": pl.Int64(), "appeal_no": pl.Int64(), "version": pl.Int64(), "state_code": pl.String(),
        "effect_code": pl.String(), "effect_label": pl.String(), "period_start": pl.Date(),
        "period_end": pl.Date(), "kpi_code": pl.String(), "kpi_record_id": pl.String(), "record_no": pl.String(),
        "event_date": pl.Date(), "unit_no": pl.String(), "officer_no": pl.String(), "claim_code": pl.String(),
        "reason": pl.String(), "user_id": pl.String(), "acted_at": pl.Datetime("us", "UTC"),
    },
    ARCHIVE_RECODINGS: {
        "row_no": pl.Int64(), "recoding_no": pl.Int64(), "version": pl.Int64(), "archive_use_id": pl.String(),
        "unit_no": pl.String(), "purpose_code": pl.String(), "reason": pl.String(), "user_id": pl.String(),
        "acted_at": pl.Datetime("us", "UTC"),
    },
    ARCHIVE_SEARCHES: {
        "search_no": pl.Int64(), "event_date": pl.Date(), "unit_no": pl.String(), "officer_no": pl.String(),
        "purpose_code": pl.String(), "linked_no": pl.String(), "query_kinds": pl.String(), "is_hit": pl.Boolean(),
        "hit_count": pl.Int64(), "searched_at": pl.Datetime("us", "UTC"),
    },
    EVALUATIONS: {
        "evaluation_key": pl.String(), "evaluation_code": pl.String(), "version": pl.Int64(),
        "origin_code": pl.String(), "state_code": pl.String(), "evaluation_name": pl.String(),
        "programme_no": pl.String(), "planned_minutes": pl.Int64(), "treated_areas": pl.String(),
        "control_areas": pl.String(), "buffer_areas": pl.String(), "before_start": pl.Date(),
        "before_last": pl.Date(), "after_start": pl.Date(), "after_last": pl.Date(), "chosen_because": pl.String(),
        "chosen_because_label": pl.String(),
        "selection_start": pl.Date(), "selection_last": pl.Date(), "class_codes": pl.String(),
        "excludes_patrol_generated": pl.Boolean(), "declared_unit_no": pl.String(), "reason": pl.String(),
        "user_id": pl.String(), "decided_at": pl.Datetime("us", "UTC"),
    },
    EVALUATION_PUBLICATIONS: {
        "publication_no": pl.Int64(), "evaluation_code": pl.String(), "version": pl.Int64(),
        "verdict_code": pl.String(), "content_hash": pl.String(), "generation": pl.String(), "reason": pl.String(),
        "user_id": pl.String(), "published_at": pl.Datetime("us", "UTC"),
    },
}  # fmt: skip
"""Kind of decision → its columns, the first one its key."""
_TOUCHED = {ALIASES: ("addresses",)}
"""Kind of decision → entities to which it does what a change of all their rows would."""


def waivable(rule_id: str) -> bool:
    """Return whether a row can load in spite of a rule.

    Lines that are no rows, several rows of one key, and rows that would leave a required field of an entity empty
    cannot.
    """
    return rule_id not in ("key", "ragged", "encoding") and not rule_id.endswith(".mapped")


def row_digest(masked: pl.Expr) -> pl.Expr:
    """Return the digest of a row from its masked raw values: what a steward saw when deciding."""
    return md5_of(masked)


def land_decisions(
    home: Home, table: str, rows: Sequence[dict[str, Any]], *, as_of: dt.date
) -> tuple[str, ...]:
    """Land decisions of one kind as the workbench holds them; an unchanged log makes no batch.

    Args:
        home: where landing lives.
        table: a key of :data:`SCHEMAS`.
        rows: all waivers ever given, all fixes ever proposed in their latest state, all replays ever asked for, all
            rows ever returned to units for correction, the label rules or aliases that stand, or everything drawn or
            said in the review of labels, decided about alerts or in meetings, or declared; columns of the schema and
            others.
        as_of: the run's date.

    Returns:
        Ids of the batches committed: one or none.
    """
    schema, folder = SCHEMAS[table], home.landing / "decisions" / table
    frame = pl.DataFrame([{name: row[name] for name in schema} for row in rows], schema=schema)
    ordered = frame.sort(next(iter(schema)))
    return land_log(
        home, table, ordered, lambda batch: folder / f"{batch}.parquet", as_of, touched=_TOUCHED.get(table, ()),
    )  # fmt: skip


def land_issue_decisions(home: Home, actions: Sequence[dict[str, Any]], *, as_of: dt.date) -> tuple[str, ...]:
    """Land the actions on quality issues as entity ``quality_decisions``; an unchanged log makes no batch.

    Args:
        home: where landing lives.
        actions: rows of ``quality_issue_actions``, oldest first.
        as_of: the run's date.

    Returns:
        Ids of the batches committed: one or none.
    """
    path = functools.partial(store.accepted_file, home, ISSUE_ENTITY)
    return land_log(home, ISSUE_ACTIONS, _as_entity(actions), path, as_of, entity=ISSUE_ENTITY)


def land_log(
    home: Home,
    table: str,
    frame: pl.DataFrame,
    path_of: Callable[[str], Path],
    as_of: dt.date,
    *,
    entity: str | None = None,
    touched: Sequence[str] = (),
    system: str = WORKBENCH,
) -> tuple[str, ...]:
    """Commit a whole log as one batch unless it is what landed last and its files are whole.

    Args:
        home: where landing lives.
        table: name of the log.
        frame: all of it, in a fixed order.
        path_of: batch id → file.
        as_of: the run's date.
        entity: the entity whose rows these are, None for a log that is no entity.
        touched: entities all of whose rows mean something else after a change of the log.
        system: whose log it is.

    Returns:
        Ids of the batches committed: one or none.
    """
    digest = hashlib.sha256(frame.write_csv().encode()).hexdigest()
    last = _last(home, table, system)
    if last is not None:
        isolate_changed(home, [last])
    whole = last is not None and all((home.landing / name).is_file() for name in last.data_files)
    if (last is None and frame.is_empty()) or (last is not None and whole and last.content_sha256 == digest):
        return ()
    previous = last.batch_id if last else ""
    batch_id = hashlib.sha256(f"{system}.{table}\n{previous}\n{digest}".encode()).hexdigest()[:20]
    path = path_of(batch_id)
    if entity is not None:
        frame = frame.with_columns(pl.lit(batch_id).alias("_source_batch_id"))
    store.write_frame(path, frame)
    zero = dict.fromkeys(("quarantined", "superseded", "repeated", "tombstoned", "flagged"), 0)
    described = {"bytes": path.stat().st_size, "sha256": store.sha256_of(path), "rows": frame.height}
    committed = commit(home, Manifest(
        batch_id=batch_id, system=system, table=table, as_of=as_of.isoformat(), fingerprint="1",
        content_sha256=digest, rows={"read": frame.height, "accepted": frame.height} | zero,
        data_files={str(path.relative_to(home.landing)): described},
        entities={} if entity is None else {entity: frame.height},
        affected=dict.fromkeys([*touched, *([] if entity is None else [entity])]),
        replaces_all=last is not None,
    ))  # fmt: skip
    remember(home, committed)
    return (batch_id,)


def landed_decisions(home: Home, table: str, cut: Cut | None = None) -> pl.DataFrame:
    """Return every decision of one kind in a cut (default: every one landed).

    Args:
        home: where landing lives.
        table: a key of :data:`SCHEMAS`, whose columns are returned.
        cut: the cut.
    """
    last = _last(home, table)
    if cut is not None:
        own = (WORKBENCH, table)
        last = next((entry for entry in cut.manifests(home) if (entry.system, entry.table) == own), None)
    paths = [home.landing / name for name in last.data_files] if last else []
    return pl.concat([pl.DataFrame(schema=SCHEMAS[table]), *[pl.read_parquet(path) for path in paths]])


def standing_waivers(waivers: pl.DataFrame, table: SourceTable, as_of: dt.date) -> pl.DataFrame:
    """Return the waivers of one table that stand on a day: neither expired nor revoked nor yet to come."""
    return waivers.filter(
        (pl.col("source_system") == table.system) & (pl.col("source_table") == table.table)
        & (pl.col("valid_from") <= as_of) & (as_of < pl.col("valid_to")) & pl.col("revoked_by").is_null()
        & pl.Series([waivable(rule_id) for rule_id in waivers["rule_id"]], dtype=pl.Boolean)
    ).unique(["rule_id", "source_key", "row_digest"]).sort("rule_id", "source_key", "row_digest")  # fmt: skip


def _last(home: Home, table: str, system: str = WORKBENCH) -> Manifest | None:
    log = [entry for entry in manifests(home) if (entry.system, entry.table) == (system, table)]
    return log[-1] if log else None


def _as_entity(actions: Sequence[dict[str, Any]]) -> pl.DataFrame:
    schema = load_entities()[ISSUE_ENTITY].polars_schema(lineage=True)
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
        pl.lit(ISSUE_ACTIONS).alias("_source_table"),
    )
    absent = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name not in made.columns
    ]
    return made.with_columns(absent).select(list(schema))
