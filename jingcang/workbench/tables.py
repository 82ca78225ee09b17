"""Table definitions of the workbench.

Belongs here: columns, keys and the UTC time type. Does not belong here: how a database is brought to
this shape; that is the work of the migrations, and a test holds the two equal.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the workbench")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _proposals(name: str, number: str, *columns: sa.Column[Any]) -> sa.Table:
    """Return the table of the proposals of one kind: their number, what is proposed, and by whom and why."""
    return sa.Table(
        name,
        metadata,
        sa.Column(number, sa.Integer, primary_key=True, autoincrement=True),
        *columns,
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_at", UtcDateTime, nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
    )


def _steps(name: str, number: str, definitions: str) -> sa.Table:
    """Return the table of what was done with the proposals of one kind, numbered as their definitions are."""
    return sa.Table(
        name,
        metadata,
        sa.Column(number, sa.Integer, sa.ForeignKey(f"{definitions}.{number}"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("state_code", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("acted_at", UtcDateTime, nullable=False),
    )


def _versions(name: str, number: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """Return the table of entries in append-only versions: their number, what is stated, by whom and why."""
    return sa.Table(
        name,
        metadata,
        sa.Column("row_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column(number, sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("unit_no", sa.String(32)),
        sa.Column("state_code", sa.String(16), nullable=False),
        *columns,
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("generation", sa.String(32), nullable=False),
        sa.Column("acted_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint(number, "version", name=f"uq_{name}_{number}"),
    )


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

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("head_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("row_hash", sa.String(64), nullable=False),
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

quarantine_fixes = _proposals(
    "quarantine_fixes",
    "fix_no",
    sa.Column("source_system", sa.String(64), nullable=False),
    sa.Column("source_table", sa.String(64), nullable=False),
    sa.Column("rule_id", sa.String(128), nullable=False),
    sa.Column("column_name", sa.String(128), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("parameters", sa.Text, nullable=False),
)

quarantine_fix_actions = _steps("quarantine_fix_actions", "fix_no", "quarantine_fixes")

code_mapping_decisions = _proposals(
    "code_mapping_decisions",
    "mapping_no",
    sa.Column("source_system", sa.String(64), nullable=False),
    sa.Column("field_name", sa.String(128), nullable=False),
    sa.Column("source_value", sa.String(512), nullable=False),
    sa.Column("dictionary", sa.String(64), nullable=False),
    sa.Column("code", sa.String(64)),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("equivalence", sa.String(16)),
    sa.Column("valid_from", sa.Date),
    sa.Column("needs_second", sa.Boolean, nullable=False),
)

code_mapping_actions = _steps("code_mapping_actions", "mapping_no", "code_mapping_decisions")

code_mapping_confirmations = sa.Table(
    "code_mapping_confirmations",
    metadata,
    sa.Column("confirmation_no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("mapping_no", sa.Integer, sa.ForeignKey("code_mapping_decisions.mapping_no"), nullable=False),
    sa.Column("verdict", sa.String(16), nullable=False),
    sa.Column("note", sa.String(500)),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("generation", sa.String(32), nullable=False),
    sa.Column("acted_at", UtcDateTime, nullable=False),
)

address_alias_decisions = _proposals(
    "address_alias_decisions",
    "alias_no",
    sa.Column("written_name", sa.String(128), nullable=False),
    sa.Column("standard_name", sa.String(128), nullable=False),
)

address_alias_actions = _steps("address_alias_actions", "alias_no", "address_alias_decisions")

sealed_access_requests = _proposals(
    "sealed_access_requests",
    "request_no",
    sa.Column("case_no", sa.String(64), nullable=False),
    sa.Column("purpose", sa.String(32), nullable=False),
    sa.Column("granted_to", sa.String(64), nullable=False),
    sa.Column("asked_on", sa.Date, nullable=False),
    sa.Column("valid_days", sa.Integer, nullable=False),
)

sealed_access_actions = _steps("sealed_access_actions", "request_no", "sealed_access_requests")

label_strata = sa.Table(
    "label_strata",
    metadata,
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
    sa.Column("drawn_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint(
        "week_start", "label_group", "definition_version", "stratum_code", name="uq_label_strata_week_start"
    ),
)

label_samples = sa.Table(
    "label_samples",
    metadata,
    sa.Column("sample_no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("stratum_no", sa.Integer, sa.ForeignKey("label_strata.stratum_no"), nullable=False),
    sa.Column("case_id", sa.String(32), nullable=False),
    sa.Column("label_codes", sa.String(512), nullable=False),
    sa.Column("is_overlap", sa.Boolean, nullable=False),
    sa.UniqueConstraint("stratum_no", "case_id", name="uq_label_samples_stratum_no"),
)

label_verdicts = sa.Table(
    "label_verdicts",
    metadata,
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
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("sample_no", "version", name="uq_label_verdicts_sample_no"),
)

label_rules = _proposals(
    "label_rules",
    "rule_no",
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
)

label_rule_actions = _steps("label_rule_actions", "rule_no", "label_rules")

alert_decisions = sa.Table(
    "alert_decisions",
    metadata,
    sa.Column("decision_no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("alert_id", sa.String(32), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("disposition", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("last_week_start", sa.Date, nullable=False),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("generation", sa.String(32), nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("alert_id", "version", name="uq_alert_decisions_alert_id"),
)

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

report_register = sa.Table(
    "report_register",
    metadata,
    sa.Column("report_id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("generation", sa.String(32), nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("profile", sa.String(64), nullable=False),
    sa.Column("units", sa.JSON, nullable=False),
    sa.Column("scope", sa.JSON),
    sa.Column("figures", sa.JSON, nullable=False),
    sa.Column("appendix_digest", sa.String(64), nullable=False),
    sa.Column("made_by", sa.String(64), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
)

disclosures = sa.Table(
    "disclosures",
    metadata,
    sa.Column("report_id", sa.String(32), primary_key=True),
    sa.Column("period_start", sa.Date, nullable=False),
    sa.Column("period_end", sa.Date, nullable=False),
    sa.Column("units", sa.JSON, nullable=False),
    sa.Column("shape", sa.JSON, nullable=False),
    sa.Column("hidden_count", sa.Integer, nullable=False),
    sa.Column("generation", sa.String(32), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("made_by", sa.String(64), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
)

disclosure_recipients = sa.Table(
    "disclosure_recipients",
    metadata,
    sa.Column("recipient_no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("report_id", sa.String(32), sa.ForeignKey("disclosures.report_id"), nullable=False),
    sa.Column("recipient", sa.String(100), nullable=False),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
)

special_operations = _versions(
    "special_operations",
    "operation_no",
    sa.Column("operation_name", sa.String(40), nullable=False),
    sa.Column("programme_no", sa.String(64)),
    sa.Column("class_codes", sa.Text, nullable=False),
    sa.Column("places", sa.Text, nullable=False),
    sa.Column("start_date", sa.Date, nullable=False),
    sa.Column("last_date", sa.Date, nullable=False),
)

meeting_decisions = _versions(
    "meeting_decisions",
    "decision_no",
    sa.Column("decision_text", sa.String(500), nullable=False),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("review_date", sa.Date, nullable=False),
    sa.Column("verdict", sa.String(16)),
    sa.Column("metric_code", sa.String(64), nullable=False),
    sa.Column("class_code", sa.String(64), nullable=False),
    sa.Column("unit_nos", sa.Text, nullable=False),
    sa.Column("area_no", sa.String(64), nullable=False),
    sa.Column("period_kind", sa.String(16), nullable=False),
    sa.Column("period_start", sa.Date, nullable=False),
    sa.Column("period_end", sa.Date, nullable=False),
    sa.Column("figure_count", sa.BigInteger, nullable=False),
    sa.Column("figure_base", sa.BigInteger),
    sa.Column("now_start", sa.Date),
    sa.Column("now_end", sa.Date),
    sa.Column("now_count", sa.BigInteger),
    sa.Column("now_base", sa.BigInteger),
)

kpi_period_steps = _versions(
    "kpi_period_steps",
    "period_no",
    sa.Column("period_start", sa.Date, nullable=False),
    sa.Column("period_end", sa.Date, nullable=False),
    sa.UniqueConstraint("period_start", "version", name="uq_kpi_period_steps_period_start"),
)

kpi_frozen_periods = sa.Table(
    "kpi_frozen_periods",
    metadata,
    sa.Column("period_start", sa.Date, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("definitions", sa.JSON, nullable=False),
    sa.Column("input_hash", sa.String(64), nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
)

patrol_evaluations = _versions(
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

evaluation_publications = sa.Table(
    "evaluation_publications",
    metadata,
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
    sa.Column("published_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("evaluation_code", "version", name="uq_evaluation_publications_evaluation_code"),
)
