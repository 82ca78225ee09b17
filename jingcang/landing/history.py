"""What is no source table and lands all the same: code mappings of a profile, results of checks.

Belongs here: the source systems ``_profile`` and ``_pipeline``. Does not belong here: running checks.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from jingcang.contracts import Profile, load_entities
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import csv_lines, store
from jingcang.landing.integrity import isolate_changed, remember
from jingcang.landing.manifests import PIPELINE, PROFILE, Cut, Manifest, commit, manifests
from jingcang.landing.transforms.identity import SEPARATOR

RESULT_SCHEMA: dict[str, pl.DataType] = {
    "run_id": pl.String(), "run_no": pl.Int64(), "as_of": pl.Date(), "check_id": pl.String(),
    "source_system": pl.String(), "object_name": pl.String(), "rule_id": pl.String(), "dimension": pl.String(),
    "severity": pl.String(), "status": pl.String(), "rows_checked": pl.Int64(), "rows_violated": pl.Int64(),
    "threshold_pct": pl.Decimal(9, 4), "owner": pl.String(), "note": pl.String(), "checked_by": pl.String(),
}  # fmt: skip
FAILURE_SCHEMA: dict[str, pl.DataType] = {
    "run_id": pl.String(), "check_id": pl.String(), "object_name": pl.String(), "row_key": pl.String(),
    "source_file": pl.String(), "source_line": pl.Int64(), "source_system": pl.String(), "source_table": pl.String(),
    "source_key": pl.String(), "batch_id": pl.String(), "unit_no": pl.String(), "event_date": pl.Date(),
}  # fmt: skip
UNIT_SCHEMA: dict[str, pl.DataType] = {
    "run_id": pl.String(), "check_id": pl.String(), "unit_no": pl.String(), "rows_checked": pl.Int64(),
    "rows_violated": pl.Int64(),
}  # fmt: skip
_COUNT, _CHANCE = pl.Decimal(12, 2), pl.Decimal(12, 10)
_RUN: dict[str, pl.DataType] = {
    "run_id": pl.String(), "run_no": pl.Int64(), "as_of": pl.Date(), "generation_no": pl.Int64(),
}  # fmt: skip
SIGNAL_SCHEMA: dict[str, pl.DataType] = _RUN | {
    "week_start": pl.Date(), "alert_id": pl.String(), "is_headline": pl.Boolean(), "class_level": pl.Int64(),
    "class_code": pl.String(), "class_label": pl.String(), "class_level1_code": pl.String(),
    "class_level1_label": pl.String(), "scope_code": pl.String(), "unit_no": pl.String(), "area_no": pl.String(),
    "method_code": pl.String(), "weeks_counted": pl.Int64(), "observed_count": pl.Int64(), "expected_count": _COUNT,
    "low_count": _COUNT, "threshold_count": _COUNT, "alpha": _CHANCE, "p_value": _CHANCE, "q_value": _CHANCE,
    "dispersion": _COUNT,
}  # fmt: skip
ALERT_WEEK_SCHEMA: dict[str, pl.DataType] = _RUN | {
    "week_start": pl.Date(), "scope_code": pl.String(), "unit_no": pl.String(), "status": pl.String(),
    "missing_days": pl.Int64(), "tested_count": pl.Int64(), "drift_tested_count": pl.Int64(),
    "short_count": pl.Int64(), "unwatched_count": pl.Int64(), "alarm_count": pl.Int64(), "alpha": _CHANCE,
    "expected_alarm_count": pl.Decimal(12, 4), "alarms_per_year": _COUNT,
}  # fmt: skip
REPLAY_SCHEMA: dict[str, pl.DataType] = _RUN | {
    "first_week_start": pl.Date(), "last_week_start": pl.Date(), "series_count": pl.Int64(),
    "tested_count": pl.Int64(), "alpha": _CHANCE, "alarm_count": pl.Int64(),
    "expected_alarm_count": pl.Decimal(12, 4), "rate_ratio": pl.Decimal(9, 4), "ci_low": pl.Decimal(9, 4),
    "ci_high": pl.Decimal(9, 4),
}  # fmt: skip
NEAR_REPEAT_SCHEMA: dict[str, pl.DataType] = _RUN | {
    "scope_code": pl.String(), "unit_no": pl.String(), "class_code": pl.String(), "class_label": pl.String(),
    "tested_from_date": pl.Date(), "tested_to_date": pl.Date(),
    "incident_count": pl.Int64(), "located_count": pl.Int64(), "metres_from": pl.Int64(), "metres_to": pl.Int64(),
    "days_from": pl.Int64(), "days_to": pl.Int64(), "pair_count": pl.Int64(), "expected_pair_count": _COUNT,
    "pair_ratio": pl.Decimal(9, 4), "pair_p_value": _CHANCE, "pair_q_value": _CHANCE, "is_nearest_bin": pl.Boolean(),
}  # fmt: skip
_LOG, _MINUTES = pl.Decimal(12, 6), pl.Decimal(9, 2)
EVALUATION_SCHEMA: dict[str, pl.DataType] = _RUN | {
    "evaluation_code": pl.String(), "version": pl.Int64(), "unit_no": pl.String(), "state_code": pl.String(),
    "state_label": pl.String(), "state_note": pl.String(), "treated_areas": pl.String(), "control_areas": pl.String(),
    "buffer_areas": pl.String(), "before_start": pl.Date(), "before_last": pl.Date(), "after_start": pl.Date(),
    "after_last": pl.Date(), "treated_before_count": pl.Int64(), "treated_after_count": pl.Int64(),
    "control_before_count": pl.Int64(), "control_after_count": pl.Int64(), "buffer_before_count": pl.Int64(),
    "buffer_after_count": pl.Int64(), "patrol_generated_count": pl.Int64(), "dispersion": _COUNT,
    "effect_log": _LOG, "effect_standard_error": _LOG, "effect_p_value": _CHANCE, "effect_pct": _COUNT,
    "effect_low_pct": _COUNT, "effect_high_pct": _COUNT, "detectable_fall_pct": _COUNT, "wdd_count": _COUNT,
    "wdd_low_count": _COUNT, "wdd_high_count": _COUNT, "wdd_warning": pl.String(), "displacement_pct": _COUNT,
    "displacement_low_pct": _COUNT, "displacement_high_pct": _COUNT, "displacement_label": pl.String(),
    "pre_trend_p_value": _CHANCE, "pre_trend_label": pl.String(), "planned_minutes": _MINUTES,
    "observed_minutes": _MINUTES, "delivered_minutes": _MINUTES, "observed_pct": _MINUTES, "delivered_pct": _MINUTES,
    "dosage_note": pl.String(), "verdict_code": pl.String(), "verdict_label": pl.String(),
    "verdict_text": pl.String(), "design_faults": pl.String(), "design_remarks": pl.String(),
}  # fmt: skip
RESTATED_SCHEMA: dict[str, pl.DataType] = {
    "run_no": pl.Int64(), "generation_from": pl.String(), "generation_to": pl.String(), "from_as_of": pl.Date(),
    "to_as_of": pl.Date(), "incident_id": pl.String(), "side_code": pl.String(), "cause_code": pl.String(),
    "unit_no": pl.String(), "area_no": pl.String(), "class_code": pl.String(), "class_outcome": pl.String(),
    "outcome_code": pl.String(), "incident_no": pl.String(), "class_label": pl.String(),
    "class_level1_code": pl.String(), "class_level1_label": pl.String(), "outcome_label": pl.String(),
    "source_table": pl.String(), "source_key": pl.String(), "source_file": pl.String(), "source_line": pl.Int64(),
    "event_date": pl.Date(), "record_count": pl.Int64(),
}  # fmt: skip
FIGURE_SCHEMA: dict[str, pl.DataType] = {
    "run_no": pl.Int64(), "generation": pl.String(), "generation_from": pl.String(), "published_as_of": pl.Date(),
    "metric_code": pl.String(), "metric_version": pl.String(), "definition_digest": pl.String(),
    "unit_no": pl.String(), "month_start": pl.Date(), "figure_count": pl.Int64(),
}  # fmt: skip
HISTORY: dict[str, dict[str, pl.DataType]] = {
    "quality_results": RESULT_SCHEMA,
    "quality_failures": FAILURE_SCHEMA,
    "quality_unit_results": UNIT_SCHEMA,
    "alert_signals": SIGNAL_SCHEMA,
    "alert_weeks": ALERT_WEEK_SCHEMA,
    "alert_replays": REPLAY_SCHEMA,
    "near_repeats": NEAR_REPEAT_SCHEMA,
    "evaluation_results": EVALUATION_SCHEMA,
    "restated_incidents": RESTATED_SCHEMA,
    "published_figures": FIGURE_SCHEMA,
}
"""Kinds of run history with their columns."""
QUALITY = "quality"
"""Table of the batches that hold a run's checks."""
_MAPPING_COLUMNS = (
    "source_system", "field_name", "source_value", "dictionary", "code", "outcome", "equivalence", "reason",
    "mapped_by", "reviewed_by", "valid_from", "valid_to",
)  # fmt: skip
_MAPPING_KEY = ("source_system", "field_name", "source_value", "dictionary", "valid_from")


def land_mapping_seeds(profile: Profile, home: Home, *, as_of: dt.date | None = None) -> tuple[str, ...]:
    """Land the profile's code mappings as entity ``code_mappings``; unchanged files make no batch.

    Args:
        profile: its ``mapping_seeds`` are CSV files in UTF-8.
        home: where landing lives.
        as_of: the run's date, default the profile's.

    Returns:
        Ids of the batches committed: one or none.

    Raises:
        JingcangError: a file has another header, a ragged line, an unknown outcome, or a mapping twice.
    """
    schema = dict.fromkeys((*_MAPPING_COLUMNS, "_source_file"), pl.String) | {"_source_line": pl.Int64}
    frame = pl.concat([pl.DataFrame(schema=schema), *map(_read_seed, sorted(profile.mapping_seeds))])
    _check_mappings(frame)
    digest = hashlib.sha256(
        frame.drop("_source_file", "_source_line").sort(_MAPPING_COLUMNS).write_csv().encode()
    ).hexdigest()
    log = [entry for entry in manifests(home) if (entry.system, entry.table) == (PROFILE, "code_mappings")]
    isolate_changed(home, log[-1:])
    whole = all((home.landing / name).is_file() for entry in log[-1:] for name in entry.data_files)
    if (log and whole and log[-1].content_sha256 == digest) or (not log and frame.is_empty()):
        return ()
    previous = log[-1].batch_id if log else ""
    batch_id = hashlib.sha256(f"{PROFILE}.code_mappings\n{previous}\n{digest}".encode()).hexdigest()[:20]
    rows = _as_entity(frame, batch_id)
    data_files: dict[str, dict[str, Any]] = {}
    path = store.accepted_file(home, "code_mappings", batch_id)
    store.write_frame(path, rows)
    data_files[str(path.relative_to(home.landing))] = {
        "bytes": path.stat().st_size, "sha256": store.sha256_of(path), "rows": rows.height,
    }  # fmt: skip
    manifest = Manifest(
        batch_id=batch_id, system=PROFILE, table="code_mappings", as_of=_iso(as_of or profile.as_of), fingerprint="1",
        content_sha256=digest, rows=_counts(rows.height), data_files=data_files,
        entities={"code_mappings": rows.height}, affected={"code_mappings": None}, replaces_all=bool(log),
    )  # fmt: skip
    remember(home, commit(home, manifest))
    return (batch_id,)


def _iso(date: dt.date | None) -> str:
    """Return a batch's date; 1970-01-01 says that the caller gave none."""
    return (date or dt.date(1970, 1, 1)).isoformat()


def _counts(rows: int) -> dict[str, int]:
    zero = dict.fromkeys(("quarantined", "superseded", "repeated", "tombstoned", "flagged"), 0)
    return {"read": rows, "accepted": rows} | zero


def _read_seed(path: Path) -> pl.DataFrame:
    lines = csv_lines.read(path.read_bytes(), encoding="utf-8", delimiter=",", header_row=0)
    wrong = sorted(set(lines.header) ^ set(_MAPPING_COLUMNS))
    if wrong or lines.damaged.height:
        line = "" if wrong else f" 第 {lines.damaged['_source_line'][0]} 行"
        what = f"列与约定不符：{'、'.join(wrong)}" if wrong else "有一行的列数与表头不一致"
        raise JingcangError(
            f"映射种子文件{what}", where=f"{path.name}{line}", remedy="请改正该文件后重新运行"
        )
    named = lines.frame.rename({f"c{index}": name for index, name in enumerate(lines.header)})
    cleaned = [pl.col(name).str.strip_chars().replace("", None) for name in _MAPPING_COLUMNS]
    return named.select(*cleaned, pl.lit(path.name).alias("_source_file"), "_source_line")


def _check_mappings(frame: pl.DataFrame) -> None:
    def refuse(rows: pl.DataFrame, what: str) -> None:
        if rows.height:
            where = f"{rows['_source_file'][0]} 第 {rows['_source_line'][0]} 行"
            raise JingcangError(f"映射种子文件{what}", where=where, remedy="请改正该行后重新运行")

    refuse(
        frame.filter(~pl.col("outcome").is_in(["mapped", "ignored"]).fill_null(False)),
        "的 outcome 只能是 mapped 或 ignored",
    )
    refuse(frame.filter((pl.col("outcome") == "mapped") & pl.col("code").is_null()), "有已映射的行没有代码")
    refuse(frame.filter((pl.col("outcome") == "ignored") & pl.col("reason").is_null()), "有不计的行没有理由")
    required = ("source_system", "field_name", "source_value", "dictionary")
    refuse(frame.filter(pl.any_horizontal([pl.col(name).is_null() for name in required])), "有必填的列为空")
    refuse(frame.filter(pl.struct(_MAPPING_KEY).is_duplicated()), "对同一来源值映射了两次")


def _as_entity(frame: pl.DataFrame, batch_id: str) -> pl.DataFrame:
    from jingcang.landing.transforms.identity import md5_of

    parts = [pl.col(name).fill_null("") for name in _MAPPING_KEY]
    made = frame.with_columns(
        md5_of(pl.concat_str(parts, separator=SEPARATOR)).alias("mapping_id"),
        pl.lit(PROFILE).alias("_source_system"), pl.lit("code_mappings").alias("_source_table"),
        pl.concat_str([pl.col("_source_file"), pl.col("_source_line")], separator=":").alias("_source_key"),
        pl.lit("").alias("_source_version"), pl.lit(batch_id).alias("_source_batch_id"),
        pl.lit(None, dtype=pl.String).alias("_row_hash"),
        pl.col("valid_from").str.to_date(), pl.col("valid_to").str.to_date(),
    )  # fmt: skip
    schema = load_entities()["code_mappings"].polars_schema(lineage=True)
    return made.select([pl.col(name).cast(dtype) for name, dtype in schema.items()])


def land_quality_results(
    home: Home, rows: pl.DataFrame | Sequence[dict[str, Any]], *,
    failures: pl.DataFrame | Sequence[dict[str, Any]] = (),
    by_unit: pl.DataFrame | Sequence[dict[str, Any]] = (), as_of: dt.date | None = None,
) -> str:  # fmt: skip
    """Land the outcome of a run's checks as a batch of ``_pipeline``.

    Args:
        home: where landing lives.
        rows: one row a check, columns of :data:`RESULT_SCHEMA` (missing ones are null); ``run_no`` is given
            here: the batch's place in the log, which orders runs of one day.
        failures: one row a failing row, columns of :data:`FAILURE_SCHEMA`.
        by_unit: one row a check and unit, columns of :data:`UNIT_SCHEMA`.
        as_of: the run's date, default that of the results.

    Returns:
        The batch id. Run history is not part of a cut's hash.
    """
    dates = _typed(rows, RESULT_SCHEMA)["as_of"].drop_nulls()
    kinds = {"quality_results": rows, "quality_failures": failures, "quality_unit_results": by_unit}
    return land_history(home, QUALITY, kinds, as_of=as_of or (dates[0] if len(dates) else None))


def land_history(
    home: Home,
    table: str,
    kinds: Mapping[str, pl.DataFrame | Sequence[dict[str, Any]]],
    *,
    as_of: dt.date | None,
) -> str:
    """Land some kinds of run history as one batch of ``_pipeline``.

    Args:
        home: where landing lives.
        table: what the batch is of, in the books.
        kinds: key of :data:`HISTORY` → rows (missing columns are null); ``run_no``, where a kind has it, is given here:
            the batch's place in the log, which orders runs of one day.
        as_of: the run's date.

    Returns:
        The batch id. Run history is not part of a cut's hash.
    """
    every = manifests(home)
    run_no = pl.lit(every[-1].sequence + 1 if every else 1, dtype=pl.Int64)
    frames = {kind: _typed(rows, HISTORY[kind]) for kind, rows in kinds.items()}
    frames = {
        kind: frame.with_columns(run_no=run_no) if "run_no" in frame.columns else frame
        for kind, frame in frames.items()
    }
    log = [entry for entry in every if entry.system == PIPELINE]
    content = hashlib.sha256("\n".join(frame.write_csv() for frame in frames.values()).encode()).hexdigest()
    previous = log[-1].batch_id if log else ""
    batch_id = hashlib.sha256(f"{PIPELINE}\n{previous}\n{content}".encode()).hexdigest()[:20]
    data_files = {}
    for kind, frame in frames.items():
        if frame.height:
            path = _history_file(home, kind, batch_id)
            store.write_frame(path, frame)
            data_files[str(path.relative_to(home.landing))] = {
                "bytes": path.stat().st_size, "sha256": store.sha256_of(path), "rows": frame.height,
            }  # fmt: skip
    height = sum(frame.height for frame in frames.values())
    committed = commit(home, Manifest(
        batch_id=batch_id, system=PIPELINE, table=table, as_of=_iso(as_of), fingerprint="1",
        content_sha256=content, rows=_counts(height), data_files=data_files,
    ))  # fmt: skip
    remember(home, committed)
    return batch_id


def landed_history(home: Home, cut: Cut, kind: str) -> pl.DataFrame:
    """Return the rows of one kind of run history in a cut, oldest batch first; damaged files are left out."""
    found = [pl.read_parquet(path) for path in history_files(home, cut, kind)]
    return pl.concat([pl.DataFrame(schema=HISTORY[kind]), *found], how="diagonal")


def _typed(rows: pl.DataFrame | Sequence[dict[str, Any]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    if not isinstance(rows, pl.DataFrame):
        rows = pl.DataFrame(
            [{name: row.get(name) for name in schema} for row in rows], schema=schema, strict=False
        )
    absent = [pl.lit(None).alias(name) for name in schema if name not in rows.columns]
    return rows.with_columns(absent).select([pl.col(name).cast(dtype) for name, dtype in schema.items()])


def _history_file(home: Home, kind: str, batch_id: str) -> Path:
    return home.landing / "pipeline" / kind / f"{batch_id}.parquet"


def history_files(home: Home, cut: Cut, kind: str) -> list[Path]:
    """Return the files of one kind of run history in a cut; damaged ones were set aside and are left out."""
    wanted = set(cut.pipeline_batches)
    paths = [
        (entry, _history_file(home, kind, entry.batch_id))
        for entry in manifests(home)
        if entry.batch_id in wanted
    ]
    return [
        path
        for entry, path in paths
        if str(path.relative_to(home.landing)) in entry.data_files and path.is_file()
    ]


def history_mark(home: Home, cut: Cut, *, until: int | None = None) -> tuple[int, str]:
    """Return what tables of checks made from a cut's run history hold: place in the log of its last run, and a digest.

    Args:
        home: where landing lives.
        cut: the batches.
        until: look no further than this place in the log.

    Returns:
        The place is 0 without any run of checks. Equal digests name the same files, none of them gone.
    """
    wanted, last, names = set(cut.pipeline_batches), 0, []
    for entry in manifests(home):
        if entry.batch_id not in wanted or entry.table != QUALITY or (until and entry.sequence > until):
            continue
        last = entry.sequence
        names += [name for name in sorted(entry.data_files) if (home.landing / name).is_file()]
    return last, hashlib.sha256("\n".join(names).encode()).hexdigest()


def lost_history(home: Home, cut: Cut) -> list[str]:
    """Set damaged run history aside and return the names of the files that are gone.

    Run history cannot be made again; a steward is told and a backup may bring it back.
    """
    wanted = set(cut.pipeline_batches)
    entries = [entry for entry in manifests(home) if entry.batch_id in wanted]
    isolate_changed(home, entries)
    return [name for entry in entries for name in entry.data_files if not (home.landing / name).is_file()]
