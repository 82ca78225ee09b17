"""Stands in for the migration of the quarantine waivers until that branch is merged; it changes nothing."""

from __future__ import annotations

revision = "0002_quarantine_waivers"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: the branch `ingestion` brings the tables."""
