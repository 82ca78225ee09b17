"""dbt tests from the contracts of marts and entities: one test a table, generated.

Belongs here: the SQL of required columns and of the key. Does not belong here: tests about several tables, which
are written by hand beside the generated ones.
"""

from __future__ import annotations

from pathlib import Path

from jingcang.contracts.entities import load_entities
from jingcang.contracts.files import CONTRACTS_ROOT
from jingcang.contracts.marts import load_marts

FOLDER = Path("dbt_project/tests/contracts")


def contract_tests(header: str, root: Path = CONTRACTS_ROOT) -> dict[Path, str]:
    """Return path → text of every generated test; tables that promise neither key nor value have none."""
    made = {}
    for mart in load_marts(root).values():
        required = [column.name for column in mart.columns if column.required or column.name in mart.key]
        made[mart_test(mart.name)] = _test(f"{{{{ ref('{mart.name}') }}}}", required, mart.key)
    for entity in load_entities(root).values():
        required = [column.name for column in entity.columns if column.required]
        if required or entity.key:
            relation = f"{{{{ source('landed', '{entity.name}') }}}}"
            made[entity_test(entity.name)] = _test(relation, required, entity.key)
    return {FOLDER / f"{name}.sql": f"-- {header}\n{text}" for name, text in made.items()}


def mart_test(mart: str) -> str:
    """Return the name of a mart's generated test."""
    return f"{mart}_keeps_its_contract"


def entity_test(entity: str) -> str:
    """Return the name of an entity's generated test."""
    return f"landed_{entity}_keeps_its_contract"


def _test(relation: str, required: list[str], key: tuple[str, ...]) -> str:
    parts = []
    if required:
        absent = "\n    or ".join(f"{name} is null" for name in required)
        parts.append(f"select 'required' as promise\nfrom {relation}\nwhere\n    {absent}\n")
    if key:
        names = ", ".join(key)
        parts.append(f"select 'key' as promise\nfrom {relation}\ngroup by {names}\nhaving count(*) > 1\n")
    return "union all\n".join(parts)
