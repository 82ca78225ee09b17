"""Correction tickets: failing keys handed to the unit that enters the data.

Belongs here: what was handed out, to whom, until when. Does not belong here: whether the rows were mended; the next
extract shows that, so a ticket has no state of its own to set.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench import tables
from jingcang.workbench.issues import Actor
from jingcang.workbench.store import Workbench


@dataclass(frozen=True)
class TicketRow:
    """One failing key of one check; ``object_name`` is the source table."""

    check_id: str
    object_name: str
    row_key: str


@dataclass(frozen=True)
class Ticket:
    """One ticket with its rows; ``run_no`` and ``generation`` say which data it was made from."""

    ticket_id: int
    unit_no: str
    assigned_to: str
    due_date: date
    run_no: int
    generation: str
    created_by: str
    created_at: datetime
    rows: tuple[TicketRow, ...] = ()


def progress(
    ticket: Ticket, still_failing: Collection[tuple[str, str]], looked_at: Collection[str], run_no: int
) -> tuple[str, int]:
    """Return (state in Chinese, rows still failing) of a ticket.

    Args:
        ticket: the ticket.
        still_failing: (check id, key) of rows that fail in the latest run.
        looked_at: ids of checks that ran and told all their failing keys: of others a key that is not told may
            fail all the same.
        run_no: number of the latest run; a ticket closes only by a run after the one it was made from.
    """
    left = sum((row.check_id, row.row_key) in still_failing for row in ticket.rows)
    unknown = sum(
        row.check_id not in looked_at and (row.check_id, row.row_key) not in still_failing
        for row in ticket.rows
    )
    if run_no <= ticket.run_no:
        return "等待下一次取数", left
    if unknown:
        return f"{unknown:,} 行无法复核", left
    return ("已关闭" if left == 0 else "部分更正" if left < len(ticket.rows) else "未更正"), left


def landed_rows(tickets: Iterable[Ticket]) -> list[dict[str, Any]]:
    """Return the rows to land, one a row of a ticket: ``ticket_row_key``, the row's and the ticket's fields."""
    return [
        {
            **{name: value for name, value in vars(ticket).items() if name != "rows"},
            **vars(row),
            "row_no": number,
            "ticket_row_key": f"{ticket.ticket_id}-{number}",
        }
        for ticket in tickets
        for number, row in enumerate(ticket.rows, 1)
    ]


class TicketBook:
    """Reads and writes tickets.

    Args:
        workbench: the operational store.
        now: the clock; tests give their own.
    """

    def __init__(self, workbench: Workbench, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._workbench, self._now = workbench, now

    def create(
        self,
        rows: Sequence[TicketRow],
        actor: Actor,
        *,
        unit_no: str,
        assigned_to: str,
        due_date: date,
        run_no: int,
        generation: str,
    ) -> int:
        """Write a ticket and return its number.

        Raises:
            JingcangError: no rows, or nobody to mend them.
        """
        if not rows or not assigned_to.strip():
            raise JingcangError(
                "退回单没有保存：要有违规行和承办人", rule="ticket", remedy="请选择单位并填写承办人"
            )
        with self._workbench.write() as connection:
            made = connection.execute(
                tables.correction_tickets.insert().values(
                    unit_no=unit_no,
                    assigned_to=assigned_to.strip()[:64],
                    due_date=due_date,
                    run_no=run_no,
                    generation=generation,
                    created_by=actor.user_id,
                    created_at=self._now(),
                )
            )
            ticket_id = int(made.inserted_primary_key[0])  # type: ignore[index]
            connection.execute(
                tables.correction_ticket_rows.insert(),
                [
                    {
                        "ticket_id": ticket_id,
                        "row_no": number,
                        "check_id": row.check_id,
                        "object_name": row.object_name,
                        "row_key": row.row_key,
                    }
                    for number, row in enumerate(rows, 1)
                ],
            )
        return ticket_id

    def tickets(self) -> list[Ticket]:
        """Return every ticket with its rows, newest first."""
        with self._workbench.read() as connection:
            rows: dict[int, list[TicketRow]] = {}
            listed = sa.select(tables.correction_ticket_rows).order_by(tables.correction_ticket_rows.c.row_no)
            for row in connection.execute(listed):
                rows.setdefault(row.ticket_id, []).append(
                    TicketRow(row.check_id, row.object_name, row.row_key)
                )
            heads = sa.select(tables.correction_tickets).order_by(
                tables.correction_tickets.c.ticket_id.desc()
            )
            return [
                Ticket(**head._mapping, rows=tuple(rows.get(head.ticket_id, ())))
                for head in connection.execute(heads)
            ]
