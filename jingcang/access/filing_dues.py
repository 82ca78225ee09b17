"""应归未归: volumes that should be in the archive and are not, by unit and officer, for whoever has to fetch them.

Belongs here: the one way from pages and commands to these lists, with scope and audit. Does not belong here: what is
due (``int_archive_dues``) and how the files look (``jingcang.reports.filing_dues``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from jingcang.access.door import Door
from jingcang.access.identity import Identity
from jingcang.access.query import Query

DUES = Query(
    "应归未归·案卷",
    """
    select distinct unit_no, officer_no, record_kind, record_no, event_date as due_date, evidence
    from {fct_kpi_records}
    where kpi_code = 'archive_due_received' and in_denominator = 1 and in_numerator = 0
        and (len($units) = 0 or list_contains($units, unit_no))
    order by unit_no, officer_no nulls last, due_date, record_no
    """,
    {"units": list},
)

NAMES = Query(
    "应归未归·单位名称",
    "select unit_no, max(unit_name) as unit_name from {dim_unit} group by unit_no order by unit_no",
)


@dataclass(frozen=True)
class DueVolume:
    """One volume that is due and not in the archive.

    Args:
        officer_no: who has to file it, "" where nobody is recorded.
        record_kind: kind of the record it is made of, ``case`` or ``dispute``.
        record_no: its number.
        due_date: last day it could be filed in time.
        overdue_days: days since then, 0 on the day itself.
        evidence: the dates it was decided on.
    """

    officer_no: str
    record_kind: str
    record_no: str
    due_date: dt.date
    overdue_days: int
    evidence: str


@dataclass(frozen=True)
class UnitDues:
    """What one unit has to file, by officer, the longest overdue first.

    Args:
        unit_no, unit_name: the unit; "" and 未登记单位 where none is recorded.
        volumes: at least one.
    """

    unit_no: str
    unit_name: str
    volumes: tuple[DueVolume, ...]

    @property
    def overdue(self) -> int:
        """Volumes whose day is past."""
        return sum(volume.overdue_days > 0 for volume in self.volumes)


def filing_dues(door: Door, identity: Identity, units: Sequence[str] = ()) -> list[UnitDues]:
    """Return what is due and not filed, a unit each, in the order of unit numbers.

    Args:
        units: unit numbers; everything in the reader's scope without.

    Raises:
        Forbidden: the role may not read the records.
        NoGeneration: nothing has been published.
    """
    generation = door.generation()
    as_of = generation.as_of or dt.date.fromisoformat(generation.published_at[:10])
    names = dict(door.run(NAMES, identity).rows())
    found: dict[str, list[DueVolume]] = {}
    for row in door.run(DUES, identity, units=list(units)).to_dicts():
        found.setdefault(row["unit_no"] or "", []).append(
            DueVolume(
                row["officer_no"] or "", row["record_kind"], row["record_no"], row["due_date"],
                max((as_of - row["due_date"]).days, 0), row["evidence"],
            )
        )  # fmt: skip
    return [
        UnitDues(unit, (names.get(unit) or f"单位 {unit}") if unit else "未登记单位", tuple(volumes))
        for unit, volumes in sorted(found.items())
    ]


def record_export(door: Door, identity: Identity, kind: str, dues: Sequence[UnitDues]) -> None:
    """Write the export of lists to the audit trail; if it cannot be written, there is no export.

    Args:
        kind: form of the file, ``xlsx`` or ``json``.
        dues: what leaves.
    """
    rows = sum(len(one.volumes) for one in dues)
    title = f"应归未归：{'、'.join(one.unit_name for one in dues)}"[:80]
    door.record(identity, "export", "filing_dues", kind=kind, rows=rows, title=title)
