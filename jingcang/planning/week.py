"""The plan of one station for one week, and what a change by hand costs.

Belongs here: the conventions of the plan (return, limits, seed), its blocks, coverage and loss. Does not belong here:
where counts come from, and who goes where when (``duty``). The same need, slots and seed make the same plan.

Sources: METHODS section 5 for the return and the tenth by lot; the limits are this product's conventions and printed
with every plan.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jingcang.planning.slots import Shift, Slot
from jingcang.statistics.inputs import Array
from jingcang.statistics.planning import Need, Plan, allocate_blocks, plan_value
from jingcang.statistics.planning.allocation import BLOCKS_AN_HOUR, MIN_RANDOM_SHARE, Blocks

NEED_WEEKS = 52
RETURN_RATE = math.log(2)
"""Each block of an area and hour meets half of what is left there: the convention of this product."""
BLOCKS_A_CREW_HOUR = 2
"""Half of a shift is planned; the other half stays for calls, reports and the road (workload limit)."""
MOST_AN_AREA_HOUR = 2
"""Most blocks of one area in one hour, so that other areas keep theirs (fairness)."""
LEAST_NEED = 1.0
"""Incidents of a year an area and hour must have on average; below that hours cannot be told apart."""
Change = tuple[int, int, int]
"""(row of the area, column of the slot, blocks more or fewer)."""


@dataclass(frozen=True)
class WeekPlan:
    """A plan.

    Args:
        slots: columns.
        need: rows areas, columns hours of the day.
        weighted: need the plan is made for: harm where a table is signed, else counts, shape (areas, 24).
        plan: for ``weighted``.
        equal: plan for counts, the same one without a table.
        seed: of the lot.
    """

    slots: tuple[Slot, ...]
    need: Need
    weighted: Array
    plan: Plan
    equal: Plan
    seed: int

    @functools.cached_property
    def by_slot(self) -> Array:
        """Need a year of each area and slot: a seventh of the clock hour's, since a slot is one day of the week."""
        return _by_slot(self.weighted, self.slots)

    @property
    def total(self) -> float:
        """All need of a year, hours without any shift included."""
        return float(self.weighted.sum())

    def share(self, blocks: Any) -> float:
        """Return the share of all need that blocks meet."""
        return plan_value(self.by_slot, blocks, RETURN_RATE) / self.total

    def best(self, number: int) -> float:
        """Return the share that the plan of as many blocks meets; beyond the capacity no shift has a limit."""
        return self.share(_allocate(self.by_slot, self.slots, self.seed, number).blocks)

    def adjusted(self, changes: Sequence[Change]) -> Blocks:
        """Return the blocks after changes by hand; never fewer than none."""
        blocks = self.plan.blocks.copy()
        for area, slot, more in changes:
            blocks[area, slot] = max(0, blocks[area, slot] + more)
        return blocks

    def overfull(self, blocks: Blocks) -> list[str]:
        """Return the hours that no crew is left for, one sentence each; such blocks cannot be handed to crews."""
        return [
            f"{slot_words(slot)}排了 {number} 块，{slot.crews} 个巡组最多 {BLOCKS_AN_HOUR * slot.crews} 块"
            for slot, number in zip(self.slots, blocks.sum(axis=0).tolist(), strict=True)
            if number > BLOCKS_AN_HOUR * slot.crews
        ]

    def warnings(self, blocks: Blocks) -> list[str]:
        """Return what blocks strain, one sentence each: a shift with too much planned, too few blocks by lot."""
        planned: dict[Shift, int] = defaultdict(int)
        for slot, number in zip(self.slots, blocks.sum(axis=0).tolist(), strict=True):
            planned[slot.shift] += number
        over = [
            f"{shift_words(shift)} {planned[shift]} 块（{limit} 块）"
            for shift, limit in shift_limits(self.slots).items()
            if planned[shift] > limit
        ]
        found = [f"超过班次时间的一半，接警会受影响：{'、'.join(over)}"] if over else []
        left, number = int(np.minimum(self.plan.random, blocks).sum()), int(blocks.sum())
        if left < MIN_RANDOM_SHARE * number:
            found.append(
                f"抽签块只剩 {left} 块，不足 {number} 块的一成，以后无从知道平时少去的地方去了会怎样"
            )
        return found

    @property
    def is_too_thin(self) -> bool:
        """Whether there are too few incidents to tell hours apart."""
        return float(self.need.equal.sum()) < LEAST_NEED * self.need.equal.size


def seed_of(unit_no: str, week: str) -> int:
    """Return the seed of a station and week: printed with the plan, and nobody chooses it."""
    return int(hashlib.sha256(f"{unit_no}|{week}".encode()).hexdigest()[:6], 16)


def shift_limits(slots: Sequence[Slot]) -> dict[Shift, int]:
    """Return shift → most blocks planned in it."""
    limits: dict[Shift, int] = defaultdict(int)
    for slot in slots:
        limits[slot.shift] += BLOCKS_A_CREW_HOUR * slot.crews
    return dict(limits)


def plan_week(need: Need, slots: Sequence[Slot], seed: int) -> WeekPlan:
    """Return the plan of a week.

    Args:
        need: by area and hour of the day, of :data:`NEED_WEEKS` weeks; with harm where a table is signed.
        slots: of :func:`~jingcang.planning.slots.slots_of`, at least one.
        seed: of :func:`seed_of`.
    """
    slots = tuple(slots)
    equal = _allocate(_by_slot(need.equal, slots), slots, seed)
    weighted = need.equal if need.harm is None or not need.harm.sum() else need.harm
    plan = equal if weighted is need.equal else _allocate(_by_slot(weighted, slots), slots, seed)
    return WeekPlan(slots, need, weighted, plan, equal, seed)


def equal_blocks(made: WeekPlan, number: int) -> Blocks:
    """Return the plan with equal weights of as many blocks."""
    return _allocate(_by_slot(made.need.equal, made.slots), made.slots, made.seed, number).blocks


def by_lot(slots: Sequence[Slot], areas: int, number: int, seed: int) -> Blocks:
    """Return as many blocks, all drawn by lot within the same limits."""
    return _allocate(np.ones((areas, len(slots))), tuple(slots), seed, number, random_share=1.0).blocks


def _by_slot(need: Array, slots: Sequence[Slot]) -> Array:
    return need[:, [slot.clock_hour for slot in slots]] / 7


def _allocate(
    need: Array, slots: tuple[Slot, ...], seed: int, number: int | None = None,
    random_share: float = MIN_RANDOM_SHARE,
) -> Plan:  # fmt: skip
    limits = shift_limits(slots)
    capacity = sum(limits.values())
    wanted = capacity if number is None else number
    return allocate_blocks(
        need,
        wanted,
        k=RETURN_RATE,
        max_cell_blocks=MOST_AN_AREA_HOUR,
        hour_limits=[BLOCKS_AN_HOUR * slot.crews for slot in slots],
        shift_of_hour=[slot.shift for slot in slots] if wanted <= capacity else None,
        shift_limits=limits if wanted <= capacity else None,
        random_share=random_share,
        seed=seed,
    )


WEEKDAYS = "一二三四五六日"


def slot_words(slot: Slot) -> str:
    """Return a slot as 周一 22–23 时, the day that of the clock."""
    day = WEEKDAYS[(slot.weekday - 1 + slot.hour // 24) % 7]
    return f"周{day} {slot.clock_hour}–{slot.clock_hour + 1} 时"


def shift_words(shift: Shift) -> str:
    """Return a shift as 周一夜班."""
    return f"周{WEEKDAYS[shift[0] - 1]}{shift[1]}"
