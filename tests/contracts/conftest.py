"""A small profile written to a temporary folder, so that each test declares only what it is about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from jingcang.contracts import SourceTable, load_profile

FIELDS = {
    "thing_id": {"type": "string", "unit": "-", "class": "internal", "name_zh": "键", "description_zh": "键"},
    "thing_no": {
        "type": "string",
        "unit": "-",
        "class": "internal",
        "name_zh": "编号",
        "description_zh": "编号",
    },
}
ENTITY = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "entity.things",
    "version": "1.0.0",
    "status": "active",
    "schema": [
        {
            "name": "things",
            "properties": [
                {"name": "thing_id", "required": True, "primaryKey": True},
                {"name": "thing_no"},
            ],
        }
    ],
}


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


class ProfileFolder:
    """Declarations as dictionaries; ``load`` writes them and loads the profile."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "data_contracts"
        self.directory = self.root / "profiles" / "test"
        self.fields: dict[str, Any] = {name: dict(value) for name, value in FIELDS.items()}
        self.entity = yaml.safe_load(yaml.safe_dump(ENTITY))
        self.profile: dict[str, Any] = {
            "name": "test",
            "title_zh": "测试",
            "timezone": "Asia/Shanghai",
            "data": ".",
            "systems": {"case": {"kind": "database", "url": "sqlite:///{data}/case.sqlite"}},
            "tables": ["case.pj"],
        }
        self.contract: dict[str, Any] = {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": "case.pj",
            "version": "1.0.0",
            "status": "active",
            "schema": [
                {
                    "name": "pj",
                    "businessName": "接警单",
                    "properties": [{"name": "BH", "businessName": "编号"}],
                    "quality": [],
                    "customProperties": [{"property": "strategy", "value": "snapshot"}],
                }
            ],
        }
        self.mapping: dict[str, Any] = {
            "table": "case.pj",
            "entities": [
                {"entity": "things", "columns": {"thing_id": {"transform": "record_key"}, "thing_no": "BH"}}
            ],
        }

    @property
    def schema(self) -> dict[str, Any]:
        return self.contract["schema"][0]

    def write(self) -> None:
        write(self.root / "fields.yaml", self.fields)
        write(self.root / "entities" / "things.odcs.yaml", self.entity)
        write(self.directory / "profile.yaml", self.profile)
        write(self.directory / "contracts" / "case" / "pj.odcs.yaml", self.contract)
        write(self.directory / "mappings" / "case__pj.yaml", self.mapping)

    def load(self, **arguments: Any) -> Any:
        self.write()
        return load_profile(self.directory, root=self.root, **arguments)


@pytest.fixture
def folder(tmp_path: Path) -> ProfileFolder:
    return ProfileFolder(tmp_path)


@pytest.fixture
def make_table(folder: ProfileFolder) -> Callable[..., SourceTable]:
    """Return a function that declares the table's columns and rules and compiles it."""

    def make(
        properties: list[dict[str, Any]], rules: list[dict[str, Any]] | None = None, **custom: Any
    ) -> SourceTable:
        folder.schema["properties"] = properties
        folder.schema["quality"] = [
            {
                "name": rule["name"],
                "type": "custom",
                "engine": "jingcang",
                "description": "规则",
                "implementation": rule["implementation"],
            }
            for rule in rules or []
        ]
        folder.schema["customProperties"] += [
            {"property": key, "value": value} for key, value in custom.items()
        ]
        folder.mapping["entities"][0]["columns"]["thing_no"] = properties[0]["name"]
        return folder.load().tables[0]

    return make
