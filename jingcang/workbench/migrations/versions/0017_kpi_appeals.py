"""Create appeals against single records of a KPI, in versions from filing to ruling.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa

from jingcang.workbench.migrations.append_only import create_versions, forbid_changes

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_versions(
        "kpi_appeals",
        "appeal_no",
        sa.Column("period_start", sa.Date, nullable=False),
        sa.Column("period_end", sa.Date, nullable=False),
        sa.Column("kpi_code", sa.String(64), nullable=False),
        sa.Column("kpi_record_id", sa.String(64), nullable=False),
        sa.Column("record_no", sa.String(128), nullable=False),
        sa.Column("event_date", sa.Date),
        sa.Column("officer_no", sa.String(32), nullable=False),
        sa.Column("claim_code", sa.String(16), nullable=False),
        sa.Column("claim_reason", sa.String(500), nullable=False),
        sa.Column("claim_evidence", sa.String(500), nullable=False),
        sa.Column("filed_by", sa.String(64), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("kpi_record_id", "version", name="uq_kpi_appeals_kpi_record_id"),
    )
    forbid_changes("kpi_appeals")
