"""What rests on what: source columns → entities → models → KPIs and pages, column by column.

Belongs here: the one graph that the pages, ``jingcang contracts diff`` and drift alerts ask, and its questions. Does
not belong here: drawing it up (``orchestration.lineage`` reads the compiled models and the pages' queries and writes
``data_contracts/generated/lineage.json``).

The file holds one step each: the columns a column is computed from, and the columns that decide which rows there are
(``<relation>.`` stands for the rows of a relation itself). The mappings of a profile join source columns to the
graph's roots, the columns of ``landed.<entity>``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.contracts.model import ColumnMapping, Profile, SourceTable

FILE = CONTRACTS_ROOT / "generated" / "lineage.json"
FRAME = "每一页的抬头和提示"
"""Stands for all pages where a query of the frame around them uses a column."""
MODELS = ("dim_", "fct_", "rpt_", "stg_", "int_")
MAPPINGS = "int_code_mappings"
"""The mappings of codes in force, of every field."""
PUBLISHED = ("dim_", "fct_", "rpt_")

ColumnName = tuple[str, str]
"""A column as (relation, column); landed and derived relations carry their schema."""


def entity_column(name: str) -> ColumnName:
    """Return the landed column of ``<entity>.<column>``, as mappings and drift alerts name it."""
    entity, _, column = name.partition(".")
    return f"landed.{entity}", column


@dataclass(frozen=True)
class Consumers:
    """Names of what consumes a column, each list sorted; KPIs and metrics by their code, pages by title."""

    models: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()

    @property
    def published(self) -> tuple[str, ...]:
        """Return the models that readers see."""
        return tuple(name for name in self.models if name.startswith(PUBLISHED))


@dataclass(frozen=True)
class SourceUse:
    """One source column that a column rests on, and the entity column it becomes."""

    table: str
    column: str
    entity: str
    entity_column: str
    transform: str


@dataclass(frozen=True)
class Lineage:
    """The graph.

    Args:
        columns: relation → column → the columns it is computed from, one step; roots are not listed.
        rows: relation → the columns that decide its rows, one step.
        inputs: model → the relations it reads.
        pages, kpis: name → the columns used, one step.
        mapped_fields: model that reads the mappings of codes → the fields (``entity.column``) whose mappings it reads;
            a model whose SQL does not say so plainly is not listed and may read all.
    """

    columns: Mapping[str, Mapping[str, frozenset[ColumnName]]]
    rows: Mapping[str, frozenset[ColumnName]]
    inputs: Mapping[str, tuple[str, ...]]
    pages: Mapping[str, frozenset[ColumnName]]
    kpis: Mapping[str, frozenset[ColumnName]]
    mapped_fields: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def rests_on(self, columns: Iterable[ColumnName]) -> frozenset[ColumnName]:
        """Return everything that some columns rest on, themselves included."""
        found: set[ColumnName] = set()
        waiting = list(columns)
        while waiting:
            column = waiting.pop()
            if column not in found:
                found.add(column)
                waiting += self._step(column)
        return frozenset(found)

    def _step(self, column: ColumnName) -> frozenset[ColumnName]:
        relation, name = column
        if not name:
            return self.rows.get(relation, frozenset())
        return self.columns.get(relation, {}).get(name, frozenset())

    @cached_property
    def _users(self) -> Mapping[ColumnName, tuple[ColumnName, ...]]:
        """Return column → the columns that are computed from it, one step; "" for the rows of a relation."""
        users: dict[ColumnName, list[ColumnName]] = {}
        for relation, columns in self.columns.items():
            for name, used in columns.items():
                for column in used:
                    users.setdefault(column, []).append((relation, name))
        for relation, used in self.rows.items():
            for column in used:
                users.setdefault(column, []).append((relation, ""))
        return {column: tuple(found) for column, found in users.items()}

    def used_by(self, columns: Iterable[ColumnName]) -> frozenset[ColumnName]:
        """Return every column (and rows of relations) that rests on some columns, themselves included."""
        found: set[ColumnName] = set()
        waiting = list(columns)
        while waiting:
            column = waiting.pop()
            if column not in found:
                found.add(column)
                waiting += self._users.get(column, ())
        return frozenset(found)

    def read_of_mappings(self, fields: Iterable[str]) -> frozenset[str]:
        """Return the models whose content may change with the mappings of some fields.

        A model that draws none of the columns that rest on the mappings of these fields is not among them, even where
        it reads a model that is.

        Args:
            fields: mapped fields as ``entity.column``.
        """
        wanted, found = set(fields), set[ColumnName]()
        waiting = [(MAPPINGS, column) for column in (*self.columns.get(MAPPINGS, {}), "")]
        while waiting:
            column = waiting.pop()
            for user in self._users.get(column, ()):
                asked = self.mapped_fields.get(user[0]) if column[0] == MAPPINGS else None
                if user not in found and (asked is None or wanted & asked):
                    found.add(user)
                    waiting.append(user)
        return frozenset(relation for relation, _ in found)

    def consumers(self, columns: Iterable[ColumnName]) -> Consumers:
        """Return the models, pages and KPIs that rest on at least one of some columns."""
        reached = self.used_by(columns)
        return Consumers(
            tuple(sorted({relation for relation, _ in reached if relation.startswith(MODELS)})),
            tuple(sorted(name for name, used in self.pages.items() if used & reached)),
            tuple(sorted(name for name, used in self.kpis.items() if used & reached)),
        )

    def columns_of(self, profile: Profile | None, object_name: str) -> frozenset[ColumnName]:
        """Return the columns of what a check looks at: a model, or the entity columns a source table fills.

        Args:
            profile: its mappings; None when it cannot be loaded.
            object_name: ``system.table`` or a model's name.
        """
        for table in profile.tables if profile else ():
            if table.qualified == object_name:
                return frozenset(
                    (f"landed.{mapping.entity}", column)
                    for mapping in table.mappings
                    for column in mapping.columns
                )
        own = {(object_name, column) for column in self.columns.get(object_name, {})}
        return frozenset(own | {(object_name, "")} if own else own)

    def sources_of(self, profile: Profile, relation: str, column: str) -> list[SourceUse]:
        """Return the source columns of a profile that a column of a model rests on.

        Args:
            profile: its mappings.
            relation, column: the model's column; ``landed.<entity>`` for an entity's.
        """
        roots = self.rests_on({(relation, column)})
        return [
            SourceUse(table.qualified, name, mapping.entity, made, rule.transform)
            for table in profile.tables
            for mapping in table.mappings
            for made, rule in mapping.columns.items()
            if (f"landed.{mapping.entity}", made) in roots
            for name in _read(table, rule)
        ]


def _read(table: SourceTable, rule: ColumnMapping) -> tuple[str, ...]:
    """Return the source columns a mapping reads; a key made of nothing else is made of the table's own key."""
    return rule.from_ or (table.key if rule.transform == "record_key" else ())


def uses_of_source_column(profile: Profile, qualified: str, column: str) -> list[SourceUse]:
    """Return the entity columns that a source column becomes, or whose rows it decides (``where``)."""
    table = profile.table(qualified)
    uses = []
    for mapping in table.mappings:
        is_condition = mapping.where is not None and mapping.where.column == column
        for made, rule in mapping.columns.items():
            is_read = column in _read(table, rule)
            if is_read or is_condition:
                how = rule.transform if is_read else "where"
                uses.append(SourceUse(qualified, column, mapping.entity, made, how))
    return uses


@lru_cache(maxsize=2)
def load_lineage(path: Path = FILE) -> Lineage:
    """Return the graph of the shipped models and pages."""
    content = json.loads(path.read_text(encoding="utf-8"))
    relations = content["relations"]
    columns = {name: item["columns"].items() for name, item in relations.items()}
    return Lineage(
        {name: {column: _columns(used) for column, used in items} for name, items in columns.items()},
        {name: _columns(item["rows"]) for name, item in relations.items()},
        {name: tuple(item["inputs"]) for name, item in relations.items()},
        {name: _columns(used) for name, used in content["pages"].items()},
        {name: _columns(used) for name, used in content["kpis"].items()},
        {name: frozenset(fields) for name, fields in content["mapped_fields"].items()},
    )  # fmt: skip


def _columns(texts: Iterable[str]) -> frozenset[ColumnName]:
    return frozenset((relation, column) for relation, _, column in (text.rpartition(".") for text in texts))
