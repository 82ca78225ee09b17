"""The register of checks: every check of the demo once, with owner, threshold, note and date.

Belongs here: collecting what the compilers make into rows, and whose they are.
Does not belong here: running checks; the run reports under the ids listed here, which a test compares.

``same_as`` names the check whose promise a row repeats: a second artefact of the same clause, or a further
column that must not be null in a table (which counts once). Distinct checks are the rows without it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from pathlib import Path

from jingcang.contracts import reconciliation
from jingcang.contracts.artefacts import artefacts_testing
from jingcang.contracts.dbt_tests import FOLDER, contract_tests, entity_test, mart_test
from jingcang.contracts.entities import load_entities
from jingcang.contracts.files import CONTRACTS_ROOT, wrong
from jingcang.contracts.marts import PROMISES, entities_of_marts, load_marts
from jingcang.contracts.model import Profile, RowRule, SetRule, SourceTable
from jingcang.contracts.quality_rules import load_quality_rules

OWNERS = "check_owners.csv"
_NO_DATE = dt.date.min


@dataclass(frozen=True)
class Check:
    """One check.

    Args:
        check_id: the id under which the run reports it.
        kind: kind of rule, template, promise, statement or dbt test.
        object_name: the table, mart or seed checked.
        severity, dimension: as in the results.
        owner: who answers for it. threshold_pct: share of violations tolerated, in percent.
        note: what it asks, or why the threshold is what it is. decided_on: day of the decision.
        tested_by: artefacts that test it.
        same_as: id of the check whose promise it repeats, or empty.
    """

    check_id: str
    kind: str
    object_name: str
    severity: str
    dimension: str
    note: str
    tested_by: str
    owner: str = ""
    threshold_pct: Decimal = Decimal(0)
    decided_on: dt.date = _NO_DATE
    same_as: str = ""


def register(profile: Profile, root: Path = CONTRACTS_ROOT) -> list[Check]:
    """Return every check of a profile, sorted by id.

    Raises:
        JingcangError: a check without owner, or two checks of one id.
    """
    owners = _owners(root / OWNERS)
    found: dict[str, Check] = {}
    for check in _once_per_table([*_all(profile, root)]):
        if check.check_id in found:
            raise wrong(root, check.check_id, "两项检查用了同一个编号")
        if not check.owner:
            owner, decided = next((o, d) for prefix, o, d in owners if check.check_id.startswith(prefix))
            check = replace(check, owner=owner, decided_on=decided)
        found[check.check_id] = check
    return [found[name] for name in sorted(found)]


def distinct(checks: list[Check]) -> list[Check]:
    """Return the checks that repeat no other one's promise."""
    return [check for check in checks if not check.same_as]


def register_csv(checks: list[Check], header: str) -> str:
    """Return the register as CSV text: a comment line, the names of the columns, one line a check."""
    text = io.StringIO(f"# {header}\n", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.DictWriter(text, [field.name for field in fields(Check)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(check) for check in checks)
    return text.getvalue()


def _owners(path: Path) -> list[tuple[str, str, dt.date]]:
    """Return (prefix, owner, date), the longest prefix first; the empty prefix must be there."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        owners = [(row["prefix"], row["owner"], dt.date.fromisoformat(row["decided_on"])) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(path, "", "须有列 prefix、owner、decided_on、note，日期为 ISO 日期") from error
    if not any(prefix == "" for prefix, _, _ in owners) or not all(owner for _, owner, _ in owners):
        raise wrong(path, "owner", "每一行都要有负责人，且须有一行前缀为空")
    return sorted(owners, key=lambda item: -len(item[0]))


def _once_per_table(checks: list[Check]) -> Iterator[Check]:
    first: dict[str, str] = {}
    for check in checks:
        if check.kind in ("required", "contract.required", "quality.not_null") and not check.same_as:
            known = first.setdefault(check.object_name, check.check_id)
            if known != check.check_id:
                check = replace(check, same_as=known)
        yield check


def _all(profile: Profile, root: Path) -> Iterator[Check]:
    for table in profile.tables:
        yield from _of_source(table)
    yield Check(
        "landing.files.reconciliation", "files", "landing.files", "block", "consistency",
        "入库文件的大小与登记一致，没有缺失", "reconciliation",
    )  # fmt: skip
    dbt = root.parent / "dbt_project"
    unreported = _history(dbt)
    for mart in load_marts(root).values():
        if mart.name in unreported:
            continue
        for promise, title in PROMISES.items():
            dimension = {"shape": "conformance", "required": "completeness", "key": "uniqueness"}[promise]
            yield Check(
                f"contract.{mart.name}.{promise}",
                f"contract.{promise}",
                mart.name,
                "block",
                dimension,
                title,
                "sql",
            )
        if mart.name in entities_of_marts(root):
            yield Check(
                f"{mart.name}.reconciliation", "mart_rows", mart.name, "block", "consistency",
                "与入库实体逐键一致，一行不多，一行不少", "reconciliation",
            )  # fmt: skip
        yield Check(
            f"dbt.{mart_test(mart.name)}", "dbt.contract", mart.name, "block", "consistency", "必填列与主键（建模时）",
            "dbt", same_as=f"contract.{mart.name}.key",
        )  # fmt: skip
    for entity in load_entities(root).values():
        if FOLDER / f"{entity_test(entity.name)}.sql" in contract_tests("", root):
            yield Check(
                f"dbt.{entity_test(entity.name)}", "dbt.contract", f"landed.{entity.name}", "block", "consistency",
                "入库实体的必填列都有值，主键不重复", "dbt",
            )  # fmt: skip
    for rule in load_quality_rules(root / "quality_rules.csv"):
        yield Check(
            rule.check_id, f"quality.{rule.template}", rule.table_name, rule.severity, rule.dimension, rule.note, "sql",
            rule.owner, rule.threshold_pct, rule.decided_on,
        )  # fmt: skip
    yield from _hand_written(dbt)


def _of_source(table: SourceTable) -> Iterator[Check]:
    declared: tuple[RowRule | SetRule, ...] = (*table.rules, *table.set_rules, *table.service_levels)
    for rule in declared:
        tested_by = " ".join(artefacts_testing(rule.kind))
        yield Check(
            rule.check_id, rule.kind, table.qualified, rule.severity, rule.dimension, rule.title_zh, tested_by
        )
    yield Check(
        f"{table.qualified}.witness", "witness", table.qualified, "block", "consistency",
        "复核组件逐条规则数出的违规行数与分流一致", "ge",
    )  # fmt: skip
    yield Check(
        f"{table.qualified}.reconciliation", "books", table.qualified, "block", "consistency",
        "账目平衡，没有记录被重复替换", "reconciliation",
    )  # fmt: skip
    for kind in reconciliation.reconciliation_sql(table):
        yield Check(
            reconciliation.check_id(table, kind), f"reconciliation.{kind}", table.qualified, "block", "consistency",
            reconciliation.TITLES[kind], "reconciliation",
        )  # fmt: skip


def _history(dbt: Path) -> set[str]:
    """Return models built after the results landed: their tests stop the run but are not among its results."""
    return {
        path.stem for path in (dbt / "models").rglob("*.sql") if "tags=['history']" in path.read_text(encoding="utf-8")
    }  # fmt: skip


def _hand_written(dbt: Path) -> Iterator[Check]:
    for path in sorted((dbt / "tests").glob("*.sql")):
        note = re.sub(r"^--\s*", "", path.read_text(encoding="utf-8").splitlines()[0])
        yield Check(f"dbt.{path.stem}", "dbt.singular", path.stem, "block", "consistency", note, "dbt")
