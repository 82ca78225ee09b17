"""Create the samples of cases whose labels are reviewed, and the verdicts.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import forbid_changes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "label_strata",
        sa.Column("stratum_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("week_start", sa.Date, nullable=False),
        sa.Column("label_group", sa.String(32), nullable=False),
        sa.Column("definition_version", sa.String(32), nullable=False),
        sa.Column("stratum_code", sa.String(32), nullable=False),
        sa.Column("rule_version", sa.String(32)),
        sa.Column("stratum_count", sa.Integer, nullable=False),
        sa.Column("sampled_count", sa.Integer, nullable=False),
        sa.Column("case_count", sa.Integer, nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.UniqueConstraint(
            "week_start",
            "label_group",
            "definition_version",
            "stratum_code",
            name="uq_label_strata_week_start",
        ),
    )
    op.create_table(
        "label_samples",
        sa.Column("sample_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("stratum_no", sa.Integer, sa.ForeignKey("label_strata.stratum_no"), nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("label_codes", sa.String(512), nullable=False),
        sa.Column("is_overlap", sa.Boolean, nullable=False),
        sa.UniqueConstraint("stratum_no", "case_id", name="uq_label_samples_stratum_no"),
    )
    op.create_table(
        "label_verdicts",
        sa.Column("verdict_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("sample_no", sa.Integer, sa.ForeignKey("label_samples.sample_no"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("label_group", sa.String(32), nullable=False),
        sa.Column("label_code", sa.String(32)),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("undoes", sa.Integer),
        sa.Column("evidence_from", sa.Integer),
        sa.Column("evidence_to", sa.Integer),
        sa.Column("text_digest", sa.String(32), nullable=False),
        sa.Column("rule_version", sa.String(32)),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("comment", sa.String(500)),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.UniqueConstraint("sample_no", "version", name="uq_label_verdicts_sample_no"),
    )
    forbid_changes("label_strata", "label_samples", "label_verdicts")
