"""Label rules as rows: one file a label group in ``rules/``.

Belongs here: reading the files, the groups, expanding terms, which rules are in force once stewards have decided on
some. Does not belong here: matching (``labeller``), what a row may say (``rule_checks``), names and definitions of
labels (seed ``labels.csv``), wording of what is evidence (the files themselves).
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jingcang.errors import JingcangError

from .rule_checks import problems_of

RULES_FOLDER = Path(__file__).with_name("rules")
GROUPS = {
    "methods": "作案手段",
    "timing": "选择时机",
    "places": "选择处所",
    "targets": "选择对象",
    "traits": "作案特点",
    "objects": "涉案物品",
    "tools": "作案工具",
    "suspects": "嫌疑人特征",
    "origins": "地缘",
    "frauds": "诈骗类型",
    "disputes": "纠纷类型",
}
"""File of ``rules/`` → label group."""
EXCLUSIVE_GROUPS = frozenset({"诈骗类型"})
"""Groups of which a narrative gets at most one label: a case is counted once among the frauds."""
_ALTERNATIVES = re.compile(r"\[([^\]]*)\]")

Row = Mapping[str, str]
"""A rule as its file has it: column → text, and ``label_group``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row; lists are separated by ``|``; reaches are characters within a sentence.

    Args:
        rule_id: unique over all files.
        label_code: label the rule gives.
        terms: what must stand in the text.
        context: one of these must stand within ``context_reach`` of the term; none: no condition.
        context_reach: characters; may cross sentences.
        exclusions: none of these may stand within ``exclusion_reach``.
        exclusion_reach: characters within the sentence.
        counts_in_claim: a claim the text calls false counts (fraud: the lie is the means).
        priority: of overlapping terms of one group the higher keeps the place.
        confidence_pct: shown until precision is measured by review.
        rule_version: version of the label's rules.
        status: ``active``; ``draft``: without the examples that an active label must have, not applied;
            ``retired``: switched off, not applied.
        label_group: one of :data:`GROUPS`.
    """

    rule_id: str
    label_code: str
    terms: tuple[str, ...]
    context: tuple[str, ...]
    context_reach: int
    exclusions: tuple[str, ...]
    exclusion_reach: int
    counts_in_claim: bool
    priority: int
    confidence_pct: int
    rule_version: str
    status: str = "active"
    label_group: str = "作案手段"


def expand(text: str) -> tuple[str, ...]:
    """Return the terms of a cell.

    Args:
        text: terms separated by ``|``; ``[a/b]`` in a term stands for either, ``[a/]`` for a or nothing.

    Returns:
        All spellings in order, each once: ``[撬/砸]门|溜门`` → 撬门, 砸门, 溜门.
    """
    found: dict[str, None] = {}
    for term in text.split("|"):
        parts = [
            part.split("/") if place % 2 else [part] for place, part in enumerate(_ALTERNATIVES.split(term))
        ]
        found.update(dict.fromkeys("".join(choice) for choice in itertools.product(*parts)))
    return tuple(term for term in found if term)


@cache
def shipped_rows(folder: Path = RULES_FOLDER) -> tuple[Row, ...]:
    """Read the rules as they are written, held against ``rule_checks``.

    Args:
        folder: with one CSV file for each key of :data:`GROUPS`.

    Returns:
        The rows in the order of groups and files, drafts included.

    Raises:
        JingcangError: a row that is no rule, or a rule id given twice; names file, line and column.
    """
    found: dict[str, Row] = {}
    for name, group in GROUPS.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            for line, row in enumerate(csv.DictReader(stream), 2):
                where = f"{name}.csv 第 {line} 行"
                if problems := problems_of(row):
                    raise JingcangError(
                        f"标签规则写得不对：{problems[0].words}", where=where, rule=problems[0].field,
                        remedy="请按 docs/labels-and-clues.md 改正这一行",
                    )  # fmt: skip
                if row["rule_id"] in found:
                    raise JingcangError(
                        f"规则编号 {row['rule_id']} 用了两次", where=where, rule="rule_id",
                        remedy="请给其中一条另一个编号",
                    )  # fmt: skip
                found[row["rule_id"]] = row | {"label_group": group}
    return tuple(found.values())


@cache
def load_rules(folder: Path = RULES_FOLDER) -> tuple[Rule, ...]:
    """Return the rules of :func:`shipped_rows`, in their order."""
    return tuple(rule_of(row) for row in shipped_rows(folder))


def rows_in_force(decided: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rules as written, with what stewards decided in the place of what the product came with.

    Args:
        decided: rows that stand, at most one of a rule id.

    Returns:
        The shipped rows in their order, each as decided last, then the decided rows of new ids.
    """
    rows = {row["rule_id"]: row for row in shipped_rows()} | {row["rule_id"]: row for row in decided}
    return tuple(rows.values())


def applied(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules that are in use: neither draft nor switched off."""
    return tuple(rule for rule in rules if rule.status == "active")


def rule_of(row: Row) -> Rule:
    """Return a rule of a row that ``rule_checks`` has nothing against."""
    return Rule(
        rule_id=row["rule_id"],
        label_code=row["label_code"],
        terms=expand(row["terms"]),
        context=expand(row["context"]),
        context_reach=int(row["context_reach"]),
        exclusions=expand(row["exclusions"]),
        exclusion_reach=int(row["exclusion_reach"]),
        counts_in_claim=row["counts_in_claim"] == "true",
        priority=int(row["priority"]),
        confidence_pct=int(row["confidence_pct"]),
        rule_version=row["rule_version"],
        status=row["status"],
        label_group=row["label_group"],
    )
