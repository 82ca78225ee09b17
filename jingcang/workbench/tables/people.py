"""Who may enter, what everybody did, and who asked to read what is sealed."""

from __future__ import annotations

import sqlalchemy as sa

from jingcang.workbench.tables.base import UtcDateTime, metadata, proposals, steps

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("user_id", sa.String(64), primary_key=True),
    sa.Column("display_name", sa.String(64), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("unit_nos", sa.JSON, nullable=False),
    sa.Column("officer_no", sa.String(32)),
    sa.Column("password_hash", sa.String(256)),
    sa.Column("external_subject", sa.String(256), unique=True),
    sa.Column("is_disabled", sa.Boolean, nullable=False),
    sa.Column("is_demo", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(64), sa.ForeignKey("accounts.user_id"), nullable=False, index=True),
    sa.Column("account_version", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("last_seen_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("revoked_at", UtcDateTime),
    sa.Column("revoked_reason", sa.String(64)),
)

login_tickets = sa.Table(
    "login_tickets",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(64), sa.ForeignKey("accounts.user_id"), nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
)

login_attempts = sa.Table(
    "login_attempts",
    metadata,
    sa.Column("attempt_id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("user_id", sa.String(64), nullable=False, index=True),
    sa.Column("client", sa.String(64), nullable=False, index=True),
    sa.Column("attempted_at", UtcDateTime, nullable=False, index=True),
    sa.Column("is_successful", sa.Boolean, nullable=False),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("action", sa.String(32), nullable=False, index=True),
    sa.Column("object_name", sa.String(128), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("row_hash", sa.String(64), nullable=False),
)

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("head_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("row_hash", sa.String(64), nullable=False),
)

sealed_access_requests = proposals(
    "sealed_access_requests",
    "request_no",
    sa.Column("case_no", sa.String(64), nullable=False),
    sa.Column("purpose", sa.String(32), nullable=False),
    sa.Column("granted_to", sa.String(64), nullable=False),
    sa.Column("asked_on", sa.Date, nullable=False),
    sa.Column("valid_days", sa.Integer, nullable=False),
)

sealed_access_actions = steps("sealed_access_actions", "request_no", "sealed_access_requests")
