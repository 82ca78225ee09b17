"""社区工作: the work done in each place beside what there is to look after.

Belongs here: figures by place. Does not belong here: queries, charts and tables (``community_work``,
``community_checks``, ``community_publicity``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jingcang.statistics.verdicts import RISEN, judge_shares

Rows = Iterable[Mapping[str, Any]]
TOTAL = "合计"
OVERDUE = ("overdue", "never")
"""States of a place whose check is due and not made."""
NOT_RECORDED = "未登记地区"
FEWEST_RESIDENTS = 20
"""Residents below which no rate is given (METHODS 10)."""


@dataclass
class Place:
    """One 责任区 or unit, or all of them.

    Args:
        name: as shown.
        officer_days: days of officers with registered work; an officer counts once a day and 责任区.
        visits, place_checks, base_checks, events: what was registered.
        community_hours, non_police_hours: registered hours; None where no source registers any.
        residents, floating: stand at the end of the last month known.
        key_places: 重点场所 registered on the run's day.
        overdue_places: of them with a check due and not made.
        known_places: of them whose state is known.
        incidents: of the period; None where the number is withheld.
        due_visits, in_time_visits, late_visits, missed_visits: of the visits due in the period.
    """

    name: str
    officer_days: int = 0
    visits: int = 0
    place_checks: int = 0
    base_checks: int = 0
    events: int = 0
    community_hours: float | None = None
    non_police_hours: float | None = None
    residents: int = 0
    floating: int = 0
    key_places: int = 0
    overdue_places: int = 0
    known_places: int = 0
    incidents: int | None = 0
    due_visits: int = 0
    in_time_visits: int = 0
    late_visits: int = 0
    missed_visits: int = 0

    @property
    def judged_visits(self) -> int:
        """Visits due of which it is known whether they were made in time."""
        return self.in_time_visits + self.late_visits + self.missed_visits

    @property
    def is_untouched(self) -> bool:
        """Whether people live here and no work was registered."""
        return not self.officer_days and self.residents >= FEWEST_RESIDENTS


def build(
    names: Mapping[str, str],
    column: str,
    *,
    work: Rows,
    people: Rows,
    places: Rows,
    visits: Rows,
    incidents: Mapping[str, int] | None,
) -> tuple[dict[str, Place], Place]:
    """Return the figures by place in the order of the numbers, those without a place last, and of all together.

    Args:
        names: place number → name, of every place looked at.
        column: ``area_no`` or ``unit_no``.
        work, people, places, visits: rows of the queries of these names.
        incidents: place number → incidents of the period, "" without a place; None where withheld.
    """
    found = {number: Place(name) for number, name in names.items()}
    total = Place(TOTAL)

    def both(number: str | None) -> tuple[Place, Place]:
        key = number or ""
        return found.setdefault(key, Place(f"代码 {key}" if key else NOT_RECORDED)), total

    for row in work:
        for place in both(row[column]):
            place.officer_days += row["officer_day_count"]
            place.visits += row["home_visit_count"]
            place.place_checks += row["place_check_count"]
            place.base_checks += row["base_check_count"]
            place.events += row["publicity_count"]
            place.community_hours = add(place.community_hours, row["community_hours"])
            place.non_police_hours = add(place.non_police_hours, row["non_police_hours"])
    for row in people:
        for place in both(row[column]):
            place.residents += row["resident_count"]
            place.floating += row["floating_count"]
    for row in places:
        for place in both(row[column]):
            place.key_places += row["place_count"]
            place.overdue_places += row["place_count"] if row["check_due_code"] in OVERDUE else 0
            place.known_places += row["place_count"] if row["check_due_code"] != "unknown" else 0
    for row in visits:
        for place in both(row[column]):
            place.due_visits += row["due_count"]
            place.in_time_visits += row["in_time_count"]
            place.late_visits += row["late_count"]
            place.missed_visits += row["missed_count"]
    for number, count in (incidents or {}).items():
        for place in both(number):
            place.incidents = (place.incidents or 0) + count
    if incidents is None:
        for place in (*found.values(), total):
            place.incidents = None
    return dict(sorted(found.items(), key=lambda item: (not item[0], item[0]))), total


def add(sum_so_far: float | None, more: float | None) -> float | None:
    """Return a sum that stays None as long as nothing is known."""
    return sum_so_far if more is None else (sum_so_far or 0.0) + more


def clearly_higher(parts: Mapping[str, tuple[int, int]]) -> list[str]:
    """Return the names whose share is clearly above that of all the others, in the order given.

    Args:
        parts: name → hits and records.
    """
    hits, records = (sum(part[index] for part in parts.values()) for index in (0, 1))
    verdicts = judge_shares([(hit, n, hits - hit, records - n) for hit, n in parts.values()])
    return [name for name, verdict in zip(parts, verdicts, strict=True) if verdict.words == RISEN]
