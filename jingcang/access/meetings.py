"""Logging and reviewing what meetings decided, and which decisions a reader sees.

Belongs here: the one way from pages to the log, with the right, the scope and the audit. Does not belong here: keeping
it (``jingcang.workbench.meeting_decisions``) and the figures (``metrics``).
"""

from __future__ import annotations

from datetime import date

from jingcang.access.door import Door
from jingcang.access.identity import Identity
from jingcang.access.own_units import is_within, own_unit
from jingcang.access.statements import Kind, require
from jingcang.workbench import Workbench
from jingcang.workbench.meeting_decisions import DecisionBook, Figure, MeetingDecision

KIND = Kind("decision", "条会议决定", "本所的由所领导复核，分局的由分局领导复核")


def logged_decisions(door: Door, identity: Identity, workbench: Workbench) -> list[MeetingDecision]:
    """Return the latest version of each decision of the reader's units, the earliest review date first."""
    latest = DecisionBook(workbench).latest().values()
    seen = [item for item in latest if is_within(door, identity, item.unit_no)]
    return sorted(seen, key=lambda item: (item.review_date, item.decision_no))


def log_decision(
    door: Door, identity: Identity, workbench: Workbench, text: str, figure: Figure, *, owner: str, review_date: date,
    as_of: date, reason: str, generation: str,
) -> int:  # fmt: skip
    """Keep a decision and return its number.

    Args:
        text, figure, owner, review_date, as_of: see
            :meth:`~jingcang.workbench.meeting_decisions.DecisionBook.log`.
        reason: why.
        generation: published data seen.

    Raises:
        Forbidden: no leader; recorded.
        JingcangError: the store refuses, or the audit cannot be written.
    """
    require(door, identity, KIND, DecisionBook(workbench))
    door.record(
        identity, "decision_logged", figure.metric_code, review=review_date.isoformat(), generation=generation
    )
    return DecisionBook(workbench).log(
        text, figure, owner=owner, review_date=review_date, as_of=as_of, unit_no=own_unit(identity), reason=reason,
        by=identity.user_id, generation=generation,
    )  # fmt: skip


def review_decision(
    door: Door, identity: Identity, workbench: Workbench, number: int, verdict: str, *, now: Figure | None,
    next_date: date, as_of: date, seen_version: int, reason: str, generation: str,
) -> int:  # fmt: skip
    """Keep what a review found and return the decision's number.

    Args:
        number, verdict, now, next_date, as_of, seen_version: see
            :meth:`~jingcang.workbench.meeting_decisions.DecisionBook.review`.
        reason: why.
        generation: published data seen.

    Raises:
        Forbidden: no leader, or the decision is not one of the person's units; told alike and recorded.
        JingcangError: the store refuses (stale version, reviewed already), or the audit cannot be written.
    """
    require(door, identity, KIND, DecisionBook(workbench), number)
    door.record(identity, f"decision_{verdict}", str(number), version=seen_version + 1, generation=generation)
    return DecisionBook(workbench).review(
        number, verdict, now=now, next_date=next_date, as_of=as_of, seen_version=seen_version, reason=reason,
        by=identity.user_id, generation=generation,
    )  # fmt: skip
