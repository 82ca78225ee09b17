"""Named queries: the only form in which a question reaches the door.

Belongs here: the declaration and the check that a query names tables only as ``{table}``. Does not
belong here: the queries themselves (``dashboards/queries``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlglot
from sqlglot import expressions as exp

from jingcang.errors import JingcangError

_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")
FILTER_TYPES = (str, int, date, bool, list)


@dataclass(frozen=True)
class Query:
    """One question, with typed filters.

    Args:
        name: stable name, used in the audit trail and the cache key.
        sql: DuckDB SELECT; tables as ``{fct_incidents}``, filters as ``$name``.
        filters: type of each filter; ``list`` is a list of strings.

    Raises:
        JingcangError: the SQL is no single SELECT, or names a table or function outside the braces.
    """

    name: str
    sql: str
    filters: Mapping[str, type] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name, kind in self.filters.items():
            if kind not in FILTER_TYPES:
                raise self._refused(f"筛选项 {name} 的类型不被支持")
        try:
            statements = sqlglot.parse(_PLACEHOLDER.sub(r"scoped.\1", self.sql), dialect="duckdb")
        except sqlglot.errors.ParseError as error:
            raise self._refused("查询语句无法解析") from error
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            raise self._refused("查询必须是单条 SELECT")
        names = {cte.alias for cte in statements[0].find_all(exp.CTE)}
        for table in statements[0].find_all(exp.Table):
            is_scoped = table.db == "scoped" and table.name in self.tables
            is_step = not table.db and table.name in names
            if not isinstance(table.this, exp.Identifier) or not (is_scoped or is_step):
                raise self._refused(f"查询绕过了权限门：{table.sql(dialect='duckdb')}")

    def _refused(self, what: str) -> JingcangError:
        return JingcangError(what, where=self.name, rule="named_query")

    @property
    def tables(self) -> frozenset[str]:
        """Tables the query reads."""
        return frozenset(_PLACEHOLDER.findall(self.sql))

    def bind(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the checked filter values.

        Raises:
            JingcangError: a filter is missing, unknown, or of another type.
        """
        if values.keys() != self.filters.keys():
            difference = "、".join(sorted(values.keys() ^ self.filters.keys()))
            raise self._refused(f"筛选项缺少或多余：{difference}")
        for name, kind in self.filters.items():
            value = values[name]
            is_right = isinstance(value, kind) and not (kind is int and isinstance(value, bool))
            if kind is list:
                is_right = isinstance(value, list) and all(isinstance(item, str) for item in value)
            if not is_right:
                raise self._refused(f"筛选项 {name} 的类型不对")
        return dict(values)

    def render(self, sources: Mapping[str, str]) -> str:
        """Return the SQL with every ``{table}`` replaced by its scoped subselect."""
        return _PLACEHOLDER.sub(lambda match: sources[match.group(1)], self.sql)
