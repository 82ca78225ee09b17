"""The door: runs a named query for an identity on the published generation.

Belongs here: policy check, cache, audit, the engine. Does not belong here: what is published (``published``), and which
columns and rows of a table an identity may see (``scoping``). Every execution checks the account
anew, before the cache is looked at, so that a role revoked in mid-session is refused at the next
request. A query never reaches a table itself, only ``(select <allowed columns> from t where <scope>)``.

The serving file is opened through the real path of the ``current`` link: an open process keeps the
file it opened, and the real path names the generation.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from jingcang.access import policy
from jingcang.access.grounds import CaseGrounds
from jingcang.access.identity import ALL_UNITS, ROLE_LABELS, Identity
from jingcang.access.published import Generation, published_generation
from jingcang.access.query import Query
from jingcang.access.scoping import row_condition, shown_columns
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.workbench import AuditLog, Workbench
from jingcang.workbench.sealed_access import SealedAccessBook

CACHE_ENTRIES = 256
KEPT_CONNECTIONS = 3
_LIMITS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "threads": "2",
    "memory_limit": "1GB",
    # By default a query spills beside the serving file until the disk is full, and DuckDB 1.5 lets large sorts pass
    # its own limit of spilled bytes.
    "temp_directory": "",
}

AccountCheck = Callable[[Identity], bool]


class Forbidden(JingcangError):
    """The role, scope or account does not allow what was asked; already in the audit trail."""


class Door:
    """Answers named queries for identities.

    Args:
        home: home folder with the serving files and the workbench.
        workbench: operational store; opened from ``home`` when omitted.
        is_current: says whether an identity still equals its account; the default asks the workbench.
        now: the clock approvals run out by; tests give their own.
    """

    def __init__(
        self, home: Home, *, workbench: Workbench | None = None, is_current: AccountCheck | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        from jingcang.access.accounts import identity_is_current

        self._home = home
        self._workbench = workbench or Workbench.open(home)
        self._audit = AuditLog(self._workbench)
        self._is_current = is_current or (lambda identity: identity_is_current(self._workbench, identity))
        self._now = now
        self._lock, self._alone = threading.Lock(), threading.Lock()
        self._connections: OrderedDict[Path, duckdb.DuckDBPyConnection] = OrderedDict()
        self._columns: dict[Path, dict[str, dict[str, str]]] = {}
        self._cache: OrderedDict[tuple[Any, ...], pl.DataFrame] = OrderedDict()
        self._scopes: dict[Path, dict[tuple[str, ...], tuple[str, ...]]] = {}

    @property
    def home(self) -> Home:
        """The home it reads."""
        return self._home

    def generation(self) -> Generation:
        """Return the generation now published.

        Raises:
            NoGeneration: nothing has been published.
        """
        return published_generation(self._home)

    def may(self, identity: Identity, tables: frozenset[str]) -> bool:
        """Return whether the role may read all of ``tables`` without naming a case."""
        allowed = policy.ROLE_TABLES[identity.role]
        return all(table in allowed and allowed[table].scope != "case" for table in tables)

    def scope_units(self, identity: Identity) -> tuple[str, ...] | None:
        """Return the units in scope with all units below them; None stands for every unit.

        Raises:
            NoGeneration: nothing has been published.
        """
        path = self.generation().path
        return self._units(path, identity)

    def has_table(self, table: str) -> bool:
        """Return whether the generation now published holds ``table``."""
        path = self.generation().path
        self._connection(path)
        return table in self._columns[path]

    def run(
        self, query: Query, identity: Identity, *, grounds: CaseGrounds | None = None, **filters: Any
    ) -> pl.DataFrame:
        """Run ``query`` within the rights of ``identity``.

        Args:
            query: named query.
            identity: who asks.
            grounds: the case in hand; tables of :data:`policy.CASE_COLUMNS` are read for it only.
            **filters: exactly the query's filters, of their declared types.

        Returns:
            Rows of the query as of the generation now published.

        Raises:
            Forbidden: the account was disabled or changed, the role may not read a table, no case is named, or the
                case is not in scope.
            NoGeneration: nothing has been published.
            JingcangError: wrong filters, a table the generation lacks, or the audit cannot be written.
        """
        self._check(query, identity)
        values = query.bind(filters)
        generation = self.generation()
        units = self._units(generation.path, identity)
        told = {} if grounds is None else {
            "case_no": grounds.case_no, "purpose": grounds.purpose, "statement": grounds.statement,
        }  # fmt: skip
        if query.tables & policy.PERSON_DATA_TABLES:
            self._record(identity, "person_data_read", query.name, tables=sorted(query.tables), **told)
        in_hand, is_approved = self._in_hand(query, identity, grounds, generation.path)
        key = (
            query.name, query.sql, _freeze(values), identity.role, units, identity.officer_no,
            in_hand, is_approved, policy.FINGERPRINT, generation.path,
        )  # fmt: skip
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key].clone()
        sources = {
            table: self._source(generation.path, table, identity, is_approved) for table in query.tables
        }
        sql = query.render(sources)
        scope = {
            "scope__units": list(units or ()), "scope__officer": identity.officer_no or "",
            "scope__cases": list(in_hand),
        }  # fmt: skip
        parameters = {name: value for name, value in {**values, **scope}.items() if f"${name}" in sql}
        try:
            frame = self._fetch(generation.path, sql, parameters)
        except duckdb.Error as error:
            raise JingcangError(
                "这个查询没有算成", where=query.name, rule=type(error).__name__,
                remedy="其他页面不受影响；请把编号告诉数据管理员",
            ) from error  # fmt: skip
        with self._lock:
            self._cache[key] = frame
            while len(self._cache) > CACHE_ENTRIES:
                self._cache.popitem(last=False)
        return frame.clone()

    def _check(self, query: Query, identity: Identity) -> None:
        if not self._is_current(identity):
            self._record(identity, "query_denied", query.name, reason="account_changed")
            raise Forbidden("账号已停用或权限已变更", rule="account_current", remedy="请重新登录")
        refused = query.tables - policy.ROLE_TABLES[identity.role].keys()
        if refused or not query.tables:
            self._record(identity, "query_denied", query.name, reason="role", tables=sorted(refused))
            allowed = "、".join(_role_labels(query.tables)) or "无"
            raise Forbidden(
                f"{identity.role_label}无权查看这项内容", where=query.name, rule="role_tables",
                remedy=f"有权的角色：{allowed}",
            )  # fmt: skip

    def _in_hand(
        self, query: Query, identity: Identity, grounds: CaseGrounds | None, path: Path
    ) -> tuple[tuple[str, ...], bool]:
        """Return the keys of the case in hand, and whether its sealed records may be read; both empty without need.

        A case out of scope and one that does not exist are told apart to nobody.
        """
        if not query.tables & policy.CASE_COLUMNS.keys():
            return (), False
        if grounds is None:
            self._record(identity, "query_denied", query.name, reason="no_case_grounds")
            raise Forbidden("查询线索和关联须先写明案件编号和目的", where=query.name, rule="case_grounds")
        cases = self._source(path, "fct_cases", identity, is_approved=False)
        found = self._fetch(
            path,
            f"select case_id from {cases} where case_no = $case_no order by case_id",
            {"case_no": grounds.case_no} | self._scope_values(path, identity, cases),
        )["case_id"]
        if not len(found):
            self._record(
                identity, "query_denied", query.name, reason="case_scope", case_no=grounds.case_no,
                purpose=grounds.purpose, statement=grounds.statement,
            )  # fmt: skip
            raise Forbidden(
                "没有这个案件，或者它不在您的范围内", where=grounds.case_no, rule="case_scope",
                remedy="请核对案件编号；他人主办的案件请向主办单位了解",
            )  # fmt: skip
        return tuple(found), self._is_approved(identity, grounds)

    def _is_approved(self, identity: Identity, grounds: CaseGrounds) -> bool:
        if identity.role not in policy.SEALED_READERS:
            return False
        granted = SealedAccessBook(self._workbench).granted(identity.user_id, grounds.case_no, self._now())
        if granted is None:
            return False
        self._record(
            identity, "sealed_read", "fct_case_links", case_no=grounds.case_no, request=granted.request_no,
            purpose=grounds.purpose, statement=grounds.statement,
        )  # fmt: skip
        return True

    def _scope_values(self, path: Path, identity: Identity, sql: str) -> dict[str, Any]:
        values = {
            "scope__units": list(self._units(path, identity) or ()),
            "scope__officer": identity.officer_no or "",
        }
        return {name: value for name, value in values.items() if f"${name}" in sql}

    def without_sealed(self, cases: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of a frame whose case has no sealed record, whatever the reader may see of it.

        Args:
            cases: with ``case_id``.

        Returns:
            No rows when the generation does not tell which records are sealed.
        """
        path = self.generation().path
        self._connection(path)
        if "is_sealed" not in self._columns[path].get("fct_case_persons", {}):
            return cases.clear()
        sealed = self._fetch(
            path,
            "select distinct case_id from main.fct_case_persons where is_sealed and case_id is not null",
            {},
        )
        return cases.join(sealed, on="case_id", how="anti", maintain_order="left")

    def is_sealed_source_row(self, source_table: str, source_key: str) -> bool:
        """Return whether a source row became a sealed record, whatever the reader may see.

        Args:
            source_table: table with or without its system, as fact tables name it.
            source_key: key of the row in its source.
        """
        path = self.generation().path
        self._connection(path)
        return any(
            self._fetch(
                path,
                f"select 1 from main.{table} where is_sealed and _source_table = $table and _source_key = $key limit 1",
                {"table": source_table, "key": source_key},
            ).height
            for table, columns in self._columns[path].items()
            if {"is_sealed", "_source_table", "_source_key"} <= columns.keys()
        )

    def record(self, identity: Identity, action: str, object_name: str, **detail: Any) -> None:
        """Write an audit row for ``identity``; pages use it for denials and exports.

        Raises:
            JingcangError: the row cannot be written; the caller must refuse.
        """
        self._record(identity, action, object_name, **detail)

    def _record(self, identity: Identity, action: str, object_name: str, **detail: Any) -> None:
        self._audit.append(
            user_id=identity.user_id,
            role=identity.role,
            action=action,
            object_name=object_name,
            detail=detail,
        )

    def _fetch(self, path: Path, sql: str, parameters: Mapping[str, Any]) -> pl.DataFrame:
        """Return the rows of a statement; it fails only by its own size.

        Queries that run at once share the memory of one engine, so a small one may meet the limit because of a
        large one. What met it runs again in an engine of its own, one such statement at a time.
        """
        try:
            return self._connection(path).cursor().execute(sql, parameters).pl()
        except duckdb.OutOfMemoryException:
            with self._alone, _engine_of_its_own(path) as connection:
                return connection.execute(sql, parameters).pl()

    def _connection(self, path: Path) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if path not in self._connections:
                connection = duckdb.connect(
                    str(path),
                    read_only=True,
                    # In this order: DuckDB refuses to close access once the temporary folder is set.
                    config={"enable_external_access": "false", "lock_configuration": "true"} | _LIMITS,
                )
                self._columns[path], self._scopes[path] = _describe(connection), {}
                self._connections[path] = connection
                while len(self._connections) > KEPT_CONNECTIONS:
                    old, _ = self._connections.popitem(last=False)
                    del self._columns[old], self._scopes[old]
            return self._connections[path]

    def _units(self, path: Path, identity: Identity) -> tuple[str, ...] | None:
        """Return the units in scope with all units below them, or None for every unit."""
        self._connection(path)
        if ALL_UNITS in identity.unit_nos:
            return None
        if not identity.unit_nos or "dim_unit" not in self._columns[path]:
            return tuple(sorted(identity.unit_nos))
        known = self._scopes[path]  # a published file does not change
        if identity.unit_nos in known:
            return known[identity.unit_nos]
        rows = self._fetch(
            path,
            """
            with recursive scoped(unit_no) as (
                select unnest($units)
                union
                select dim_unit.unit_no from dim_unit join scoped on dim_unit.parent_unit_no = scoped.unit_no
            )
            select distinct unit_no from scoped where unit_no is not null order by unit_no
            """,
            {"units": list(identity.unit_nos)},
        )
        known[identity.unit_nos] = tuple(rows["unit_no"])
        return known[identity.unit_nos]

    def _source(self, path: Path, table: str, identity: Identity, is_approved: bool) -> str:
        columns = self._columns[path].get(table)
        if columns is None:
            raise JingcangError("已发布的数据里没有这张表", where=table, remedy="请数据管理员重新运行并发布")
        rule = policy.ROLE_TABLES[identity.role][table]
        shown = shown_columns(rule, columns, identity)
        where = row_condition(rule, table, columns, identity, is_approved=is_approved)
        if table in policy.SEALED_CASE_TABLES and "is_sealed" in self._columns[path].get(
            "fct_case_persons", {}
        ):
            where += (
                " and coalesce(case_id, '') not in"
                " (select case_id from main.fct_case_persons where is_sealed and case_id is not null)"
            )
        if not shown:
            raise Forbidden("这张表没有可看的栏目", where=table, rule="role_masks")
        return f"(select {', '.join(shown)} from main.{table} where {where})"


@contextmanager
def _engine_of_its_own(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine that shares no memory with others, closed to everything but the serving file."""
    with duckdb.connect(":memory:", config=_LIMITS) as connection:
        name = str(path).replace("'", "''")
        connection.execute(f"attach '{name}' as serving (read_only)")
        connection.execute("use serving")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def _describe(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    rows = connection.cursor().execute(
        "select table_name, column_name, data_type from information_schema.columns "
        "where table_schema = 'main' order by table_name, ordinal_position"
    )
    for table, column, kind in rows.fetchall():
        tables.setdefault(table, {})[column] = kind
    return tables


def _freeze(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted((name, tuple(v) if isinstance(v, list) else v) for name, v in values.items()))


def _role_labels(tables: frozenset[str]) -> list[str]:
    return [ROLE_LABELS[role] for role in policy.roles_for(tables)]
