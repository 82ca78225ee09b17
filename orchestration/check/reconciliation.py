"""Reconciliation of a run: every row read is explained, from the source batch to the published table.

Belongs here: the three comparisons as blocking outcomes: books of batches with themselves and their files; keys and
row hashes of landed rows with the books; keys of published tables with the landed entities they are made of. Does not
belong here: how landing compares (``jingcang.landing``), and checks with a tolerance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb

from jingcang.contracts.formats import identifier
from jingcang.contracts.marts import entities_of_marts, load_marts
from jingcang.contracts.model import Profile
from jingcang.landing import Difference, compare_rows, reconcile
from orchestration.at_once import at_once
from orchestration.session import CheckOutcome, Session

LINEAGE = ("_source_batch_id", "_source_file", "_source_line")


def reconciliation_outcomes(session: Session, totals: Mapping[str, Mapping[str, int]]) -> list[CheckOutcome]:
    """Return one blocking outcome a source table, one for the landing files and one a table of whole entities.

    Args:
        session: the run, its warehouse built.
        totals: qualified source table → rows read and their outcomes.
    """
    cut = session.cut
    assert cut is not None  # noqa: S101 - decided before anything is checked
    _, problems = reconcile(session.home, cut)
    with duckdb.connect(str(session.home.build_database), read_only=True) as connection:
        rows = [
            difference
            for found in at_once(
                connection,
                lambda cursor, table: compare_rows(cursor, session.home, cut, [table]),
                session.profile.tables,
            )
            for difference in found
        ]
        marts = compare_marts(connection)
    for differing in (rows, *[found for _, found in marts.values()]):
        _list_keys(session, differing)
    return judged(session.profile, len(cut.batches), totals, problems, rows, marts)


def judged(
    profile: Profile,
    batch_count: int,
    totals: Mapping[str, Mapping[str, int]],
    problems: list[str],
    rows: list[Difference],
    marts: Mapping[str, tuple[int, list[Difference]]],
) -> list[CheckOutcome]:
    """Return the outcomes of the three comparisons.

    Args:
        profile: gives the source tables.
        batch_count: batches of the cut.
        totals: qualified source table → rows read and their outcomes.
        problems: of books and files, as ``reconcile`` words them.
        rows: landed rows that differ from the books.
        marts: mart → (rows of its entity, differences).
    """
    outcomes = []
    for table in profile.tables:
        mine = [item for item in problems if item.startswith((f"{table.qualified} ", f"{table.qualified}："))]
        problems = [item for item in problems if item not in mine]
        differing = [item for item in rows if item.table == table.qualified]
        read = totals[table.qualified]["read"]
        status = "fail" if mine or differing else "pass" if read else "not_applicable"
        outcomes.append(
            _outcome(table.qualified, table.system, status, read, [*mine, *[item.what for item in differing]])
        )
    for name, (count, differing) in sorted(marts.items()):
        status = "fail" if differing else "pass" if count else "not_applicable"
        outcomes.append(_outcome(name, None, status, count, [item.what for item in differing]))
    status = "fail" if problems else "pass"
    outcomes.append(_outcome("landing.files", None, status, batch_count, problems))
    return outcomes


def compare_marts(
    connection: duckdb.DuckDBPyConnection, names: Collection[str] | None = None
) -> dict[str, tuple[int, list[Difference]]]:
    """Compare each published table that holds one row a row of an entity with that entity.

    These are the marts whose contract has the entity's own key. A row is the same where its key is and, if the
    mart keeps lineage, its batch, file and line: an older version of a corrected row has another batch.

    Args:
        connection: the build database.
        names: only these marts; default: all of whole entities.

    Returns:
        Mart → (rows of its entity, differences).
    """
    found = {}
    for name, entity in entities_of_marts().items():
        if names is not None and name not in names:
            continue
        described = connection.execute(f"select column_name from (describe {identifier(name)})").fetchall()
        columns = {str(row[0]) for row in described}
        lineage = [column for column in LINEAGE if column in columns]
        found[name] = _compare(connection, name, entity, load_marts()[name].key, lineage)
    return found


def _compare(
    connection: duckdb.DuckDBPyConnection, name: str, entity: str, key: tuple[str, ...], lineage: list[str]
) -> tuple[int, list[Difference]]:
    landed, mart = f"landed.{identifier(entity)}", identifier(name)
    keys = ", ".join(identifier(column) for column in key)
    chosen = ", ".join(identifier(column) for column in (*key, *lineage))

    def one(query: str) -> tuple[int, int]:
        row = connection.execute(query).fetchone()
        assert row is not None  # noqa: S101 - aggregates return one row
        return int(row[0]), int(row[1] or 0)

    wanted = one(f"select count(*), sum(hash({chosen})::hugeint) from {landed}")
    there = one(f"select count(*), sum(hash({chosen})::hugeint) from {mart}")
    if wanted == there:
        return wanted[0], []
    differences = []
    for what, query in (
        ("缺少", f"select {keys} from {landed} except select {keys} from {mart}"),
        ("多出", f"select {keys} from {mart} except select {keys} from {landed}"),
        ("重复", f"select {keys} from {mart} group by all having count(*) > 1"),
        (
            "版本不同（不是最新批次）",
            f"select {keys} from (select {chosen} from {mart} except select {chosen} from {landed})"
            f" where ({keys}) in (select {keys} from {landed})",
        ),
    ):
        rows = connection.execute(query).fetchall()
        if rows:
            names = tuple("|".join(map(str, row)) for row in rows[:100])
            differences.append(Difference(name, f"与 {entity} 相比{what} {len(rows)} 行", names))
    return wanted[0], differences


def _list_keys(session: Session, differing: list[Difference]) -> None:
    session.failures += [
        {
            "run_id": session.run_id, "check_id": f"{item.table}.reconciliation", "object_name": item.table,
            "row_key": key, "source_file": None, "source_line": None,
        }
        for item in differing
        for key in item.keys
    ]  # fmt: skip


def _outcome(name: str, system: str | None, status: str, rows: int, problems: list[str]) -> CheckOutcome:
    return CheckOutcome(
        check_id=f"{name}.reconciliation",
        status=status,
        severity="block",
        object_name=name,
        checked_by="reconciliation",
        rule_id="reconciliation",
        dimension="consistency",
        source_system=system,
        rows_checked=rows,
        rows_violated=len(problems),
        note="；".join(problems) or None,
    )
