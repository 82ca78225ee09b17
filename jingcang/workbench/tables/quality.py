"""What stewards decide about rows and checks: issues, tickets, waivers, fixes, replays."""

from __future__ import annotations

import sqlalchemy as sa

from jingcang.workbench.tables.base import UtcDateTime, metadata, proposals, steps

quality_issue_states = sa.Table(
    "quality_issue_states",
    metadata,
    sa.Column("issue_id", sa.String(32), primary_key=True),
    sa.Column("check_id", sa.String(256), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("spell_no", sa.Integer, nullable=False),
    sa.Column("run_no", sa.Integer, nullable=False),
    sa.Column("assigned_to", sa.String(64)),
    sa.Column("due_date", sa.Date),
    sa.Column("reason", sa.String(500)),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changed_by", sa.String(64), nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

quality_issue_actions = sa.Table(
    "quality_issue_actions",
    metadata,
    sa.Column("action_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("issue_id", sa.String(32), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("check_id", sa.String(256), nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("from_state", sa.String(16), nullable=False),
    sa.Column("to_state", sa.String(16), nullable=False),
    sa.Column("spell_no", sa.Integer, nullable=False),
    sa.Column("run_no", sa.Integer, nullable=False),
    sa.Column("generation", sa.String(32), nullable=False),
    sa.Column("assigned_to", sa.String(64)),
    sa.Column("due_date", sa.Date),
    sa.Column("reason", sa.String(500)),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("acted_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("issue_id", "version", name="uq_quality_issue_actions_issue_id"),
)

correction_tickets = sa.Table(
    "correction_tickets",
    metadata,
    sa.Column("ticket_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("unit_no", sa.String(32), nullable=False),
    sa.Column("assigned_to", sa.String(64), nullable=False),
    sa.Column("due_date", sa.Date, nullable=False),
    sa.Column("run_no", sa.Integer, nullable=False),
    sa.Column("generation", sa.String(32), nullable=False),
    sa.Column("created_by", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

correction_ticket_rows = sa.Table(
    "correction_ticket_rows",
    metadata,
    sa.Column("ticket_id", sa.Integer, sa.ForeignKey("correction_tickets.ticket_id"), primary_key=True),
    sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("check_id", sa.String(256), nullable=False),
    sa.Column("object_name", sa.String(128), nullable=False),
    sa.Column("row_key", sa.String(256), nullable=False),
)

quarantine_waivers = sa.Table(
    "quarantine_waivers",
    metadata,
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
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("revoked_by", sa.String(64)),
    sa.Column("revoked_at", UtcDateTime),
    sa.Index("ix_quarantine_waivers_source_system", "source_system", "source_table"),
)

quarantine_fixes = proposals(
    "quarantine_fixes",
    "fix_no",
    sa.Column("source_system", sa.String(64), nullable=False),
    sa.Column("source_table", sa.String(64), nullable=False),
    sa.Column("rule_id", sa.String(128), nullable=False),
    sa.Column("column_name", sa.String(128), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("parameters", sa.Text, nullable=False),
)

quarantine_fix_actions = steps("quarantine_fix_actions", "fix_no", "quarantine_fixes")

replay_requests = sa.Table(
    "replay_requests",
    metadata,
    sa.Column("request_no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("source_system", sa.String(64), nullable=False),
    sa.Column("source_table", sa.String(64), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("requested_by", sa.String(64), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("generation", sa.String(32), nullable=False),
    sa.Column("requested_at", UtcDateTime, nullable=False),
    sa.Column("carried_out_at", UtcDateTime),
    sa.Column("run_id", sa.String(64)),
)
