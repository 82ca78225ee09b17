"""Which source columns a query rests on, read from its SQL.

Belongs here: one query over relations whose own origins are known. Does not belong here: which queries and
relations exist (``lineage``).

A column rests on the columns it is computed from; the rows rest on what filters, groups and inner joins them. A left
join's condition bears only on the columns drawn from the joined side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

Origins = frozenset[tuple[str, str]]
"""Columns as (relation, column)."""

NOTHING: Origins = frozenset()


@dataclass(frozen=True)
class Relation:
    """What a relation rests on.

    Args:
        columns: column → the columns it is computed from, itself included for named relations.
        rows: the columns that decide which rows there are.
    """

    columns: Mapping[str, Origins]
    rows: Origins = field(default=NOTHING)

    def everything(self) -> Origins:
        """Return all columns that the relation rests on."""
        return self.rows.union(*self.columns.values())


def relation_of(tree: exp.Expr, known: Mapping[str, Relation]) -> Relation:
    """Return what a query rests on.

    Args:
        tree: a parsed query; it is not changed.
        known: ``schema.table`` or ``table`` → the relation it reads; others count as empty.
    """
    tree = tree.copy()
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
        if table.db == "main":
            table.set("db", None)
    # Only what the query reads: a schema of all relations takes longer than reading the query.
    read = {f"{table.db}.{table.name}" if table.db else table.name for table in tree.find_all(exp.Table)}
    schema: dict[str, Any] = {}
    for name in sorted(read & known.keys()):
        relation = known[name]
        database, _, bare = name.rpartition(".")
        schema.setdefault(database or "main", {})[bare] = dict.fromkeys(relation.columns, "text")
    qualified = qualify(
        tree, schema=schema, db="main", dialect="duckdb", validate_qualify_columns=False,
        quote_identifiers=False, identify=False,
    )  # fmt: skip
    scope = build_scope(qualified)
    if scope is None:
        raise ValueError("no query")
    return _Reader(known).relation(scope)


class _Reader:
    """Reads the scopes of one query, each once: many of its parts may read the same common table expression."""

    def __init__(self, known: Mapping[str, Relation]) -> None:
        self._known = known
        self._read: dict[int, Relation] = {}

    def relation(self, scope: Scope) -> Relation:
        """Return what a scope rests on."""
        if id(scope) not in self._read:
            self._read[id(scope)] = self._relation(scope)
        return self._read[id(scope)]

    def _relation(self, scope: Scope) -> Relation:
        if scope.set_operation_scopes:
            parts = [self.relation(part) for part in scope.set_operation_scopes]
            names = list(parts[0].columns)
            columns = {
                name: frozenset().union(*(list(part.columns.values())[index] for part in parts))
                for index, name in enumerate(names)
                if all(index < len(part.columns) for part in parts)
            }
            return Relation(columns, frozenset().union(*(part.rows for part in parts)))
        sources = {alias: self._source(source) for alias, source in scope.sources.items()}
        select = scope.expression
        if not isinstance(select, exp.Select):
            return Relation({})
        extra: dict[str, Origins] = {}
        rows: Origins = NOTHING

        def reached(nodes: Iterable[exp.Expr | None]) -> Origins:
            found: set[tuple[str, str]] = set()
            for node in nodes:
                for column in node.find_all(exp.Column) if node is not None else ():
                    origin = sources.get(column.table)
                    if origin is not None:
                        found |= origin.columns.get(column.name, NOTHING) | extra.get(column.table, NOTHING)
            return frozenset(found)

        start = select.args.get("from_") or select.args.get("from")
        if start is not None:
            rows |= sources.get(start.this.alias_or_name, Relation({})).rows
        for join in select.args.get("joins") or []:
            alias = join.this.alias_or_name
            bearing = reached([join.args.get("on")]) | sources.get(alias, Relation({})).rows
            if join.side == "LEFT":
                extra[alias] = bearing
            else:
                rows |= bearing
        rows |= reached(
            select.args.get(clause) for clause in ("where", "having", "qualify", "group", "distinct")
        )
        for inner in scope.subquery_scopes:
            rows |= self.relation(inner).everything()
        columns = {item.alias_or_name: reached([item]) for item in select.expressions}
        return Relation(columns, rows)

    def _source(self, source: Scope | exp.Table) -> Relation:
        if isinstance(source, Scope):
            return self.relation(source)
        name = f"{source.db}.{source.name}" if source.db not in ("", "main") else source.name
        return self._known.get(name, Relation({}))
