"""Fixes declared for quarantined rows: one person proposes, another approves.

Belongs here: what a declared fix is and how it is proposed. Does not belong here: the life of a proposal
(``proposals``), and what a fix does to a value (``jingcang.landing.fixes``); approved fixes flow back as the landed
source ``_workbench`` and act in the split.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from jingcang.workbench import tables
from jingcang.workbench.proposals import Declared, ProposalBook


@dataclass(frozen=True)
class DeclaredFix(Declared):
    """A fix with its latest state.

    Args:
        fix_no: its number.
        source_system, source_table, rule_id, column_name, kind: the fix (``jingcang.landing.fixes``).
        parameters: JSON object of texts.
    """

    fix_no: int
    source_system: str
    source_table: str
    rule_id: str
    column_name: str
    kind: str
    parameters: str


class FixBook(ProposalBook[DeclaredFix]):
    """Reads and writes declared fixes."""

    definitions, steps, number = tables.quarantine_fixes, tables.quarantine_fix_actions, "fix_no"
    noun, rule, made = "修正", "quarantine_fix", DeclaredFix

    def propose(
        self, *, source_system: str, source_table: str, rule_id: str, column_name: str, kind: str,
        parameters: Mapping[str, str], reason: str, by: str, generation: str,
    ) -> int:  # fmt: skip
        """Write a proposed fix and return its number.

        Args:
            source_system, source_table, rule_id, column_name, kind, parameters: the fix
                (``jingcang.landing.fixes``); the caller has held it against the contract.
            reason: why, in the steward's words.
            by: account that proposes.
            generation: the published data it was seen in.

        Raises:
            JingcangError: no reason, no right, or the same fix stands or waits already.
        """
        definition = {
            "source_system": source_system, "source_table": source_table, "rule_id": rule_id,
            "column_name": column_name, "kind": kind,
            "parameters": json.dumps(dict(parameters), ensure_ascii=False),
        }  # fmt: skip
        return self._propose(definition, reason=reason, by=by, generation=generation)
