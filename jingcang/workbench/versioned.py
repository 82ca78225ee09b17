"""What people state and later change by stating it anew: numbered entries in append-only versions.

Belongs here: numbers, versions, the refusal of what was decided on an old version. Does not belong here: what is stated
(``operations``, ``meeting_decisions``), and proposals that another person decides (``proposals``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, TypeVar

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench.entitled import LEADERS, entitled_role, stated_reason
from jingcang.workbench.store import Workbench


@dataclass(frozen=True)
class Version:
    """One version of one entry; each kind adds what it states.

    Args:
        version: its number within the entry, from 1.
        unit_no: unit whose leader states it, None for a leader of all units.
        state_code: state the version leads to.
        reason: why.
        user_id, role: who.
        generation: published data seen.
        acted_at: when.
    """

    version: int
    unit_no: str | None
    state_code: str
    reason: str
    user_id: str
    role: str
    generation: str
    acted_at: dt.datetime


DECLARED, WITHDRAWN = "declared", "withdrawn"


@dataclass(frozen=True)
class Declaration(Version):
    """A version of what is declared and may be taken back."""

    @property
    def is_standing(self) -> bool:
        return self.state_code == DECLARED


Made = TypeVar("Made", bound=Version)
Declared = TypeVar("Declared", bound=Declaration)


class VersionedBook(Generic[Made]):
    """Reads and writes entries of one kind.

    Args:
        workbench: the operational store.
        now: the clock; tests give their own.
    """

    table: ClassVar[sa.Table]
    number: ClassVar[str]
    """Column that numbers entries."""
    noun: ClassVar[str]
    rule: ClassVar[str]
    made: ClassVar[type[Any]]
    state_labels: ClassVar[Mapping[str, str]]
    roles: ClassVar[Collection[str]] = LEADERS
    """Roles that may state such an entry."""

    def __init__(
        self, workbench: Workbench, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        self._workbench, self._now = workbench, now

    def versions(self) -> list[Made]:
        """Return every version of every entry, oldest first."""
        with self._workbench.read() as connection:
            return self._read(connection)

    def latest(self) -> dict[int, Made]:
        """Return number → its latest version."""
        return {getattr(item, self.number): item for item in self.versions()}

    def _write(
        self, number: int | None, seen_version: int, stated: Mapping[str, Any], *, reason: str, by: str,
        generation: str, more: Callable[[sa.Connection], None] = lambda connection: None,
    ) -> int:  # fmt: skip
        """Write a version and return the number of its entry.

        Args:
            number: the entry, None for a new one.
            seen_version: version that was seen, 0 for a new entry.
            stated: what is stated, the state and the unit included; an entry keeps the unit it began with.
            reason, by, generation: why, by whom, seeing which published data.
            more: writes what goes with it, in the same transaction.

        Raises:
            JingcangError: the entry changed meanwhile (says by whom), there is none, no reason or no right.
        """
        reason = stated_reason(reason, self.rule)
        role = entitled_role(self._workbench, by, self.roles)
        column = self.table.c[self.number]
        with self._workbench.write() as connection:
            if number is None:
                number = int(connection.scalar(sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1)) or 1)
            else:
                known = next((item for item in reversed(self._read(connection, number))), None)
                if known is None or known.version != seen_version:
                    raise self._stale(number, known)
                stated = {**stated, "unit_no": known.unit_no}
            connection.execute(
                self.table.insert().values(
                    **{self.number: number}, version=seen_version + 1, **stated, reason=reason, user_id=by, role=role,
                    generation=generation, acted_at=self._now(),
                )
            )  # fmt: skip
            more(connection)
        return number

    def _read(self, connection: sa.Connection, number: int | None = None) -> list[Made]:
        query = sa.select(self.table).order_by(self.table.c[self.number], self.table.c.version)
        if number is not None:
            query = query.where(self.table.c[self.number] == number)
        return [self.made(**row._mapping) for row in connection.execute(query)]

    def _refused(self, what: str, remedy: str) -> JingcangError:
        return JingcangError(what, where=self.noun, rule=self.rule, remedy=remedy)

    def _stale(self, number: int, known: Made | None) -> JingcangError:
        what = (
            f"{known.user_id} 已于 {known.acted_at.astimezone():%Y-%m-%d %H:%M} 把它改为第 {known.version} 版"
            f"“{self.state_labels[known.state_code]}”，您的处理没有保存"
            if known
            else f"没有这条{self.noun}"
        )
        return JingcangError(
            what, where=f"第 {number} 号{self.noun}", rule="stale_version", remedy="请刷新后按最新情况处理"
        )


class DeclaredBook(VersionedBook[Declared]):
    """Entries that are declared, changed and taken back."""

    state_labels: ClassVar[Mapping[str, str]] = {DECLARED: "已登记", WITHDRAWN: "已撤回"}

    def withdraw(self, number: int, *, seen_version: int, reason: str, by: str, generation: str) -> int:
        """Take an entry back and return its number; what it stated and its versions stay.

        Raises:
            JingcangError: it changed meanwhile, is not there, no reason or no right.
        """
        known = self.latest().get(number)
        if known is None:
            raise self._stale(number, None)
        frame = {"row_no", self.number, *(item.name for item in fields(Declaration))}
        stated = {name: value for name, value in vars(known).items() if name not in frame}
        return self._write(
            number,
            seen_version,
            stated | {"state_code": WITHDRAWN},
            reason=reason,
            by=by,
            generation=generation,
        )
