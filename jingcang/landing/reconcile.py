"""Books of a cut: where every row read went, and whether the files agree.

Belongs here: counting. Does not belong here: repairing.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from jingcang.home import Home
from jingcang.landing.in_force import retired_rows
from jingcang.landing.integrity import stated_files
from jingcang.landing.manifests import Cut, Manifest

GONE, DIFFERS = "入库文件缺失", "入库文件内容与登记的校验值不符"

BOOKS_SCHEMA: dict[str, pl.DataType] = {
    "source_system": pl.String(), "source_table": pl.String(), "batch_id": pl.String(), "rows_read": pl.Int64(),
    "rows_accepted": pl.Int64(), "rows_quarantined": pl.Int64(), "rows_superseded": pl.Int64(),
    "rows_repeated": pl.Int64(), "rows_tombstoned": pl.Int64(), "rows_waived": pl.Int64(), "rows_corrected": pl.Int64(),
    "landed_as_of": pl.Date(), "watermark_from": pl.String(), "watermark_to": pl.String(),
    "content_sha256": pl.String(),
}  # fmt: skip


def books(home: Home, cut: Cut) -> pl.DataFrame:
    """Return the books of a cut.

    Args:
        home: where landing lives.
        cut: the batches.

    Returns:
        One row a source table × batch, columns of :data:`BOOKS_SCHEMA`. ``rows_read`` = accepted +
        quarantined + superseded + repeated as of this cut: a row that a later batch of the cut put out of
        force is counted as superseded in its own batch. ``rows_tombstoned`` is listed apart: rows found
        deleted by this batch, which stay counted where they were accepted. Of the rows this batch accepted,
        ``rows_waived`` were let in by a waiver and ``rows_corrected`` with a value that a fix changed.
    """
    entries = cut.manifests(home)
    moved: dict[str, dict[str, int]] = {}
    for entry in entries:
        for batch, numbers in entry.moved.items():
            total = moved.setdefault(batch, {"accepted": 0, "quarantined": 0})
            for kind, number in numbers.items():
                total[kind] += number
    rows = []
    for entry in entries:
        out = moved.get(entry.batch_id, {"accepted": 0, "quarantined": 0})
        rows.append({
            "source_system": entry.system, "source_table": entry.table, "batch_id": entry.batch_id,
            "rows_read": entry.rows["read"],
            "rows_accepted": entry.rows["accepted"] - out["accepted"],
            "rows_quarantined": entry.rows["quarantined"] - out["quarantined"],
            "rows_superseded": entry.rows["superseded"] + out["accepted"] + out["quarantined"],
            "rows_repeated": entry.rows["repeated"], "rows_tombstoned": entry.rows["tombstoned"],
            "rows_waived": entry.rows.get("waived", 0), "rows_corrected": entry.rows.get("corrected", 0),
            "landed_as_of": entry.as_of, "watermark_from": entry.watermark_from,
            "watermark_to": entry.watermark_to, "content_sha256": entry.content_sha256,
        })  # fmt: skip
    text = BOOKS_SCHEMA | {"landed_as_of": pl.String()}
    return pl.DataFrame(rows, schema=text).with_columns(pl.col("landed_as_of").str.to_date())


def reconcile(home: Home, cut: Cut) -> tuple[pl.DataFrame, list[str]]:
    """Compare the books with themselves and with the files on disk.

    Returns:
        (books, problems): ``problems`` is empty when every row read has exactly one outcome and every
        file holds the rows its manifest says.
    """
    frame, problems = books(home, cut), []
    for row in frame.iter_rows(named=True):
        known = sum(row[f"rows_{kind}"] for kind in ("accepted", "quarantined", "superseded", "repeated"))
        label = f"{row['source_system']}.{row['source_table']} 批次 {row['batch_id']}"
        if known != row["rows_read"]:
            problems.append(f"{label}：读入 {row['rows_read']} 行，去向合计 {known} 行")
        problems += [
            f"{label}：{kind} 行数为负" for kind in ("accepted", "quarantined") if row[f"rows_{kind}"] < 0
        ]
    entries = cut.manifests(home)
    replaced = replaced_raw(entries)
    for entry in entries:
        problems += [
            problem for problem in damaged_files(home, entry)
            if problem.split("：", 1)[1] not in replaced
        ]  # fmt: skip
    for system, table in sorted({(entry.system, entry.table) for entry in entries}):
        problems += _twice_retired(
            home, [entry for entry in entries if (entry.system, entry.table) == (system, table)]
        )
    return frame, problems


def damaged_files(home: Home, entry: Manifest) -> list[str]:
    """Return problems of a batch's files by presence and size; their content is looked at by ``integrity``."""
    problems = []
    for name, (size, _) in sorted(stated_files(entry).items()):
        path = home.landing / name
        if not path.is_file():
            problems.append(f"{GONE}：{name}")
        elif path.stat().st_size != size:
            problems.append(f"{DIFFERS}：{name}")
    return problems


def replaced_raw(entries: Sequence[Manifest]) -> set[str]:
    """Return raw files of drop folders that a later delivery of the same name replaced."""
    every: set[str] = set()
    last: dict[tuple[str, str, str], str] = {}
    for entry in entries:
        for raw in entry.raw_files:
            if raw["kind"] == "file":
                path = f"{raw['folder']}/{raw['path']}"
                every.add(path)
                last[entry.system, entry.table, raw["name"]] = path
    return every - set(last.values())


def _twice_retired(home: Home, log: Sequence[Manifest]) -> list[str]:
    retired = retired_rows(home, list(log)).filter(pl.col("source_key").is_not_null())
    twice = retired.height - retired.select("batch_id", "source_key").n_unique()
    label = f"{log[0].system}.{log[0].table}"
    return [f"{label}：{twice} 条记录被重复替换"] if twice else []
