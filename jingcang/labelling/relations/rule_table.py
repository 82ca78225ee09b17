"""Relation rules as rows: which words relate which kinds of mentions, in which order and reach.

Belongs here: reading ``rules.csv``. Does not belong here: applying the rows (``finder``), names of relations
(dictionary ``case_relation``).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jingcang.labelling.rule_table import expand

RULES_FILE = Path(__file__).with_name("rules.csv")
ORDERS = ("STO", "SOT", "TSO", "OTS", "OST", "TOS")


@dataclass(frozen=True, slots=True)
class RelationRule:
    """One row; lists are separated by ``|``, ``[a/b]`` stands for either as in label rules.

    Args:
        rule_id: unique.
        relation_code: code of the dictionary ``case_relation``.
        subject_kinds: kinds of mentions the relation starts from; ``speaker`` is a reporter whose account follows.
        object_kinds: kinds it leads to.
        order: order in the text of subject (S), trigger (T) and object (O).
        triggers: words that state the relation.
        not_within: longer words a trigger may be part of, in which it means something else (费用 for 用).
        reach_1: characters at most between first and second element.
        reach_2: characters at most between second and third element.
        is_within_clause: all three stand in one clause, else in one sentence.
        may_cross: kinds of persons that may stand between subject, trigger and object; no other person may.
        gap_excludes: words that may not stand between the three elements.
        subject_after: one of these stands right before the subject; none: anything may.
        subject_not_after: none of these stands right before the subject.
        object_after: one of these stands right before the object; none: anything may.
        object_not_after: none of these stands right before the object.
        object_not_before: none of these stands right after the object.
        exclusions: words that may not stand in the sentence within 12 characters of the three elements.
        is_enumerated: further objects joined by 、和及与 in the same clause are related too.
        counts_in_claim: a claim the text calls false does not unsay the relation (a fraudster's number is his).
        confidence_pct: shown until precision is measured by review.
        rule_version: raised with every change of the row.
        status: ``active``, or ``draft``: not applied.
    """

    rule_id: str
    relation_code: str
    subject_kinds: tuple[str, ...]
    object_kinds: tuple[str, ...]
    order: str
    triggers: tuple[str, ...]
    not_within: tuple[str, ...]
    reach_1: int
    reach_2: int
    is_within_clause: bool
    may_cross: tuple[str, ...]
    gap_excludes: tuple[str, ...]
    subject_after: tuple[str, ...]
    subject_not_after: tuple[str, ...]
    object_after: tuple[str, ...]
    object_not_after: tuple[str, ...]
    object_not_before: tuple[str, ...]
    exclusions: tuple[str, ...]
    is_enumerated: bool
    counts_in_claim: bool
    confidence_pct: int
    rule_version: str
    status: str


_LISTS = (
    "subject_kinds", "object_kinds", "triggers", "not_within", "may_cross", "gap_excludes", "subject_after",
    "subject_not_after", "object_after", "object_not_after", "object_not_before", "exclusions",
)  # fmt: skip


@cache
def load_relation_rules(path: Path = RULES_FILE) -> tuple[RelationRule, ...]:
    """Read the rules.

    Args:
        path: CSV file with a column for each argument of :class:`RelationRule`.

    Returns:
        The rows in the order of the file, drafts included.

    Raises:
        ValueError: an order is none of :data:`ORDERS`.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rules = [_rule(row) for row in csv.DictReader(stream)]
    for rule in rules:
        if rule.order not in ORDERS:
            raise ValueError(f"{rule.rule_id}: order {rule.order}")
    return tuple(rules)


def _rule(row: dict[str, str]) -> RelationRule:
    return RelationRule(
        rule_id=row["rule_id"],
        relation_code=row["relation_code"],
        order=row["order"],
        reach_1=int(row["reach_1"]),
        reach_2=int(row["reach_2"]),
        is_within_clause=row["is_within_clause"] == "true",
        is_enumerated=row["is_enumerated"] == "true",
        counts_in_claim=row["counts_in_claim"] == "true",
        confidence_pct=int(row["confidence_pct"]),
        rule_version=row["rule_version"],
        status=row["status"],
        **{name: expand(row[name]) for name in _LISTS},
    )
