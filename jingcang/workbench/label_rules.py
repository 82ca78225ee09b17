"""Label rules that stewards decide: a new rule, a new version of one, or one switched off.

Belongs here: what a decided rule is, how it is proposed, and which stand. Does not belong here: the life of a proposal
(``proposals``), what a row may say and what a rule does (``jingcang.labelling``), which labels exist (the published
``dim_label``; the caller holds a rule against it). The rules that stand flow back as the landed source ``_workbench``
and take the place of the shipped rule of the same id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jingcang.errors import JingcangError
from jingcang.labelling.rule_checks import problems_of
from jingcang.workbench import tables
from jingcang.workbench.proposals import STATE_LABELS, Declared, ProposalBook, last_approved

WRITTEN = (
    "rule_id", "label_code", "label_group", "terms", "context", "context_reach", "exclusions", "exclusion_reach",
    "counts_in_claim", "priority", "confidence_pct", "status",
)  # fmt: skip
"""Columns of a rule that a steward writes, spelled as in the files of ``jingcang/labelling/rules``."""
FIRST_VERSION = "1.0.0"


@dataclass(frozen=True)
class DeclaredRule(Declared):
    """One version of a label rule with its latest state.

    Args:
        rule_no: its number.
        rule_id, label_code, label_group, terms, context, context_reach, exclusions, exclusion_reach,
            counts_in_claim, priority, confidence_pct, status: the rule (``jingcang.labelling.rule_table``), as text.
        based_on: version of the rule that it changes, "" for a new rule.
    """

    rule_no: int
    rule_id: str
    label_code: str
    label_group: str
    terms: str
    context: str
    context_reach: str
    exclusions: str
    exclusion_reach: str
    counts_in_claim: str
    priority: str
    confidence_pct: str
    status: str
    based_on: str

    @property
    def rule_version(self) -> str:
        """The version its labels carry: that of the shipped rule, and the number of this decision."""
        return numbered(self.based_on, self.rule_no)

    @property
    def row(self) -> dict[str, str]:
        """The rule as a row of the rule files, with ``label_group``."""
        return {name: getattr(self, name) for name in WRITTEN} | {"rule_version": self.rule_version}


def numbered(based_on: str, rule_no: int) -> str:
    """Return the version of a decided rule; no two decisions share one, nor does a decision and a shipped rule."""
    return f"{(based_on or FIRST_VERSION).split('+')[0]}+{rule_no}"


class RuleBook(ProposalBook[DeclaredRule]):
    """Reads and writes decided label rules."""

    definitions, steps, number = tables.label_rules, tables.label_rule_actions, "rule_no"
    noun, rule, made = "标签规则", "label_rule", DeclaredRule

    def propose(self, row: Mapping[str, str], *, based_on: str, reason: str, by: str, generation: str) -> int:
        """Write a proposed rule and return its number.

        Args:
            row: columns :data:`WRITTEN`; the caller has held the label against the published ones.
            based_on: version in force that the proposer changed, "" for a new rule.
            reason, by, generation: why, by whom, seeing which published data.

        Raises:
            JingcangError: a column that cannot stand (names it), another version of the rule waits for a decision, no
                reason, no right.
        """
        if problems := problems_of({**row, "rule_version": FIRST_VERSION}):
            raise JingcangError(
                f"规则还不能提出：{problems[0].words}", rule=problems[0].field, remedy="请改正这一栏后再提出"
            )
        for known in self.declared():
            if known.rule_id == row["rule_id"] and known.state_code == "proposed":
                raise self._refused(
                    f"规则 {known.rule_id} 的另一个版本已是第 {known.rule_no} 号，{STATE_LABELS[known.state_code]}",
                    known.rule_no, "请先处理那一条",
                )  # fmt: skip
        definition = {name: row[name] for name in WRITTEN} | {"based_on": based_on}
        return self._propose(definition, reason=reason, by=by, generation=generation)


def standing(declared: Iterable[DeclaredRule]) -> list[DeclaredRule]:
    """Return the approved rules that hold: of one rule id the version with the highest number.

    Args:
        declared: every rule with its latest state, newest first.

    Returns:
        In the order of rule ids.
    """
    return sorted(last_approved(declared, lambda item: item.rule_id), key=lambda item: item.rule_id)


def landed_row(item: DeclaredRule) -> dict[str, str | None]:
    """Return a standing rule as it lands: the row, who proposed and who decided, and why."""
    who = {"proposed_by": item.proposed_by, "decided_by": item.decided_by, "reason": item.proposal}
    return {**item.row, **who}
