"""Create the declared special operations and the log of decisions of meetings.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import forbid_changes

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create(
        "special_operations",
        "operation_no",
        sa.Column("operation_name", sa.String(40), nullable=False),
        sa.Column("programme_no", sa.String(64)),
        sa.Column("class_codes", sa.Text, nullable=False),
        sa.Column("places", sa.Text, nullable=False),
        sa.Column("start_date", sa.Date, nullable=False),
        sa.Column("last_date", sa.Date, nullable=False),
    )
    _create(
        "meeting_decisions",
        "decision_no",
        sa.Column("decision_text", sa.String(500), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("review_date", sa.Date, nullable=False),
        sa.Column("verdict", sa.String(16)),
        sa.Column("metric_code", sa.String(64), nullable=False),
        sa.Column("class_code", sa.String(64), nullable=False),
        sa.Column("unit_nos", sa.Text, nullable=False),
        sa.Column("area_no", sa.String(64), nullable=False),
        sa.Column("period_kind", sa.String(16), nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
        sa.Column("figure_count", sa.BigInteger, nullable=False),
        sa.Column("figure_base", sa.BigInteger),
        sa.Column("now_start", sa.Date),
        sa.Column("now_end", sa.Date),
        sa.Column("now_count", sa.BigInteger),
        sa.Column("now_base", sa.BigInteger),
    )
    forbid_changes("special_operations", "meeting_decisions")


def _create(name: str, number: str, *columns: sa.Column[object]) -> None:
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
