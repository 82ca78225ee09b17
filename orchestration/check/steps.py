"""Every check of a run as outcomes; landed as run history; judged.

Split figures are taken over all rows in force, so that each run lists every row rule with its denominator
whether or not a batch arrived, and a row mended in the source no longer counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, fields
from typing import Any

import duckdb
import polars as pl

from jingcang.contracts.dbt_tests import mart_test
from jingcang.errors import JingcangError
from jingcang.landing import books, current_cut, land_history, land_quality_results
from jingcang.landing.manifests import Manifest, disagreements
from orchestration.at_once import at_once
from orchestration.check.reconciliation import reconciliation_outcomes
from orchestration.publish import generations
from orchestration.publish.restatements import Publication, published_figures, restated_incidents
from orchestration.session import CheckOutcome, Session
from orchestration.transform.dbt import NodeResult, history_models, prepared_manifest

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
        session.outcomes += split_outcomes(session) + witness_outcomes(session)
        session.progress.advance("check", "契约分流")
        session.outcomes += quality_outcomes(session)
        session.progress.advance("check", "质量规则")
        session.outcomes += reconciliation_outcomes(session, table_totals(session))
        session.progress.advance("check", "对账")
    return session.outcomes


def split_outcomes(session: Session) -> list[CheckOutcome]:
    """Return one outcome a row rule of every table: violations over rows, both of the rows in force.

    A row that no mapping can carry is quarantined under a rule no contract declares; it is listed all the same.
    """
    totals = table_totals(session)
    violated: dict[str, dict[str, int]] = {}
    with duckdb.connect(str(session.home.build_database), read_only=True) as connection:
        for system, name, rule_id, count in connection.execute(
            "select source_system, source_table, rule_id, count(*) from ("
            "select source_system, source_table, rule_id from landed.quarantined_rules union all "
            "select source_system, source_table, rule_id from landed.quality_flags) as broken group by all"
        ).fetchall():
            violated.setdefault(f"{system}.{name}", {})[rule_id] = count
    outcomes = []
    for table in session.profile.tables:
        rows = totals[table.qualified]["accepted"] + totals[table.qualified]["quarantined"]
        counts = violated.get(table.qualified, {})
        for rule_id in sorted(counts.keys() - {rule.rule_id for rule in table.rules}):
            outcomes.append(
                CheckOutcome(
                    check_id=f"{table.qualified}.{rule_id}",
                    status="warn",
                    severity="quarantine",
                    object_name=table.qualified,
                    checked_by="split",
                    rule_id=rule_id,
                    dimension="conformance",
                    source_system=table.system,
                    rows_checked=rows,
                    rows_violated=counts[rule_id],
                    note="来源值转换不成仓库必填的字段",
                )
            )
        for rule in table.rules:
            count = counts.get(rule.rule_id, 0)
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


def witness_outcomes(session: Session) -> list[CheckOutcome]:
    """Return one blocking outcome a source table: the witness counted what the split counted, batches in force.

    The verdicts stand in the manifests, so a disagreement blocks every run until the batch is split anew, and
    a batch that no witness judged is an error.
    """
    assert session.cut is not None  # noqa: S101 - decided before anything is checked
    logs: dict[str, list[Manifest]] = {}
    for entry in session.cut.manifests(session.home):
        logs.setdefault(entry.qualified, []).append(entry)
    outcomes = []
    for table in session.profile.tables:
        log = logs.get(table.qualified, [])
        seen = [entry.witnessed for entry in log if entry.witnessed is not None]
        differing = {
            f"{rule_id}：分流 {split}，复核 {other}": abs(split - other)
            for entry in log
            for rule_id, (split, other) in disagreements(
                entry.rule_counts, (entry.witnessed or {}).get("counts", {})
            ).items()
        }
        alone = len(log) - len(seen)
        note = [*differing, *([f"{alone} 个批次未经复核"] if alone else [])]
        expectations = sum(item["expectations"] for item in seen)
        outcomes.append(
            CheckOutcome(
                check_id=f"{table.qualified}.witness",
                status="error"
                if alone
                else "fail"
                if differing
                else "pass"
                if expectations
                else "not_applicable",
                severity="block",
                object_name=table.qualified,
                checked_by="ge",
                rule_id="witness",
                dimension="consistency",
                source_system=table.system,
                rows_checked=sum(item["rows"] for item in seen),
                rows_violated=sum(differing.values()),
                note="；".join(note) or None,
            )
        )
    return outcomes


def quality_outcomes(session: Session) -> list[CheckOutcome]:
    """Run set rules, reconciliation, tolerant checks and mart contracts on the build database.

    Failing keys with their place in the source are added to ``session.failures``, counts by unit to
    ``session.unit_counts``.
    """
    from jingcang.contracts.checks import RunContext
    from jingcang.contracts.failing_rows import locate
    from jingcang.contracts.marts import check_marts, load_marts
    from jingcang.contracts.quality_rules import load_quality_rules, run_quality_rules
    from jingcang.contracts.reconciliation import run_reconciliation
    from jingcang.contracts.set_rules import run_set_rules
    from jingcang.contracts.unit_counts import count_row_rules_by_unit, count_rules_by_unit

    context, rules, marts = RunContext(session.run_id, session.as_of), load_quality_rules(), load_marts()
    questions: list[Callable[[duckdb.DuckDBPyConnection], Any]] = [
        lambda cursor: run_set_rules(cursor, session.profile, context),
        lambda cursor: run_reconciliation(cursor, session.profile, context),
        lambda cursor: run_quality_rules(cursor, rules, context),
        lambda cursor: check_marts(cursor, marts, read=marts_to_read(session.built, session.tests)),
        lambda cursor: count_rules_by_unit(cursor, rules, context, marts),
        lambda cursor: count_row_rules_by_unit(cursor, session.profile),
    ]
    with duckdb.connect(str(session.home.build_database), read_only=True) as connection:
        *found, problems, by_unit, rows_by_unit = at_once(
            connection, lambda cursor, run: run(cursor), questions
        )
        failing = [row for part in found for row in part.failures.to_dicts()]
        session.failures += locate(connection, failing, session.profile, marts)
        session.unit_counts += [*by_unit.to_dicts(), *rows_by_unit.to_dicts()]
    # The history models are built after these results have landed.
    waiting = history_models(prepared_manifest(session.home))
    outcomes = []
    for part in found:
        for row in part.results.to_dicts():
            outcomes.append(CheckOutcome(**{name: row[name] for name in _OUTCOME_FIELDS}))
    names = sorted({*marts, *(problem.mart for problem in problems)} - waiting)
    return [*outcomes, *mart_outcomes(names, problems)]


_OUTCOME_FIELDS = tuple(field.name for field in fields(CheckOutcome))


def marts_to_read(built: Iterable[str], tests: Iterable[NodeResult]) -> set[str]:
    """Return the marts whose rows have to be read to know whether they keep their contract.

    dbt's test of a mart asks the same of the same rows: where it passed there is nothing left to ask, elsewhere reading
    says what is wrong. What a run left as it was kept its contract when it was built: a breach stops publishing, and a
    build that published nothing is made anew.

    Args:
        built: models of this run.
        tests: results of dbt's tests that hold for the build database.
    """
    kept = {item.name for item in tests if item.status == "pass"}
    return {name for name in built if mart_test(name) not in kept}


def mart_outcomes(names: Iterable[str], problems: Iterable[Any]) -> list[CheckOutcome]:
    """Return one blocking outcome a mart contract and promise: columns and types, required values, key."""
    from jingcang.contracts.marts import PROMISES

    broken: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        what = f"{problem.column}：{problem.what}" if problem.column else problem.what
        broken.setdefault((problem.mart, problem.promise), []).append(what)
    return [
        CheckOutcome(
            check_id=f"contract.{name}.{promise}",
            status="fail" if (name, promise) in broken else "pass",
            severity="block",
            object_name=name,
            checked_by="sql",
            rule_id=promise,
            dimension={"shape": "conformance", "required": "completeness", "key": "uniqueness"}[promise],
            rows_violated=len(broken.get((name, promise), ())),
            note="；".join(broken.get((name, promise), ())) or title,
        )
        for name in names
        for promise, title in PROMISES.items()
    ]


def conclude(session: Session) -> None:
    """Land the run's checks as run history and stop when a blocking one failed.

    Raises:
        JingcangError: names the blocking checks; readers keep the generation they had.
    """
    with session.timed("check"):
        rows = [
            {"run_id": session.run_id, "as_of": session.as_of, **asdict(item)}
            for item in sorted(session.outcomes, key=lambda item: item.check_id)
        ]
        by_unit = [{"run_id": session.run_id, **row} for row in session.unit_counts]
        land_quality_results(
            session.home, rows, failures=session.failures, by_unit=by_unit, as_of=session.as_of
        )
        if not any(item.stops_publishing for item in session.outcomes):
            land_history(session.home, "ledger", _ledger(session), as_of=session.as_of)
        session.cut = current_cut(session.home)
    session.progress.finish("check")
    stop_if_blocked(session.outcomes)


def _ledger(session: Session) -> dict[str, pl.DataFrame]:
    """Return what the publication to come restates and the figures it shows, by kind of run history."""
    name = f"g{generations.next_number(session.home):06d}"
    newer = Publication(name, session.as_of.isoformat(), session.home.build_database)
    current = generations.current_generation(session.home)
    if current is None:
        return {"published_figures": published_figures(newer, None)}
    older = Publication(current.name, current.as_of, session.home.serving / f"{current.name}.duckdb")
    try:
        restated = restated_incidents(older, newer)
    except (
        duckdb.Error
    ) as error:  # the file before is damaged: what was published cannot be compared any more
        session.unreachable["_pipeline.restated_incidents"] = (
            f"上一发布版本 {older.name} 读不出：{type(error).__name__}"
        )
        return {"published_figures": published_figures(newer, None)}
    return {"restated_incidents": restated, "published_figures": published_figures(newer, older)}


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
