"""What one person proposes and another decides: the life of a proposal, whatever it proposes.

Belongs here: states, versions, who may take which step, which hold, the two append-only tables of a kind of proposal.
Does not belong here: what is proposed (``fixes``, ``code_mappings``) and what it does when it stands
(``jingcang.landing``).

A definition never changes, and the state of a proposal is its last step.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench.entitled import ROLES, entitled_role, stated_reason
from jingcang.workbench.store import Workbench

STATE_LABELS = {
    "proposed": "待另一人审核",
    "approved": "已批准",
    "rejected": "未批准",
    "withdrawn": "已撤回",
    "revoked": "已撤销",
    "deferred": "暂缓",
}
ACTIONS = {
    "approve": ("proposed", "approved"),
    "reject": ("proposed", "rejected"),
    "withdraw": ("proposed", "withdrawn"),
    "revoke": ("approved", "revoked"),
    "resume": ("deferred", "withdrawn"),
}
"""Action → (state it is taken in, state it leads to)."""


@dataclass(frozen=True)
class Declared:
    """A proposal with its latest state; each kind adds what it proposes.

    Args:
        proposal: why it was proposed.
        generation: the published data the proposer saw.
        state_code: one of :data:`STATE_LABELS`.
        version: number of the last step; decisions are taken on it.
        decided_by, decided_at, reason: the last step; None while nothing followed the proposal.
        needs_second: whether another person must decide.
    """

    proposal: str
    proposed_by: str
    proposed_at: datetime
    generation: str
    state_code: str
    version: int
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    needs_second: bool


Made = TypeVar("Made", bound=Declared)


def last_approved(declared: Iterable[Made], of: Callable[[Made], Hashable]) -> list[Made]:
    """Return the approved proposals that hold: of those about one thing the one proposed last.

    Args:
        declared: newest first, as :meth:`ProposalBook.declared` gives them.
        of: proposal → what it is about.

    Returns:
        Newest first.
    """
    held: dict[Hashable, Made] = {}
    for item in declared:
        if item.state_code == "approved":
            held.setdefault(of(item), item)
    return list(held.values())


class ProposalBook(Generic[Made]):
    """Reads and writes one kind of proposals; a kind names its tables and builds its dataclass.

    Args:
        workbench: the operational store.
        now: the clock; tests give their own.
    """

    definitions: ClassVar[sa.Table]
    steps: ClassVar[sa.Table]
    number: ClassVar[str]
    """Column that numbers proposals in both tables."""
    noun: ClassVar[str]
    rule: ClassVar[str]
    made: ClassVar[type[Any]]
    proposers: ClassVar[Collection[str]] = ROLES
    judges: ClassVar[Collection[str]] = ROLES
    """Roles that may propose (and withdraw), and that may decide."""
    another: ClassVar[str] = "另一名数据管理员"
    """Who decides when the proposer may not, in the users' words."""

    def __init__(self, workbench: Workbench, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._workbench, self._now = workbench, now

    def declared(self) -> list[Made]:
        """Return every proposal ever made with its latest state, newest first."""
        with self._workbench.read() as connection:
            return self._declared(connection)

    def actions(self, number: int) -> list[dict[str, Any]]:
        """Return what was done with one proposal, oldest first, one dictionary of the table's columns each."""
        query = (
            sa.select(self.steps).where(self.steps.c[self.number] == number).order_by(self.steps.c.version)
        )
        with self._workbench.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def _propose(
        self, definition: Mapping[str, Any], *, reason: str, by: str, generation: str, state: str = "proposed"
    ) -> int:
        """Write a proposal and return its number.

        Args:
            definition: columns that say what is proposed.
            reason, by, generation: why, by whom, seeing which published data.
            state: its first state.

        Raises:
            JingcangError: no reason, no right, or the same proposal stands or waits already.
        """
        reason = stated_reason(reason, self.rule)
        role = entitled_role(self._workbench, by, self.proposers)
        with self._workbench.write() as connection:
            for known in self._declared(connection):
                same = all(getattr(known, name) == value for name, value in definition.items())
                if same and known.state_code in ("proposed", "approved", "deferred"):
                    number = getattr(known, self.number)
                    raise self._refused(
                        f"同样的{self.noun}已是第 {number} 号，{STATE_LABELS[known.state_code]}",
                        number,
                        "请在清单里处理那一条",
                    )
            made = connection.execute(
                self.definitions.insert().values(
                    **definition,
                    reason=reason,
                    proposed_by=by,
                    proposed_at=self._now(),
                    generation=generation,
                )
            )
            number = int(made.inserted_primary_key[0])  # type: ignore[index]
            action = "propose" if state == "proposed" else "defer"
            self._write(connection, number, 1, action, state, reason, by, role, generation)
        return number

    def decide(
        self, number: int, action: str, *, seen_version: int, reason: str, by: str, generation: str
    ) -> Made:
        """Take one action on a proposal.

        Args:
            number: the proposal.
            action: a key of :data:`ACTIONS`.
            seen_version: the version the decision was taken on.
            reason: why.
            by: account that decides.
            generation: the published data it was seen in.

        Returns:
            The proposal in its new state.

        Raises:
            JingcangError: the proposal changed meanwhile (says by whom), the proposer would decide on the own
                proposal although another must, somebody else would withdraw it, the state does not allow it, no
                reason or no right.
        """
        if action not in ACTIONS:
            raise self._refused("没有这种处理", number, "请刷新页面后重试")
        reason = stated_reason(reason, self.rule)
        role = entitled_role(self._workbench, by, self.proposers if action == "withdraw" else self.judges)
        needed, made = ACTIONS[action]
        with self._workbench.write() as connection:
            known = self._known(connection, number)
            if known.version != seen_version:
                raise self._refused(
                    f"{known.decided_by or known.proposed_by} 已把它改为“{STATE_LABELS[known.state_code]}”，"
                    "您的处理没有保存",
                    number,
                    "请刷新页面，看过现在的状态再处理",
                )
            if known.state_code != needed:
                raise self._refused(
                    f"这条{self.noun}现在是“{STATE_LABELS[known.state_code]}”，不能这样处理",
                    number,
                    "请刷新页面",
                )
            if action in ("approve", "reject") and known.proposed_by == by and known.needs_second:
                raise self._refused(
                    f"不能审核自己提出的{self.noun}", number, f"请{self.another}审核；自己可以撤回"
                )
            if action == "withdraw" and known.proposed_by != by:
                raise self._refused("只有提出人可以撤回", number, "审核人不同意时请选择不批准")
            self._write(connection, number, seen_version + 1, action, made, reason, by, role, generation)
            return self._known(connection, number)

    def _known(self, connection: sa.Connection, number: int) -> Made:
        for item in self._declared(connection):
            if getattr(item, self.number) == number:
                return item
        raise self._refused(f"没有这条{self.noun}", number, "请刷新页面后重试")

    def _write(
        self, connection: sa.Connection, number: int, version: int, action: str, state: str, reason: str,
        by: str, role: str, generation: str,
    ) -> None:  # fmt: skip
        connection.execute(
            self.steps.insert().values(
                **{self.number: number}, version=version, action=action, state_code=state, reason=reason,
                user_id=by, role=role, generation=generation, acted_at=self._now(),
            )
        )  # fmt: skip

    def _declared(self, connection: sa.Connection) -> list[Made]:
        steps, number = self.steps.c, self.definitions.c[self.number]
        ordered = sa.select(self.steps).order_by(steps[self.number], steps.version)
        last = {getattr(row, self.number): row for row in connection.execute(ordered)}
        found = []
        for row in connection.execute(sa.select(self.definitions).order_by(number.desc())):
            told = dict(row._mapping)
            state = last[told[self.number]]
            is_decided = state.version > 1
            found.append(
                self.made(**{
                    "needs_second": True, **told, "proposal": told["reason"],
                    "state_code": state.state_code, "version": state.version,
                    "decided_by": state.user_id if is_decided else None,
                    "decided_at": state.acted_at if is_decided else None,
                    "reason": state.reason if is_decided else None,
                })
            )  # fmt: skip
        return found

    def _refused(self, what: str, number: int, remedy: str) -> JingcangError:
        return JingcangError(what, where=f"第 {number} 号{self.noun}", rule=self.rule, remedy=remedy)
