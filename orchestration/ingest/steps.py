"""What the landing assets do, free of Dagster, so that it can be tested as plain functions."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jingcang.errors import JingcangError
from jingcang.landing import LandingResult, current_cut, land_mapping_seeds, land_table
from orchestration import fingerprint
from orchestration.publish.generations import current_generation
from orchestration.session import CheckOutcome, Session

if TYPE_CHECKING:
    import polars as pl

    from jingcang.contracts.model import SourceTable, System


CONNECT_SECONDS = 10.0
DEFAULT_PORTS = {
    "http": 80,
    "https": 443,
    "postgresql": 5432,
    "postgres": 5432,
    "mysql": 3306,
    "mariadb": 3306,
}


def _witness(table: SourceTable, frame: pl.DataFrame) -> Any:
    """Import Great Expectations only when a batch has arrived: the import alone takes seven seconds."""
    from jingcang.contracts import witness

    return witness.validate(table, frame)


def require_listening(system: System) -> None:
    """Refuse a server that does not even listen, before a client spends its patience on it.

    A server that listens and fails, or is merely slow, is left to the client's own repetitions.

    Raises:
        JingcangError: nothing listens at the system's address.
    """
    if system.kind == "files" or not system.url:
        return
    address = urlsplit(system.url)
    if not address.hostname:
        return
    port = address.port or DEFAULT_PORTS.get(address.scheme.split("+")[0])
    if port is None:
        return
    try:
        socket.create_connection((address.hostname, port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        raise JingcangError(
            f"来源系统 {system.name} 连接不上",
            where=f"{address.hostname}:{port}",
            remedy="请检查该系统和网络；已入库的数据照常使用",
        ) from error


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
        JingcangError: the source could not be read and nothing of it has ever landed.
    """
    with session.timed("landing"):
        try:
            require_listening(session.profile.systems[table.system])
            result = land_table(table, session.profile, session.home, as_of=session.as_of, witness=_witness)
        except JingcangError as error:
            if not _has_landed(session, table):
                raise
            session.unreachable[table.qualified] = str(error)
            session.outcomes.append(_extraction(table, "error", str(error)))
            session.progress.advance("landing", f"{table.title_zh}：未能读取，沿用上次数据")
            return None
    session.landed[table.qualified] = result
    session.outcomes += [_witnessed(table, result)] if result.witnessed else []
    if result.alerts:
        session.outcomes.append(_extraction(table, "warn", "；".join(result.alerts)))
    session.progress.advance("landing", f"{table.title_zh}（{table.qualified}）")
    return result


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


def witness_disagreements(counts: Mapping[str, int], seen: Sequence[Any]) -> dict[str, tuple[int, int]]:
    """Return rule id → (split's count, witness's count) where they differ.

    Args:
        counts: rule id → violations counted by the split, over all batches of the run.
        seen: the witness's results, one a portion of rows.
    """
    witnessed: dict[str, int] = {}
    for result in seen:
        for rule_id, violated in result.counts.items():
            witnessed[rule_id] = witnessed.get(rule_id, 0) + violated
    return {
        rule_id: (counts.get(rule_id, 0), violated)
        for rule_id, violated in sorted(witnessed.items())
        if counts.get(rule_id, 0) != violated
    }


def _witnessed(table: SourceTable, result: LandingResult) -> CheckOutcome:
    seen = result.witnessed
    differing = witness_disagreements(result.rule_counts, seen)
    expectations = sum(item.expectations for item in seen)
    status = "fail" if differing else "pass" if expectations else "not_applicable"
    return CheckOutcome(
        check_id=f"{table.qualified}.witness",
        status=status,
        severity="block",
        object_name=table.qualified,
        checked_by="ge",
        rule_id="witness",
        dimension="consistency",
        source_system=table.system,
        rows_checked=sum(item.rows for item in seen),
        rows_violated=sum(abs(split - other) for split, other in differing.values()),
        note="；".join(f"{rule}：分流 {split}，见证 {other}" for rule, (split, other) in differing.items())
        or None,
    )


def decide(session: Session) -> bool:
    """Land the mapping seeds, take the cut and decide whether anything must be built.

    Returns:
        Whether anything changed; sets ``cut``, ``inputs`` and ``changed`` of the session.
    """
    with session.timed("landing"):
        land_mapping_seeds(session.profile, session.home, as_of=session.as_of)
        session.cut = current_cut(session.home)
        session.inputs = fingerprint.inputs_digest(
            session.cut.hash, session.profile.fingerprint, session.as_of.isoformat()
        )
        published = current_generation(session.home)
        session.changed = session.force or published is None or published.inputs != session.inputs
        if not session.changed:
            session.generation = published
    session.progress.finish("landing")
    return session.changed
