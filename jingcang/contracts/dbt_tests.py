"""dbt tests from the contracts of marts and entities: one test a table, generated.

Belongs here: which columns are required and which are the key. Does not belong here: the SQL (the macro
``keeps_its_contract``), nor tests about several tables, which are written by hand beside the generated ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jingcang.contracts.entities import load_entities
from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.contracts.marts import load_marts

FOLDER = Path("dbt_project/tests/contracts")
DAY = "event_date"
"""The day of an entity's row, by which batches tell what they touched."""


def contract_tests(header: str, root: Path = CONTRACTS_ROOT) -> dict[Path, str]:
    """Return path → text of every generated test; tables that promise neither key nor value have none."""
    made = {}
    for mart in load_marts(root).values():
        required = [column.name for column in mart.columns if column.required or column.name in mart.key]
        made[mart_test(mart.name)] = _test(f"ref('{mart.name}')", required, mart.key)
    for entity in load_entities(root).values():
        required = [column.name for column in entity.columns if column.required]
        if required or entity.key:
            day = DAY if DAY in {column.name for column in entity.columns} else None
            made[entity_test(entity.name)] = _test(
                f"source('landed', '{entity.name}')", required, entity.key, day
            )
    return {FOLDER / f"{name}.sql": f"-- {header}\n{text}" for name, text in made.items()}


def mart_test(mart: str) -> str:
    """Return the name of a mart's generated test."""
    return f"{mart}_keeps_its_contract"


def entity_test(entity: str) -> str:
    """Return the name of an entity's generated test."""
    return f"landed_{entity}_keeps_its_contract"


def _test(relation: str, required: Sequence[str], key: Sequence[str], day: str | None = None) -> str:
    dated = f", day='{day}'" if day else ""
    arguments = f"\n    {relation},\n    required={list(required)},\n    key={list(key)}{dated}\n"
    return f"{{{{ keeps_its_contract({arguments}) }}}}\n"
