"""What the landing assets do, free of Dagster, so that it can be tested as plain functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jingcang.contracts.history import record_versions
from jingcang.contracts.lineage import entity_column, load_lineage
from jingcang.errors import JingcangError
from jingcang.landing import (
    ALERT_DECISIONS,
    ALIASES,
    ARCHIVE_RECODINGS,
    ARCHIVE_SEARCHES,
    CORRECTION_TICKETS,
    EVALUATION_PUBLICATIONS,
    EVALUATIONS,
    FIXES,
    KPI_APPEALS,
    LABEL_RULES,
    LABEL_SAMPLES,
    LABEL_STRATA,
    LABEL_VERDICTS,
    MEETING_DECISIONS,
    OPERATIONS,
    REPLAY_REQUESTS,
    WAIVERS,
    LandingResult,
    current_cut,
    land_code_mappings,
    land_decisions,
    land_issue_decisions,
    land_mapping_seeds,
    land_own_codes,
    land_table,
    landed_decisions,
    lost_history,
)
from jingcang.landing.store import DiskTrouble
from jingcang.workbench import (
    IssueBoard,
    Workbench,
    archive_recodings,
    archive_searches,
    code_mappings,
    evaluations,
    kpi_appeals,
    label_rules,
    meeting_decisions,
    operations,
    replays,
    tickets,
)
from jingcang.workbench.address_aliases import AliasBook
from jingcang.workbench.address_aliases import standing as standing_aliases
from jingcang.workbench.alert_decisions import AlertBook
from jingcang.workbench.fixes import FixBook
from jingcang.workbench.label_reviews import ReviewBook
from jingcang.workbench.waivers import every_waiver
from orchestration import fingerprint
from orchestration.ingest import witness_process
from orchestration.ingest.watched import remember
from orchestration.publish.generations import current_generation
from orchestration.session import CheckOutcome, Decided, Session

if TYPE_CHECKING:
    from jingcang.contracts.model import SourceTable


def land(session: Session, table: SourceTable) -> LandingResult | None:
    """Land one source table and record its checks.

    A source that cannot be read keeps its last good data (FAULTS 10) and is reported; on the first run
    there is none to keep, so the error stands.

    Args:
        session: the run.
        table: the source table.

    Returns:
        What landed, or None when the source could not be read this time.

    Raises:
        DiskTrouble: the home's own disk is at fault.
        JingcangError: the source could not be read and nothing of it has ever landed.
    """
    with session.timed("landing"):
        try:
            if not _has_landed(session, table):
                witness_process.start()
            known = decided(session)
            asked = [request.request_no for request in known.replays if request.qualified == table.qualified]
            result = land_table(
                table, session.profile, session.home, as_of=session.as_of, witness=witness_process.ask,
                waivers=known.waivers, fixes=known.fixes,
                again="split" if asked else session.again.get(table.qualified),
            )  # fmt: skip
            if asked:
                replays.ReplayBook(Workbench.open(session.home)).carried_out(asked, session.run_id)
        except JingcangError as error:
            if isinstance(error, DiskTrouble) or not _has_landed(session, table):
                raise
            session.unreachable[table.qualified] = str(error)
            session.outcomes.append(_extraction(table, "error", str(error)))
            session.progress.advance("landing", f"{table.title_zh}：未能读取，沿用上次数据")
            return None
    session.landed[table.qualified] = result
    if result.drift:
        used = {name for names in result.drift.values() for name in names}
        readers = load_lineage().consumers(entity_column(name) for name in used).published
        result.alerts.append(f"{table.qualified}：列变化影响的数据集：{'、'.join(readers) or '无'}")
    if result.alerts:
        session.outcomes.append(_extraction(table, "warn", "；".join(result.alerts)))
    session.progress.advance("landing", f"{table.title_zh}（{table.qualified}）")
    return result


def decided(session: Session) -> Decided:
    """Land what people decided about quarantined rows once a run, and return all that has landed.

    A workbench that cannot be read leaves the decisions of the last run in force, waivers until each expires.
    """
    if session.decided is None:
        waiting: tuple[replays.ReplayRequest, ...] = ()
        if Workbench.exists(session.home):
            try:
                workbench = Workbench.open(session.home)
                land_decisions(session.home, WAIVERS, every_waiver(workbench), as_of=session.as_of)
                fixes = [vars(fix) for fix in FixBook(workbench).declared()]
                land_decisions(session.home, FIXES, fixes, as_of=session.as_of)
                waiting = tuple(
                    r for r in replays.ReplayBook(workbench).requested() if r.carried_out_at is None
                )
            except JingcangError as error:
                session.unreachable["_workbench.quarantine_decisions"] = str(error)
        session.decided = Decided(
            landed_decisions(session.home, WAIVERS), landed_decisions(session.home, FIXES), waiting
        )
    return session.decided


def _has_landed(session: Session, table: SourceTable) -> bool:
    manifests = current_cut(session.home).manifests(session.home)
    return any(entry.qualified == table.qualified for entry in manifests)


def _extraction(table: SourceTable, status: str, note: str) -> CheckOutcome:
    return CheckOutcome(
        check_id=f"{table.qualified}.extraction",
        status=status,
        severity="warn",
        object_name=table.qualified,
        checked_by="split",
        rule_id="extraction",
        dimension="timeliness",
        source_system=table.system,
        note=note,
    )


def _history(lost: list[str]) -> CheckOutcome:
    return CheckOutcome(
        check_id="landing.history",
        status="warn",
        severity="warn",
        object_name="_pipeline.quality",
        checked_by="reconciliation",
        rule_id="history",
        dimension="completeness",
        rows_violated=len(lost),
        note=f"检查历史文件损坏或缺失，历史趋势不完整，可从备份恢复：{'、'.join(lost)}",
    )


def _land_workbench(session: Session) -> None:
    """Land what people decided: issues, replays, tickets, mappings, aliases, alerts, operations, meetings, appeals,
    searches, second codings, labels.

    A home that no page ever opened has no workbench; one that is lost or cannot be read leaves in force what it decided
    last.
    """
    if not Workbench.exists(session.home):
        return
    try:
        workbench = Workbench.open(session.home)
        actions = IssueBoard(workbench).actions()
        asked = replays.landed_rows(replays.ReplayBook(workbench).requested())
        returned = tickets.landed_rows(tickets.TicketBook(workbench).tickets())
        aliases = [vars(item) for item in standing_aliases(AliasBook(workbench).declared())]
        reviews = _reviews(ReviewBook(workbench))
        mappings = [
            vars(item) for item in code_mappings.standing(code_mappings.MappingBook(workbench).declared())
        ]
        rules = label_rules.standing(label_rules.RuleBook(workbench).declared())
        alerts = [vars(item) for item in AlertBook(workbench).decisions()]
        operations_declared = operations.landed_rows(operations.OperationBook(workbench).versions())
        meetings = meeting_decisions.landed_rows(meeting_decisions.DecisionBook(workbench).versions())
        appeals = kpi_appeals.landed_rows(kpi_appeals.AppealBook(workbench).versions())
        searches = archive_searches.landed_rows(
            archive_searches.SearchLog(workbench).searches(), ZoneInfo(session.profile.timezone)
        )
        recodings = archive_recodings.landed_rows(archive_recodings.RecodingBook(workbench).versions())
    except JingcangError as error:
        session.unreachable["_workbench.decisions"] = str(error)
        return
    land_issue_decisions(session.home, actions, as_of=session.as_of)
    land_decisions(session.home, REPLAY_REQUESTS, asked, as_of=session.as_of)
    land_decisions(session.home, CORRECTION_TICKETS, returned, as_of=session.as_of)
    land_code_mappings(session.home, mappings, as_of=session.as_of)
    land_decisions(session.home, ALIASES, aliases, as_of=session.as_of)
    land_decisions(session.home, ALERT_DECISIONS, alerts, as_of=session.as_of)
    land_decisions(session.home, OPERATIONS, operations_declared, as_of=session.as_of)
    land_decisions(session.home, MEETING_DECISIONS, meetings, as_of=session.as_of)
    land_decisions(session.home, KPI_APPEALS, appeals, as_of=session.as_of)
    land_decisions(session.home, ARCHIVE_SEARCHES, searches, as_of=session.as_of)
    land_decisions(session.home, ARCHIVE_RECODINGS, recodings, as_of=session.as_of)
    landed = [label_rules.landed_row(item) for item in rules]
    land_decisions(session.home, LABEL_RULES, landed, as_of=session.as_of)
    for table, rows in reviews.items():
        land_decisions(session.home, table, rows, as_of=session.as_of)


def _land_evaluations(session: Session) -> None:
    """Land the evaluations of the profile and those made on pages, and what was published of them.

    A workbench that cannot be read leaves in force what landed last: half of the evaluations would read as withdrawn.
    """
    versions, published = [], []
    if Workbench.exists(session.home):
        try:
            book = evaluations.EvaluationBook(Workbench.open(session.home))
            versions, published = book.versions(), book.publications()
        except JingcangError as error:
            session.unreachable["_workbench.patrol_evaluations"] = str(error)
            return
    rows = evaluations.landed_rows(versions, session.profile.evaluations)
    land_decisions(session.home, EVALUATIONS, rows, as_of=session.as_of)
    land_decisions(
        session.home, EVALUATION_PUBLICATIONS, [vars(item) for item in published], as_of=session.as_of
    )


def _reviews(book: ReviewBook) -> dict[str, list[dict[str, Any]]]:
    """Return what there is to land of the review of labels: a sample on which nobody has said anything is nothing."""
    verdicts = book.verdicts()
    if not verdicts:
        return {}
    return {
        LABEL_STRATA: [vars(row) for row in book.strata()],
        LABEL_SAMPLES: [vars(row) for row in book.items()],
        LABEL_VERDICTS: [vars(row) for row in verdicts],
    }


def decide(session: Session) -> bool:
    """Keep the contracts of this run, land what is declared or decided, take the cut, decide what must be built.

    Returns:
        Whether anything changed; sets ``cut``, ``inputs`` and ``changed`` of the session.
    """
    with session.timed("landing"):
        record_versions(session.home, session.profile, as_of=session.as_of, run_id=session.run_id)
        land_mapping_seeds(session.profile, session.home, as_of=session.as_of)
        land_own_codes(session.profile, session.home, as_of=session.as_of)
        _land_workbench(session)
        _land_evaluations(session)
        remember(session.home, session.watched)
        session.cut = current_cut(session.home)
        if lost := lost_history(session.home, session.cut):
            session.outcomes.append(_history(lost))
        session.inputs = fingerprint.inputs_digest(
            session.cut.hash, session.profile.fingerprint, session.as_of.isoformat()
        )
        published = current_generation(session.home)
        session.changed = session.force or published is None or published.inputs != session.inputs
        if not session.changed:
            session.generation = published
    session.progress.finish("landing")
    return session.changed
