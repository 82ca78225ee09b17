"""Fixes declared for quarantined rows: one person proposes, another approves.

Belongs here: the life of a fix and who did what on which version. Does not belong here: what a fix does to a value
(``jingcang.landing.fixes``); approved fixes flow back as the landed source ``_workbench`` and act in the split.

Both tables are append only, held by triggers: a definition never changes, and the state of a fix is its last action.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench.entitled import entitled_role, stated_reason
from jingcang.workbench.store import Workbench
from jingcang.workbench.tables import quarantine_fix_actions as actions
from jingcang.workbench.tables import quarantine_fixes as fixes

STATE_LABELS = {
    "proposed": "待另一人审核",
    "approved": "已批准",
    "rejected": "未批准",
    "withdrawn": "已撤回",
    "revoked": "已撤销",
}
ACTIONS = {
    "approve": ("proposed", "approved"),
    "reject": ("proposed", "rejected"),
    "withdraw": ("proposed", "withdrawn"),
    "revoke": ("approved", "revoked"),
}
"""Action → (state it is taken in, state it leads to)."""


@dataclass(frozen=True)
class DeclaredFix:
    """A fix with its latest state.

    Args:
        fix_no: its number.
        parameters: JSON object of texts.
        proposal: why it was proposed.
        state_code: one of :data:`STATE_LABELS`.
        version: number of the last action; decisions are taken on it.
        decided_by, decided_at, reason: the last action; None while proposed.
        generation: the published data the proposer saw.
    """

    fix_no: int
    source_system: str
    source_table: str
    rule_id: str
    column_name: str
    kind: str
    parameters: str
    proposal: str
    proposed_by: str
    proposed_at: datetime
    generation: str
    state_code: str
    version: int
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


class FixBook:
    """Reads and writes declared fixes.

    Args:
        workbench: the operational store.
        now: the clock; tests give their own.
    """

    def __init__(self, workbench: Workbench, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._workbench, self._now = workbench, now

    def propose(
        self, *, source_system: str, source_table: str, rule_id: str, column_name: str, kind: str,
        parameters: Mapping[str, str], reason: str, by: str, generation: str,
    ) -> int:  # fmt: skip
        """Write a proposed fix and return its number.

        Args:
            source_system, source_table, rule_id, column_name, kind, parameters: the fix
                (``jingcang.landing.fixes``); the caller has held it against the contract.
            reason: why, in the steward's words.
            by: account that proposes.
            generation: the published data it was seen in.

        Raises:
            JingcangError: no reason, no right, or the same fix stands or waits already.
        """
        reason = stated_reason(reason, "quarantine_fix")
        role = entitled_role(self._workbench, by)
        definition = {
            "source_system": source_system, "source_table": source_table, "rule_id": rule_id,
            "column_name": column_name, "kind": kind,
            "parameters": json.dumps(dict(parameters), ensure_ascii=False),
        }  # fmt: skip
        with self._workbench.write() as connection:
            for known in _declared(connection):
                same = all(getattr(known, name) == value for name, value in definition.items())
                if same and known.state_code in ("proposed", "approved"):
                    raise _refused(
                        f"同样的修正已是第 {known.fix_no} 号，{STATE_LABELS[known.state_code]}",
                        known.fix_no,
                        "请在清单里处理那一条",
                    )
            made = connection.execute(
                fixes.insert().values(
                    **definition,
                    reason=reason,
                    proposed_by=by,
                    proposed_at=self._now(),
                    generation=generation,
                )
            )
            fix_no = int(made.inserted_primary_key[0])  # type: ignore[index]
            self._write(connection, fix_no, 1, "propose", "proposed", reason, by, role, generation)
        return fix_no

    def decide(
        self, fix_no: int, action: str, *, seen_version: int, reason: str, by: str, generation: str
    ) -> DeclaredFix:
        """Take one action on a fix.

        Args:
            fix_no: the fix.
            action: approve, reject, withdraw or revoke.
            seen_version: the version the decision was taken on.
            reason: why.
            by: account that decides.
            generation: the published data it was seen in.

        Returns:
            The fix in its new state.

        Raises:
            JingcangError: the fix changed meanwhile (says by whom), the proposer would decide on the own
                proposal, somebody else would withdraw it, the state does not allow it, no reason or no right.
        """
        if action not in ACTIONS:
            raise _refused("没有这种处理", fix_no, "请刷新页面后重试")
        reason = stated_reason(reason, "quarantine_fix")
        role = entitled_role(self._workbench, by)
        needed, made = ACTIONS[action]
        with self._workbench.write() as connection:
            known = next((item for item in _declared(connection) if item.fix_no == fix_no), None)
            if known is None:
                raise _refused("没有这条修正", fix_no, "请刷新页面后重试")
            if known.version != seen_version:
                raise _refused(
                    f"{known.decided_by or known.proposed_by} 已把它改为“{STATE_LABELS[known.state_code]}”，"
                    "您的处理没有保存",
                    fix_no,
                    "请刷新页面，看过现在的状态再处理",
                )
            if known.state_code != needed:
                raise _refused(
                    f"这条修正现在是“{STATE_LABELS[known.state_code]}”，不能这样处理", fix_no, "请刷新页面"
                )
            if action in ("approve", "reject") and known.proposed_by == by:
                raise _refused("不能审核自己提出的修正", fix_no, "请另一名数据管理员审核；自己可以撤回")
            if action == "withdraw" and known.proposed_by != by:
                raise _refused("只有提出人可以撤回", fix_no, "审核人不同意时请选择不批准")
            self._write(connection, fix_no, seen_version + 1, action, made, reason, by, role, generation)
            return next(item for item in _declared(connection) if item.fix_no == fix_no)

    def _write(
        self, connection: sa.Connection, fix_no: int, version: int, action: str, state: str, reason: str,
        by: str, role: str, generation: str,
    ) -> None:  # fmt: skip
        connection.execute(
            actions.insert().values(
                fix_no=fix_no, version=version, action=action, state_code=state, reason=reason, user_id=by,
                role=role, generation=generation, acted_at=self._now(),
            )
        )  # fmt: skip

    def declared(self) -> list[DeclaredFix]:
        """Return every fix ever proposed with its latest state, newest first."""
        with self._workbench.read() as connection:
            return _declared(connection)

    def actions(self, fix_no: int) -> list[dict[str, Any]]:
        """Return what was done with one fix, oldest first, one dictionary of the table's columns each."""
        query = sa.select(actions).where(actions.c.fix_no == fix_no).order_by(actions.c.version)
        with self._workbench.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


def _declared(connection: sa.Connection) -> list[DeclaredFix]:
    last: dict[int, Any] = {}
    for row in connection.execute(sa.select(actions).order_by(actions.c.fix_no, actions.c.version)):
        last[row.fix_no] = row
    found = []
    for row in connection.execute(sa.select(fixes).order_by(fixes.c.fix_no.desc())):
        state = last[row.fix_no]
        is_decided = state.version > 1
        found.append(
            DeclaredFix(
                row.fix_no, row.source_system, row.source_table, row.rule_id, row.column_name, row.kind,
                row.parameters, row.reason, row.proposed_by, row.proposed_at, row.generation,
                state.state_code, state.version, state.user_id if is_decided else None,
                state.acted_at if is_decided else None, state.reason if is_decided else None,
            )
        )  # fmt: skip
    return found


def _refused(what: str, fix_no: int, remedy: str) -> JingcangError:
    return JingcangError(what, where=f"第 {fix_no} 号修正", rule="quarantine_fix", remedy=remedy)
