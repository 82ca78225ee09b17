"""What the landing assets do, free of Dagster, so that it can be tested as plain functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jingcang.errors import JingcangError
from jingcang.landing import LandingResult, current_cut, land_mapping_seeds, land_table
from orchestration import fingerprint
from orchestration.publish.generations import current_generation
from orchestration.session import CheckOutcome, Session

if TYPE_CHECKING:
    import polars as pl

    from jingcang.contracts.model import SourceTable


def _witness(table: SourceTable, frame: pl.DataFrame) -> Any:
    """Import Great Expectations only when a batch has arrived: the import alone takes seven seconds."""
    from jingcang.contracts import witness

    return witness.validate(table, frame)


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
            result = land_table(table, session.profile, session.home, as_of=session.as_of, witness=_witness)
        except JingcangError as error:
            if not _has_landed(session, table):
                raise
            session.unreachable[table.qualified] = str(error)
            session.outcomes.append(_extraction(table, "error", str(error)))
            session.progress.advance("landing", f"{table.title_zh}：未能读取，沿用上次数据")
            return None
    session.landed[table.qualified] = result
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


def decide(session: Session) -> bool:
    """Land the mapping seeds, take the cut and decide whether anything must be built.

    Returns:
        Whether anything changed; sets ``cut``, ``inputs`` and ``changed`` of the session.
    """
    with session.timed("landing"):
        land_mapping_seeds(session.profile, session.home)
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
