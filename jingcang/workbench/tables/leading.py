"""What leaders and evaluators decide: alerts, operations, meetings, evaluations, periods, appeals; their searches."""

from __future__ import annotations

import sqlalchemy as sa

from jingcang.workbench.tables.base import UtcDateTime, metadata, versions, who

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

special_operations = versions(
    "special_operations",
    "operation_no",
    sa.Column("operation_name", sa.String(40), nullable=False),
    sa.Column("programme_no", sa.String(64)),
    sa.Column("class_codes", sa.Text, nullable=False),
    sa.Column("places", sa.Text, nullable=False),
    sa.Column("start_date", sa.Date, nullable=False),
    sa.Column("last_date", sa.Date, nullable=False),
)

meeting_decisions = versions(
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

patrol_evaluations = versions(
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
    *who("published_at"),
    sa.UniqueConstraint("evaluation_code", "version", name="uq_evaluation_publications_evaluation_code"),
)

patrol_plans = versions(
    "patrol_plans",
    "plan_no",
    sa.Column("planned_unit_no", sa.String(32), nullable=False),
    sa.Column("week_start", sa.Date, nullable=False),
    sa.Column("weights_version", sa.String(32), nullable=False),
    sa.Column("weights_digest", sa.String(64), nullable=False),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("changes", sa.JSON, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("covered_pct", sa.Float, nullable=False),
    sa.Column("best_pct", sa.Float, nullable=False),
    sa.UniqueConstraint("planned_unit_no", "week_start", "version", name="uq_patrol_plans_planned_unit_no"),
)

patrol_plan_returns = sa.Table(
    "patrol_plan_returns",
    metadata,
    sa.Column("return_no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("plan_no", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("reported_at", UtcDateTime, nullable=False),
    sa.Column("states", sa.JSON, nullable=False),
    sa.Column("file_hash", sa.String(64), nullable=False),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("plan_no", "version", "file_hash", name="uq_patrol_plan_returns_plan_no"),
)

kpi_period_steps = versions(
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
    sa.Column("pinned", sa.JSON(none_as_null=True)),
)

kpi_appeals = versions(
    "kpi_appeals",
    "appeal_no",
    sa.Column("period_start", sa.Date, nullable=False),
    sa.Column("period_end", sa.Date, nullable=False),
    sa.Column("kpi_code", sa.String(64), nullable=False),
    sa.Column("kpi_record_id", sa.String(64), nullable=False),
    sa.Column("record_no", sa.String(128), nullable=False),
    sa.Column("event_date", sa.Date),
    sa.Column("officer_no", sa.String(32), nullable=False),
    sa.Column("claim_code", sa.String(16), nullable=False),
    sa.Column("claim_reason", sa.String(500), nullable=False),
    sa.Column("claim_evidence", sa.String(500), nullable=False),
    sa.Column("filed_by", sa.String(64), nullable=False),
    sa.Column("filed_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("kpi_record_id", "version", name="uq_kpi_appeals_kpi_record_id"),
)

archive_recodings = versions(
    "archive_recodings",
    "recoding_no",
    sa.Column("archive_use_id", sa.String(64), nullable=False),
    sa.Column("purpose_code", sa.String(32), nullable=False),
    sa.UniqueConstraint("archive_use_id", "version", name="uq_archive_recodings_archive_use_id"),
)

archive_searches = sa.Table(
    "archive_searches",
    metadata,
    sa.Column("search_no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("unit_no", sa.String(32)),
    sa.Column("officer_no", sa.String(32)),
    sa.Column("purpose_code", sa.String(32), nullable=False),
    sa.Column("linked_no", sa.String(64)),
    sa.Column("query_kinds", sa.String(64), nullable=False),
    sa.Column("hit_count", sa.Integer, nullable=False),
    sa.Column("user_id", sa.String(64), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("generation", sa.String(32), nullable=False),
    sa.Column("searched_at", UtcDateTime, nullable=False),
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
