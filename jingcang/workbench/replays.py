"""Requests to split landed rows again, made on a page and carried out by the next run.

Belongs here: asking, listing, and noting the run that did it. Does not belong here: the replay itself
(``jingcang.landing``), and who starts a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench.entitled import entitled_role, stated_reason
from jingcang.workbench.store import Workbench
from jingcang.workbench.tables import replay_requests as requests


@dataclass(frozen=True)
class ReplayRequest:
    """One request; ``carried_out_at`` and ``run_id`` are None while it waits."""

    request_no: int
    source_system: str
    source_table: str
    reason: str
    requested_by: str
    role: str
    generation: str
    requested_at: datetime
    carried_out_at: datetime | None
    run_id: str | None

    @property
    def qualified(self) -> str:
        return f"{self.source_system}.{self.source_table}"


def landed_rows(asked: Iterable[ReplayRequest]) -> list[dict[str, Any]]:
    """Return the rows to land: what was asked, without the run that did it, which is known only afterwards."""
    return [vars(item) for item in asked]


class ReplayBook:
    """Reads and writes replay requests.

    Args:
        workbench: the operational store.
        now: the clock; tests give their own.
    """

    def __init__(self, workbench: Workbench, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._workbench, self._now = workbench, now

    def request(self, source_system: str, source_table: str, *, reason: str, by: str, generation: str) -> int:
        """Ask that a table is pulled and split again, and return the number of the request.

        Raises:
            JingcangError: no reason, no right, or a request for the table waits already.
        """
        reason = stated_reason(reason, "replay_request")
        role = entitled_role(self._workbench, by)
        with self._workbench.write() as connection:
            waiting = connection.execute(
                sa.select(requests).where(
                    requests.c.source_system == source_system,
                    requests.c.source_table == source_table,
                    requests.c.carried_out_at.is_(None),
                )
            ).first()
            if waiting is not None:
                raise JingcangError(
                    f"{waiting.requested_by} 已申请重放这张表，等待下一次运行",
                    where=f"第 {waiting.request_no} 号申请", rule="replay_request", remedy="不必再申请",
                )  # fmt: skip
            made = connection.execute(
                requests.insert().values(
                    source_system=source_system, source_table=source_table, reason=reason, requested_by=by,
                    role=role, generation=generation, requested_at=self._now(),
                )
            )  # fmt: skip
            return int(made.inserted_primary_key[0])  # type: ignore[index]

    def requested(self) -> list[ReplayRequest]:
        """Return every request, newest first."""
        with self._workbench.read() as connection:
            rows = connection.execute(sa.select(requests).order_by(requests.c.request_no.desc()))
            return [ReplayRequest(**row._mapping) for row in rows]

    def carried_out(self, request_nos: Sequence[int], run_id: str) -> None:
        """Note the run that carried requests out."""
        with self._workbench.write() as connection:
            connection.execute(
                requests.update()
                .where(requests.c.request_no.in_(list(request_nos)), requests.c.carried_out_at.is_(None))
                .values(carried_out_at=self._now(), run_id=run_id)
            )
