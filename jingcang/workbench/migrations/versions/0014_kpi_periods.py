"""Create the steps of assessment periods and the content of frozen ones.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import create_versions, forbid_changes

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_versions(
        "kpi_period_steps",
        "period_no",
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
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
