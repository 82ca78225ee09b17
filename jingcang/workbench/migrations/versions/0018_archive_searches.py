"""Create the log of searches for archive files: who, when, why and whether anything was found, never for what.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import forbid_changes

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive_searches",
        sa.Column("search_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("unit_no", sa.String(32)),
        sa.Column("officer_no", sa.String(32)),
        sa.Column("purpose_code", sa.String(32), nullable=False),
        sa.Column("linked_no", sa.String(64)),
        sa.Column("query_kinds", sa.String(64), nullable=False),
        sa.Column("hit_count", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("searched_at", sa.DateTime(timezone=True), nullable=False),
    )
    forbid_changes("archive_searches")
