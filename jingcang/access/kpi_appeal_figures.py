"""What the ruling on an appeal does to the figures it touches: as published, and with the ruling.

Belongs here: the figure of the officer and of the unit, before and after. Does not belong here: appeals themselves
(``kpi_appeals``), and the records a landed ruling changes (``dbt_project/models/kpi/fct_kpi_records.sql``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jingcang.access.door import Door
from jingcang.access.identity import Identity
from jingcang.access.query import Query
from jingcang.workbench.kpi_appeals import ADD, COUNT, Appeal

CLAIMED = Query(
    "申诉·所涉记录",
    """
    select kpi_record_id, appeal_no, unit_no, denominator_value, numerator_value
    from {fct_kpi_records}
    where list_contains($keys, kpi_record_id) or list_contains($numbers, cast(appeal_no as varchar))
    """,
    {"keys": list, "numbers": list},
)
CELLS = Query(
    "申诉·所涉的格",
    """
    select kpi_code, unit_no, officer_no, cast(sum(denominator_total) as bigint) as denominator_value,
        cast(sum(numerator_total) as bigint) as numerator_value
    from {rpt_kpi_values}
    where period_start = $period_start and list_contains($kpi_codes, kpi_code)
    group by kpi_code, unit_no, officer_no
    """,
    {"period_start": dt.date, "kpi_codes": list},
)


@dataclass(frozen=True)
class Figure:
    """Numerator and denominator of one KPI; ``None`` as a figure means that there is none."""

    numerator: int
    denominator: int

    def __add__(self, other: Figure) -> Figure:
        return Figure(self.numerator + other.numerator, self.denominator + other.denominator)


@dataclass(frozen=True)
class Recomputed:
    """What the ruling on an appeal does to the figures it touches; of a pending one: what full support would do.

    Args:
        officer, unit: as published now, of the officer and of the record's unit.
        officer_after, unit_after: with the ruling.
        is_in_effect: the published data already hold it.
        is_found: the record is still there; a missing one is always.
    """

    officer: Figure
    unit: Figure
    officer_after: Figure
    unit_after: Figure
    is_in_effect: bool
    is_found: bool


def recomputed(door: Door, identity: Identity, appeals: Sequence[Appeal]) -> dict[int, Recomputed]:
    """Return appeal number → the figures it touches, as published and with the ruling.

    Args:
        appeals: of one assessment period.

    Raises:
        Forbidden: the role may not read KPI records.
    """
    if not appeals:
        return {}
    keys, numbers = [item.kpi_record_id for item in appeals], [str(item.appeal_no) for item in appeals]
    claimed = door.run(CLAIMED, identity, keys=keys, numbers=numbers).to_dicts()
    codes = sorted({item.kpi_code for item in appeals})
    cells = door.run(CELLS, identity, period_start=appeals[0].period_start, kpi_codes=codes).to_dicts()
    found = {}
    for item in appeals:
        own = next((row for row in claimed if row["appeal_no"] == item.appeal_no), None)
        row = own or next((row for row in claimed if row["kpi_record_id"] == item.kpi_record_id), None)
        effect = item.claim_code if item.is_pending else item.effect_code
        moved = Figure(0, 0) if own else _moved(effect, row)
        unit_no = row["unit_no"] if row else item.unit_no
        officer = _total(cells, kpi_code=item.kpi_code, officer_no=item.officer_no)
        unit = _total(cells, kpi_code=item.kpi_code, unit_no=unit_no)
        found[item.appeal_no] = Recomputed(
            officer,
            unit,
            officer + moved,
            unit + moved,
            own is not None,
            row is not None or item.claim_code == ADD,
        )
    return found


def _moved(effect: str | None, row: Mapping[str, Any] | None) -> Figure:
    """Return what an effect adds to numerator and denominator of a record that does not have it yet."""
    if effect == ADD:
        return Figure(1, 1)
    if effect is None or row is None:
        return Figure(0, 0)
    counted = int(effect == COUNT)
    return Figure(counted - int(row["numerator_value"]), counted - int(row["denominator_value"]))


def _total(cells: Sequence[Mapping[str, Any]], **wanted: Any) -> Figure:
    rows = [row for row in cells if all(row[name] == value for name, value in wanted.items())]
    return Figure(sum(row["numerator_value"] for row in rows), sum(row["denominator_value"] for row in rows))
