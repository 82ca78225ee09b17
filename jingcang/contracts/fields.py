"""The field list: every warehouse column once, with type, unit, Chinese name and confidentiality class.

Belongs here: reading ``data_contracts/fields.yaml`` and the one table of types (ours → Polars → DuckDB).
Does not belong here: which table has which column (``entities``, ``marts``).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from jingcang.contracts.files import CONTRACTS_ROOT, Strict, parse_model, read_yaml, wrong

CLASSES = ("public", "internal", "personal", "sensitive")
"""Confidentiality classes, from open to closed."""

_SIMPLE: dict[str, tuple[pl.DataType, str]] = {
    "string": (pl.String(), "VARCHAR"),
    "integer": (pl.Int64(), "BIGINT"),
    "boolean": (pl.Boolean(), "BOOLEAN"),
    "date": (pl.Date(), "DATE"),
    "timestamp": (pl.Datetime("us", "UTC"), "TIMESTAMP WITH TIME ZONE"),
}
_DECIMAL = re.compile(r"^decimal\((\d{1,2}),(\d{1,2})\)$")

LINEAGE: dict[str, str] = {
    "_source_system": "string",
    "_source_table": "string",
    "_source_key": "string",
    "_source_version": "string",
    "_source_batch_id": "string",
    "_source_file": "string",
    "_source_line": "integer",
    "_row_hash": "string",
}
"""Columns that every accepted row carries beside its entity's own, with their types."""


def polars_type(name: str) -> pl.DataType:
    """Return the Polars type of a field type (string, integer, boolean, date, timestamp, decimal(p,s))."""
    if name in _SIMPLE:
        return _SIMPLE[name][0]
    match = _DECIMAL.match(name)
    if match is None:
        raise ValueError(f"unknown field type {name}")
    return pl.Decimal(int(match[1]), int(match[2]))


def duckdb_type(name: str) -> str:
    """Return the DuckDB type of a field type, spelt as DuckDB's catalogue spells it."""
    if name in _SIMPLE:
        return _SIMPLE[name][1]
    if _DECIMAL.match(name) is None:
        raise ValueError(f"unknown field type {name}")
    return name.upper()


class _FieldSpec(Strict):
    type: str
    unit: str
    # A declaration key named `class` needs an alias in Python.
    class_: Literal["public", "internal", "personal", "sensitive"]
    name_zh: str
    description_zh: str
    dictionary: str | None = None
    mask: str | None = None


@dataclass(frozen=True)
class Field:
    """One column of the warehouse.

    Args:
        name: the column name, the same everywhere the same quantity appears.
        type: string, integer, boolean, date, timestamp or decimal(p,s).
        unit: the unit in Chinese, ``-`` where there is none.
        class_: confidentiality class, one of :data:`CLASSES`.
        name_zh: Chinese name.
        description_zh: Chinese description.
        dictionary: the dictionary whose codes the column holds, if any.
        mask: name of the mask shown to roles without the class, if it differs from the class's own.
    """

    name: str
    type: str
    unit: str
    class_: str
    name_zh: str
    description_zh: str
    dictionary: str | None = None
    mask: str | None = None

    @property
    def polars_type(self) -> pl.DataType:
        return polars_type(self.type)

    @property
    def duckdb_type(self) -> str:
        return duckdb_type(self.type)


def load_fields(path: Path = CONTRACTS_ROOT / "fields.yaml") -> dict[str, Field]:
    """Return every field by name.

    Raises:
        JingcangError: naming file and key, for anything the file says wrongly.
    """
    return _load(path, path.stat().st_mtime_ns if path.is_file() else 0)


@functools.lru_cache(maxsize=8)
def _load(path: Path, _changed: int) -> dict[str, Field]:
    data = read_yaml(path)
    fields: dict[str, Field] = {}
    for name, raw in (data or {}).items():
        if not isinstance(raw, dict):
            raise wrong(path, str(name), "此处应为键值表")
        if "class_" in raw:
            raise wrong(path, f"{name}.class_", "不认识的键")
        spec = parse_model(
            path, _FieldSpec, {("class_" if key == "class" else key): raw[key] for key in raw}, str(name)
        )
        try:
            polars_type(spec.type)
        except ValueError as error:
            raise wrong(path, f"{name}.type", "不认识的字段类型") from error
        for key in ("unit", "name_zh", "description_zh"):
            if not getattr(spec, key).strip():
                raise wrong(path, f"{name}.{key}", "不能为空")
        fields[name] = Field(name, **spec.model_dump())
    return fields
