"""Create the states and actions of quality issues, and the correction tickets.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "quality_issue_states",
        sa.Column("issue_id", sa.String(32), primary_key=True),
        sa.Column("check_id", sa.String(256), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("spell_no", sa.Integer, nullable=False),
        sa.Column("run_no", sa.Integer, nullable=False),
        sa.Column("assigned_to", sa.String(64)),
        sa.Column("due_date", sa.Date),
        sa.Column("reason", sa.String(500)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
    )
    op.create_table(
        "quality_issue_actions",
        sa.Column("action_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("issue_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("check_id", sa.String(256), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("from_state", sa.String(16), nullable=False),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("spell_no", sa.Integer, nullable=False),
        sa.Column("run_no", sa.Integer, nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("assigned_to", sa.String(64)),
        sa.Column("due_date", sa.Date),
        sa.Column("reason", sa.String(500)),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("acted_at", MOMENT, nullable=False),
        sa.UniqueConstraint("issue_id", "version", name="uq_quality_issue_actions_issue_id"),
    )
    op.create_table(
        "correction_tickets",
        sa.Column("ticket_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("unit_no", sa.String(32), nullable=False),
        sa.Column("assigned_to", sa.String(64), nullable=False),
        sa.Column("due_date", sa.Date, nullable=False),
        sa.Column("run_no", sa.Integer, nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
    )
    op.create_table(
        "correction_ticket_rows",
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("correction_tickets.ticket_id"), primary_key=True),
        sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("check_id", sa.String(256), nullable=False),
        sa.Column("object_name", sa.String(128), nullable=False),
        sa.Column("row_key", sa.String(256), nullable=False),
    )
