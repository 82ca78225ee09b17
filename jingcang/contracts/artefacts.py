"""Which compiled artefact tests which kind of rule: a declared rule that none tests is an error.

Belongs here: the claims of the artefacts and the refusal. Does not belong here: compiling.

The claims are read from the compilers themselves, not restated; a test plants one violation a kind and sees
every artefact that claims it catch it.
"""

from __future__ import annotations

from jingcang.contracts import rules_polars, rules_sql, set_rules, suites
from jingcang.contracts.files import wrong
from jingcang.contracts.model import RowRule, SetRule, SourceTable

READER = frozenset({"ragged", "encoding"})
"""Kinds found while a file is read: the lines are no rows, so nothing later could see them."""

CLAIMS: dict[str, frozenset[str]] = {
    "reader": READER,
    "split": rules_polars.KINDS,
    "sql": rules_sql.KINDS,
    "ge": suites.KINDS,
    "set_sql": set_rules.KINDS,
}
"""Artefact → kinds of rules it tests."""

TOGETHER = frozenset({"split", "sql", "ge"})
"""A rule of single rows must be tested by all three: they are compared with one another."""


def artefacts_testing(kind: str) -> tuple[str, ...]:
    """Return the artefacts that claim a kind of rule."""
    return tuple(name for name, kinds in CLAIMS.items() if kind in kinds)


def refuse_untested(table: SourceTable) -> None:
    """Refuse a table that declares a rule which its artefacts do not test.

    Raises:
        JingcangError: naming the contract, the rule, and the artefacts that leave it out.
    """
    declared: tuple[RowRule | SetRule, ...] = (*table.rules, *table.set_rules, *table.service_levels)
    for rule in declared:
        claimed = set(artefacts_testing(rule.kind))
        missing = TOGETHER - claimed if claimed & TOGETHER else set()
        if not claimed or missing:
            names = "、".join(sorted(missing)) or "任何一项产物"
            raise wrong(
                table.contract_path,
                f"schema.quality[{rule.rule_id}]",
                f"声明的规则（{rule.kind}）没有被 {names} 检查",
                "在编译器中补上这种规则，或从合同中删除它",
            )
