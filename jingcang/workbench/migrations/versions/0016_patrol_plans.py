"""Create plans of patrols in versions, and what the duty system sent back about them.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import create_versions, forbid_changes

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_versions(
        "patrol_plans",
        "plan_no",
        sa.Column("planned_unit_no", sa.String(32), nullable=False),
        sa.Column("week_start", sa.Date, nullable=False),
        sa.Column("weights_version", sa.String(32), nullable=False),
        sa.Column("weights_digest", sa.String(64), nullable=False),
        sa.Column("seed", sa.Integer, nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("covered_pct", sa.Float, nullable=False),
        sa.Column("best_pct", sa.Float, nullable=False),
        sa.UniqueConstraint(
            "planned_unit_no", "week_start", "version", name="uq_patrol_plans_planned_unit_no"
        ),
    )
    op.create_table(
        "patrol_plan_returns",
        sa.Column("return_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("plan_no", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("states", sa.JSON, nullable=False),
        sa.Column("file_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("plan_no", "version", "file_hash", name="uq_patrol_plan_returns_plan_no"),
    )
    forbid_changes("patrol_plans", "patrol_plan_returns")
