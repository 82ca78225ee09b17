"""Create the declared fixes of quarantined rows with their actions, and the replay requests.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "quarantine_fixes",
        sa.Column("fix_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source_system", sa.String(64), nullable=False),
        sa.Column("source_table", sa.String(64), nullable=False),
        sa.Column("rule_id", sa.String(128), nullable=False),
        sa.Column("column_name", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
    )
    op.create_table(
        "quarantine_fix_actions",
        sa.Column("fix_no", sa.Integer, sa.ForeignKey("quarantine_fixes.fix_no"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("state_code", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("acted_at", MOMENT, nullable=False),
    )
    op.create_table(
        "replay_requests",
        sa.Column("request_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source_system", sa.String(64), nullable=False),
        sa.Column("source_table", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("requested_by", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("carried_out_at", MOMENT),
        sa.Column("run_id", sa.String(64)),
    )
    for table in ("quarantine_fixes", "quarantine_fix_actions"):
        _append_only(table)


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{verb} before {verb} on {table} "
                f"begin select raise(abort, '{table} is append only'); end"
            )
        return
    op.execute(
        f"create function {table}_append_only() returns trigger language plpgsql as "
        f"$$ begin raise exception '{table} is append only'; end $$"
    )
    op.execute(
        f"create trigger {table}_append_only before update or delete or truncate on {table} "
        f"for each statement execute function {table}_append_only()"
    )
