"""What stewards decide about quality issues: states, actions, and who did what on which version.

Belongs here: the life of a decision. Does not belong here: whether a check fails, which runs find out, and the
published issue (``fct_quality_issues``), which takes these decisions in as landed rows.

New → 已知悉 → 已指派 → 已处理待复核. Nobody closes an issue: a run in which the check passes does; a run that still
fails after a resolution opens it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench import tables
from jingcang.workbench.store import Workbench

STATE_LABELS = {
    "new": "新问题",
    "acknowledged": "已知悉",
    "assigned": "已指派",
    "resolved": "已处理待复核",
    "reopened": "重新打开",
    "closed": "已关闭",
}
ACTIONS = {"acknowledge": "acknowledged", "assign": "assigned", "resolve": "resolved"}
"""Action → state it leads to; ``undo`` leads back to the state before."""
_FROM = {
    "acknowledge": {"new", "reopened"},
    "assign": {"new", "reopened", "acknowledged", "assigned"},
    "resolve": {"new", "reopened", "acknowledged", "assigned"},
}
MOST_WORDS = 500


@dataclass(frozen=True)
class IssueState:
    """The latest decision about one issue."""

    issue_id: str
    check_id: str
    state: str
    spell_no: int
    run_no: int
    assigned_to: str | None
    due_date: date | None
    reason: str | None
    version: int
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True)
class Published:
    """What the published generation says of an issue: the version a decision is taken on.

    Args:
        issue_id, check_id: which.
        is_open: the check failed in the latest run.
        spell_no: how many times it has begun to fail.
        run_no: number of the latest run.
        generation: name of the published file.
    """

    issue_id: str
    check_id: str
    is_open: bool
    spell_no: int
    run_no: int
    generation: str


@dataclass(frozen=True)
class Actor:
    """Who acts, in which role."""

    user_id: str
    role: str


def effective_state(issue: Published, decision: IssueState | None) -> str:
    """Return the state of an issue, by the same rule as ``fct_quality_issues``."""
    if not issue.is_open:
        return "closed"
    if decision is None or decision.spell_no != issue.spell_no:
        return "reopened" if issue.spell_no > 1 else "new"
    if decision.state == "resolved" and decision.run_no < issue.run_no:
        return "reopened"
    return decision.state


class IssueBoard:
    """Reads and writes decisions.

    Args:
        workbench: the operational store.
        now: the clock; tests give their own.
    """

    def __init__(self, workbench: Workbench, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._workbench, self._now = workbench, now

    def states(self) -> dict[str, IssueState]:
        """Return issue id → latest decision."""
        with self._workbench.read() as connection:
            rows = connection.execute(sa.select(tables.quality_issue_states))
            return {row.issue_id: IssueState(**row._mapping) for row in rows}

    def actions(self, issue_id: str | None = None) -> list[dict[str, Any]]:
        """Return every action, oldest first, of one issue or of all."""
        query = sa.select(tables.quality_issue_actions).order_by(tables.quality_issue_actions.c.action_id)
        if issue_id is not None:
            query = query.where(tables.quality_issue_actions.c.issue_id == issue_id)
        with self._workbench.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def act(
        self,
        issues: Iterable[tuple[Published, int]],
        action: str,
        actor: Actor,
        *,
        reason: str = "",
        assigned_to: str = "",
        due_date: date | None = None,
    ) -> list[IssueState]:
        """Take one action on one or several issues, all or none.

        Args:
            issues: issue and the decision version it was seen at, 0 when there was none.
            action: acknowledge, assign, resolve or undo.
            actor: who acts.
            reason: required for resolve and undo.
            assigned_to: required for assign.
            due_date: new due date; None keeps the one before.

        Returns:
            The new states, in order.

        Raises:
            JingcangError: another person changed the issue meanwhile (named), the state does not allow the
                action, or something required is missing.
        """
        reason, assigned_to = reason.strip()[:MOST_WORDS], assigned_to.strip()[:64]
        if action not in {*ACTIONS, "undo"}:
            raise _refused("没有这种处理", action)
        if action in ("resolve", "undo") and not reason:
            raise _refused("请写明理由", "必填的理由")
        if action == "assign" and not assigned_to:
            raise _refused("请写明承办人", "必填的承办人")
        with self._workbench.write() as connection:
            return [
                self._act(connection, issue, version, action, actor, reason, assigned_to, due_date)
                for issue, version in issues
            ]

    def _act(
        self,
        connection: sa.Connection,
        issue: Published,
        seen_version: int,
        action: str,
        actor: Actor,
        reason: str,
        assigned_to: str,
        due_date: date | None,
    ) -> IssueState:
        states = tables.quality_issue_states
        row = connection.execute(
            sa.select(states).where(states.c.issue_id == issue.issue_id).with_for_update()
        ).one_or_none()
        known = IssueState(**row._mapping) if row else None
        if (known.version if known else 0) != seen_version:
            raise _stale(known)
        if known and known.run_no > issue.run_no:
            raise _refused("您看到的是旧版本的数据，请刷新后再处理", "版本已更新", issue.check_id)
        state = effective_state(issue, known)
        is_current = known is not None and known.spell_no == issue.spell_no
        target, kept_to, kept_due = self._target(connection, issue, known, state, action)
        made = IssueState(
            issue.issue_id, issue.check_id, target, issue.spell_no, issue.run_no,
            assigned_to or kept_to if is_current or assigned_to else None,
            due_date or (kept_due if is_current else None),
            reason or None, seen_version + 1, actor.user_id, self._now(),
        )  # fmt: skip
        values = dict(vars(made))
        if known is None:
            connection.execute(states.insert().values(values))
        else:
            connection.execute(states.update().where(states.c.issue_id == issue.issue_id).values(values))
        connection.execute(
            tables.quality_issue_actions.insert().values(
                issue_id=issue.issue_id,
                version=made.version,
                check_id=issue.check_id,
                action=action,
                from_state=state,
                to_state=target,
                spell_no=issue.spell_no,
                run_no=issue.run_no,
                generation=issue.generation,
                assigned_to=made.assigned_to,
                due_date=made.due_date,
                reason=made.reason,
                user_id=actor.user_id,
                role=actor.role,
                acted_at=made.changed_at,
            )
        )
        return made

    def _target(
        self,
        connection: sa.Connection,
        issue: Published,
        known: IssueState | None,
        state: str,
        action: str,
    ) -> tuple[str, str | None, date | None]:
        """Return (state, assignee, due date) an action leads to."""
        if action != "undo":
            if state not in _FROM[action]:
                raise _refused(
                    f"问题现在是“{STATE_LABELS[state]}”，不能这样处理", "状态不允许", issue.check_id
                )
            return ACTIONS[action], known.assigned_to if known else None, known.due_date if known else None
        log = tables.quality_issue_actions
        steps = connection.execute(
            sa.select(log)
            .where(log.c.issue_id == issue.issue_id, log.c.spell_no == issue.spell_no)
            .order_by(log.c.version)
        ).all()
        standing: list[Any] = []
        for step in steps:
            if step.action == "undo":
                standing.pop()
            else:
                standing.append(step)
        if not standing or state == "closed":
            raise _refused("没有可以撤销的处理", "没有可撤销的步骤", issue.check_id)
        before = standing[-2] if len(standing) > 1 else None
        return standing[-1].from_state, *((before.assigned_to, before.due_date) if before else (None, None))


def _stale(known: IssueState | None) -> JingcangError:
    if known is None:
        return _refused("这个问题的处理记录已不存在，请刷新", "版本已变")
    return JingcangError(
        f"{known.changed_by} 已于 {known.changed_at.astimezone():%Y-%m-%d %H:%M} 改为"
        f"“{STATE_LABELS[known.state]}”，您的处理没有保存",
        where=known.check_id,
        rule="stale_version",
        remedy="请刷新后按最新情况处理",
    )


def _refused(what: str, rule: str, where: str = "") -> JingcangError:
    return JingcangError(what, where=where, rule=rule, remedy="请改正后再提交")
