"""Name what a frozen assessment period was computed from; periods frozen before stay without.

There is no downgrade: a workbench holds people's decisions and is restored from a backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("kpi_frozen_periods", sa.Column("pinned", sa.JSON))
