"""Create the waivers of quarantined rows.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "quarantine_waivers",
        sa.Column("waiver_id", sa.String(32), primary_key=True),
        sa.Column("source_system", sa.String(64), nullable=False),
        sa.Column("source_table", sa.String(64), nullable=False),
        sa.Column("rule_id", sa.String(128), nullable=False),
        sa.Column("source_key", sa.String(512), nullable=False),
        sa.Column("row_digest", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date, nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_by", sa.String(64)),
        sa.Column("revoked_at", MOMENT),
    )
    op.create_index(
        "ix_quarantine_waivers_source_system", "quarantine_waivers", ["source_system", "source_table"]
    )
