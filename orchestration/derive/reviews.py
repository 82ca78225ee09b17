"""What the review of labels says: the state of reviewed labels and the quality of each label, over a whole cut.

Belongs here: the two derived tables that are computed from everything that landed of the review, not batch by batch;
a file stands at ``derived/<name>/<digest of inputs and method>.parquet``. Does not belong here: the meaning of
verdicts and the estimators (``jingcang.labelling.review``).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from jingcang.home import Home
from jingcang.labelling import review
from jingcang.labelling.frames import definition_hash
from jingcang.landing import LABEL_SAMPLES, LABEL_STRATA, LABEL_VERDICTS, Cut, landed_decisions
from orchestration.derive.definitions import landed
from orchestration.derive.labels import rules_in_force
from orchestration.publish.files import write_durably
from orchestration.session import Session

_SHARE = pl.Decimal(9, 6)
REVIEW_SCHEMA: dict[str, pl.DataType] = {
    "case_id": pl.String(), "label_code": pl.String(), "label_group": pl.String(), "review_state": pl.String(),
    "evidence_from": pl.Int64(), "evidence_to": pl.Int64(), "reviewer_count": pl.Int64(),
}  # fmt: skip
QUALITY_SCHEMA: dict[str, pl.DataType] = {
    "label_code": pl.String(), "label_group": pl.String(), "measure": pl.String(),
    "estimate": _SHARE, "standard_error": _SHARE, "ci_low": _SHARE, "ci_high": _SHARE,
    "reviewed_count": pl.Int64(), "hit_count": pl.Int64(), "undecided_count": pl.Int64(),
    "covered_count": pl.Int64(), "latest_week": pl.Date(),
}  # fmt: skip
_METHODS = sorted(Path(review.__file__).parent.glob("*.py"))
METHOD_VERSION = definition_hash(
    *_METHODS,
    *(Path(review.__file__).parents[2] / "statistics" / f"{name}.py" for name in ("agreement", "reviews")),
)


@dataclass(frozen=True)
class _Inputs:
    """What the review rests on in a cut: what was drawn and said, digests of the texts judged, versions of rules."""

    strata: Sequence[review.Stratum]
    items: Sequence[review.SampleItem]
    verdicts: Sequence[review.Verdict]
    digests: dict[str, str]
    rules: dict[str, dict[str, str]]
    version: str


@dataclass(frozen=True)
class Summary:
    """One derived table over a whole cut.

    Args:
        name: table in the schema ``derived``.
        schema: its columns.
        rows: inputs → rows.
    """

    name: str
    schema: dict[str, pl.DataType]
    rows: Callable[[_Inputs], Sequence[Any]]


SUMMARIES: tuple[Summary, ...] = (
    Summary(
        "case_label_reviews", REVIEW_SCHEMA, lambda known: review.label_reviews(known.verdicts, known.digests)
    ),
    Summary(
        "label_quality", QUALITY_SCHEMA,
        lambda known: [
            row for row in review.label_quality(known.strata, known.items, known.verdicts, known.digests)
            if row.label_code is None or known.rules.get(row.label_group, {}).get(row.label_code) == row.rule_version
        ],
    ),
)  # fmt: skip


def summarise(session: Session, summary: Summary) -> bool:
    """Compute one table for the session's cut unless it is there; nothing is computed before the first verdict.

    Returns:
        Whether anything was computed.
    """
    assert session.cut is not None  # noqa: S101 - decided before anything is derived
    with session.timed("derive"):
        known = _inputs(session.home, session.cut)
        target = _file(session.home, summary, known)
        if not known.verdicts or target.exists():
            return False
        rows = [vars(row) for row in summary.rows(known)]
        frame = pl.DataFrame(
            [{name: _plain(row[name], kind) for name, kind in summary.schema.items()} for row in rows],
            schema=summary.schema,
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        content = io.BytesIO()
        frame.write_parquet(content)
        write_durably(target, content.getvalue())
    return True


def create_summary_views(connection: duckdb.DuckDBPyConnection, home: Home, cut: Cut) -> None:
    """Create one view a table in the schema ``derived``; an empty typed table before the first verdict."""
    known = _inputs(home, cut)
    for summary in SUMMARIES:
        existing = connection.execute(
            "select case table_type when 'VIEW' then 'view' else 'table' end from information_schema.tables "
            "where table_schema = 'derived' and table_name = ?",
            [summary.name],
        ).fetchone()
        if existing:
            connection.execute(f"drop {existing[0]} derived.{summary.name}")
        path = _file(home, summary, known)
        if path.exists():
            name = str(path).replace("'", "''")
            connection.execute(
                f"create view derived.{summary.name} as select {', '.join(summary.schema)} "
                f"from read_parquet(['{name}'])"
            )
        else:
            empty = pl.DataFrame(schema=summary.schema)  # noqa: F841 - read by name by DuckDB
            connection.execute(f"create table derived.{summary.name} as select * from empty")


def _file(home: Home, summary: Summary, known: _Inputs) -> Path:
    return home.derived / summary.name / f"{known.version}.parquet"


@lru_cache(maxsize=2)
def _inputs(home: Home, cut: Cut) -> _Inputs:
    frames = {
        name: landed_decisions(home, name, cut) for name in (LABEL_STRATA, LABEL_SAMPLES, LABEL_VERDICTS)
    }
    verdicts = [review.Verdict(**row) for row in frames[LABEL_VERDICTS].to_dicts()]
    judged = sorted({verdict.case_id for verdict in verdicts})
    digests = _digests(home, cut, judged) if judged else {}
    rules = review.label_versions(rules_in_force(home, cut)) if judged else {}
    text = "\n".join(
        [
            METHOD_VERSION,
            *(frame.write_csv() for frame in frames.values()),
            repr(sorted(digests.items())),
            repr(rules),
        ]
    )
    return _Inputs(
        [review.Stratum(**row) for row in frames[LABEL_STRATA].to_dicts()],
        [review.SampleItem(**row) for row in frames[LABEL_SAMPLES].to_dicts()],
        verdicts,
        digests,
        rules,
        hashlib.sha256(text.encode()).hexdigest()[:20],
    )


def _digests(home: Home, cut: Cut, cases: Sequence[str]) -> dict[str, str]:
    """Return case → MD5 of its narrative in force."""
    names = ", ".join("'" + case_id.replace("'", "''") + "'" for case_id in cases)
    query = f"select case_id, md5(narrative_text) as digest from landed.cases where case_id in ({names})"
    return {case_id: digest for case_id, digest in landed(home, cut, query).iter_rows() if digest}


def _plain(value: Any, kind: pl.DataType) -> Any:
    return Decimal(f"{value:.6f}") if kind == _SHARE and value is not None else value
