"""Declaring 专项行动, and which declared ones a reader sees.

Belongs here: the one way from pages to these declarations, with the right, the scope and the audit. Does not belong
here: keeping them (``jingcang.workbench.operations``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from jingcang.access.door import Door
from jingcang.access.identity import Identity
from jingcang.access.own_units import is_within, own_unit
from jingcang.access.query import Query
from jingcang.access.statements import Kind, refuse, require
from jingcang.workbench import Workbench
from jingcang.workbench.operations import Operation, OperationBook, Place

KIND = Kind("operation", "项专项行动", "本所的由所领导登记和修改，跨所的由分局领导登记")
AREA = Query(
    "专项行动·责任区",
    "select distinct area_no from {dim_area} where area_no = $area_no and unit_no = $unit_no",
    {"area_no": str, "unit_no": str},
)


def declared_operations(door: Door, identity: Identity, workbench: Workbench) -> list[Operation]:
    """Return the latest version of each declared operation with a place in the reader's scope, newest first."""
    latest = OperationBook(workbench).latest().values()
    seen = [item for item in latest if any(is_within(door, identity, unit) for unit, _ in item.place_pairs())]
    return sorted(seen, key=lambda item: -item.operation_no)


def declare_operation(
    door: Door, identity: Identity, workbench: Workbench, *, name: str, programme_no: str | None,
    class_codes: Sequence[str], places: Sequence[Place], start: date, last: date, reason: str, generation: str,
    number: int | None = None, seen_version: int = 0,
) -> int:  # fmt: skip
    """Keep a declaration and return the number of the operation.

    Args:
        name, programme_no, class_codes, places, start, last, number, seen_version: see
            :meth:`~jingcang.workbench.operations.OperationBook.declare`.
        reason: why.
        generation: published data seen.

    Raises:
        Forbidden: no leader, or a place or the operation is not the person's; told alike and recorded.
        JingcangError: the store refuses (stale version, days, no name or reason), or the audit cannot be written.
    """
    require(door, identity, KIND, OperationBook(workbench), number)
    if not all(_is_own_place(door, identity, place) for place in places):
        refuse(door, identity, KIND, number)
    door.record(
        identity, "operation_declared", str(number or "new"), version=seen_version + 1, generation=generation,
        start=start.isoformat(), last=last.isoformat(), places=len(places),
    )  # fmt: skip
    return OperationBook(workbench).declare(
        name=name, programme_no=programme_no, class_codes=class_codes, places=places, start=start, last=last,
        unit_no=own_unit(identity), reason=reason, by=identity.user_id, generation=generation, number=number,
        seen_version=seen_version,
    )  # fmt: skip


def _is_own_place(door: Door, identity: Identity, place: Place) -> bool:
    unit, area = place
    if not is_within(door, identity, unit):
        return False
    return not area or not door.run(AREA, identity, area_no=area, unit_no=unit).is_empty()
