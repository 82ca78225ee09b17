"""Create the aliases of road names with their actions.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import create_steps, forbid_changes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "address_alias_decisions",
        sa.Column("alias_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("written_name", sa.String(128), nullable=False),
        sa.Column("standard_name", sa.String(128), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
    )
    create_steps("address_alias_actions", "alias_no", "address_alias_decisions")
    forbid_changes("address_alias_decisions", "address_alias_actions")
