"""What the tables have in common: their metadata, the UTC time type, who decided what when, and the kinds of log.

Belongs here: what two rooms of this package need. Does not belong here: a table.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the workbench")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def who(at: str = "acted_at") -> tuple[sa.Column[Any], ...]:
    """Return the columns that say why, by whom, in which role, seeing which published data, and when.

    Args:
        at: name of the last one.
    """
    return (
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column(at, UtcDateTime, nullable=False),
    )


def proposals(name: str, number: str, *columns: sa.Column[Any]) -> sa.Table:
    """Return the table of the proposals of one kind: their number, what is proposed, and by whom and why."""
    return sa.Table(
        name,
        metadata,
        sa.Column(number, sa.Integer, primary_key=True, autoincrement=True),
        *columns,
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_at", UtcDateTime, nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
    )


def steps(name: str, number: str, definitions: str) -> sa.Table:
    """Return the table of what was done with the proposals of one kind, numbered as their definitions are."""
    return sa.Table(
        name,
        metadata,
        sa.Column(number, sa.Integer, sa.ForeignKey(f"{definitions}.{number}"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("state_code", sa.String(16), nullable=False),
        *who(),
    )


def versions(name: str, number: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """Return the table of entries in append-only versions: their number, what is stated, by whom and why."""
    return sa.Table(
        name,
        metadata,
        sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(number, sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("unit_no", sa.String(32)),
        sa.Column("state_code", sa.String(16), nullable=False),
        *columns,
        *who(),
        sa.UniqueConstraint(number, "version", name=f"uq_{name}_{number}"),
    )
