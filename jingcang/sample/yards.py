"""Yards of the stations, and the minutes crews spend in them at the start of a shift.

Belongs here: where the yards lie, which shifts begin there and for how long, their fixes. Does not belong here: other
fixes (``patrol``), what is made of the time (dbt).

Planted: the terminals say 巡逻 all the while, so that only the place tells. The sixth station has no place in the
register of units, and no shift of it begins in a yard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jingcang.sample.world import World, stream

if TYPE_CHECKING:
    from jingcang.sample.patrol import Shifts

KNOWN = 5
"""So many first stations have a place in the register."""
SHARE, SHORTEST, LONGEST, WAY = 0.3, 5, 12, 15
"""Share of the shifts that begin in the yard, fixes there, fixes on the way out."""
PATROL = 1
_SPREAD, _FARTHEST = 0.00006, 0.0002
_ACCURATE = 12


def places(world: World) -> np.ndarray:
    """Return the middle of the yard of each station that has one, (5, 2) degrees."""
    return world.at(np.arange(KNOWN) * 6, np.full(KNOWN, 0.35), np.full(KNOWN, 0.6))


def fix_counts(world: World, shifts: Shifts) -> np.ndarray:
    """Return how many first fixes of each shift lie in the yard, 0 for most."""
    rng = stream(world.seed, "yards")
    n = len(shifts.start)
    begins_there = (rng.random(n) < SHARE) & (shifts.station < KNOWN)
    return np.where(begins_there, rng.integers(SHORTEST, LONGEST + 1, n), 0)


def begin_in_yard(world: World, path: np.ndarray, station: np.ndarray, count: np.ndarray, name: str) -> None:
    """Move the first fixes of shifts into the yard, and those after them onto the way to where the shift goes on.

    Args:
        world: the town.
        path: (n, steps, 2) degrees, changed in place.
        station: (n,) index.
        count: (n,) fixes in the yard.
        name: of the random stream.
    """
    rng = stream(world.seed, f"yard {name}")
    middle = places(world)
    for shift in np.flatnonzero(count).tolist():
        there, last = middle[station[shift]], count[shift] + WAY
        noise = np.clip(rng.normal(0, _SPREAD, (count[shift], 2)), -_FARTHEST, _FARTHEST)
        part = np.linspace(0, 1, WAY + 2)[1:-1, None]
        path[shift, count[shift] : last] = there + part * (path[shift, last] - there)
        path[shift, : count[shift]] = there + noise


def as_in_yard(
    count: np.ndarray, steps: int, accuracy: np.ndarray, state: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return accuracies and duty states of all fixes, those in a yard accurate and on patrol by their own word."""
    there = (np.arange(steps)[None, :] < count[:, None]).ravel()
    return np.where(there, np.minimum(accuracy, _ACCURATE), accuracy), np.where(there, PATROL, state)


def told(world: World, shifts: Shifts) -> dict[str, int]:
    """Return shift number → seconds that its crew was in the yard at least, of delivered shifts that began there."""
    count = fix_counts(world, shifts)
    chosen = np.flatnonzero(shifts.delivered & (count > 0)).tolist()
    numbers = shifts.table["PBID"].to_list()
    # A fix comes at its minute or up to seven seconds later.
    return {numbers[shift]: 60 * (int(count[shift]) - 1) - 7 for shift in chosen}
