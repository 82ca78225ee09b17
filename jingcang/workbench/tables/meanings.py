"""What stewards decide about codes, roads and labels."""

from __future__ import annotations

import sqlalchemy as sa

from jingcang.workbench.tables.base import UtcDateTime, metadata, proposals, steps

code_mapping_decisions = proposals(
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

code_mapping_actions = steps("code_mapping_actions", "mapping_no", "code_mapping_decisions")

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

address_alias_decisions = proposals(
    "address_alias_decisions",
    "alias_no",
    sa.Column("written_name", sa.String(128), nullable=False),
    sa.Column("standard_name", sa.String(128), nullable=False),
)

address_alias_actions = steps("address_alias_actions", "alias_no", "address_alias_decisions")

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

label_rules = proposals(
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

label_rule_actions = steps("label_rule_actions", "rule_no", "label_rules")
