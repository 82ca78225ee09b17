"""What a steward does with label rules: try a draft on real cases, propose it, decide on another's.

Belongs here: the one way from pages to these decisions and to the narratives they are tried on, with rights, scope,
purpose and audit. Does not belong here: keeping decisions (``jingcang.workbench.label_rules``), who may read texts
(``narratives``), what a rule does and what of a text is shown (``jingcang.labelling``).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.narratives import narratives, readable_cases
from jingcang.access.query import Query
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.labelling.rule_table import Row, rows_in_force, rule_of
from jingcang.labelling.trial import Trial, try_rules
from jingcang.workbench import Workbench
from jingcang.workbench.label_rules import FIRST_VERSION, WRITTEN, RuleBook, standing

PURPOSE = "规则试验"

LABEL = Query(
    "规则试验·一个标签", "select label_group from {dim_label} where label_code = $label", {"label": str}
)

CASES = Query(
    "规则试验·范围内的案件",
    """
    select case_id, case_no, event_date, _source_batch_id as batch_id
    from {fct_cases}
    order by event_date desc, case_id
    """,
)


def may_change_rules(identity: Identity) -> bool:
    """Return whether an identity may decide: a label means the same for every unit."""
    return identity.is_steward_of_all


def current_rows(workbench: Workbench) -> tuple[Row, ...]:
    """Return the rules as the next run applies them: the shipped ones and the approved decisions."""
    return rows_in_force(item.row for item in standing(RuleBook(workbench).declared()))


def with_draft(rows: tuple[Row, ...], draft: Row) -> tuple[Row, ...]:
    """Return rules with a draft in the place of the rule of its id, or after them."""
    known = {row["rule_id"]: row for row in rows} | {draft["rule_id"]: draft}
    return tuple(known.values())


def try_draft(
    door: Door,
    identity: Identity,
    home: Home,
    workbench: Workbench,
    draft: Mapping[str, str],
    *,
    most: int = 10,
) -> tuple[Trial, dict[str, str]]:
    """Try a draft on the cases in scope.

    Args:
        door, identity: who asks through which door.
        home: where landing lives.
        workbench: where decided rules live.
        draft: the rule as a row, which ``rule_checks`` has nothing against, with ``label_group``.
        most: examples of each kind and label.

    Returns:
        The comparison with the rules of the next run, newest cases first, and case id → case number of its examples.

    Raises:
        Forbidden: the role reads no narratives or no cases.
        JingcangError: the audit cannot be written.
    """
    cases = readable_cases(door, identity, CASES)
    door.record(
        identity, "case_texts_read", "cases.narrative_text", purpose=PURPOSE, cases=cases.height,
        rule=draft["rule_id"],
    )  # fmt: skip
    rows = current_rows(workbench)
    before, after = (
        tuple(rule_of(row) for row in told) for told in (rows, with_draft(rows, _versioned(rows, draft)))
    )
    trial = try_rules(narratives(home, cases), before, after, most=most)
    shown = {
        item.case_id
        for kind in (trial.gained, trial.lost, trial.kept) for items in kind.values() for item in items
    }  # fmt: skip
    numbers = cases.filter(pl.col("case_id").is_in(sorted(shown))).select("case_id", "case_no").rows()
    return trial, dict(numbers)


def _versioned(rows: tuple[Row, ...], draft: Mapping[str, str]) -> Row:
    """Return a draft under the version of the rule it changes: what differs is what the steward wrote."""
    known = next((row for row in rows if row["rule_id"] == draft["rule_id"]), None)
    return {**draft, "rule_version": known["rule_version"] if known else FIRST_VERSION}


def propose_rule(
    door: Door,
    identity: Identity,
    workbench: Workbench,
    draft: Mapping[str, str],
    *,
    reason: str,
    generation: str,
) -> int:
    """Propose a rule and return its number; another steward decides.

    Args:
        draft: columns of ``jingcang.workbench.label_rules.WRITTEN`` but ``label_group``, which the label gives.

    Raises:
        Forbidden: the identity may not decide about rules.
        JingcangError: no such label, nothing changed, the store refuses, or the audit cannot be written.
    """
    _require_right(identity, draft["rule_id"])
    label = door.run(LABEL, identity, label=draft["label_code"]).to_dicts()
    if not label:
        raise JingcangError(
            f"没有标签 {draft['label_code']}", where=draft["rule_id"], rule="label_code",
            remedy="请从标签表里选；新标签先加进种子 labels.csv",
        )  # fmt: skip
    row = {**draft, "label_group": str(label[0]["label_group"])}
    known = next((r for r in current_rows(workbench) if r["rule_id"] == row["rule_id"]), None)
    if known is not None and all(known[name] == row[name] for name in WRITTEN):
        raise JingcangError(
            "草稿与现行规则相同", where=row["rule_id"], rule="label_rule", remedy="请先改动再提出"
        )
    door.record(
        identity, "label_rule_proposed", row["rule_id"], label=row["label_code"], status=row["status"],
        generation=generation,
    )  # fmt: skip
    return RuleBook(workbench).propose(
        row, based_on=known["rule_version"] if known else "", reason=reason, by=identity.user_id,
        generation=generation,
    )  # fmt: skip


def judge_rule(
    door: Door, identity: Identity, workbench: Workbench, number: int, action: str, *,
    rule_id: str, seen_version: int, reason: str, generation: str,
) -> None:  # fmt: skip
    """Approve, reject, withdraw or revoke a rule.

    Args:
        number: the decision.
        action: a key of :data:`jingcang.workbench.proposals.ACTIONS`.
        rule_id: for message and audit.
        seen_version: the version the decision was taken on.

    Raises:
        Forbidden: the identity may not decide about rules.
        JingcangError: the store refuses (self-approval, stale version), or the audit cannot be written.
    """
    _require_right(identity, rule_id)
    door.record(
        identity,
        f"label_rule_{action}",
        rule_id,
        rule=number,
        version=seen_version + 1,
        generation=generation,
    )
    RuleBook(workbench).decide(
        number, action, seen_version=seen_version, reason=reason, by=identity.user_id, generation=generation
    )


def _require_right(identity: Identity, rule_id: str) -> None:
    if not may_change_rules(identity):
        raise Forbidden(
            "标签规则对全部单位相同，只有范围为全部单位的数据管理员可以提出和审核", where=rule_id,
            rule="label_rule_scope", remedy="请联系全局范围的数据管理员",
        )  # fmt: skip
