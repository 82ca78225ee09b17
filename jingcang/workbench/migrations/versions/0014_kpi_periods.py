"""Create the steps of assessment periods and the content of frozen ones.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import forbid_changes

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kpi_period_steps",
        sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("period_no", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("unit_no", sa.String(32)),
        sa.Column("state_code", sa.String(16), nullable=False),
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("period_no", "version", name="uq_kpi_period_steps_period_no"),
        sa.UniqueConstraint("period_start", "version", name="uq_kpi_period_steps_period_start"),
    )
    op.create_table(
        "kpi_frozen_periods",
        sa.Column("period_start", sa.Date, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("definitions", sa.JSON, nullable=False),
        sa.Column("input_hash", sa.String(64), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
    )
    forbid_changes("kpi_period_steps", "kpi_frozen_periods")
