"""Declarations as plain facts, for comparing two versions of them.

Belongs here: reading contract files, field lists, profiles, mappings, code seeds and dictionaries of one
version, without judging them against each other: an old version need not fit the new code.
Does not belong here: which change breaks whom (``compare``), and compiling rules (``source_tables``).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import OpenDataContractStandard, SchemaProperty

from jingcang.contracts import formats
from jingcang.contracts.fields import load_fields
from jingcang.contracts.files import read_contract, read_yaml, wrong

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class DeclaredTable:
    """One declared table (or list of fields or codes) as comparable facts.

    Args:
        name: ``case.pj_jjdb``, ``entity.incidents``, ``mart.fct_incidents``, ``fields``, ``codes.<profile>``,
            ``profile.<name>``, ``mapping.<system>.<table>``, ``metric.<code>`` or ``dictionary.<name>``.
        kind: source, entity, mart, fields, codes, profile, mapping, metric or dictionary.
        facts: what is said of the whole table.
        columns: column (or field, or code) → what is said of it, in the order of the file.
        rules: name of a rule → what it asks.
        sla: property and element of a service level → number of its base unit.
    """

    name: str
    kind: str
    facts: Facts = field(default_factory=dict)
    columns: Mapping[str, Facts] = field(default_factory=dict)
    rules: Mapping[str, Facts] = field(default_factory=dict)
    sla: Mapping[str, Any] = field(default_factory=dict)


def read_declared(path: Path) -> dict[str, DeclaredTable]:
    """Return every declaration of a file or of a folder (searched through) by name.

    Raises:
        JingcangError: the path holds no declaration, or a file is not readable as what its name says.
    """
    files = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else [path]
    found: dict[str, DeclaredTable] = {}
    for file in files:
        for table in _read(file):
            if table.name in found:
                raise wrong(file, table.name, "同一份声明出现了两次", "一次只比较一个文件夹或一个方案")
            found[table.name] = table
    if not found:
        raise wrong(path, "", "这里没有合同", "给出合同文件、合同文件夹或方案文件夹")
    return found


def _read(path: Path) -> list[DeclaredTable]:
    if path.name.endswith(".odcs.yaml"):
        return [_contract(path)]
    if path.name == "fields.yaml":
        return [_fields(path)]
    if path.name == "profile.yaml":
        return [_profile(path)]
    if path.suffix == ".yaml" and path.parent.name == "metrics":
        return [_metric(path)]
    if path.suffix == ".yaml" and path.parent.name == "mappings":
        return [_mapping(path)]
    if path.suffix == ".csv" and path.parent.name == "mapping_seeds":
        return [_codes(path)]
    if path.suffix == ".csv" and path.name.startswith("dictionary_"):
        return _dictionaries(path)
    return []


def _contract(path: Path) -> DeclaredTable:
    contract = read_contract(path)
    schema = (contract.schema_ or [])[0]
    name = str(contract.id or path.name.removesuffix(".odcs.yaml"))
    kind = {"entity": "entity", "mart": "mart"}.get(name.split(".")[0], "source")
    properties = schema.properties or []
    keys = sorted((p for p in properties if p.primaryKey), key=lambda p: p.primaryKeyPosition or 0)
    facts: dict[str, Any] = {
        "key": tuple(str(p.name) for p in keys),
        "grain": schema.dataGranularityDescription or "",
        "title": schema.businessName or "",
        "physical_name": schema.physicalName or schema.name or "",
        "description": (contract.description.purpose if contract.description else None)
        or schema.description
        or "",
        "version": contract.version or "",
        "status": contract.status or "",
    }
    facts |= {f"custom.{item.property}": item.value for item in schema.customProperties or []}
    columns = {str(p.name): _column(p, number) for number, p in enumerate(properties)}
    rules: dict[str, Facts] = {}
    for column, quality in [
        *((None, q) for q in schema.quality or []),
        *((p.name, q) for p in properties for q in p.quality or []),
    ]:
        asked = quality.implementation if isinstance(quality.implementation, dict) else {}
        rules[str(quality.name)] = {
            "severity": quality.severity,
            "description": quality.description or "",
            "dimension": quality.dimension,
            "asks": asked,
            "columns": _rule_columns(asked, column, columns),
        }
    return DeclaredTable(name, kind, facts, columns, rules, _sla(path, contract))


def _column(prop: SchemaProperty, position: int) -> dict[str, Any]:
    options = dict(prop.logicalTypeOptions or {})
    logical = prop.logicalType or "string"
    given = options.pop("format", None) or formats.DEFAULT_FORMATS.get(logical, ())
    custom = {item.property: item.value for item in prop.customProperties or []}
    return {
        "type": logical,
        "required": bool(prop.required or prop.primaryKey),
        "unique": bool(prop.unique),
        "formats": (given,) if isinstance(given, str) else tuple(given),
        "enum": {str(item.value): item.description or "" for item in prop.enum} if prop.enum else None,
        "classification": prop.classification or "internal",
        "synonyms": tuple(item.synonym or "" for item in prop.synonyms or []),
        "title": prop.businessName or "",
        "description": prop.description or "",
        "physical": prop.physicalType or "",
        "normalise": custom.get("normalise"),
        "position": position,
        **{f"option.{key}": value for key, value in options.items()},
    }


def _rule_columns(asked: Any, own: str | None, columns: Mapping[str, Any]) -> tuple[str, ...]:
    words: list[str] = [own] if own else []
    for value in (asked or {}).values():
        words += [str(item) for item in (value if isinstance(value, list) else [value])]
    text = str(asked.get("sql", "")) if asked else ""
    words += [name for name in columns if f'"{name}"' in text]
    return tuple(dict.fromkeys(word for word in words if word in columns))


HOURS = {"h": 1, "hour": 1, "hours": 1, "d": 24, "day": 24, "days": 24, "w": 168, "m": 720, "y": 8760}


def _sla(path: Path, contract: OpenDataContractStandard) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in contract.slaProperties or []:
        label = f"slaProperties[{item.property}]"
        if item.unit is not None and item.unit not in HOURS and item.unit != "%":
            raise wrong(path, f"{label}.unit", f"只能是 {'、'.join(HOURS)} 或 %")
        value = item.value
        if isinstance(value, int | float) and item.unit in HOURS:
            value = value * HOURS[item.unit]
        found[f"{item.property}:{item.element or ''}"] = value
    return found


def _fields(path: Path) -> DeclaredTable:
    columns = {
        name: {
            "type": item.type,
            "unit": item.unit,
            "classification": item.class_,
            "title": item.name_zh,
            "description": item.description_zh,
            "dictionary": item.dictionary,
            "mask": item.mask,
        }
        for name, item in load_fields(path).items()
    }
    return DeclaredTable("fields", "fields", {}, columns)


def _metric(path: Path) -> DeclaredTable:
    data = dict(read_yaml(path) or {})
    versions = list(data.pop("versions", None) or [])
    unmapped = dict(data.pop("unmapped", None) or {})
    facts = {
        "title": f"{data.pop('name_zh', '')} {data.pop('choice_zh', '')}".strip(),
        "description": (
            data.pop("population_zh", ""), data.pop("direction_zh", ""), data.pop("owner", ""), data.pop("decimals", 0),
            [(version.pop("definition_zh", ""), version.pop("reason_zh", "")) for version in versions],
        ),
        "unit": data.pop("unit", ""),
        "limit": unmapped.pop("limit_permille", 1000),
        "counts": {**data, "unmapped": unmapped, "versions": versions},
        "key": (),
    }  # fmt: skip
    return DeclaredTable(f"metric.{path.stem}", "metric", facts)


def _profile(path: Path) -> DeclaredTable:
    data = dict(read_yaml(path) or {})
    name = f"profile.{data.get('name', path.parent.name)}"
    facts = {key: value for key, value in data.items() if key not in ("systems", "tables", "settings")}
    columns: dict[str, Facts] = {str(table): {} for table in data.get("tables") or []}
    return DeclaredTable(name, "profile", facts, columns)


def _mapping(path: Path) -> DeclaredTable:
    data = read_yaml(path) or {}
    columns: dict[str, Facts] = {}
    facts: dict[str, Any] = {}
    for item in data.get("entities") or []:
        facts[f"where.{item['entity']}"] = item.get("where")
        for column, made in (item.get("columns") or {}).items():
            columns[f"{item['entity']}.{column}"] = {
                "made": {"from": made} if isinstance(made, str) else made
            }
    return DeclaredTable(f"mapping.{data.get('table')}", "mapping", facts, columns)


def _rows(path: Path, wanted: tuple[str, ...]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for name in wanted:
            if name not in (reader.fieldnames or ()):
                raise wrong(path, "第 1 行", f"缺少列 {name}")
        return [{key: value or "" for key, value in row.items() if key is not None} for row in reader]


def _codes(path: Path) -> DeclaredTable:
    wanted = ("source_system", "field_name", "source_value", "dictionary", "code", "outcome", "valid_from")
    columns = {
        f"{row['field_name']}={row['source_value']}@{row['source_system']}/{row['valid_from']}": {
            "meaning": (row["dictionary"], row["code"], row["outcome"]),
            "valid_to": row.get("valid_to", ""),
            "field": row["field_name"],
        }
        for row in _rows(path, wanted)
    }
    return DeclaredTable(f"codes.{_profile_name(path.parent.parent)}.{path.stem}", "codes", {}, columns)


def _profile_name(folder: Path) -> str:
    """Return the name a profile gives itself: a checkout of it may lie in a folder of any name."""
    declared = folder / "profile.yaml"
    said = read_yaml(declared) if declared.is_file() else None
    return str((said or {}).get("name", folder.name))


def _dictionaries(path: Path) -> list[DeclaredTable]:
    found: dict[str, dict[str, Facts]] = {}
    for row in _rows(path, ("dictionary", "code", "parent_code", "name_zh", "valid_from")):
        code = f"{row['code']}/{row['valid_from']}"
        meaning = (row["name_zh"], row["parent_code"])
        found.setdefault(row["dictionary"], {})[code] = {
            "meaning": meaning,
            "valid_to": row.get("valid_to", ""),
            "description": row.get("aliases", ""),
        }
    return [DeclaredTable(f"dictionary.{name}", "dictionary", {}, columns) for name, columns in found.items()]
