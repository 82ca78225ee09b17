"""Every check of a run as outcomes; landed as run history; judged.

Split figures are taken over all batches in force, from the manifests, so that each run lists every row
rule with its denominator whether or not a batch arrived.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from jingcang.errors import JingcangError
from jingcang.landing import books, current_cut, land_quality_results, reconcile
from orchestration.session import CheckOutcome, Session

BOOK_COLUMNS = ("read", "accepted", "quarantined", "superseded", "repeated")


def table_totals(session: Session) -> dict[str, dict[str, int]]:
    """Return qualified table → rows read, accepted, quarantined, superseded, repeated over the cut's batches."""
    assert session.cut is not None  # noqa: S101 - a run takes its cut before it reports
    totals: dict[str, dict[str, int]] = {
        table.qualified: dict.fromkeys(BOOK_COLUMNS, 0) for table in session.profile.tables
    }
    for row in books(session.home, session.cut).iter_rows(named=True):
        name = f"{row['source_system']}.{row['source_table']}"
        if name in totals:
            for column in BOOK_COLUMNS:
                totals[name][column] += int(row[f"rows_{column}"])
    return totals


def check(session: Session) -> list[CheckOutcome]:
    """Run the checks that look at the built warehouse and collect the split's figures.

    Returns:
        All outcomes of the run so far, dbt's and the witness's included.
    """
    session.progress.start("check", 3)
    with session.timed("check"):
        session.outcomes += split_outcomes(session)
        session.progress.advance("check", "契约分流")
        session.outcomes += quality_outcomes(session)
        session.progress.advance("check", "质量规则")
        session.outcomes += reconciliation_outcomes(session)
        session.progress.advance("check", "对账")
    return session.outcomes


def split_outcomes(session: Session) -> list[CheckOutcome]:
    """Return one outcome a row rule of every table: violations over rows read, batches in force."""
    assert session.cut is not None  # noqa: S101 - decided before anything is checked
    read: dict[str, int] = {}
    violated: dict[tuple[str, str], int] = {}
    for entry in session.cut.manifests(session.home):
        read[entry.qualified] = read.get(entry.qualified, 0) + entry.rows.get("read", 0)
        for rule_id, count in entry.rule_counts.items():
            key = (entry.qualified, rule_id)
            violated[key] = violated.get(key, 0) + count
    outcomes = []
    for table in session.profile.tables:
        rows = read.get(table.qualified, 0)
        for rule in table.rules:
            count = violated.get((table.qualified, rule.rule_id), 0)
            status = "not_applicable" if rows == 0 else "warn" if count else "pass"
            outcomes.append(
                CheckOutcome(
                    check_id=rule.check_id,
                    status=status,
                    severity=rule.severity,
                    object_name=table.qualified,
                    checked_by="split",
                    rule_id=rule.rule_id,
                    dimension=rule.dimension,
                    source_system=table.system,
                    rows_checked=rows,
                    rows_violated=count,
                    note=rule.title_zh,
                )
            )
    return outcomes


def reconciliation_outcomes(session: Session) -> list[CheckOutcome]:
    """Return one blocking outcome a source table: do its books balance and its files agree."""
    assert session.cut is not None  # noqa: S101 - decided before anything is checked
    result = reconcile(session.home, session.cut)
    totals = table_totals(session)
    outcomes = []
    for table in session.profile.tables:
        problems = [str(item) for item in result.problems if table.qualified in str(item)]
        rows = totals[table.qualified]["read"]
        outcomes.append(
            CheckOutcome(
                check_id=f"{table.qualified}.reconciliation",
                status="fail" if problems else "pass" if rows else "not_applicable",
                severity="block",
                object_name=table.qualified,
                checked_by="reconciliation",
                rule_id="reconciliation",
                dimension="consistency",
                source_system=table.system,
                rows_checked=rows,
                rows_violated=len(problems),
                note="；".join(problems) or None,
            )
        )
    return outcomes


def quality_outcomes(session: Session) -> list[CheckOutcome]:
    """Run ``data_contracts/quality_rules.csv`` and the set rules of the contracts on the build database."""
    return []


def conclude(session: Session) -> None:
    """Land the run's checks as run history and stop when a blocking one failed.

    Raises:
        JingcangError: names the blocking checks; readers keep the generation they had.
    """
    with session.timed("check"):
        rows = [
            {"run_id": session.run_id, "as_of": session.as_of, **asdict(outcome)}
            for outcome in sorted(session.outcomes, key=lambda item: item.check_id)
        ]
        land_quality_results(session.home, rows)
        session.cut = current_cut(session.home)
    session.progress.finish("check")
    stop_if_blocked(session.outcomes)


def stop_if_blocked(outcomes: Iterable[CheckOutcome]) -> None:
    """Raise when a blocking check failed or could not be executed."""
    blocking = [item for item in outcomes if item.stops_publishing]
    if blocking:
        listed = "；".join(_line(item) for item in blocking[:5])
        raise JingcangError(
            f"{len(blocking)} 项阻断检查未通过，没有发布新版本",
            where=listed,
            remedy="已发布的版本仍在使用；请按检查编号处理后重新运行",
        )


def _line(item: CheckOutcome) -> str:
    figures: list[Any] = [value for value in (item.rows_violated, item.rows_checked) if value is not None]
    return f"{item.check_id}（{' / '.join(map(str, figures))}）" if figures else item.check_id
