"""Repeats planted among the incidents of the last weeks: buildings, events reported twice, phones.

Belongs here: which incidents are moved to one building, made a later report of another, or given one phone. Does not
belong here: drawing incidents (``incidents``), near repeats, which are a way of happening and drawn there.

No incident is added: those of the class that happen in the same area anyway are moved, so that counts stay as drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from jingcang.sample import world as w
from jingcang.sample.world import World, stream

if TYPE_CHECKING:
    from jingcang.sample.incidents import Events

MOVABLE = ("200100", "200200", "200500", "201000", "J30100", "J30300", "500200")
"""Classes of incidents in the open whose place may be shown."""
DAYS = 80
"""Days before the last one in which repeats lie: within the 90 days of the page, whatever the hour."""
AT_ONE_PLACE, WITH_ONE_PHONE = 9, 10
REPORTED_TWICE = 2
"""Events of each station that two people report."""


@dataclass(frozen=True)
class Repeats:
    """What was planted, as indexes into the events in the order of time.

    Args:
        places: by station the events at one building, and the address that stands for it.
        reports: first report, later report.
        phones: by station the events reported from one phone.
    """

    places: tuple[tuple[np.ndarray, int], ...]
    reports: tuple[tuple[int, int], ...]
    phones: tuple[np.ndarray, ...]

    def describe(self, calls: pl.DataFrame, homes: pl.DataFrame) -> dict[str, Any]:
        """Return the numbers of the calls and addresses for the truth file."""
        numbers = calls["JJDBH"].to_numpy()
        return {
            "places": [
                {"address_no": homes["DZBM"][home], "incident_nos": numbers[members].tolist()}
                for members, home in self.places
            ],
            "reports": [[numbers[first], numbers[later]] for first, later in self.reports],
            "phones": [{"incident_nos": numbers[members].tolist()} for members in self.phones],
        }


def choose(
    world: World, movable: np.ndarray, second: np.ndarray, beat: np.ndarray, where: dict[str, np.ndarray]
) -> Repeats:
    """Choose the incidents of the last weeks that become repeats; none serves twice.

    Args:
        world: gives the seed.
        movable: whether an incident is of a class that may be moved, shape (n,).
        second: local seconds since 1970.
        beat: beat of the incident.
        where: arrays of the addresses.
    """
    rng = stream(world.seed, "repeats")
    last = w.day_number(w.LAST_DAY)
    day = second // 86_400
    free = movable & (day >= last - DAYS) & (day < last)
    places, reports, callers = [], [], []
    for station in range(6):
        beats = np.arange(station * 6, station * 6 + 6)
        busiest = int(beats[np.argmax([int((free & (beat == number)).sum()) for number in beats])])
        members = _take(rng, free, beat == busiest, AT_ONE_PLACE)
        homes = np.flatnonzero(where["beat"] == busiest)
        places.append((members, int(rng.choice(homes))))
        for _ in range(REPORTED_TWICE):
            pair = _take(rng, free, beat == int(rng.choice(beats)), 2)
            if len(pair) == 2:
                reports.append((int(pair[0]), int(pair[1])))
        callers.append(_take(rng, free, np.isin(beat, beats), WITH_ONE_PHONE))
    return Repeats(tuple(places), tuple(reports), tuple(callers))


def move(
    found: Repeats,
    rng: np.random.Generator,
    klass: np.ndarray,
    second: np.ndarray,
    home: np.ndarray,
    homes: np.ndarray,
) -> np.ndarray:
    """Give the repeats their address, and later reports the class and time of the first; changes the arrays.

    Args:
        found: the repeats.
        rng: draws how much later a report is.
        klass, second, home: of the incidents.
        homes: an address in the beat of each incident, for those that have none.

    Returns:
        Indexes of the incidents whose address changed.
    """
    for members, at in found.places:
        home[members] = at
    for first, later in found.reports:
        home[[first, later]] = home[first] if home[first] >= 0 else homes[first]
        klass[later] = klass[first]
        second[later] = second[first] + int(rng.integers(60, 1_500))
    moved = [int(index) for members, _ in found.places for index in members]
    return np.array(moved + [index for pair in found.reports for index in pair], dtype=np.int64)


def _take(rng: np.random.Generator, free: np.ndarray, here: np.ndarray, count: int) -> np.ndarray:
    """Return incidents still free, at most ``count``, and mark them as taken."""
    candidates = np.flatnonzero(free & here)
    taken = np.sort(rng.permutation(candidates)[:count])
    free[taken] = False
    return taken


def in_order(found: Repeats, order: np.ndarray) -> Repeats:
    """Return the repeats with indexes into events sorted by ``order``."""
    at = np.empty(len(order), dtype=np.int64)
    at[order] = np.arange(len(order))
    return Repeats(
        tuple((np.sort(at[members]), home) for members, home in found.places),
        tuple((int(at[first]), int(at[later])) for first, later in found.reports),
        tuple(np.sort(at[members]) for members in found.phones),
    )


def give_phones(world: World, events: Events, phone: np.ndarray) -> np.ndarray:
    """Return the phones of the calls, with one phone for the calls planted so."""
    given = phone.astype(object)
    for station, members in enumerate(events.repeats.phones):
        given[members] = f"154{world.seed % 10_000:04d}000{station}"
    return given
