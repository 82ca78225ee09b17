"""Create the findings about published rows of decided mappings.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import forbid_changes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_mapping_confirmations",
        sa.Column("confirmation_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(
            "mapping_no", sa.Integer, sa.ForeignKey("code_mapping_decisions.mapping_no"), nullable=False
        ),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("note", sa.String(500)),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
    )
    forbid_changes("code_mapping_confirmations")
