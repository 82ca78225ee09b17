"""Create the requests to read sealed records of a case with their actions.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import create_steps, forbid_changes

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sealed_access_requests",
        sa.Column("request_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case_no", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("granted_to", sa.String(64), nullable=False),
        sa.Column("asked_on", sa.Date, nullable=False),
        sa.Column("valid_days", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
    )
    create_steps("sealed_access_actions", "request_no", "sealed_access_requests")
    forbid_changes("sealed_access_requests", "sealed_access_actions")
