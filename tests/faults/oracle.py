"""What must hold after every fault, whatever it was.

Belongs here: the four laws of the design document FAULTS, judged from files, sources and serving files, not from
what a run says of itself. Does not belong here: faults.

1. Books: rows read = accepted + quarantined + superseded + repeated, a batch; the files hold what their manifests
   say; what a keyed source holds now is in force by key and by hash, and nothing else is.
2. Readers: the link names a whole generation whose tables hash to what its record says.
3. The rerun after a fault, and an incremental build, equal a run that never failed: :func:`published`.
4. Errors: Chinese, with place and next step, without personal data: :func:`assert_helpful`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from tests.faults.records import DISPATCHES, INCIDENTS, RESIDENTS, SHIFTS
from tests.faults.world import World

#: What no message may show: phone numbers, identity numbers, the names the world uses.
PERSONAL = re.compile(r"1[38]\d{9}|\d{17}[\dXx]|测试[甲乙丙]")


def check(world: World, *, fresh: bool = True) -> None:
    """Assert laws 1 and 2.

    Args:
        world: the world, no run under way.
        fresh: the last run has seen the sources as they are now; False while it was interrupted.
    """
    problems = [*books_problems(world), *readers_problems(world), *(sources_problems(world) if fresh else [])]
    assert problems == [], problems[:10]


def books_problems(world: World) -> list[str]:
    """Return what is wrong with books and files in force."""
    from jingcang.landing import current_cut, reconcile
    from jingcang.landing.integrity import stated_files
    from jingcang.landing.manifests import _read
    from jingcang.landing.store import sha256_of

    _read.cache_clear()
    cut = current_cut(world.home)
    frame, problems = reconcile(world.home, cut)
    outcomes = pl.sum_horizontal("rows_accepted", "rows_quarantined", "rows_superseded", "rows_repeated")
    problems += [str(row) for row in frame.filter(pl.col("rows_read") != outcomes).iter_rows()]
    for entry in cut.manifests(world.home):
        # A file of a drop folder may have been delivered anew; the older raw file is history.
        if entry.table in ("qw_gpsd_csv", "jg_zrq", "da_jylog"):
            continue
        for name, (_, digest) in stated_files(entry).items():
            path = world.home.landing / name
            if not path.is_file() or sha256_of(path) != digest:
                problems.append(f"{name} is not what its manifest says")
    return problems


def readers_problems(world: World) -> list[str]:
    """Return what is wrong with the generation that readers see."""
    from orchestration.publish.content_hash import combine, hash_table

    link = world.home.current_link
    if not link.is_symlink():
        return []
    path = Path(os.path.realpath(link))
    if not path.is_file():
        return [f"the link names {path.name}, which does not exist"]
    record = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    with _opened(path) as connection:
        names = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        found = [hash_table(connection, f'"{name}"', name) for name in sorted(names)]
    problems = [] if set(names) == set(record["tables"]) else ["other tables than recorded"]
    problems += [
        item.name for item in found if record["tables"].get(item.name, {}).get("hash") != item.digest
    ]
    if combine(found) != record["content_hash"]:
        problems.append("content hash differs from the record")
    return problems


def sources_problems(world: World) -> list[str]:
    """Compare keys and hashes of keyed sources as they are with the rows in force."""
    from jingcang.contracts import load_profile
    from jingcang.landing.in_force import known_rows, table_log
    from jingcang.landing.versions import HASH, KEY, VERSION, with_versions
    from jingcang.landing.write import prepared

    problems = []
    for table in load_profile(world.profile_folder).tables:
        if table.qualified not in (INCIDENTS, DISPATCHES, RESIDENTS, SHIFTS):
            continue
        frame = with_versions(prepared(table, [_chunk(world, table)]), table)
        frame = frame.filter(pl.col(VERSION) == pl.col(VERSION).max().over(KEY))
        grouped = frame.unique([KEY, HASH]).group_by(KEY).agg(pl.col(HASH).sort().str.join())
        there = dict(grouped.iter_rows())
        known = known_rows(world.home, table_log(world.home, table))
        here = dict(known.select(KEY, HASH).iter_rows())
        if table.qualified == SHIFTS:
            # The interface gives no key sweep: what vanished there stays.
            here = {key: value for key, value in here.items() if key in there}
        for what, keys in (
            ("missing", there.keys() - here.keys()), ("left over", here.keys() - there.keys()),
            ("other content", {key for key in there.keys() & here.keys() if there[key] != here[key]}),
        ):  # fmt: skip
            problems += [f"{table.qualified}: {what}: {key}" for key in sorted(keys)]
    return problems


def _chunk(world: World, table: Any) -> Any:
    from jingcang.landing.delivery import Chunk

    names = [column.name for column in table.columns]
    if table.qualified == SHIFTS:
        rows = [[row.get(name) for name in names] for row in world.shifts()]
    else:
        with closing(sqlite3.connect(world.sqlite(table.qualified))) as connection:
            cursor = connection.execute(f"select * from {table.table}")
            there = [column[0] for column in cursor.description]
            rows = [[dict(zip(there, row, strict=True)).get(name) for name in names] for row in cursor]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    frame = frame.with_columns(
        pl.lit("x").alias("_source_file"), pl.int_range(pl.len()).alias("_source_line")
    )
    return Chunk(frame)


def published(world: World) -> str:
    """Return the content hash of what readers see, from the record that :func:`check` compares with the tables."""
    path = Path(os.path.realpath(world.home.current_link)).with_suffix(".json")
    return str(json.loads(path.read_text(encoding="utf-8"))["content_hash"])


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    """Return the answer of a query on the published generation."""
    return rows_of(Path(os.path.realpath(world.home.current_link)), query)


def rows_of(serving: Path, query: str) -> list[tuple[Any, ...]]:
    """Return the answer of a query on a serving file."""
    with _opened(serving) as connection:
        return connection.execute(query).fetchall()


@contextmanager
def _opened(serving: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a copy: pages opened in this process hold the file itself with other settings."""
    with tempfile.TemporaryDirectory(prefix="jingcang-serving-") as folder:
        copy = shutil.copy(serving, folder)
        with duckdb.connect(copy, read_only=True) as connection:
            yield connection


def totals(world: World, table: str) -> dict[str, int]:
    """Return the published books of a table over its batches."""
    names = ("read", "accepted", "quarantined", "superseded", "repeated", "tombstoned")
    sums = ", ".join(f"coalesce(sum(rows_{name}), 0)" for name in names)
    system, name = table.split(".")
    found = rows(
        world,
        f"select {sums} from fct_reconciliation where source_system = '{system}' and source_table = '{name}'",
    )
    return dict(zip(names, map(int, found[0]), strict=True))


def assert_helpful(message: str | None, *wanted: str) -> None:
    """Assert law 4 of a message.

    Args:
        message: what a person reads.
        wanted: words it must hold: source, file or page, column, rule.
    """
    assert message is not None
    assert re.search(r"[\u4e00-\u9fff]", message), message
    for word in wanted:
        assert word in message, f"{word} not in: {message}"
    assert not PERSONAL.search(message), message
