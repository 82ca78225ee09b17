"""Declared fixes: how a value that keeps rows in quarantine is read from now on.

Belongs here: the closed set of transformations, what they may be declared on, and applying those that stand.
Does not belong here: who proposes and approves them (``jingcang.workbench.fixes``), and which rows load (``split``).

Raw files are never changed: a fix acts in the split, on rows that break the rule it was declared for, and only where
the row loads thanks to it. Keys and source versions are never touched: a row stays the record it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from jingcang.contracts import Entity, SourceTable, formats
from jingcang.contracts.model import Column
from jingcang.errors import JingcangError
from jingcang.landing.judge import Judged, judge

KINDS = {
    "replace": "把列出的值换成对应的值（代码换算）",
    "normalise": "全角转半角，去掉首尾空白，中间空白并成一个",
    "remove_spaces": "去掉值里的全部空白",
    "date_format": "按另一种日期写法读取",
}
"""Kind of a fix → what it does, in plain Chinese."""
DATE_FORMATS = (
    "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y%m%d%H%M%S", "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日%H时%M分", "%Y-%m-%dT%H:%M:%S",
)  # fmt: skip
"""Spellings of a date that a fix may read."""
MOST_PAIRS = 200
_NO_ROW = ("key", "ragged", "encoding")


@dataclass(frozen=True)
class Fix:
    """One declared fix.

    Args:
        rule_id: the rule whose violation it answers; other rows of the table are left alone.
        column_name: the column it changes.
        kind: one of :data:`KINDS`.
        parameters: ``replace``: old value → new value ("" for absent); ``date_format``: {"format": spelling}.
        fix_no: number given by the workbench; None for a fix not yet declared.
    """

    source_system: str
    source_table: str
    rule_id: str
    column_name: str
    kind: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    fix_no: int | None = None

    def expression(self, table: SourceTable) -> pl.Expr:
        """Return the column's value after the fix; a value the fix does not speak of stays as it is."""
        text = pl.col(self.column_name)
        match self.kind:
            case "replace":
                old, new = list(self.parameters), [value or None for value in self.parameters.values()]
                made = text.replace(old, pl.Series(new, dtype=pl.String))
            case "normalise":
                made = text.str.normalize("NFKC").str.replace_all(r"\s+", " ").str.strip_chars()
            case "remove_spaces":
                made = text.str.replace_all(r"[\s\u00a0\u3000]+", "")
            case _:
                column = table.column(self.column_name)
                read = formats.parsed_datetime(text, (self.parameters["format"],), table.timezone)
                made = pl.coalesce(read.dt.strftime(_written(column) or ""), text)
        return pl.when(made != "").then(made)


def require_declarable(fix: Fix, table: SourceTable) -> None:
    """Refuse a fix that cannot be declared on a table.

    Raises:
        JingcangError: an unknown kind or column, a rule that says the line is no record, a column the rule does not
            read, a key or version column, or parameters that do not fit.
    """
    known = {column.name: column for column in table.columns}
    if fix.kind not in KINDS or fix.column_name not in known:
        raise _refused("没有这种修正或这一列", fix, "请选择页面列出的修正方式和列")
    if fix.rule_id in _NO_ROW:
        raise _refused("违反这条规则的行不成其为一条记录，不能用修正规则入库", fix, "请在来源更正后重新提供")
    if fix.column_name not in columns_of_rule(table, fix.rule_id):
        raise _refused("这条规则不看这一列，改了也不起作用", fix, "请选择规则涉及的列")
    if fix.column_name in (*table.key, table.watermark):
        raise _refused("主键和版本列不能修正：改了就成了另一条记录", fix, "请退回来源更正")
    column = known[fix.column_name]
    if fix.kind == "replace":
        if column.classification in ("personal", "sensitive"):
            raise _refused("个人和敏感栏目不能逐值替换：规则里会留下个人信息", fix, "请用其他修正方式")
        if not 0 < len(fix.parameters) <= MOST_PAIRS or not all(fix.parameters):
            raise _refused(f"替换要写 1 至 {MOST_PAIRS} 对值，原值不能为空", fix, "一行一对，写成 原值=新值")
    if fix.kind == "date_format" and (
        column.logical_type not in ("date", "timestamp")
        or fix.parameters.get("format") not in DATE_FORMATS
        or _written(column) is None
    ):
        raise _refused("只有日期和时间列可以换一种写法读取，写法限于所列各种", fix, "请选择所列的写法")


def _written(column: Column) -> str | None:
    """Return the contract's first spelling of a date that can be written without a zone or part of a second."""
    plain = (fmt for fmt in column.formats if fmt != formats.ROC_DATE and "%z" not in fmt and "%f" not in fmt)
    return next(plain, None)


def _refused(what: str, fix: Fix, remedy: str) -> JingcangError:
    where = f"{fix.source_system}.{fix.source_table}.{fix.column_name}"
    return JingcangError(what, where=where, rule=fix.rule_id, remedy=remedy)


def columns_of_rule(table: SourceTable, rule_id: str) -> tuple[str, ...]:
    """Return the source columns a rule reads; of a rule about the mapping those the field is made from."""
    for rule in table.rules:
        if rule.rule_id == rule_id:
            return tuple(rule.columns)
    entity, _, column = rule_id.removesuffix(".mapped").partition(".")
    made = [mapping.columns[column].from_ for mapping in table.mappings
            if mapping.entity == entity and column in mapping.columns]  # fmt: skip
    return tuple(dict.fromkeys(name for names in made for name in names))


def standing_fixes(fixes: pl.DataFrame, table: SourceTable) -> tuple[Fix, ...]:
    """Return the approved fixes of one table in the order they were proposed.

    A fix that the contract of today no longer allows (its column or rule is gone) does not stand.

    Args:
        fixes: every landed fix (``decisions.landed_decisions``).
        table: today's contract.
    """
    of_table = fixes.filter(
        (pl.col("source_system") == table.system) & (pl.col("source_table") == table.table)
        & (pl.col("state_code") == "approved")
    ).sort("fix_no")  # fmt: skip
    found = [as_fix(row) for row in of_table.iter_rows(named=True)]
    return tuple(fix for fix in found if _is_declarable(fix, table))


def as_fix(row: Mapping[str, Any]) -> Fix:
    """Return the fix of one row of the workbench or of landing."""
    return Fix(
        row["source_system"], row["source_table"], row["rule_id"], row["column_name"], row["kind"],
        json.loads(row["parameters"]), row["fix_no"],
    )  # fmt: skip


def _is_declarable(fix: Fix, table: SourceTable) -> bool:
    try:
        require_declarable(fix, table)
    except JingcangError:
        return False
    return True


def correct(
    rows: pl.DataFrame, table: SourceTable, entities: Mapping[str, Entity], waivers: pl.DataFrame | None,
    fixes: Sequence[Fix],
) -> tuple[pl.DataFrame, dict[str, pl.Series], Judged]:  # fmt: skip
    """Change what fixes speak of, and judge the rows again until nothing more changes.

    A rule may hide others behind it (a date that is none is in no order), so a fix may find work only after another.

    Args:
        rows: prepared rows as received.
        table, entities, waivers: as in :func:`jingcang.landing.judge.judge`.
        fixes: in order; a value is changed by the first that changes it, once.

    Returns:
        The rows with changed values; column → the number of the fix that changed each row (null elsewhere; a fix
        without a number counts as 0); what is wrong with the changed rows.
    """
    applied: dict[str, pl.Series] = {}
    fixed, judged = rows, judge(rows, table, entities, waivers)
    while changed := apply_fixes(fixed, judged.broken, table, fixes, applied):
        fixed = fixed.with_columns(list(changed.values()))
        judged = judge(fixed, table, entities, waivers, rows)
    return fixed, applied, judged


def apply_fixes(
    frame: pl.DataFrame, violated: pl.DataFrame, table: SourceTable, fixes: Sequence[Fix],
    applied: dict[str, pl.Series],
) -> dict[str, pl.Series]:  # fmt: skip
    """Return the columns that fixes change.

    Args:
        frame: prepared rows; a typed column has no spelling and is left alone.
        violated: one Boolean column a rule, row for row.
        table: their contract.
        fixes: in order.
        applied: column → the fix that changed each row so far; brought up to date.
    """
    changed: dict[str, pl.Series] = {}
    for fix in fixes:
        name = fix.column_name
        if fix.rule_id not in violated.columns or frame.schema[name] != pl.String:
            continue
        old = frame[name]
        new = frame.select(fix.expression(table).alias(name)).to_series()
        by = applied.get(name, pl.Series(name, [None], dtype=pl.Int64).new_from_index(0, frame.height))
        hit = violated[fix.rule_id] & by.is_null() & old.ne_missing(new)
        if hit.any():
            changed[name] = new.zip_with(hit, changed.get(name, old))
            mark = pl.Series(name, [fix.fix_no or 0], dtype=pl.Int64).new_from_index(0, frame.height)
            applied[name] = mark.zip_with(hit, by)
    return changed
