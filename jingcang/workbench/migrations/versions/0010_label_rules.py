"""Create the label rules that stewards propose, with their actions.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import create_steps, forbid_changes

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "label_rules",
        sa.Column("rule_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("rule_id", sa.String(32), nullable=False),
        sa.Column("label_code", sa.String(32), nullable=False),
        sa.Column("label_group", sa.String(32), nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("context_reach", sa.String(8), nullable=False),
        sa.Column("exclusions", sa.Text, nullable=False),
        sa.Column("exclusion_reach", sa.String(8), nullable=False),
        sa.Column("counts_in_claim", sa.String(8), nullable=False),
        sa.Column("priority", sa.String(8), nullable=False),
        sa.Column("confidence_pct", sa.String(8), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("based_on", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
    )
    create_steps("label_rule_actions", "rule_no", "label_rules")
    forbid_changes("label_rules", "label_rule_actions")
