"""What a fix would do to the rows now in quarantine, before anybody approves it.

Belongs here: reading those rows from the raw files and judging them with and without the fix. Does not belong here:
who may see the values (``jingcang.access.quarantine``); nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from jingcang.contracts import SourceTable, load_entities
from jingcang.home import Home
from jingcang.landing.decisions import FIXES, WAIVERS, landed_decisions, standing_waivers
from jingcang.landing.delivery import FILE, LINE, RawFile
from jingcang.landing.files import read_raw_file
from jingcang.landing.fixes import Fix, correct, standing_fixes
from jingcang.landing.in_force import retired_rows, table_log
from jingcang.landing.manifests import Manifest
from jingcang.landing.raw_rows import may_hold
from jingcang.landing.versions import KEY, with_versions
from jingcang.landing.write import prepared

MOST_PAIRS = 20


@dataclass(frozen=True)
class Preview:
    """A fix tried on the rows that break its rule.

    Args:
        rows: rows now in quarantine that break the rule.
        changed: rows whose value the fix changes.
        accepted: rows that would load.
        left: rule id → rows that would still break it, most first; a row may break several.
        pairs: value before, value after, rows; most frequent first, at most :data:`MOST_PAIRS`.
        unread: rows whose raw file is gone; nothing is known of them.
    """

    rows: int
    changed: int
    accepted: int
    left: dict[str, int]
    pairs: list[tuple[str | None, str | None, int]]
    unread: int = 0


def preview(home: Home, table: SourceTable, fix: Fix) -> Preview:
    """Return what a fix would do to the rows now in quarantine.

    Args:
        home: where landing lives.
        table: the fix's source table.
        fix: a declarable fix; standing fixes and waivers act beside it as they do in a run.
    """
    log = table_log(home, table)
    as_of = max((entry.as_of for entry in log), default="1970-01-01")
    rows, stated = _rows(home, table, log, fix.rule_id)
    if rows is None:
        return Preview(stated, 0, 0, {}, [], stated)
    waivers = standing_waivers(landed_decisions(home, WAIVERS), table, pl.Series([as_of]).str.to_date()[0])
    others = [
        other for other in standing_fixes(landed_decisions(home, FIXES), table) if other.fix_no != fix.fix_no
    ]
    entities = load_entities()
    fixed, applied, judged = correct(rows, table, entities, waivers, [*others, fix])
    by_it = applied.get(fix.column_name, pl.Series([None], dtype=pl.Int64)) == (fix.fix_no or 0)
    by_it = by_it.fill_null(False) if fix.column_name in applied else pl.Series([False] * rows.height)
    pairs = (
        pl.DataFrame({"before": rows[fix.column_name], "after": fixed[fix.column_name]})
        .filter(by_it)
        .group_by("before", "after")
        .len()
        .sort("len", "before", descending=[True, False])
        .head(MOST_PAIRS)
    )
    left = {name: int((judged.masks[name] & judged.bad).sum()) for name in judged.blocking}
    return Preview(
        rows=stated,
        changed=int(by_it.sum()),
        accepted=int((~judged.bad).sum()),
        left={name: count for name, count in sorted(left.items(), key=lambda item: -item[1]) if count},
        pairs=[(before, after, count) for before, after, count in pairs.iter_rows()],
        unread=stated - rows.height,
    )


def _rows(
    home: Home, table: SourceTable, log: list[Manifest], rule_id: str
) -> tuple[pl.DataFrame | None, int]:
    """Return the prepared rows in quarantine that break a rule, and how many there are by the books."""
    retired = retired_rows(home, log)
    by_key = retired.filter(pl.col("source_key").is_not_null()).select("batch_id", "source_key")
    by_file = retired.filter(pl.col("source_file").is_not_null()).select("batch_id", "source_file")
    frames, stated = [], 0
    for entry in log:
        path = entry.file_of(home, "quarantined")
        if path is None or not path.is_file():
            continue
        wanted = (
            pl.scan_parquet(path)
            .filter(pl.col("rule_ids").str.split(";").list.contains(rule_id))
            .select("batch_id", "source_key", "source_file", "source_line")
            .collect()
            .join(by_key, on=["batch_id", "source_key"], how="anti")
            .join(by_file, on=["batch_id", "source_file"], how="anti")
            .rename({"source_key": KEY, "source_file": FILE, "source_line": LINE})
            .drop("batch_id")
        )
        stated += wanted.height
        if wanted.height:
            frames += _received(home, table, entry, wanted)
    if not frames:
        return None, stated
    return pl.concat(frames), stated


def _received(home: Home, table: SourceTable, entry: Manifest, wanted: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the rows of one batch as prepared for the split."""
    places = [KEY, FILE, LINE] if table.key else [FILE, LINE]
    names = wanted[FILE].unique().to_list()
    found = []
    for order, stated in enumerate(entry.raw_files):
        raw = RawFile(**stated)
        path = home.landing / raw.folder / raw.path
        if not path.is_file() or not any(may_hold(raw, name) for name in names):
            continue
        for chunk in read_raw_file(table, raw, home.landing / raw.folder):
            rows = prepared(table, [chunk]).with_columns(pl.lit(order, dtype=pl.Int64).alias("_order"))
            rows = with_versions(rows, table) if table.key else rows
            found.append(rows.join(wanted, on=places, how="semi"))
    # One place may stand in several raw files that were split again together: the last one counts.
    return [pl.concat(found).unique(places, keep="last", maintain_order=True)] if found else []
