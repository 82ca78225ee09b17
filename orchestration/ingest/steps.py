"""What the landing assets do, free of Dagster, so that it can be tested as plain functions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import (
    LandingResult,
    current_cut,
    land_issue_decisions,
    land_mapping_seeds,
    land_table,
    land_waivers,
    landed_waivers,
    lost_history,
)
from jingcang.landing.store import DiskTrouble
from jingcang.workbench import IssueBoard, Workbench
from jingcang.workbench.waivers import every_waiver
from orchestration import fingerprint
from orchestration.ingest import witness_process
from orchestration.ingest.consumers import published_readers
from orchestration.publish.generations import current_generation
from orchestration.session import CheckOutcome, Session
from orchestration.transform.dbt import prepared_manifest

if TYPE_CHECKING:
    import polars as pl

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
            result = land_table(
                table, session.profile, session.home, as_of=session.as_of, witness=witness_process.ask,
                waivers=decided_waivers(session), again=session.again.get(table.qualified),
            )  # fmt: skip
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
        readers = published_readers(prepared_manifest(session.home), used)
        result.alerts.append(f"{table.qualified}：列变化影响的数据集：{'、'.join(readers) or '无'}")
    if result.alerts:
        session.outcomes.append(_extraction(table, "warn", "；".join(result.alerts)))
    session.progress.advance("landing", f"{table.title_zh}（{table.qualified}）")
    return result


def decided_waivers(session: Session) -> pl.DataFrame:
    """Land the workbench's waivers once a run and return all that have landed.

    A workbench that cannot be read leaves the waivers of the last run in force, until each expires.
    """
    if session.waivers is None:
        if Workbench.exists(session.home):
            try:
                waivers = every_waiver(Workbench.open(session.home))
                land_waivers(session.home, waivers, as_of=session.as_of)
            except JingcangError as error:
                session.unreachable["_workbench.quarantine_waivers"] = str(error)
        session.waivers = landed_waivers(session.home)
    return session.waivers


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


def _issue_actions(home: Home) -> list[dict[str, Any]]:
    """Return the actions on quality issues; a home that no page ever opened has no workbench and none."""
    if not home.workbench_database.exists() and not os.environ.get("JINGCANG_WORKBENCH_URL"):
        return []
    return IssueBoard(Workbench.open(home)).actions()


def decide(session: Session) -> bool:
    """Land the mapping seeds and the workbench's decisions, take the cut and decide whether anything must be built.

    Returns:
        Whether anything changed; sets ``cut``, ``inputs`` and ``changed`` of the session.
    """
    with session.timed("landing"):
        land_mapping_seeds(session.profile, session.home, as_of=session.as_of)
        land_issue_decisions(session.home, _issue_actions(session.home), as_of=session.as_of)
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
