"""Create the blind second codings of archive uses.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa

from jingcang.workbench.migrations.append_only import create_versions, forbid_changes

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_versions(
        "archive_recodings",
        "recoding_no",
        sa.Column("archive_use_id", sa.String(64), nullable=False),
        sa.Column("purpose_code", sa.String(32), nullable=False),
        sa.UniqueConstraint("archive_use_id", "version", name="uq_archive_recodings_archive_use_id"),
    )
    forbid_changes("archive_recodings")
