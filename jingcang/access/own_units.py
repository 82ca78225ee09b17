"""Whose decision it is: the unit of the person who takes it, and whether a unit lies within somebody's scope.

Belongs here: these two questions, asked alike of every decision that is no row of the warehouse yet. Does not belong
here: the scope of rows, which the door adds to queries.
"""

from __future__ import annotations

from jingcang.access.door import Door
from jingcang.access.identity import ALL_UNITS, Identity


def own_unit(identity: Identity) -> str | None:
    """Return the unit a person decides for, None for a person of all units."""
    return None if ALL_UNITS in identity.unit_nos or not identity.unit_nos else identity.unit_nos[0]


def is_within(door: Door, identity: Identity, unit_no: str | None) -> bool:
    """Return whether a unit is in the person's scope; no unit stands for all of them.

    Raises:
        NoGeneration: nothing has been published.
    """
    scope = door.scope_units(identity)
    return scope is None or (unit_no is not None and unit_no in scope)
