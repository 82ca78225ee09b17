"""赋分表 of a profile: what reaching, missing or passing a target of a KPI is worth, fixed before the period.

Belongs here: the tables as declared, what is wrong with them, which holds for a period. Does not belong here: the
points (``jingcang.kpis.scoring``). Points come from targets, never from ranks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pydantic

from jingcang.contracts.files import Strict, parse_model, wrong
from jingcang.contracts.kpis import load_kpis


class ScoredKpi(Strict):
    """One line of a table.

    Args:
        weight: points for reaching the target.
        target: value to be reached, in the KPI's unit.
        deducted_per_unit: points lost for each unit of the KPI (percent point…) on the worse side; never below 0.
        added_per_unit, most_added: points won for each unit on the better side, and how many at most.
    """

    weight: float = pydantic.Field(gt=0)
    target: float = pydantic.Field(ge=0)
    deducted_per_unit: float = pydantic.Field(ge=0)
    added_per_unit: float = pydantic.Field(default=0, ge=0)
    most_added: float = pydantic.Field(default=0, ge=0)


class ScoringTable(Strict):
    """One version.

    Args:
        version: raised with each change.
        valid_from: first day of the first period it holds for.
        signed_by, signed_on: who fixed it and when.
        reason: where targets and weights come from.
        kpis: KPI code → its line.
    """

    version: str = pydantic.Field(min_length=1, max_length=32)
    valid_from: dt.date
    signed_by: str = pydantic.Field(min_length=1)
    signed_on: dt.date
    reason: str = pydantic.Field(min_length=1)
    kpis: dict[str, ScoredKpi] = pydantic.Field(min_length=1)


def read_scoring_tables(path: Path, items: Sequence[dict[str, Any]]) -> tuple[ScoringTable, ...]:
    """Return the tables of a profile, earliest first.

    Args:
        path: ``profile.yaml``, named in errors.
        items: its ``scoring_tables``.

    Raises:
        JingcangError: naming file and key: an unknown KPI or one that has no better side, two tables from the same day.
    """
    declared = load_kpis()
    tables = [
        parse_model(path, ScoringTable, item, f"scoring_tables[{place}]") for place, item in enumerate(items)
    ]
    for table in tables:
        for code in table.kpis:
            key = f"scoring_tables.{table.version}.kpis.{code}"
            if code not in declared:
                raise wrong(path, key, "没有这项指标", "请用 data_contracts/kpis 里的指标代码")
            if declared[code].direction == "none":
                raise wrong(path, key, f"{declared[code].name_zh}没有好坏方向，不能赋分")
    if len({table.valid_from for table in tables}) < len(tables):
        raise wrong(path, "scoring_tables", "两版赋分表不能从同一天起用")
    return tuple(sorted(tables, key=lambda table: table.valid_from))


def table_for(tables: Sequence[ScoringTable], period_start: dt.date) -> tuple[ScoringTable | None, str]:
    """Return the table of a period, else why there is no score.

    A table holds for a period when it is valid from its first day or before and was signed before that day: weights
    chosen after the first figures are known choose the winner.
    """
    if not tables:
        return None, "方案没有赋分表"
    valid = [table for table in tables if table.valid_from <= period_start]
    if not valid:
        return None, f"赋分表最早从 {tables[0].valid_from} 起用，晚于本考核周期开始"
    if valid[-1].signed_on >= period_start:
        return None, f"赋分表第 {valid[-1].version} 版于 {valid[-1].signed_on} 签批，不早于本考核周期开始"
    return valid[-1], ""
