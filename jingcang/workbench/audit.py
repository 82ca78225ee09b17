"""The audit trail: append only, each row hashed together with the hash of the row before.

Belongs here: appending, reading and verifying. Rows carry who, which role, what and on which object,
never row values of persons. If a row cannot be written, the caller must not go on: every error here
is a refusal.

Three guards stand against a changed trail: triggers refuse UPDATE and DELETE, the chain of hashes
shows an edited row, and the separately kept head shows a cut-off tail.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench import tables
from jingcang.workbench.store import Workbench

GENESIS = "0" * 64


@dataclass(frozen=True)
class AuditEntry:
    """One row of the trail; ``at`` is UTC in ISO 8601."""

    seq: int
    at: str
    user_id: str
    role: str
    action: str
    object_name: str
    detail: str
    previous_hash: str
    row_hash: str


def row_hash(row: Mapping[str, Any]) -> str:
    """Return SHA-256 over the row's fields in fixed order, separated by the unit separator."""
    fields = ("seq", "at", "user_id", "role", "action", "object_name", "detail", "previous_hash")
    return hashlib.sha256("\x1f".join(str(row[field]) for field in fields).encode()).hexdigest()


class AuditLog:
    """Writer and reader of the trail.

    Args:
        workbench: the operational store.
    """

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench

    def append(
        self,
        *,
        user_id: str,
        role: str,
        action: str,
        object_name: str,
        detail: Mapping[str, Any] | None = None,
    ) -> int:
        """Write one row and return its sequence number.

        Args:
            user_id: account, or the name tried at a failed login.
            role: role at that moment, "" before login.
            action: short English verb, e.g. ``page_denied``.
            object_name: page, query, table or account concerned.
            detail: JSON values without personal data.

        Raises:
            JingcangError: the row cannot be written or the trail was tampered with; the caller must
                refuse what it was about to do.
        """
        try:
            with self._workbench.write() as connection:
                return self._append(connection, user_id, role, action, object_name, detail or {})
        except sa.exc.SQLAlchemyError as error:
            raise JingcangError(
                "审计日志写不进去，操作已拒绝",
                rule="audit_fail_closed",
                remedy=f"请系统管理员检查业务库的磁盘和权限（{type(error).__name__}）",
            ) from error

    def _append(
        self,
        connection: sa.Connection,
        user_id: str,
        role: str,
        action: str,
        object_name: str,
        detail: Mapping[str, Any],
    ) -> int:
        head = connection.execute(sa.select(tables.audit_head).with_for_update()).one()
        if head.seq:
            last = connection.execute(
                sa.select(tables.audit_log).where(tables.audit_log.c.seq == head.seq)
            ).one_or_none()
            if (
                last is None
                or last.row_hash != head.row_hash
                or row_hash(dict(last._mapping)) != last.row_hash
            ):
                raise _tampered(head.seq)
        row: dict[str, Any] = {
            "seq": head.seq + 1,
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "user_id": user_id[:64],
            "role": role,
            "action": action,
            "object_name": object_name[:128],
            "detail": json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str),
            "previous_hash": head.row_hash,
        }
        row["row_hash"] = row_hash(row)
        connection.execute(tables.audit_log.insert(), row)
        connection.execute(tables.audit_head.update().values(seq=row["seq"], row_hash=row["row_hash"]))
        return int(row["seq"])

    def entries(self, *, limit: int = 200, action: str | None = None) -> list[AuditEntry]:
        """Return the newest entries first.

        Args:
            limit: most rows returned.
            action: only this action.
        """
        query = sa.select(tables.audit_log).order_by(tables.audit_log.c.seq.desc()).limit(limit)
        if action:
            query = query.where(tables.audit_log.c.action == action)
        with self._workbench.read() as connection:
            return [AuditEntry(**row._mapping) for row in connection.execute(query)]

    def verify(self) -> int:
        """Check the whole chain and return the number of rows.

        Raises:
            JingcangError: a row was changed, removed or cut off; names the sequence number.
        """
        previous, seq = GENESIS, 0
        with self._workbench.read() as connection:
            head = connection.execute(sa.select(tables.audit_head)).one()
            for row in connection.execute(sa.select(tables.audit_log).order_by(tables.audit_log.c.seq)):
                seq += 1
                intact = row.seq == seq and row.previous_hash == previous
                if not intact or row_hash(dict(row._mapping)) != row.row_hash:
                    raise _tampered(seq)
                previous = row.row_hash
        if (head.seq, head.row_hash) != (seq, previous):
            raise _tampered(seq + 1)
        return seq


def _tampered(seq: int) -> JingcangError:
    return JingcangError(
        "审计日志被改动过，操作已拒绝",
        where=f"第 {seq} 条",
        rule="audit_chain",
        remedy="请系统管理员从备份核对审计日志并报告上级",
    )
