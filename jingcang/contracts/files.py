"""Reading declaration files strictly: every error names the file and the key.

Belongs here: YAML, ODCS and pydantic reading with errors worded for the person who wrote the file.
Does not belong here: what a declaration means (the other modules of this package).

ODCS files are parsed with the ``open-data-contract-standard`` package. That package ignores unknown keys
below the top level; :func:`read_contract` refuses them, because a misspelt clause would silently not
be checked. Two shorthands are accepted and expanded before parsing: a plain string in ``synonyms`` and
a plain value in ``enum``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from jingcang.errors import JingcangError

CONTRACTS_ROOT = Path(__file__).resolve().parents[2] / "data_contracts"
"""The ``data_contracts`` folder of this installation."""

Model = TypeVar("Model", bound=pydantic.BaseModel)


class Strict(pydantic.BaseModel):
    """Base of every declaration model: frozen, and an unknown key is an error."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _UniqueKeyLoader(yaml.CSafeLoader):
    """A YAML loader that refuses a key given twice (plain YAML keeps the last one silently)."""


def _unique_mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key}", key_node.start_mark)
        seen.add(key)
    return yaml.CSafeLoader.construct_mapping(loader, node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def shown(path: Path) -> str:
    """Return ``path`` as it is shown in errors: from ``data_contracts`` on, else the last three parts."""
    parts = path.parts
    if "data_contracts" in parts:
        return "/".join(parts[parts.index("data_contracts") :])
    return "/".join(parts[-3:])


def wrong(path: Path, key: str, what: str, remedy: str = "") -> JingcangError:
    """Return the error for one wrong key of one file."""
    return JingcangError(
        what,
        where=f"{shown(path)}，键 {key}" if key else shown(path),
        remedy=remedy or "改正该文件后重新运行",
    )


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file.

    Raises:
        JingcangError: the file is missing, is not YAML, or gives a key twice.
    """
    if not path.is_file():
        raise JingcangError("声明文件不存在", where=shown(path), remedy="补上该文件，或改正引用它的地方")
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"，第 {mark.line + 1} 行" if mark else ""
        problem = getattr(error, "problem", None) or "不是 UTF-8 文本"
        raise JingcangError(
            f"声明文件不是合法的 YAML（{problem}）", where=f"{shown(path)}{line}", remedy="改正该行"
        ) from error


def read_model(path: Path, model: type[Model]) -> Model:
    """Return a YAML file as ``model``; an unknown, missing or mistyped key is an error naming it."""
    return parse_model(path, model, read_yaml(path))


def parse_model(path: Path, model: type[Model], data: Any, key: str = "") -> Model:
    """Return ``data`` (the part of ``path`` below ``key``) as ``model``."""
    if not isinstance(data, dict):
        raise wrong(path, key, "此处应为键值表")
    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        location = ".".join([key, *(str(part) for part in first["loc"])]).strip(".")
        raise wrong(path, location, _chinese(first["type"], first["msg"])) from error


def _chinese(kind: str, message: str) -> str:
    words = {"extra_forbidden": "不认识的键", "missing": "缺少必填的键"}
    return words.get(kind, f"键的值不符合要求（{message}）")


def _expand_shorthands(data: Any) -> None:
    for schema in data.get("schema") or []:
        for prop in schema.get("properties") or []:
            if isinstance(prop.get("synonyms"), list):
                prop["synonyms"] = [
                    {"synonym": item} if isinstance(item, str) else item for item in prop["synonyms"]
                ]
            if isinstance(prop.get("enum"), list):
                prop["enum"] = [item if isinstance(item, dict) else {"value": item} for item in prop["enum"]]


def _refuse_unknown(path: Path, raw: Any, parsed: Any, key: str) -> None:
    if isinstance(parsed, pydantic.BaseModel) and isinstance(raw, dict):
        known = {field.alias or name: name for name, field in type(parsed).model_fields.items()}
        for name, value in raw.items():
            if name not in known:
                raise wrong(path, f"{key}.{name}".strip("."), "不认识的键")
            _refuse_unknown(path, value, getattr(parsed, known[name]), f"{key}.{name}".strip("."))
    elif isinstance(parsed, list) and isinstance(raw, list):
        for index, (raw_item, item) in enumerate(zip(raw, parsed, strict=True)):
            label = raw_item.get("name", index) if isinstance(raw_item, dict) else index
            _refuse_unknown(path, raw_item, item, f"{key}[{label}]")


def read_contract(path: Path) -> OpenDataContractStandard:
    """Return an ODCS contract with exactly one table.

    Raises:
        JingcangError: not YAML, not ODCS, an unknown key at any depth, or not exactly one ``schema``.
    """
    data = read_yaml(path)
    if not isinstance(data, dict):
        raise wrong(path, "", "合同文件应为键值表")
    try:
        _expand_shorthands(data)
        contract = OpenDataContractStandard.model_validate(data)
    except (pydantic.ValidationError, AttributeError, TypeError) as error:
        if isinstance(error, pydantic.ValidationError):
            first = error.errors()[0]
            location = ".".join(str(part) for part in first["loc"])
            raise wrong(path, location, _chinese(first["type"], first["msg"])) from error
        raise wrong(path, "schema", "schema 与 properties 应为列表，每项为键值表") from error
    _refuse_unknown(path, data, contract, "")
    if not contract.schema_ or len(contract.schema_) != 1:
        raise wrong(path, "schema", "一个合同文件须恰好声明一张表")
    return contract


def fingerprint(paths: Iterable[Path]) -> str:
    """Return the lower-hex SHA-256 over the names and bytes of ``paths``, order-free."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda item: (item.name, str(item))):
        digest.update(path.name.encode() + b"\x1f" + path.read_bytes() + b"\x1e")
    return digest.hexdigest()
