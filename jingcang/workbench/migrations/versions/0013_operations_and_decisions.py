"""Create the declared special operations and the log of decisions of meetings.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa

from jingcang.workbench.migrations.append_only import create_versions, forbid_changes

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_versions(
        "special_operations",
        "operation_no",
        sa.Column("operation_name", sa.String(40), nullable=False),
        sa.Column("programme_no", sa.String(64)),
        sa.Column("class_codes", sa.Text, nullable=False),
        sa.Column("places", sa.Text, nullable=False),
        sa.Column("start_date", sa.Date, nullable=False),
        sa.Column("last_date", sa.Date, nullable=False),
    )
    create_versions(
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
