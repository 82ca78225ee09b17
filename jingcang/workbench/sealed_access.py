"""Requests to read the sealed records of one case: who asks, for what, who approved it and until when.

Belongs here: what a request is, who may ask and judge, when an approval has run out. Does not belong here: the life
of a proposal (``proposals``), whether the case is in scope and what an approval opens (``jingcang.access``).

An approval opens the records for one person and one case number. It changes no fact and is landed nowhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from jingcang.errors import JingcangError
from jingcang.workbench import tables
from jingcang.workbench.proposals import Declared, ProposalBook

LEADERS = ("leader_station", "leader_bureau")
MOST_DAYS = 30
"""Longest time an approval holds; ours, to be confirmed by the bureau."""


@dataclass(frozen=True)
class SealedAccess(Declared):
    """A request with its latest state.

    Args:
        request_no: its number.
        case_no: the case in hand.
        purpose: a key of :data:`jingcang.access.grounds.PURPOSES`.
        granted_to: account that may read.
        asked_on: day of the request (UTC); the same request can be made again on another day.
        valid_days: days the approval holds from the moment it was given.
    """

    request_no: int
    case_no: str
    purpose: str
    granted_to: str
    asked_on: dt.date
    valid_days: int

    @property
    def expires_at(self) -> dt.datetime | None:
        """Moment the approval runs out; None while there is none."""
        if self.state_code != "approved" or self.decided_at is None:
            return None
        return self.decided_at + dt.timedelta(days=self.valid_days)


class SealedAccessBook(ProposalBook[SealedAccess]):
    """Reads and writes requests."""

    definitions, steps, number = tables.sealed_access_requests, tables.sealed_access_actions, "request_no"
    noun, rule, made = "封存查阅申请", "sealed_access", SealedAccess
    proposers, judges = ("officer", *LEADERS), LEADERS
    another = "另一名所领导或分局领导"

    def ask(
        self, *, case_no: str, purpose: str, valid_days: int, reason: str, by: str, generation: str
    ) -> int:
        """Write a request and return its number.

        Args:
            case_no, purpose, valid_days: see :class:`SealedAccess`; the caller has held the case against the scope.
            reason, by, generation: why, by whom, seeing which published data.

        Raises:
            JingcangError: more or fewer days than allowed, no reason, no right, or the same request waits already.
        """
        if not 1 <= valid_days <= MOST_DAYS:
            raise JingcangError(
                f"查阅期限须在 1 至 {MOST_DAYS} 天之间", rule=self.rule, remedy="请改短期限，到期可再申请"
            )
        definition = {
            "case_no": case_no, "purpose": purpose, "granted_to": by, "asked_on": self._now().date(),
            "valid_days": valid_days,
        }  # fmt: skip
        return self._propose(definition, reason=reason, by=by, generation=generation)

    def granted(self, user_id: str, case_no: str, at: dt.datetime) -> SealedAccess | None:
        """Return the approval in force for a person and a case at a moment, or None."""
        for item in self.declared():
            if (item.granted_to, item.case_no) == (user_id, case_no):
                expires = item.expires_at
                if expires is not None and at < expires:
                    return item
        return None
