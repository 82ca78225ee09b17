"""Mart contracts: what the warehouse promises its readers, and whether a build file keeps it.

Belongs here: reading ``data_contracts/marts`` and comparing it with the tables of a database.
Does not belong here: the models (``dbt_project``) and checks of values (``quality_rules``).
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

from jingcang.contracts.entities import FieldRef, load_entities, read_columns
from jingcang.contracts.fields import LINEAGE, duckdb_type, load_fields
from jingcang.contracts.files import CONTRACTS_ROOT, read_contract, wrong
from jingcang.contracts.formats import identifier, literal

PREFIXES = ("dim_", "fct_", "rpt_")
PROMISES = {
    "shape": "列与类型同合同所写",
    "required": "必填列都有值",
    "key": "主键不重复",
}
"""What a mart contract promises → its wording."""


@dataclass(frozen=True)
class Mart:
    """One table that readers see.

    Args:
        name: the model's name.
        title_zh: Chinese name.
        grain: what one row is.
        key: key columns, unique and never null together.
        columns: the columns in contract order; lineage columns (``_source_…``) may follow them.
        lineage: the lineage columns it carries.
    """

    name: str
    title_zh: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[FieldRef, ...]
    lineage: tuple[str, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True)
class MartProblem:
    """One broken promise: the mart, the column where there is one, what is wrong (Chinese), and the promise.

    ``promise`` is one of :data:`PROMISES`.
    """

    mart: str
    column: str | None
    what: str
    promise: str = "shape"


def load_marts(root: Path = CONTRACTS_ROOT) -> dict[str, Mart]:
    """Return every mart contract by name; errors name file and key."""
    files = sorted((root / "marts").glob("*.odcs.yaml"))
    changed = max((path.stat().st_mtime_ns for path in [root / "fields.yaml", *files]), default=0)
    return _load(root, changed)


def entities_of_marts(root: Path = CONTRACTS_ROOT) -> dict[str, str]:
    """Return mart → entity for the marts that hold one row a row of an entity: those with the entity's own key."""
    by_key = {entity.key: name for name, entity in load_entities(root).items() if entity.key}
    return {name: by_key[mart.key] for name, mart in load_marts(root).items() if mart.key in by_key}


@functools.lru_cache(maxsize=4)
def _load(root: Path, _changed: int) -> dict[str, Mart]:
    fields = load_fields(root / "fields.yaml")
    marts: dict[str, Mart] = {}
    for path in sorted((root / "marts").glob("*.odcs.yaml")):
        name, title, key, columns = read_columns(path, fields, lineage=True)
        if not name.startswith(PREFIXES):
            raise wrong(path, "schema.name", "表名须以 dim_、fct_ 或 rpt_ 开头")
        if not key:
            raise wrong(path, "schema.properties", "没有声明主键")
        contract = read_contract(path)
        schema = (contract.schema_ or [])[0]
        purpose = contract.description.purpose if contract.description else None
        grain = schema.dataGranularityDescription or schema.description or purpose
        if not grain:
            raise wrong(path, "schema.dataGranularityDescription", "须写明一行是什么")
        own = tuple(column for column in columns if column.name not in LINEAGE)
        lineage = tuple(column.name for column in columns if column.name in LINEAGE)
        marts[name] = Mart(name, title, grain, key, own, lineage)
    return marts


def check_marts(
    connection: duckdb.DuckDBPyConnection,
    marts: dict[str, Mart] | None = None,
    read: Collection[str] | None = None,
) -> list[MartProblem]:
    """Compare every mart contract with the tables of an open database.

    Args:
        connection: a connection to build.duckdb or a serving file.
        marts: contracts; default all of them.
        read: marts whose rows are read for absent values and repeated keys; default all of them. Of the others names
            and types of columns are compared.

    Returns:
        Problems: missing or extra tables and columns, wrong types, absent required values, repeated keys.
        Empty when every promise is kept.
    """
    marts = load_marts() if marts is None else marts
    found = _tables(connection)
    problems = [
        MartProblem(name, None, "库中有这张表，但没有合同")
        for name in sorted(found)
        if name.startswith(PREFIXES) and name not in marts
    ]
    for mart in marts.values():
        if mart.name not in found:
            problems.append(MartProblem(mart.name, None, "合同声明的表不在库中"))
            continue
        schema, columns = found[mart.name]
        shape = _shape_problems(mart, columns)
        problems += shape
        if not shape and (read is None or mart.name in read):
            problems += _value_problems(connection, mart, f"{identifier(schema)}.{identifier(mart.name)}")
    return problems


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, dict[str, str]]]:
    rows = connection.execute(
        "select table_schema, table_name, column_name, data_type from information_schema.columns "
        "order by table_schema, table_name, ordinal_position"
    ).fetchall()
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for schema, table, column, kind in rows:
        found.setdefault(table, (schema, {}))[1][column] = kind
    return found


def _shape_problems(mart: Mart, columns: dict[str, str]) -> list[MartProblem]:
    wanted = {column.name: column.field.duckdb_type for column in mart.columns}
    wanted |= {name: duckdb_type(LINEAGE[name]) for name in mart.lineage}
    problems = [
        MartProblem(mart.name, name, "合同声明的列不在表中") for name in wanted if name not in columns
    ]
    for name, kind in columns.items():
        if name not in wanted:
            problems.append(MartProblem(mart.name, name, "表中的列没有写进合同"))
        elif kind != wanted[name]:
            problems.append(MartProblem(mart.name, name, f"类型应为 {wanted[name]}，实为 {kind}"))
    return problems


def _value_problems(connection: duckdb.DuckDBPyConnection, mart: Mart, table: str) -> list[MartProblem]:
    keys = ", ".join(identifier(name) for name in mart.key)
    required = sorted({column.name for column in mart.columns if column.required} | set(mart.key))
    nulls = ", ".join(f"count(*) filter (where {identifier(name)} is null)" for name in required)
    row = connection.execute(f"select {nulls} from {table}").fetchone() or ()
    problems = [
        MartProblem(mart.name, name, f"必填列有 {count} 行为空", "required")
        for name, count in zip(required, row, strict=True)
        if count
    ]
    repeated = connection.execute(
        f"select count(*) from (select {keys} from {table} group by {keys} having count(*) > 1) as repeated"
    ).fetchone()
    if repeated and repeated[0]:
        problems.append(MartProblem(mart.name, mart.key[0], f"主键有 {repeated[0]} 个值重复", "key"))
    return problems


def key_sql(mart: Mart | None, columns: dict[str, str]) -> str:
    """Return the expression naming one row of a mart in failure lists: its key, joined by ``|``."""
    if mart is None:
        return "cast(null as varchar)"
    parts = [f"coalesce(cast({identifier(name)} as varchar), '')" for name in mart.key if name in columns]
    return f" || {literal('|')} || ".join(parts)
