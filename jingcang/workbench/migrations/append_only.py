"""What migrations from 0006 on share: tables of the steps of proposals and of versions, whose rows never change.

Belongs here: parts that several migrations make alike. Does not belong here: a migration. What is here is landed
history: to make something otherwise, add a function.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def create_steps(name: str, number: str, definitions: str) -> None:
    """Create the table of what was done with the proposals of one kind.

    Args:
        name: of the table.
        number: column that numbers the proposals here and in their definitions.
        definitions: table of the definitions.
    """
    op.create_table(
        name,
        sa.Column(number, sa.Integer, sa.ForeignKey(f"{definitions}.{number}"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("state_code", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
    )


def create_versions(name: str, number: str, *columns: sa.schema.SchemaItem) -> None:
    """Create the table of entries that are stated anew, version by version.

    Args:
        name: of the table.
        number: column that numbers the entries.
        columns: what is stated, and constraints.
    """
    op.create_table(
        name,
        sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(number, sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("unit_no", sa.String(32)),
        sa.Column("state_code", sa.String(16), nullable=False),
        *columns,
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint(number, "version", name=f"uq_{name}_{number}"),
    )


def forbid_changes(*tables: str) -> None:
    """Let the database refuse to change or delete rows of tables."""
    for table in tables:
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("update", "delete"):
                op.execute(
                    f"create trigger {table}_no_{verb} before {verb} on {table} "
                    f"begin select raise(abort, '{table} is append only'); end"
                )
            continue
        op.execute(
            f"create function {table}_append_only() returns trigger language plpgsql as "
            f"$$ begin raise exception '{table} is append only'; end $$"
        )
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            f"for each statement execute function {table}_append_only()"
        )
