"""The source contracts as plain dictionaries: what each simulated table promises.

Belongs here: reading the YAML files of ``data_contracts/sources`` without the product's compiler, so that a
clause the compiler loses is still planted and therefore missed by a test.
Does not belong here: evaluating rules.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SOURCES = Path(__file__).resolve().parents[2] / "data_contracts" / "sources"


@dataclass(frozen=True)
class Contract:
    """One table's contract.

    Args:
        table: ``system.table``.
        properties: ODCS properties by column name, in order.
        key: key columns in order.
        watermark: the version column or None.
        rules: the named rules with their ``implementation``.
        settings: custom properties.
    """

    table: str
    properties: dict[str, dict[str, Any]]
    key: tuple[str, ...]
    watermark: str | None
    rules: tuple[dict[str, Any], ...]
    settings: dict[str, Any]

    @property
    def columns(self) -> list[str]:
        return list(self.properties)

    def format(self, column: str) -> str:
        """Return the first declared format of a date or time column."""
        declared = self.properties[column].get("logicalTypeOptions", {}).get("format")
        first = declared[0] if isinstance(declared, list) else declared
        return str(first)


@functools.cache
def load_all() -> dict[str, Contract]:
    """Return every source contract of the demo by ``system.table``."""
    contracts = {}
    for path in sorted(SOURCES.glob("*/*.odcs.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        schema = document["schema"][0]
        settings = {item["property"]: item["value"] for item in schema["customProperties"]}
        keyed = [p for p in schema["properties"] if p.get("primaryKey")]
        keyed.sort(key=lambda p: p["primaryKeyPosition"])
        contracts[document["id"]] = Contract(
            document["id"],
            {p["name"]: p for p in schema["properties"]},
            tuple(p["name"] for p in keyed),
            settings.get("watermark"),
            tuple(schema.get("quality", [])),
            settings,
        )
    return contracts
