"""Results of checks: the one shape in which every check reports, and its statuses.

Belongs here: status, result and failure rows. Does not belong here: particular checks.

Statuses: ``pass``; ``warn`` (violations within the declared limit); ``fail``; ``not_applicable`` (nothing to
check: empty data never passes); ``error`` (the check could not run).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal

import duckdb
import polars as pl

STATUSES = ("pass", "warn", "fail", "not_applicable", "error")

MAX_FAILURES = 10_000
"""Failing keys listed a check; the count of violated rows is exact whatever their number."""

FAILURE_SCHEMA: dict[str, pl.DataType] = {
    "run_id": pl.String(),
    "check_id": pl.String(),
    "object_name": pl.String(),
    "row_key": pl.String(),
    "source_file": pl.String(),
    "source_line": pl.Int64(),
}
RESULT_SCHEMA: dict[str, pl.DataType] = {
    "run_id": pl.String(),
    "as_of": pl.Date(),
    "check_id": pl.String(),
    "source_system": pl.String(),
    "object_name": pl.String(),
    "rule_id": pl.String(),
    "dimension": pl.String(),
    "severity": pl.String(),
    "status": pl.String(),
    "rows_checked": pl.Int64(),
    "rows_violated": pl.Int64(),
    "threshold_pct": pl.Decimal(9, 4),
    "owner": pl.String(),
    "note": pl.String(),
    "checked_by": pl.String(),
}


@dataclass(frozen=True)
class RunContext:
    """What a check may know about its run: the run's id and its as_of date, never the clock."""

    run_id: str
    as_of: dt.date


@dataclass(frozen=True)
class CheckResult:
    """One check in one run; columns as in ``landed.quality_results`` without run_id and as_of."""

    check_id: str
    source_system: str | None
    object_name: str
    rule_id: str
    dimension: str
    severity: str
    status: str
    rows_checked: int | None
    rows_violated: int | None
    threshold_pct: Decimal
    owner: str
    note: str
    checked_by: str


@dataclass(frozen=True)
class CheckOutcome:
    """All results of one runner.

    Args:
        results: columns of :data:`RESULT_SCHEMA`, one row a check.
        failures: columns of :data:`FAILURE_SCHEMA`, one row a failing key.
    """

    results: pl.DataFrame
    failures: pl.DataFrame

    def blocking(self) -> list[str]:
        """Return ids of checks that forbid publishing: severity block and status fail or error."""
        stop = (pl.col("severity") == "block") & pl.col("status").is_in(["fail", "error"])
        return self.results.filter(stop)["check_id"].to_list()


def status_of(checked: int, violated: int, threshold_pct: Decimal) -> str:
    """Return the status of a check that ran.

    Args:
        checked: rows the rule applies to.
        violated: rows that violate it.
        threshold_pct: share of violated rows still tolerated, in percent.
    """
    if checked == 0:
        return "not_applicable"
    if violated == 0:
        return "pass"
    return "warn" if Decimal(violated) * 100 <= threshold_pct * checked else "fail"


@dataclass(frozen=True)
class CheckSql:
    """A check as two queries: ``counts`` (checked, violated) and ``failures`` (row_key, file, line)."""

    counts: str
    failures: str


def run_check(
    connection: duckdb.DuckDBPyConnection, sql: CheckSql, threshold_pct: Decimal
) -> tuple[str, int | None, int | None, list[tuple[str | None, str | None, int | None]], str]:
    """Run one check; a query that cannot run is status ``error`` with the reason, never a pass.

    Returns:
        (status, rows checked, rows violated, failing keys, reason of an error).
    """
    try:
        row = connection.execute(sql.counts).fetchone()
        checked, violated = (int(row[0] or 0), int(row[1] or 0)) if row else (0, 0)
        failing = connection.execute(f"{sql.failures} limit {MAX_FAILURES}").fetchall() if violated else []
    except duckdb.Error as error:
        # The engine's message may quote values; its first words name the kind of error.
        return "error", None, None, [], type(error).__name__
    return status_of(checked, violated, threshold_pct), checked, violated, failing, ""


def outcome(
    context: RunContext,
    results: Iterable[tuple[CheckResult, list[tuple[str | None, str | None, int | None]]]],
) -> CheckOutcome:
    """Return results and failing keys as frames."""
    rows, failures = [], []
    for result, failing in results:
        rows.append({"run_id": context.run_id, "as_of": context.as_of, **asdict(result)})
        failures += [
            (context.run_id, result.check_id, result.object_name, key, file, line)
            for key, file, line in failing
        ]
    return CheckOutcome(
        pl.DataFrame(rows, schema=RESULT_SCHEMA),
        pl.DataFrame(failures, schema=FAILURE_SCHEMA, orient="row"),
    )
