"""What a steward does with quarantined rows: see them, send them to who corrects them, have them split again.

Belongs here: reading the quarantine of what has landed, exports, choosing what is waived or replayed. Does not belong
here: arguments and messages (``cli_quarantine``), decisions (``jingcang.access.quarantine``) and the split itself.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from pathlib import Path

import polars as pl

from jingcang.contracts import Profile, SourceTable, load_entities
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.landing import (
    Again,
    connect,
    create_landed_views,
    current_cut,
    table_log,
    touches,
)
from jingcang.landing.judge import shape
from jingcang.reports import write_csv, write_xlsx

HEADER = ("来源表", "规则", "规则说明", "涉及的列", "主键", "文件", "行号", "单位", "日期", "首次隔离")


def quarantined(home: Home, source: str | None = None, rule: str | None = None) -> pl.DataFrame:
    """Return the quarantined rows in force.

    Args:
        home: where landing lives.
        source: ``system`` or ``system.table``; None for all.
        rule: only rows whose first broken rule this is.

    Returns:
        One row a quarantined source row, columns of ``landed.quarantined_rows``.
    """
    with connect(home) as connection:
        create_landed_views(connection, home, current_cut(home), load_entities())
        rows = connection.execute(
            "select * from landed.quarantined_rows order by source_system, source_table, rule_id, source_key"
        ).pl()
    qualified = pl.col("source_system") + "." + pl.col("source_table")
    if source is not None:
        rows = rows.filter((pl.col("source_system") == source) | (qualified == source))
    return rows.filter(pl.col("rule_id") == rule) if rule is not None else rows


def by_reason(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a table × rule: ``source``, ``rule_id``, ``rows``, ``first_seen_at``, most rows first."""
    return (
        rows.with_columns((pl.col("source_system") + "." + pl.col("source_table")).alias("source"))
        .group_by("source", "rule_id")
        .agg(pl.len().alias("rows"), pl.col("first_seen_at").min())
        .sort("rows", "source", "rule_id", descending=[True, False, False])
    )


def rule_title(profile: Profile, source: str, rule_id: str) -> str:
    """Return what a rule asks, in plain Chinese."""
    try:
        rules = profile.table(source).rules
    except KeyError:
        return "来源表不在当前方案中"
    found = next((rule.title_zh for rule in rules if rule.rule_id == rule_id), None)
    return found or f"映射后必填的字段不能为空（{rule_id.removesuffix('.mapped')}）"


def export(profile: Profile, rows: pl.DataFrame, path: Path) -> int:
    """Write quarantined rows for the person who corrects the source.

    Personal values keep only their shape (they were masked when the row was quarantined), and so does a key that
    contains one; file and line, or the key, lead to the row in the source.

    Args:
        profile: gives rule titles and classifications.
        rows: from :func:`quarantined`.
        path: ``.xlsx`` or ``.csv`` (UTF-8 with byte-order mark).

    Returns:
        Number of rows written.

    Raises:
        JingcangError: another kind of file was asked for.
    """
    values = [json.loads(text) for text in rows["raw_values_masked"]]
    names = list(dict.fromkeys(name for record in values for name in record))
    header = [*HEADER, *(f"原值·{name}" for name in names)]
    personal = {table.qualified for table in profile.tables if _key_is_personal(table)}
    keys = rows.select(pl.col("source_key"), shape(pl.col("source_key")).alias("masked"))
    content = []
    for row, record, (key, masked) in zip(rows.iter_rows(named=True), values, keys.iter_rows(), strict=True):
        source = f"{row['source_system']}.{row['source_table']}"
        content.append([
            source, row["rule_id"], rule_title(profile, source, row["rule_id"]), row["failing_columns"],
            masked if source in personal else key, row["source_file"],
            None if row["source_line"] is None else str(row["source_line"]), row["unit_no"],
            *(None if row[name] is None else row[name].isoformat() for name in ("event_date", "first_seen_at")),
            *(record.get(name) for name in names),
        ])  # fmt: skip
    match path.suffix.lower():
        case ".xlsx":
            write_xlsx(path, "待更正", header, content)
        case ".csv":
            write_csv(path, header, content)
        case _:
            raise JingcangError("只能导出 .xlsx 或 .csv", where=path.name, remedy="请改写 --output 的扩展名")
    return len(content)


def _key_is_personal(table: SourceTable) -> bool:
    return any(table.column(name).classification in ("personal", "sensitive") for name in table.key)


def chosen_rows(rows: pl.DataFrame, keys: Collection[str] | None) -> pl.DataFrame:
    """Return the rows of some source keys, all of them without keys.

    Raises:
        JingcangError: no such rows.
    """
    chosen = rows if keys is None else rows.filter(pl.col("source_key").is_in(list(keys)))
    lost = sorted(set(keys or ()) - set(chosen["source_key"]))
    if chosen.is_empty() or lost:
        raise JingcangError(
            "隔离区里没有这样的行",
            where="、".join(lost[:5]),
            remedy="用 jingcang quarantine list 与 export 查看来源表、规则与主键",
        )
    return chosen


def chosen_tables(profile: Profile, source: str) -> list[SourceTable]:
    """Return the tables of ``system`` or ``system.table``.

    Raises:
        JingcangError: the profile has none of that name.
    """
    tables = [table for table in profile.tables if source in (table.system, table.qualified)]
    if not tables:
        raise JingcangError(
            f"方案 {profile.name} 没有这个来源：{source}",
            remedy=f"可用的来源系统：{'、'.join(sorted(profile.systems))}；来源表写成 系统.表",
        )
    return tables


def replay_plan(home: Home, tables: list[SourceTable], first: dt.date, last: dt.date) -> dict[str, Again]:
    """Return qualified table → what is replayed for a span of days.

    Every table is pulled again in full, because what a source holds of those days cannot be known otherwise; split
    again from raw is a table of which a landed row belongs to them.

    Raises:
        JingcangError: the span ends before it begins.
    """
    if last < first:
        raise JingcangError(f"截止日 {last} 早于起始日 {first}", remedy="请检查 --from 与 --to")
    return {
        table.qualified: "split" if touches(home, table_log(home, table), first, last) else "pull"
        for table in tables
    }
