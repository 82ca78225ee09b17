"""What leaders state in versions (operations, meetings, evaluations): the right, the refusal, taking it back.

Belongs here: what is asked alike of every kind. Does not belong here: what a kind states (``operations``, ``meetings``,
``evaluations``) and keeping it (``jingcang.workbench.versioned``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from jingcang.access.door import Door, Forbidden
from jingcang.access.identity import Identity
from jingcang.access.own_units import is_within
from jingcang.workbench.entitled import LEADERS
from jingcang.workbench.versioned import DeclaredBook, Version, VersionedBook


@dataclass(frozen=True)
class Kind:
    """One kind of statement.

    Args:
        name: begins its actions in the audit trail and names its rule of scope.
        noun: in words, with its measure word.
        remedy: whom to turn to.
    """

    name: str
    noun: str
    remedy: str


def may_state(identity: Identity) -> bool:
    """Return whether the role states such things: leaders, in their units."""
    return identity.role in LEADERS


def may_change(door: Door, identity: Identity, entry: Version) -> bool:
    """Return whether a person may change an entry: leaders within whose scope it was stated."""
    return may_state(identity) and is_within(door, identity, entry.unit_no)


def require(
    door: Door, identity: Identity, kind: Kind, book: VersionedBook[Any], number: int | None = None
) -> None:
    """Pass a person who may state such a thing, or change the one of a number.

    Raises:
        Forbidden: no leader, no such entry, or not the person's; told alike and recorded.
    """
    if not may_state(identity):
        refuse(door, identity, kind, number)
    if number is not None:
        known = book.latest().get(number)
        if known is None or not may_change(door, identity, known):
            refuse(door, identity, kind, number)


def refuse(door: Door, identity: Identity, kind: Kind, number: int | str | None) -> NoReturn:
    """Record a refusal and raise it; what is not there and what is not the person's read alike.

    Raises:
        Forbidden: always.
    """
    told = str(number or "new")
    door.record(identity, f"{kind.name}_denied", told)
    raise Forbidden(
        f"没有这{kind.noun}，或者它不在您的范围内",
        where=told,
        rule=f"{kind.name}_scope",
        remedy=kind.remedy,
    )


def withdraw(
    door: Door, identity: Identity, kind: Kind, book: DeclaredBook[Any], number: int, *, seen_version: int,
    reason: str, generation: str,
) -> int:  # fmt: skip
    """Take an entry back and return its number.

    Args:
        kind, book, number: what is taken back.
        seen_version: version that was seen.
        reason, generation: why, seeing which published data.

    Raises:
        Forbidden: no leader, or the entry is not the person's; told alike and recorded.
        JingcangError: the store refuses (stale version, no reason), or the audit cannot be written.
    """
    require(door, identity, kind, book, number)
    door.record(
        identity, f"{kind.name}_withdrawn", str(number), version=seen_version + 1, generation=generation
    )
    return book.withdraw(
        number, seen_version=seen_version, reason=reason, by=identity.user_id, generation=generation
    )
