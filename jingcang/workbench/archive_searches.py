"""The log of searches for archive files: who, when, why and whether anything was found.

Belongs here: keeping it, append only. Does not belong here: searching and who may (``jingcang.access.archive_search``).
What was searched for is not kept: it may be a person's name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from jingcang.errors import JingcangError
from jingcang.workbench import tables
from jingcang.workbench.entitled import LEADERS, entitled_role
from jingcang.workbench.store import Workbench

SEARCHERS = ("officer", *LEADERS)
"""Roles whose searches for archive files are registered."""


@dataclass(frozen=True)
class RegisteredSearch:
    """One search.

    Args:
        search_no: its number.
        unit_no, officer_no: of the searcher; None for an account of all units, or of no officer.
        purpose_code: code of the dictionary ``archive_use_purpose``.
        linked_no: number of the case it was for, None without.
        query_kinds: what was filled in, keys joined by commas.
        hit_count: files found that the searcher may see or be told of.
        user_id, role, generation, searched_at: who, on which published data, when.
    """

    search_no: int
    unit_no: str | None
    officer_no: str | None
    purpose_code: str
    linked_no: str | None
    query_kinds: str
    hit_count: int
    user_id: str
    role: str
    generation: str
    searched_at: dt.datetime


class SearchLog:
    """Writes and reads the log.

    Args:
        workbench: the operational store.
        now: the clock; tests give their own.
    """

    def __init__(
        self, workbench: Workbench, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        self._workbench, self._now = workbench, now

    def register(
        self, *, unit_no: str | None, officer_no: str | None, purpose_code: str, linked_no: str | None,
        query_kinds: str, hit_count: int, by: str, generation: str,
    ) -> int:  # fmt: skip
        """Keep a search and return its number.

        Args:
            unit_no … hit_count: see :class:`RegisteredSearch`.
            by: the account.
            generation: published data searched.

        Raises:
            JingcangError: the account is not in use or may not search.
        """
        role = entitled_role(self._workbench, by, SEARCHERS)
        with self._workbench.write() as connection:
            made = connection.execute(
                tables.archive_searches.insert().values(
                    unit_no=unit_no, officer_no=officer_no, purpose_code=purpose_code, linked_no=linked_no,
                    query_kinds=query_kinds, hit_count=hit_count, user_id=by, role=role, generation=generation,
                    searched_at=self._now(),
                )
            )  # fmt: skip
            key = made.inserted_primary_key
        if key is None:
            raise JingcangError("检索没有登记上", rule="archive_search", remedy="请重新检索")
        return int(key[0])

    def searches(self) -> list[RegisteredSearch]:
        """Return every search, oldest first."""
        query = sa.select(tables.archive_searches).order_by(tables.archive_searches.c.search_no)
        with self._workbench.read() as connection:
            return [RegisteredSearch(**row._mapping) for row in connection.execute(query)]


def landed_rows(searches: Iterable[RegisteredSearch], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the rows to land, each with its local day.

    Args:
        searches: of :meth:`SearchLog.searches`.
        zone: of the deployment.
    """
    return [
        vars(item) | {"event_date": item.searched_at.astimezone(zone).date(), "is_hit": item.hit_count > 0}
        for item in searches
    ]
