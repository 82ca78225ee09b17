"""Waivers of quarantined rows: who lets which row load, under which rule, why, and until when.

Belongs here: granting, revoking and listing. Does not belong here: what a waiver does to a row; waivers flow
back as the landed source ``_workbench`` (``jingcang.landing.decisions``) and act in the split.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench.audit import AuditLog
from jingcang.workbench.entitled import entitled_role
from jingcang.workbench.store import Workbench
from jingcang.workbench.tables import quarantine_waivers


@dataclass(frozen=True)
class WaivedRow:
    """The row and rule a waiver speaks of.

    Args:
        row_digest: digest of the row as it was seen (``jingcang.landing.decisions.row_digest``): a row that
            changes in the source is judged anew.
    """

    source_system: str
    source_table: str
    rule_id: str
    source_key: str
    row_digest: str


def grant(
    workbench: Workbench,
    rows: Sequence[WaivedRow],
    *,
    reason: str,
    valid_from: dt.date,
    valid_to: dt.date,
    by: str,
) -> list[str]:
    """Record one waiver a row.

    Args:
        workbench: the operational store.
        rows: what is waived; a row already waived under that rule for longer is left out.
        reason: why, in the steward's words.
        valid_from, valid_to: half-open span of run days; afterwards the rows are quarantined again by themselves.
        by: account that decides.

    Returns:
        Ids of the waivers written.

    Raises:
        JingcangError: no reason, an expiry that is no later than the start, or no right to decide.
    """
    if not reason.strip():
        raise JingcangError("豁免必须写明理由", remedy="请用 --reason 说明为什么这些行可以入库")
    if valid_to <= valid_from:
        raise JingcangError(
            f"豁免的截止日 {valid_to} 不晚于起始日 {valid_from}", remedy="请用 --until 写一个更晚的日期"
        )
    role = entitled_role(workbench, by)
    with workbench.read() as connection:
        standing = {
            (row.source_system, row.source_table, row.rule_id, row.source_key, row.row_digest)
            for row in connection.execute(
                sa.select(quarantine_waivers).where(
                    quarantine_waivers.c.revoked_at.is_(None), quarantine_waivers.c.valid_to >= valid_to
                )
            )
        }
    new = {row: uuid.uuid4().hex for row in rows if astuple(row) not in standing}
    _audit(workbench, by, role, "waiver_granted", list(new.values()), {"until": valid_to.isoformat()})
    decided = {
        "reason": reason.strip(), "valid_from": valid_from, "valid_to": valid_to, "created_by": by,
        "created_at": dt.datetime.now(dt.UTC),
    }  # fmt: skip
    with workbench.write() as connection:
        for row, waiver_id in new.items():
            connection.execute(
                sa.insert(quarantine_waivers).values(waiver_id=waiver_id, **asdict(row), **decided)
            )
    return list(new.values())


def revoke(workbench: Workbench, waiver_ids: Sequence[str], *, by: str) -> int:
    """End waivers before their expiry; they stay on record.

    Returns:
        Number of waivers ended.

    Raises:
        JingcangError: no right to decide.
    """
    role = entitled_role(workbench, by)
    _audit(workbench, by, role, "waiver_revoked", list(waiver_ids), {})
    with workbench.write() as connection:
        ended = connection.execute(
            sa.update(quarantine_waivers)
            .where(
                quarantine_waivers.c.waiver_id.in_(list(waiver_ids)),
                quarantine_waivers.c.revoked_at.is_(None),
            )
            .values(revoked_by=by, revoked_at=dt.datetime.now(dt.UTC))
        ).rowcount
    return int(ended)


def every_waiver(workbench: Workbench) -> list[dict[str, Any]]:
    """Return all waivers ever given, oldest first, one dictionary of the table's columns each."""
    order = (quarantine_waivers.c.created_at, quarantine_waivers.c.waiver_id)
    with workbench.read() as connection:
        return [
            dict(row._mapping) for row in connection.execute(sa.select(quarantine_waivers).order_by(*order))
        ]


def _audit(
    workbench: Workbench, by: str, role: str, action: str, waiver_ids: Sequence[str], detail: dict[str, Any]
) -> None:
    if waiver_ids:
        AuditLog(workbench).append(
            user_id=by, role=role, action=action, object_name="quarantine_waivers",
            detail={"waivers": list(waiver_ids), **detail},
        )  # fmt: skip
