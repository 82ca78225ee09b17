"""Reports that left the product: briefings with their figures, disclosures to the community and who received them.

Belongs here: numbering, keeping and reading back; rows are never changed. Does not belong here: what a report
says and whether a disclosure is safe (``jingcang.reports``), the audit trail (``audit``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from jingcang.workbench import tables
from jingcang.workbench.store import Workbench


@dataclass(frozen=True)
class Disclosure:
    """One disclosure as handed out.

    Args:
        report_id: its number.
        period_start, period_end: days told, half-open.
        units: units told of.
        hidden_count: suppressed cells.
        generation: generation the counts are from.
        content, content_hash: the file and its SHA-256.
        made_by, made_at: who made it first, and when.
    """

    report_id: str
    period_start: date
    period_end: date
    units: tuple[str, ...]
    hidden_count: int
    generation: str
    content: bytes
    content_hash: str
    made_by: str
    made_at: datetime


class ReportBook:
    """Reads and writes the register.

    Args:
        workbench: the operational store.
    """

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench

    def next_number(self, day: date, prefix: str = "JB") -> str:
        """Return the next free number of a day: JB-20260630-001 for briefings, GK-… for disclosures."""
        table = tables.report_register if prefix == "JB" else tables.disclosures
        start = f"{prefix}-{day:%Y%m%d}-"
        with self._workbench.read() as connection:
            last = connection.execute(
                sa.select(sa.func.max(table.c.report_id)).where(table.c.report_id.like(f"{start}%"))
            ).scalar()
        return f"{start}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:03}"

    def keep_briefing(self, row: dict[str, Any]) -> None:
        """Write the row of a briefing; ``made_at`` is now."""
        with self._workbench.write() as connection:
            connection.execute(tables.report_register.insert(), {**row, "made_at": datetime.now(UTC)})

    def briefing(self, report_id: str) -> dict[str, Any] | None:
        """Return the row of a briefing, None when this workbench has none of the number."""
        table = tables.report_register
        with self._workbench.read() as connection:
            row = connection.execute(sa.select(table).where(table.c.report_id == report_id)).one_or_none()
        return None if row is None else dict(row._mapping)

    def keep_disclosure(self, disclosure: Disclosure, shape: dict[str, Any]) -> None:
        """Write a disclosure with the labels of its rows and columns."""
        row = {name: getattr(disclosure, name) for name in Disclosure.__dataclass_fields__}
        with self._workbench.write() as connection:
            connection.execute(
                tables.disclosures.insert(), {**row, "units": list(disclosure.units), "shape": shape}
            )

    def disclosures(self) -> list[Disclosure]:
        """Return every disclosure, oldest first."""
        table = tables.disclosures
        columns = [table.c[name] for name in Disclosure.__dataclass_fields__]
        with self._workbench.read() as connection:
            rows = connection.execute(sa.select(*columns).order_by(table.c.made_at, table.c.report_id)).all()
        return [Disclosure(**{**row._mapping, "units": tuple(row.units)}) for row in rows]

    def give(self, report_id: str, recipient: str, user_id: str) -> None:
        """Write that a disclosure was given to somebody."""
        row = {
            "report_id": report_id,
            "recipient": recipient,
            "user_id": user_id,
            "given_at": datetime.now(UTC),
        }
        with self._workbench.write() as connection:
            connection.execute(tables.disclosure_recipients.insert(), row)

    def recipients(self, report_id: str) -> list[tuple[str, str, datetime]]:
        """Return (recipient, account, moment) of a disclosure, oldest first."""
        table = tables.disclosure_recipients
        with self._workbench.read() as connection:
            rows = connection.execute(
                sa.select(table.c.recipient, table.c.user_id, table.c.given_at)
                .where(table.c.report_id == report_id).order_by(table.c.recipient_no)
            ).all()  # fmt: skip
        return [(row.recipient, row.user_id, row.given_at) for row in rows]
