"""What the dbt asset does, free of Dagster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from jingcang.contracts.lineage import load_lineage
from jingcang.errors import JingcangError
from orchestration.session import CheckOutcome, Session
from orchestration.transform import build_database, dbt
from orchestration.transform.selection import input_versions, nodes_to_build
from orchestration.transform.state import (
    BuildState,
    RefreshPlan,
    incremental_inputs,
    known_history,
    read_state,
    refresh_plan,
    write_state,
)


def prepare(session: Session, manifest: Mapping[str, Any]) -> BuildState | None:
    """Make the build database ready for dbt: thrown away for a full build, views and control tables set.

    Returns:
        What it was built from, None for a full build; ``session.full_refresh`` says the same.
    """
    before = read_state(session.home)
    plan = refresh_plan(session, before, incremental_inputs(manifest))
    if not plan.full_refresh and build_database.has_log(session):
        # A finished build has none (FAULTS 7): whose changes these are is unknown, so nothing of it is used.
        plan = RefreshPlan(True, "构建库旁有来历不明的日志，重新构建", plan.affected)
    for attempt in ("first", "after discarding"):
        write_state(session, "building")
        if plan.full_refresh:
            build_database.discard(session)
        try:
            connection = build_database.open_build_database(session)
        except duckdb.Error:
            # A damaged file or a stale log beside it (FAULTS 7): landing is the truth, start anew.
            if attempt != "first":
                raise
            plan = RefreshPlan(True, "构建库损坏，重新构建", plan.affected)
            continue
        break
    try:
        build_database.show_inputs(connection, session)
        history_no = None if plan.full_refresh else known_history(session, before)
        if history_no is None:
            build_database.forget(connection, dbt.history_models(manifest, incremental=True))
        build_database.write_control(connection, session, plan, history_no or 0)
        session.build_inputs = input_versions(connection)
    finally:
        connection.close()
    session.full_refresh = plan.full_refresh
    return None if plan.full_refresh else before


def run_dbt(session: Session, manifest: Mapping[str, Any]) -> list[dbt.NodeResult]:
    """Prepare the build database and build what changed, the history models left out.

    Returns:
        One result a node that ran and a test that stands; outcomes of tests are in ``session.outcomes``.

    Raises:
        JingcangError: a model or seed failed, or dbt could not run.
    """
    with session.timed("transform"):
        before = prepare(session, manifest)
        if before is None:
            session.progress.start("transform", _expected_nodes(manifest))
            results = _build(session, ["--exclude", dbt.HISTORY])
        else:
            standing = {item["unique_id"]: dbt.NodeResult(**item) for item in before.tests}
            chosen = nodes_to_build(manifest, before.inputs, session.build_inputs, standing, load_lineage())
            session.progress.start("transform", len(chosen))
            results = _build(session, dbt.choose(session.home, chosen)) if chosen else []
            ran = {item.unique_id for item in results}
            kept = [item for name, item in standing.items() if name not in ran]
            session.outcomes += [outcome_of(item) for item in kept]
            results += kept
        session.tests = [item for item in results if item.resource_type == "test"]
    session.progress.finish("transform")
    return results


def run_history(session: Session) -> list[dbt.NodeResult]:
    """Show the run's own checks to the history models and build them."""
    with session.timed("transform"):
        connection = build_database.open_build_database(session)
        try:
            build_database.show_inputs(connection, session)
        finally:
            connection.close()
        results = _build(session, ["--select", dbt.HISTORY])
        write_state(session, "complete", session.tests)
    return results


def _build(session: Session, arguments: list[str]) -> list[dbt.NodeResult]:
    results = dbt.build(
        session.home, arguments, on_node=lambda name: session.progress.advance("transform", name)
    )
    session.built |= {item.name for item in results if item.resource_type == "model"}
    failed = [item for item in results if item.resource_type != "test" and item.status == "error"]
    if failed:
        first = failed[0]
        raise JingcangError(
            f"模型 {first.name} 计算失败（共 {len(failed)} 个）",
            where=" ".join((first.message or "").split())[:500],
            remedy="已发布的版本仍在使用；请查看运行目录 logs/dbt.log",
        )
    session.outcomes += [outcome_of(item) for item in results if item.resource_type == "test"]
    return results


def outcome_of(item: dbt.NodeResult) -> CheckOutcome:
    """Return a dbt test's result as a check outcome: severity ``error`` blocks, a skipped test never passes."""
    statuses = {"pass": "pass", "warn": "warn", "fail": "fail", "error": "error"}
    return CheckOutcome(
        check_id=f"dbt.{item.name}",
        status=statuses.get(item.status, "not_applicable"),
        severity="block" if item.severity == "error" else "warn",
        object_name=item.name,
        checked_by="dbt",
        rule_id=item.name,
        dimension="consistency",
        rows_violated=item.failures,
        note=(item.message or None) if item.status != "pass" else None,
    )


def _expected_nodes(manifest: Mapping[str, Any]) -> int:
    kinds = ("model", "seed", "test")
    return sum(1 for node in manifest["nodes"].values() if node["resource_type"] in kinds)
