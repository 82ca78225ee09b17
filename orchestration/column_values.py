"""Which values of a column a query asks a relation for, read from its SQL.

Belongs here: one query and one column of one relation. Does not belong here: which queries there are and what the
answer is good for (``lineage``).

A model that joins the mappings on ``field_name = 'cases.status_raw'`` rests on the rows of that field alone. The answer
is None wherever the SQL does not say it plainly: then the query may rest on every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

Values = frozenset[str]


def values_asked(
    tree: exp.Expr, relation: str, column: str, columns: Mapping[str, Iterable[str]]
) -> Values | None:
    """Return the values of a column by which a query picks rows of a relation.

    Args:
        tree: a parsed query; it is not changed.
        relation, column: what is read, e.g. ``int_code_mappings`` and ``field_name``.
        columns: table → its columns, for the tables whose columns the query names without their table.

    Returns:
        The values; empty where the query does not read the relation, None where it may read any row.
    """
    tree = tree.copy()
    for table in tree.find_all(exp.Table):
        table.set("catalog", None)
        table.set("db", None)
    schema: dict[str, object] = {name: dict.fromkeys(names, "text") for name, names in columns.items()}
    qualified = qualify(
        tree, schema=schema, dialect="duckdb", validate_qualify_columns=False, quote_identifiers=False,
        identify=False,
    )  # fmt: skip
    root = build_scope(qualified)
    if root is None:
        raise ValueError("no query")
    scopes = list(root.traverse())
    found: set[str] = set()
    for scope in scopes:
        for alias, (_, source) in scope.selected_sources.items():
            if isinstance(source, exp.Table) and source.name == relation:
                asked = _asked(scope, alias, column, scopes)
                if asked is None:
                    return None
                found |= asked
    return frozenset(found)


def _asked(scope: Scope, alias: str, column: str, scopes: list[Scope]) -> Values | None:
    """Return the values that one reading of a source asks for, where it is read or where what it yields is."""
    for condition in _conditions(scope, alias):
        values = _equal_to(condition, scope, alias, column)
        if values is not None:
            return values
    passed_on = _passed_on_as(scope, alias, column)
    if passed_on is None:
        return None
    readers = [
        (reader, name)
        for reader in scopes
        for name, (_, source) in reader.selected_sources.items()
        if source is scope
    ]
    found: set[str] = set()
    for reader, name in readers:
        asked = _asked(reader, name, passed_on, scopes)
        if asked is None:
            return None
        found |= asked
    return frozenset(found) if readers else None


def _conditions(scope: Scope, alias: str) -> Iterator[exp.Expr]:
    """Yield what must hold of every row of a source that bears on the result."""
    select = scope.expression
    if not isinstance(select, exp.Select):
        return
    where = select.args.get("where")
    parts = [where.this] if where is not None else []
    for join in select.args.get("joins") or []:
        # The condition of a left join says which rows of its own side matter, not which of the others do.
        if join.args.get("on") is not None and (join.side == "" or join.this.alias_or_name == alias):
            parts.append(join.args["on"])
    for part in parts:
        yield from part.flatten() if isinstance(part, exp.And) else [part]


def _equal_to(condition: exp.Expr, scope: Scope, alias: str, column: str) -> Values | None:
    condition = condition.unnest()
    if not isinstance(condition, exp.EQ):
        return None
    for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
        if isinstance(one, exp.Column) and (one.table, one.name) == (alias, column):
            return _possible(other, scope)
    return None


def _possible(expression: exp.Expr, scope: Scope) -> Values | None:
    """Return the values an expression can have, None unless all of them are written in the query."""
    expression = expression.unnest()
    if isinstance(expression, exp.Literal) and expression.is_string:
        return frozenset({str(expression.this)})
    if isinstance(expression, exp.Null):
        return frozenset()
    if isinstance(expression, exp.Case):
        default = expression.args.get("default")
        branches = [item.args["true"] for item in expression.args["ifs"]] + ([default] if default else [])
        return _all(_possible(item, scope) for item in branches)
    if isinstance(expression, exp.Column):
        source = scope.sources.get(expression.table)
        return _of_column(source, expression.name) if isinstance(source, Scope) else None
    return None


def _of_column(scope: Scope, name: str) -> Values | None:
    select = scope.expression
    if not isinstance(select, exp.Query) or name not in select.named_selects:
        return None
    if not scope.set_operation_scopes:
        return _possible(select.selects[select.named_selects.index(name)].unalias(), scope)
    # The parts of a union have the names of the first, by place.
    place = select.named_selects.index(name)
    parts = [(part, part.expression) for part in scope.set_operation_scopes]
    return _all(
        _of_column(part, query.named_selects[place]) if isinstance(query, exp.Query) else None
        for part, query in parts
    )


def _all(parts: Iterable[Values | None]) -> Values | None:
    found: set[str] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return frozenset(found)


def _passed_on_as(scope: Scope, alias: str, column: str) -> str | None:
    """Return the name under which a scope hands on a column of a source, None if it does not."""
    select = scope.expression
    if not isinstance(select, exp.Select) or select.args.get("group") or select.args.get("joins"):
        return None
    for item in select.selects:
        inner = item.unalias()
        if isinstance(inner, exp.Column) and (inner.table, inner.name) == (alias, column):
            return str(item.alias_or_name)
    return None
