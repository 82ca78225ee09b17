"""The compiled form of a profile: frozen dataclasses that the rest of the product reads.

Belongs here: shapes only. Does not belong here: parsing (``source_tables``, ``mappings``, ``profiles``) and
compilation of rules (``rules_polars``, ``rules_sql``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from jingcang.contracts.evaluations import DeclaredEvaluation
from jingcang.contracts.harm_weights import HarmWeights
from jingcang.contracts.kpi_scoring import ScoringTable
from jingcang.contracts.peer_groups import PeerGroup


@dataclass(frozen=True)
class Column:
    """One column of a source table, in the source's own name.

    Args:
        name: the name in the contract.
        synonyms: other spellings of the header in other layouts.
        title_zh: Chinese name.
        logical_type: string, integer, number, date, timestamp or boolean.
        required: whether an absent value is a violation.
        formats: for date and timestamp, the accepted formats (strptime style, or ``roc_date``).
        classification: public, internal, personal or sensitive.
        normalise_width: full-width digits and letters are made half-width before any rule.
        options: the other clauses: pattern, minLength, maxLength, minimum, maximum, enum.
        held_by: entity column that already holds what people type here for the assessment alone; None elsewhere.
    """

    name: str
    synonyms: tuple[str, ...]
    title_zh: str
    logical_type: str
    required: bool
    formats: tuple[str, ...]
    classification: str
    normalise_width: bool
    options: Mapping[str, Any] = field(default_factory=dict)
    held_by: str | None = None


@dataclass(frozen=True)
class FileOptions:
    """Where and how a file table is read; see the contract keys of the same names."""

    path: str
    container: str
    member: str | None
    format: str
    encoding: str
    delimiter: str
    header_row: int
    sheet: str | None
    header_rows: int = 1


@dataclass(frozen=True)
class HttpOptions:
    """Where a table of an HTTP API is read."""

    endpoint: str
    records_path: str
    page_size: int
    cursor_path: str | None = None
    cursor_param: str = "cursor"
    success_path: str | None = None
    success_value: str = ""


@dataclass(frozen=True)
class RowRule:
    """One rule about one row.

    Args:
        rule_id: ``<column>.<clause>``, ``key``, ``ragged``, ``encoding`` or the rule's own name.
        check_id: ``<system>.<table>.<rule_id>``.
        severity: ``quarantine`` or ``flag`` (the row loads and is listed).
        dimension: completeness, conformance, plausibility, timeliness, consistency or uniqueness.
        title_zh: what the rule asks, in plain Chinese.
        stops: no other rule is evaluated for a row that violates this one.
        columns: the source columns it reads.
        kind: the clause, or the kind of a named rule.
        parameters: the clause's parameters.
    """

    rule_id: str
    check_id: str
    severity: str
    dimension: str
    title_zh: str
    stops: bool
    columns: tuple[str, ...]
    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_reader(self) -> bool:
        """Whether the file reader finds the violations (ragged lines, undecodable bytes)."""
        return self.kind in ("ragged", "encoding")

    def violated(self, table: SourceTable, dtypes: Mapping[str, pl.DataType] | None = None) -> pl.Expr:
        """Return the predicate, true where a row violates the rule, never null.

        The frame's columns carry the contract's names and are prepared
        (:func:`jingcang.contracts.rules_polars.prepare`). Rows stopped by an earlier rule are false.

        Args:
            table: the table the rule belongs to.
            dtypes: types of the frame's columns where they are not text (typed Parquet).

        Returns:
            A Boolean expression; for rules found by the reader, false.
        """
        from jingcang.contracts import rules_polars

        return rules_polars.violated(self, table, dtypes or {})

    def sql(self, table: SourceTable) -> str:
        """Return the same predicate as one DuckDB Boolean expression over text columns."""
        from jingcang.contracts import rules_sql

        return rules_sql.violated(self, table)


@dataclass(frozen=True)
class SetRule:
    """One rule about a whole table (reference, volume, sql); it blocks or warns, it never splits."""

    rule_id: str
    check_id: str
    severity: str
    dimension: str
    title_zh: str
    kind: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class ColumnMapping:
    """How one entity column is made: source columns and a named transform, or a fixed value.

    ``options`` are the transform's own options; ``value`` is set only when ``transform`` is ``value``.
    """

    from_: tuple[str, ...]
    transform: str
    options: Mapping[str, Any] = field(default_factory=dict)
    value: Any = None


@dataclass(frozen=True)
class Condition:
    """Rows for which a mapping applies: ``column`` is one of ``values`` (or none of them if negated)."""

    column: str
    values: tuple[str, ...]
    negated: bool
    reason: str

    def expression(self) -> pl.Expr:
        """Return the condition over text columns; an absent value is not in any list."""
        inside = pl.col(self.column).is_in(list(self.values)).fill_null(False)
        return ~inside if self.negated else inside


@dataclass(frozen=True)
class EntityMapping:
    """How rows of one source table become rows of one entity."""

    entity: str
    where: Condition | None
    columns: Mapping[str, ColumnMapping]
    path: Path


@dataclass(frozen=True)
class SourceTable:
    """One table of one source system: contract, rules and mappings, ready to land.

    Args:
        physical_name: the table's name in the database (``physicalName``, default the table name).
        key: the declared natural key, ``()`` if none (then the key is file and row).
        strategy: snapshot, incremental or files.
        watermark: the column holding the source version.
        full_compare_days: an incremental table is compared in full, by key and row hash, when the last such
            comparison is this many days old; 0 is never.
        overlap_minutes: an increment starts this long before the watermark, inclusive.
        rules: row rules in evaluation order.
        fingerprint: hash of the contract and the mapping file.
        service_levels: promised latency and frequency, run like set rules.
    """

    system: str
    table: str
    title_zh: str
    physical_name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    strategy: str
    watermark: str | None
    timezone: str
    crs: str | None
    file: FileOptions | None
    http: HttpOptions | None
    rules: tuple[RowRule, ...]
    set_rules: tuple[SetRule, ...]
    mappings: tuple[EntityMapping, ...]
    contract_path: Path
    fingerprint: str
    service_levels: tuple[SetRule, ...] = ()
    full_compare_days: int = 0
    overlap_minutes: int = 0

    @property
    def qualified(self) -> str:
        return f"{self.system}.{self.table}"

    @property
    def asset_name(self) -> str:
        return f"raw_{self.system}__{self.table}"

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def column(self, name: str) -> Column:
        """Return one column; raises KeyError when the table has no such column."""
        return self._by_name[name]

    def entity_columns(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the entity columns (``entity.column``, sorted) that are made from any of some source columns."""
        wanted = set(names)
        made = {
            f"{mapping.entity}.{column}"
            for mapping in self.mappings
            for column, rule in mapping.columns.items()
            if wanted & set(rule.from_)
        }
        return tuple(sorted(made))

    @cached_property
    def headers(self) -> dict[str, str]:
        """Return header spelling → contract column name, synonyms included."""
        return {
            spelling: column.name for column in self.columns for spelling in (column.name, *column.synonyms)
        }


@dataclass(frozen=True)
class System:
    """One source system of a profile; ``url`` and ``token`` may be secrets: never log them."""

    name: str
    kind: str
    url: str | None = field(repr=False)
    token: str | None = field(repr=False)
    path: Path | None


@dataclass(frozen=True)
class Profile:
    """One deployment: its systems, tables, mapping seeds, own dictionaries, and what it declares for pages."""

    name: str
    title_zh: str
    timezone: str
    as_of: dt.date | None
    data: Path
    show_in_navigation: bool
    week_start: str
    assessment_year_start: str
    assessment_period: str
    crs_region: str
    home_division: str
    villages: Path | None
    systems: Mapping[str, System]
    tables: tuple[SourceTable, ...]
    mapping_seeds: tuple[Path, ...]
    dictionaries: tuple[Path, ...]
    evaluations: tuple[DeclaredEvaluation, ...]
    harm_weights: HarmWeights | None
    peer_groups: tuple[PeerGroup, ...]
    scoring_tables: tuple[ScoringTable, ...]
    settings: Mapping[str, Any]
    directory: Path
    fingerprint: str

    def table(self, qualified: str) -> SourceTable:
        """Return one table by ``system.table``; raises KeyError."""
        for table in self.tables:
            if table.qualified == qualified:
                return table
        raise KeyError(qualified)
