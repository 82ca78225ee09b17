"""One alert per cause: which alarms of a week belong together, and which alert of the weeks before they go on.

Belongs here: the rule. Does not belong here: what an alert is called, how long it stays open and what people decide
about it (``fct_alerts``).

Alarms of one class at nested places, or in several areas of one unit, are one cause, told at the broadest place that
alarms (of areas, the one with the largest excess). An alarm of a first-level class is the cause of one of its classes
when that class alarms in such a place and makes up at least half of its excess. A cause goes on for as long as no four
weeks pass without an alarm of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jingcang.alerts.cells import LEVELS, WEEK, Cell
from jingcang.alerts.evaluate import CUSUM, Signal

EXPIRY_WEEKS = 4
_SEPARATOR = "|"
_HALF = 0.5


@dataclass(frozen=True)
class KnownAlert:
    """An alert raised before.

    Args:
        alert_id: its key.
        cell: class and place it was told at in its last week.
        first_week, last_week: first days of its first and last week.
    """

    alert_id: str
    cell: Cell
    first_week: dt.date
    last_week: dt.date


@dataclass(frozen=True)
class Placed:
    """A signal with its alert.

    Args:
        signal: the alarm.
        alert_id: the alert it belongs to.
        is_headline: the alert is told by this signal in this week.
    """

    signal: Signal
    alert_id: str
    is_headline: bool


def place(signals: Sequence[Signal], known: Iterable[KnownAlert]) -> list[Placed]:
    """Return every signal of one week with its alert.

    Args:
        signals: alarms of one week.
        known: alerts of other weeks, those too old to go on included.

    Returns:
        In the order of ``signals``. An alert that goes on is one of the same class (else of a class above or below) at
        such a place, not more than :data:`EXPIRY_WEEKS` weeks away; of several the one at the same place, then the
        one that alarmed last, then the oldest. A new alert's id is made of its week, class and place.
    """
    waiting = {alert.alert_id: alert for alert in known}
    placed: dict[int, Placed] = {}
    for group in _causes(signals):
        head = signals[group[0]]
        found = _goes_on(head, waiting.values())
        alert_id = found.alert_id if found else _key(head)
        if found:
            del waiting[alert_id]  # another cause of this week is another alert
        for position in group:
            placed[position] = Placed(signals[position], alert_id, position == group[0])
    return [placed[position] for position in range(len(signals))]


def _causes(signals: Sequence[Signal]) -> list[list[int]]:
    """Return groups of positions in ``signals``, the headline first, larger excess first."""
    groups: list[list[int]] = []
    by_breadth = sorted(range(len(signals)), key=lambda at: _rank(signals[at]))
    for at in by_breadth:
        cell = signals[at].cell
        home = next(
            (
                group
                for group in groups
                if (head := signals[group[0]].cell).class_code == cell.class_code
                and head.class_level == cell.class_level
                and (head.scope.holds(cell.scope) or head.scope.is_beside(cell.scope))
            ),
            None,
        )
        if home is None:
            groups.append([at])
        else:
            home.append(at)
    narrow = [group for group in groups if signals[group[0]].cell.class_level == 2]
    for group in [group for group in groups if signals[group[0]].cell.class_level == 1]:
        broad = signals[group[0]]
        explaining = [
            other
            for other in narrow
            if signals[other[0]].cell.level1_code == broad.cell.class_code
            and signals[other[0]].cell.scope.is_near(broad.cell.scope)
            and signals[other[0]].excess >= _HALF * broad.excess
        ]
        if explaining:
            max(explaining, key=lambda other: signals[other[0]].excess).extend(group)
            groups.remove(group)
    return sorted(groups, key=lambda group: -signals[group[0]].excess)


def _rank(signal: Signal) -> tuple[int, bool, float]:
    """Return the order within a cause: the broadest place first, the week's own figure before one added up."""
    return LEVELS.index(signal.cell.scope.level), signal.method == CUSUM, -signal.excess


def _goes_on(head: Signal, known: Iterable[KnownAlert]) -> KnownAlert | None:
    cell = head.cell
    candidates = [
        alert
        for alert in known
        if cell.level1_code == alert.cell.level1_code
        and (cell.class_code == alert.cell.class_code or cell.class_level != alert.cell.class_level)
        and cell.scope.is_near(alert.cell.scope)
        and alert.first_week - EXPIRY_WEEKS * WEEK <= head.week_start <= alert.last_week + EXPIRY_WEEKS * WEEK
    ]
    if not candidates:
        return None
    return min(
        candidates,
        key=lambda alert: (
            alert.cell.class_code != cell.class_code,
            alert.cell.scope != cell.scope,
            -alert.last_week.toordinal(),
            alert.first_week,
            alert.alert_id,
        ),
    )


def _key(head: Signal) -> str:
    cell, scope = head.cell, head.cell.scope
    parts = (
        head.week_start.isoformat(),
        cell.class_code,
        scope.level,
        scope.unit_no or "",
        scope.area_no or "",
    )
    return hashlib.md5(_SEPARATOR.join(parts).encode(), usedforsecurity=False).hexdigest()
