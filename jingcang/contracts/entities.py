"""Canonical entities: the tables that landing delivers, whatever the source system.

Belongs here: reading ``data_contracts/entities`` against the field list.
Does not belong here: marts (``marts``), source tables (``source_tables``).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from jingcang.contracts.fields import LINEAGE, Field, duckdb_type, load_fields, polars_type
from jingcang.contracts.files import CONTRACTS_ROOT, read_contract, wrong


@dataclass(frozen=True)
class FieldRef:
    """A field as one table uses it: the field itself, and whether the table requires it."""

    field: Field
    required: bool

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def type(self) -> str:
        return self.field.type

    @property
    def unit(self) -> str:
        return self.field.unit

    @property
    def class_(self) -> str:
        return self.field.class_

    @property
    def name_zh(self) -> str:
        return self.field.name_zh

    @property
    def description_zh(self) -> str:
        return self.field.description_zh


@dataclass(frozen=True)
class Entity:
    """A canonical table.

    Args:
        name: plural entity name, the name of ``landed.<name>``.
        title_zh: Chinese wording of its grain.
        key: the key columns; ``()`` where every row counts (GPS points).
        columns: its columns in contract order.
    """

    name: str
    title_zh: str
    key: tuple[str, ...]
    columns: tuple[FieldRef, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> FieldRef:
        """Return one column; raises KeyError when the entity has no such column."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def polars_schema(self, *, lineage: bool = False) -> dict[str, pl.DataType]:
        """Return column → Polars type in contract order, with the lineage columns if asked for."""
        schema = {column.name: column.field.polars_type for column in self.columns}
        if lineage:
            schema |= {name: polars_type(kind) for name, kind in LINEAGE.items()}
        return schema

    def duckdb_columns(self, *, lineage: bool = False) -> dict[str, str]:
        """Return column → DuckDB type in contract order, with the lineage columns if asked for."""
        columns = {column.name: column.field.duckdb_type for column in self.columns}
        if lineage:
            columns |= {name: duckdb_type(kind) for name, kind in LINEAGE.items()}
        return columns


def load_entities(root: Path = CONTRACTS_ROOT) -> dict[str, Entity]:
    """Return every entity of ``root``/entities by name; errors name file and key."""
    return _load(root, max((p.stat().st_mtime_ns for p in [root / "fields.yaml", *_files(root)]), default=0))


def _files(root: Path) -> list[Path]:
    return sorted((root / "entities").glob("*.odcs.yaml"))


@functools.lru_cache(maxsize=8)
def _load(root: Path, _changed: int) -> dict[str, Entity]:
    return {entity.name: entity for entity in (read_entity(path, root) for path in _files(root))}


def read_entity(path: Path, root: Path = CONTRACTS_ROOT) -> Entity:
    """Return one entity file; every column must stand in the field list."""
    name, title, key, columns = read_columns(path, load_fields(root / "fields.yaml"))
    return Entity(name, title, key, columns)


def read_columns(
    path: Path, fields: dict[str, Field], *, lineage: bool = False
) -> tuple[str, str, tuple[str, ...], tuple[FieldRef, ...]]:
    """Return (name, title, key, columns) of a contract that names columns of the field list only.

    With ``lineage``, the contract may also name lineage columns (``_source_…``).
    """
    if lineage:
        fields = fields | {
            column: Field(column, kind, "-", "internal", column, "来源行的出处")
            for column, kind in LINEAGE.items()
        }
    contract = read_contract(path)
    schema = (contract.schema_ or [])[0]
    name = path.name.removesuffix(".odcs.yaml")
    untested = [
        f"schema.{key}" for key in ("quality", "relationships", "customProperties") if getattr(schema, key)
    ]
    if untested or contract.slaProperties:
        raise wrong(
            path, (untested or ["slaProperties"])[0], "实体与主题表的合同只声明列，没有任何检查会执行这一条"
        )
    if schema.name != name:
        raise wrong(path, "schema.name", f"表名应与文件名一致（{name}）")
    columns: list[FieldRef] = []
    key: list[str] = []
    for prop in schema.properties or []:
        label = f"schema.properties[{prop.name}]"
        if prop.name is None or prop.name not in fields:
            raise wrong(path, label, "字段清单 fields.yaml 中没有这个列", "先在 fields.yaml 中登记该列")
        if prop.name in {column.name for column in columns}:
            raise wrong(path, label, "同一列声明了两次")
        used = set(prop.model_dump(exclude_none=True)) - {
            "name",
            "required",
            "primaryKey",
            "primaryKeyPosition",
        }
        if used:
            raise wrong(path, f"{label}.{sorted(used)[0]}", "此处只能写列名、必填与主键，其余在 fields.yaml")
        columns.append(FieldRef(fields[prop.name], bool(prop.required or prop.primaryKey)))
        if prop.primaryKey:
            key.append(prop.name)
    return name, schema.businessName or name, tuple(key), tuple(columns)
