"""Create evaluations of patrols in versions, and what was published of them.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from jingcang.workbench.migrations.append_only import create_versions, forbid_changes

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_versions(
        "patrol_evaluations",
        "evaluation_no",
        sa.Column("evaluated_unit_no", sa.String(32), nullable=False),
        sa.Column("evaluation_name", sa.String(40), nullable=False),
        sa.Column("programme_no", sa.String(64)),
        sa.Column("planned_minutes", sa.Integer),
        sa.Column("treated_areas", sa.Text, nullable=False),
        sa.Column("control_areas", sa.Text, nullable=False),
        sa.Column("buffer_areas", sa.Text, nullable=False),
        sa.Column("before_start", sa.Date),
        sa.Column("before_last", sa.Date),
        sa.Column("after_start", sa.Date),
        sa.Column("after_last", sa.Date),
        sa.Column("chosen_because", sa.String(32), nullable=False),
        sa.Column("selection_start", sa.Date),
        sa.Column("selection_last", sa.Date),
        sa.Column("class_codes", sa.Text, nullable=False),
        sa.Column("excludes_patrol_generated", sa.Boolean, nullable=False),
    )
    op.create_table(
        "evaluation_publications",
        sa.Column("publication_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("evaluation_code", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("verdict_code", sa.String(16), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("input_hash", sa.String(64), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("evaluation_code", "version", name="uq_evaluation_publications_evaluation_code"),
    )
    forbid_changes("patrol_evaluations", "evaluation_publications")
