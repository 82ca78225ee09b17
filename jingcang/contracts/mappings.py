"""Mappings: how one source table becomes rows of canonical entities.

Belongs here: reading ``mappings/<system>__<table>.yaml`` against the contract and the entities.
Does not belong here: what a named transform does (``jingcang.landing.transforms``, which also checks the
names and options of transforms, because this package imports nothing above it).

``where`` is ``{column, in: [...]}`` or ``{column, not_in: [...]}`` with a ``reason``: rows outside it are
mapped nowhere by that mapping, and the reason says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pydantic

from jingcang.contracts.entities import Entity
from jingcang.contracts.files import Strict, parse_model, read_model, wrong
from jingcang.contracts.model import ColumnMapping, Condition, EntityMapping


class _Where(Strict):
    column: str
    in_: list[str | int] | None = pydantic.Field(default=None, alias="in")
    not_in: list[str | int] | None = None
    reason: str


class _Entity(Strict):
    entity: str
    where: dict[str, Any] | None = None
    columns: dict[str, Any]


class _File(Strict):
    table: str
    entities: list[_Entity]


def read_mappings(
    path: Path, qualified: str, columns: set[str], key: tuple[str, ...], entities: Mapping[str, Entity]
) -> tuple[EntityMapping, ...]:
    """Return the mappings of one source table.

    Args:
        path: the mapping file.
        qualified: ``system.table`` the file must name.
        columns: columns of the source contract.
        key: its declared key.
        entities: all canonical entities.

    Raises:
        JingcangError: naming file and key: unknown entity or column, a required column left out, ….
    """
    spec = read_model(path, _File)
    if spec.table != qualified:
        raise wrong(path, "table", f"应为 {qualified}")
    if not spec.entities:
        raise wrong(path, "entities", "没有映射到任何实体")
    return tuple(
        _entity_mapping(path, f"entities[{item.entity}]", item, columns, entities) for item in spec.entities
    )


def _entity_mapping(
    path: Path, label: str, spec: _Entity, columns: set[str], entities: Mapping[str, Entity]
) -> EntityMapping:
    if spec.entity not in entities:
        raise wrong(path, f"{label}.entity", f"没有实体 {spec.entity}")
    entity = entities[spec.entity]
    mapped: dict[str, ColumnMapping] = {}
    for name, raw in spec.columns.items():
        where = f"{label}.columns.{name}"
        if name not in entity.column_names:
            raise wrong(path, where, f"实体 {entity.name} 没有这一列")
        mapped[name] = _column_mapping(path, where, raw, columns)
    for column in entity.columns:
        if column.required and column.name not in mapped:
            raise wrong(path, f"{label}.columns.{column.name}", "实体的必填列没有映射")
    return EntityMapping(entity.name, _condition(path, label, spec.where, columns), mapped, path)


def _condition(path: Path, label: str, raw: dict[str, Any] | None, columns: set[str]) -> Condition | None:
    if raw is None:
        return None
    where = parse_model(path, _Where, raw, f"{label}.where")
    if where.column not in columns:
        raise wrong(path, f"{label}.where.column", f"合同中没有列 {where.column}")
    if (where.in_ is None) == (where.not_in is None):
        raise wrong(path, f"{label}.where.in", "in 与 not_in 须恰好写一个")
    values = tuple(str(value) for value in (where.in_ if where.in_ is not None else where.not_in) or [])
    return Condition(where.column, values, where.not_in is not None, where.reason)


def _column_mapping(path: Path, label: str, raw: Any, columns: set[str]) -> ColumnMapping:
    if isinstance(raw, str):
        raw = {"from": raw}
    if not isinstance(raw, dict) or not raw:
        raise wrong(path, label, "应为源列名，或带 from、transform 或 value 的键值表")
    options = dict(raw)
    if "value" in options:
        if len(options) != 1:
            raise wrong(path, label, "value 不能与其他键并用")
        return ColumnMapping((), "value", {}, options["value"])
    given = options.pop("from", ())
    names = (given,) if isinstance(given, str) else tuple(given)
    for name in names:
        if name not in columns:
            raise wrong(path, f"{label}.from", f"合同中没有列 {name}")
    transform = options.pop("transform", "text" if names else None)
    if not isinstance(transform, str):
        raise wrong(path, f"{label}.transform", "缺少变换名")
    return ColumnMapping(names, transform, options)
