"""Declaring 专项行动, and which declared ones a reader sees.

Belongs here: the one way from pages to these declarations, with the right, the scope and the audit. Does not belong
here: keeping them (``jingcang.workbench.operations``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.own_units import is_within, own_unit
from jingcang.access.query import Query
from jingcang.workbench import Workbench
from jingcang.workbench.entitled import LEADERS
from jingcang.workbench.operations import Operation, OperationBook, Place

AREA = Query(
    "专项行动·责任区",
    "select distinct area_no from {dim_area} where area_no = $area_no and unit_no = $unit_no",
    {"area_no": str, "unit_no": str},
)


def may_declare(identity: Identity) -> bool:
    """Return whether the role declares operations: leaders, in their units."""
    return identity.role in LEADERS


def may_change(door: Door, identity: Identity, operation: Operation) -> bool:
    """Return whether a person may change an operation: leaders within whose scope it was declared."""
    return may_declare(identity) and is_within(door, identity, operation.unit_no)


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
    known = OperationBook(workbench).latest().get(number) if number is not None else None
    is_allowed = (
        may_declare(identity)
        and (known is None or may_change(door, identity, known))
        and all(_is_own_place(door, identity, place) for place in places)
    )
    if not is_allowed:
        _refuse(door, identity, str(number or "new"))
    door.record(
        identity, "operation_declared", str(number or "new"), version=seen_version + 1, generation=generation,
        start=start.isoformat(), last=last.isoformat(), places=len(places),
    )  # fmt: skip
    return OperationBook(workbench).declare(
        name=name, programme_no=programme_no, class_codes=class_codes, places=places, start=start, last=last,
        unit_no=own_unit(identity), reason=reason, by=identity.user_id, generation=generation, number=number,
        seen_version=seen_version,
    )  # fmt: skip


def withdraw_operation(
    door: Door, identity: Identity, workbench: Workbench, number: int, *, seen_version: int, reason: str,
    generation: str,
) -> int:  # fmt: skip
    """Take an operation back and return its number.

    Raises:
        Forbidden: no leader, or the operation is not the person's; told alike and recorded.
        JingcangError: the store refuses (stale version, no reason), or the audit cannot be written.
    """
    known = OperationBook(workbench).latest().get(number)
    if known is None or not may_change(door, identity, known):
        _refuse(door, identity, str(number))
    door.record(identity, "operation_withdrawn", str(number), version=seen_version + 1, generation=generation)
    return OperationBook(workbench).withdraw(
        number, seen_version=seen_version, reason=reason, by=identity.user_id, generation=generation
    )


def _is_own_place(door: Door, identity: Identity, place: Place) -> bool:
    unit, area = place
    if not is_within(door, identity, unit):
        return False
    return not area or not door.run(AREA, identity, area_no=area, unit_no=unit).is_empty()


def _refuse(door: Door, identity: Identity, number: str) -> None:
    door.record(identity, "operation_denied", number)
    raise Forbidden(
        "没有这项专项行动，或者它不在您的范围内", where=number, rule="operation_scope",
        remedy="本所的由所领导登记和修改，跨所的由分局领导登记",
    )  # fmt: skip
