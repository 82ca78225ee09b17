"""Table definitions of the workbench: columns and keys, a room a kind of decision.

Belongs here: what a decision is kept as. Does not belong here: how a database is brought to this shape; that is the
work of the migrations, and a test holds the two equal.
"""

from jingcang.workbench.tables.base import metadata
from jingcang.workbench.tables.leading import (
    alert_decisions,
    disclosure_recipients,
    disclosures,
    evaluation_publications,
    kpi_frozen_periods,
    kpi_period_steps,
    meeting_decisions,
    patrol_evaluations,
    report_register,
    special_operations,
)
from jingcang.workbench.tables.meanings import (
    address_alias_actions,
    address_alias_decisions,
    code_mapping_actions,
    code_mapping_confirmations,
    code_mapping_decisions,
    label_rule_actions,
    label_rules,
    label_samples,
    label_strata,
    label_verdicts,
)
from jingcang.workbench.tables.people import (
    accounts,
    audit_head,
    audit_log,
    login_attempts,
    login_tickets,
    sealed_access_actions,
    sealed_access_requests,
    sessions,
)
from jingcang.workbench.tables.quality import (
    correction_ticket_rows,
    correction_tickets,
    quality_issue_actions,
    quality_issue_states,
    quarantine_fix_actions,
    quarantine_fixes,
    quarantine_waivers,
    replay_requests,
)

__all__ = [
    "accounts",
    "address_alias_actions",
    "address_alias_decisions",
    "alert_decisions",
    "audit_head",
    "audit_log",
    "code_mapping_actions",
    "code_mapping_confirmations",
    "code_mapping_decisions",
    "correction_ticket_rows",
    "correction_tickets",
    "disclosure_recipients",
    "disclosures",
    "evaluation_publications",
    "kpi_frozen_periods",
    "kpi_period_steps",
    "label_rule_actions",
    "label_rules",
    "label_samples",
    "label_strata",
    "label_verdicts",
    "login_attempts",
    "login_tickets",
    "meeting_decisions",
    "metadata",
    "patrol_evaluations",
    "quality_issue_actions",
    "quality_issue_states",
    "quarantine_fix_actions",
    "quarantine_fixes",
    "quarantine_waivers",
    "replay_requests",
    "report_register",
    "sealed_access_actions",
    "sealed_access_requests",
    "sessions",
    "special_operations",
]
