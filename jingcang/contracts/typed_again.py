"""KPIs whose evidence would be typed by hand for the assessment though a source already holds it (四多).

Belongs here: refusing such a KPI. Does not belong here: reading source contracts (``source_tables``), KPIs (``kpis``).

A source column that people fill in for the assessment alone says so in its contract: custom property ``held_by`` names
the entity column that already holds the fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jingcang.contracts.entities import Entity
from jingcang.contracts.files import wrong
from jingcang.contracts.kpis import Kpi, load_kpis
from jingcang.contracts.lineage import entity_column, load_lineage
from jingcang.contracts.model import Column, SourceTable


def refuse_typed_again(tables: Sequence[SourceTable], entities: Mapping[str, Entity], root: Path) -> None:
    """Refuse the KPIs that rest on a column typed for the assessment while another source of the profile holds it.

    Evidence is what the KPI declares and what its models are known to read.

    Args:
        tables: all source tables of a profile.
        entities: all canonical entities.
        root: the ``data_contracts`` folder with the KPIs.

    Raises:
        JingcangError: naming KPI, column and the source that holds it; or the contract, for a ``held_by`` that names no
            entity column.
    """
    typed = [(table, column) for table in tables for column in table.columns if column.held_by]
    if not typed:
        return
    kpis = load_kpis(root)
    reads = {code: _reads(kpi) for code, kpi in kpis.items()}
    for table, column in typed:
        held = str(column.held_by)
        entity, _, name = held.partition(".")
        if entity not in entities or name not in entities[entity].column_names:
            key = f"schema.properties[{column.name}].customProperties[held_by]"
            raise wrong(table.contract_path, key, f"没有这个实体列：{held}")
        holders = [f"{other.title_zh} {source}" for other, source in _fed(tables, held) if other is not table]
        if not holders:
            continue
        for made in _becomes(table, column):
            for code in sorted(code for code, read in reads.items() if made in read):
                raise wrong(
                    root / "kpis" / f"{code}.yaml", "evidence",
                    f"{kpis[code].name_zh}以 {made} 为依据，它由人为考核另填（{table.title_zh} {column.name}），"
                    f"而 {held} 已由{'、'.join(holders)}提供",
                    f"改用 {held}，不要让人再填一遍",
                )  # fmt: skip


def _reads(kpi: Kpi) -> frozenset[str]:
    lineage = load_lineage()
    known = lineage.rests_on(lineage.kpis.get(kpi.kpi_code, ()))
    return frozenset(kpi.evidence) | {
        f"{relation.removeprefix('landed.')}.{column}" for relation, column in known if column
    }


def _fed(tables: Sequence[SourceTable], held: str) -> list[tuple[SourceTable, str]]:
    """Return the source tables that fill an entity column, with the names of the columns they fill it from."""
    wanted = entity_column(held)
    return [
        (table, "、".join(rule.from_))
        for table in tables
        for mapping in table.mappings
        for made, rule in mapping.columns.items()
        if (f"landed.{mapping.entity}", made) == wanted and rule.from_
    ]


def _becomes(table: SourceTable, column: Column) -> list[str]:
    return [
        f"{mapping.entity}.{made}"
        for mapping in table.mappings
        for made, rule in mapping.columns.items()
        if column.name in rule.from_
    ]
