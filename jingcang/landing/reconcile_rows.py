"""Row by row: do the rows readers will see have the keys and row hashes that landing's books say, batch by batch?

Belongs here: comparing the books of keys with ``landed.<entity>`` and ``landed.quarantined_rows`` in the build
database. Does not belong here: the books' own sums (``reconcile``) and tables built from the entities.

Per source table and batch both sides are reduced to a count and a sum of hashes over (key, row hash), whatever the
order; only where these differ are the keys themselves joined to say which are lost, unknown, changed or doubled.
A table without a declared key has files and lines instead: rows are counted by batch and file, and no line counts
twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from jingcang.contracts import SourceTable
from jingcang.contracts.formats import identifier, literal
from jingcang.home import Home
from jingcang.landing.manifests import Cut, Manifest
from jingcang.landing.versions import RAISED

#: Rules about lines that are no rows: they have no key in the books.
_LINES = "('ragged', 'encoding')"
_NAMED = 100
#: Bits of all files together: 64 MB.
_BITS = 1 << 29


@dataclass(frozen=True)
class Difference:
    """One way in which rows and books disagree.

    Args:
        table: qualified source table.
        what: plain Chinese, with figures.
        keys: source keys concerned, at most 100.
    """

    table: str
    what: str
    keys: tuple[str, ...] = ()


def compare_rows(
    connection: duckdb.DuckDBPyConnection, home: Home, cut: Cut, tables: Sequence[SourceTable]
) -> list[Difference]:
    """Compare every source table's rows in force with its books.

    Args:
        connection: the build database, its ``landed`` views those of ``cut``.
        home, cut: what has landed.
        tables: the profile's tables.

    Returns:
        The differences, none when every key and row hash is explained.
    """
    logs: dict[str, list[Manifest]] = {}
    for entry in cut.manifests(home):
        logs.setdefault(entry.qualified, []).append(entry)
    found: list[Difference] = []
    for table in tables:
        if log := logs.get(table.qualified):
            compare = _keyed if table.key else _keyless
            found += compare(connection, home, table, log)
    return found


def _of(table: SourceTable, alias: str = "") -> str:
    return (
        f"{alias}_source_system = {literal(table.system)} and {alias}_source_table = {literal(table.table)}"
    )


def _entities(table: SourceTable) -> dict[str, tuple[int, bool]]:
    """Return entity → (mappings that feed it, whether each takes every row)."""
    found: dict[str, tuple[int, bool]] = {}
    for mapping in table.mappings:
        count, whole = found.get(mapping.entity, (0, True))
        found[mapping.entity] = (count + 1, whole and mapping.where is None)
    return found


def _keyed(
    connection: duckdb.DuckDBPyConnection, home: Home, table: SourceTable, log: list[Manifest]
) -> list[Difference]:
    connection.execute(f"create or replace temp table reconciled_books as {_books(home, log)}")
    found = _unbooked(connection, home, table, log)
    for entity, (times, whole) in _entities(table).items():
        rows = (
            f"select _source_batch_id as batch_id, _source_key as source_key, _row_hash as row_hash"
            f" from landed.{identifier(entity)} where {_of(table)}"
        )
        expected = (
            f"select batch_id, source_key, row_hash, rows * {times} as rows from reconciled_books"
            " where outcome = 'accepted'"
        )
        found += _differences(connection, table, entity, expected, rows, whole)
    rows = (
        "select batch_id, source_key, '' as row_hash from landed.quarantined_rows"
        f" where source_system = {literal(table.system)} and source_table = {literal(table.table)}"
        f" and rule_id not in {_LINES}"
    )
    expected = "select batch_id, source_key, '' as row_hash, rows from reconciled_books where outcome = 'quarantined'"
    found += _differences(connection, table, "quarantined_rows", expected, rows, True)
    connection.execute("drop table reconciled_books")
    return found


def _unbooked(
    connection: duckdb.DuckDBPyConnection, home: Home, table: SourceTable, log: list[Manifest]
) -> list[Difference]:
    """Return batches whose books hold other numbers of rows than their manifest."""
    found = []
    for entry in log:
        path = entry.file_of(home, "books")
        booked = {"accepted": 0, "quarantined": 0}
        if path is not None:
            booked |= dict(
                connection.execute(
                    f"select outcome, cast(sum(rows) as bigint) from read_parquet({literal(str(path))}) group by all"
                ).fetchall()
            )
        damaged = sum(entry.rule_counts.get(rule_id, 0) for rule_id in ("ragged", "encoding"))
        stated = {"accepted": entry.rows["accepted"], "quarantined": entry.rows["quarantined"] - damaged}
        found += [
            Difference(
                table.qualified, f"批次 {entry.batch_id}：清单 {kind} {count} 行，逐键账目 {booked[kind]} 行"
            )
            for kind, count in stated.items()
            if booked[kind] != count
        ]
    return found


def _books(home: Home, log: list[Manifest]) -> str:
    """Return the query of the books in force: batch, key, hash of one row, outcome, rows."""
    parts = [
        f"select {literal(entry.batch_id)} as batch_id, _source_key as source_key,"
        f" left(_row_hash, 32) as row_hash, outcome, rows from read_parquet({literal(str(path))})"
        f" where outcome <> {literal(RAISED)}"
        for entry in log
        if (path := entry.file_of(home, "books"))
    ]
    nothing = "select '' as batch_id, '' as source_key, '' as row_hash, '' as outcome, 0::bigint as rows where false"
    query = " union all ".join(parts or [nothing])
    retired = [str(path) for entry in log if (path := entry.file_of(home, "retired"))]
    if retired:
        files = ", ".join(literal(path) for path in retired)
        query = (
            f"select book.* from ({query}) as book anti join read_parquet([{files}]) as gone"
            " on gone.batch_id = book.batch_id and gone.source_key = book.source_key"
        )
    return query


def _differences(
    connection: duckdb.DuckDBPyConnection, table: SourceTable, target: str, expected: str, rows: str, whole: bool
) -> list[Difference]:  # fmt: skip
    mark = "hash(batch_id, source_key, row_hash)::hugeint"
    wanted = connection.execute(f"select sum(rows), sum(rows * {mark}) from ({expected})").fetchone()
    there = connection.execute(f"select count(*), sum({mark}) from ({rows})").fetchone()
    assert wanted is not None  # noqa: S101 - aggregates return one row
    assert there is not None  # noqa: S101 - as above
    if whole and (wanted[0] or 0, wanted[1] or 0) == (there[0], there[1] or 0):
        return []
    joined = (
        "select coalesce(e.batch_id, r.batch_id) as batch_id, coalesce(e.source_key, r.source_key) as source_key,"
        " case when e.source_key is null then 'unknown'"
        f" when r.source_key is null then {literal('lost') if whole else 'null'}"
        " when r.hashes <> 1 or r.row_hash is distinct from e.row_hash then 'changed'"
        " when r.rows > e.rows then 'doubled'"
        f" when r.rows < e.rows then {literal('lost') if whole else 'null'} end as problem"
        f" from (select batch_id, source_key, any_value(row_hash) as row_hash, sum(rows) as rows from ({expected})"
        " group by all) as e full join (select batch_id, source_key, min(row_hash) as row_hash,"
        f" count(distinct row_hash) as hashes, count(*) as rows from ({rows}) group by all) as r"
        " on e.batch_id = r.batch_id and e.source_key = r.source_key"
    )
    words = {"lost": "缺少", "unknown": "多出账目没有的", "changed": "内容与账目不同的", "doubled": "重复的"}
    found = []
    for problem, batch, count, keys in connection.execute(
        f"select problem, batch_id, count(*), list(source_key order by source_key)[1:{_NAMED}] from ({joined})"
        " where problem is not null group by problem, batch_id order by all"
    ).fetchall():
        what = f"批次 {batch}：{target} {words[problem]}主键 {count} 个"
        found.append(Difference(table.qualified, what, tuple(keys)))
    return found


def _keyless(
    connection: duckdb.DuckDBPyConnection, home: Home, table: SourceTable, log: list[Manifest]
) -> list[Difference]:
    expected = _expected_files(log)
    found = []
    for entity, (times, whole) in _entities(table).items():
        source = f"landed.{identifier(entity)} where {_of(table)}"
        counted = connection.execute(
            f"select _source_batch_id, _source_file, count(*), {_distinct_lines(connection, source, len(expected))}"
            f" from {source} group by all"
        ).fetchall()
        rows = {(batch, file or ""): (count, lines) for batch, file, count, lines in counted}
        for place, (accepted, _) in expected.items():
            count, lines = rows.pop(place, (0, 0))
            wrong = count != accepted * times if whole else count > accepted * times
            if wrong or (times == 1 and table.file is not None and count != lines):
                what = (
                    f"批次 {place[0]} 文件 {place[1]}：{entity} 应有 {accepted * times} 行，实有 {count} 行"
                )
                found.append(Difference(table.qualified, f"{what}，其中不同行号 {lines} 个"))
        found += [
            Difference(table.qualified, f"批次 {batch} 文件 {file}：{entity} 多出 {count} 行，账目没有该文件")
            for (batch, file), (count, _) in sorted(rows.items())
        ]
    quarantined = {
        (batch, file or ""): count
        for batch, file, count in connection.execute(
            "select batch_id, source_file, count(*) from landed.quarantined_rows"
            f" where source_system = {literal(table.system)} and source_table = {literal(table.table)} group by all"
        ).fetchall()
    }
    for place in sorted(expected.keys() | quarantined.keys()):
        wanted, there = expected.get(place, (0, 0))[1], quarantined.get(place, 0)
        if table.file is not None and wanted != there:
            what = f"批次 {place[0]} 文件 {place[1]}：隔离区应有 {wanted} 行，实有 {there} 行"
            found.append(Difference(table.qualified, what))
    return found


def _distinct_lines(connection: duckdb.DuckDBPyConnection, source: str, files: int) -> str:
    """Return the SQL that counts the distinct lines of a file: one bit a line, or a hash of them where that is large.

    Lines of a file lie close together, so bits cost a fifth of a hash table; one long file beside many short ones would
    give each the bits of the longest.
    """
    bounds = connection.execute(f"select min(_source_line), max(_source_line) from {source}").fetchone()
    if bounds is None or bounds[0] is None or (bounds[1] - bounds[0]) * files > _BITS:
        return "count(distinct _source_line)"
    return f"coalesce(bit_count(bitstring_agg(_source_line, {bounds[0]}, {bounds[1]})), 0)"


def _expected_files(log: list[Manifest]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return (batch, logical file) → (accepted, quarantined) rows in force: the latest delivery of each name."""
    standing = {raw["name"]: (entry.batch_id, raw["counts"]) for entry in log for raw in entry.raw_files}
    return {
        (batch, file): (numbers["accepted"], numbers["quarantined"])
        for batch, counts in standing.values()
        for file, numbers in counts.items()
    }
