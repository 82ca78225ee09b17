"""Need → 15-minute blocks by diminishing return, and blocks → crews.

Belongs here: one budget of blocks over area × hour. Does not belong here: fixed posts (``posts``).

Sources: METHODS section 5: max Σ h (1 − exp(−k x)). The return is concave in each cell and separable, and the limits
(cell ⊂ hour ⊂ shift ⊂ budget) are nested, a polymatroid: taking the largest next gain each time is optimal
(Federgruen & Groenevelt 1986, Oper. Res. 34:909–918). Random blocks keep telling what happens where nobody looked.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..inputs import Array, StatisticsInputError, as_number, as_numbers

BLOCK_MINUTES = 15
BLOCKS_AN_HOUR = 60 // BLOCK_MINUTES
# METHODS section 5: at least a tenth of the blocks is drawn by lot.
MIN_RANDOM_SHARE = 0.1
Blocks = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PlannedBlock:
    """One block of a plan, in the order in which it was given.

    Args:
        area: row of the need.
        hour: column of the need.
        gain: need met by this block beyond those before it.
        is_random: drawn by lot.
        reason: one Chinese sentence for the duty sheet.
    """

    area: int
    hour: int
    gain: float
    is_random: bool
    reason: str


@dataclass(frozen=True)
class Plan:
    """Result of :func:`allocate_blocks`.

    Args:
        blocks: all blocks, shape (areas, hours).
        random: those of them drawn by lot, same shape.
        value: need met, Σ h (1 − exp(−k x)).
        share: of all need; nan without any.
        order: the blocks one by one.
        unused: blocks of the budget that no limit left room for.
        k: rate of the return.
        seed: of the lot.
    """

    blocks: Blocks
    random: Blocks
    value: float
    share: float
    order: tuple[PlannedBlock, ...]
    unused: int
    k: float
    seed: int


def plan_value(need: Any, blocks: Any, k: float) -> float:
    """Return the need met, Σ h (1 − exp(−k x)); the loss of a change by hand is a difference of two of these.

    Args:
        need: shape (areas, hours), not negative.
        blocks: blocks, same shape, not negative.
        k: rate of the return a block, positive.
    """
    wanted, given = as_numbers(need, "need", minimum=0), as_numbers(blocks, "blocks", minimum=0)
    rate = as_number(k, "k", is_positive=True)
    if wanted.shape != given.shape:
        raise StatisticsInputError(
            "需求与警力块的形状不一致", where="need, blocks", remedy="请按同一区域×时段传入"
        )
    return float((wanted * -np.expm1(-rate * given)).sum())


def allocate_blocks(
    need: Any,
    blocks: int,
    *,
    k: float,
    max_cell_blocks: int = BLOCKS_AN_HOUR,
    hour_limits: Any = None,
    shift_of_hour: Sequence[Hashable] | None = None,
    shift_limits: Mapping[Any, int] | None = None,
    random_share: float = MIN_RANDOM_SHARE,
    seed: int = 0,
) -> Plan:
    """Allocate 15-minute blocks.

    Args:
        need: shape (areas, hours), not negative: counts or harm of 12 months.
        blocks: budget.
        k: rate of the return: the first block of a cell meets 1 − exp(−k) of its need.
        max_cell_blocks: most blocks of one area in one hour (fairness: the others keep theirs).
        hour_limits: most blocks by hour, shape (hours,): four times the crews on duty; None is no limit.
        shift_of_hour: shift of each hour, length hours; with ``shift_limits``.
        shift_limits: shift → most blocks of the shift (workload); shifts not named have no limit.
        random_share: share drawn by lot over all cells with room, rounded up; at least 0.1.
        seed: of the lot.

    Returns:
        See :class:`Plan`. Drawn blocks are placed first; the rest is optimal given them. Ties go to the smaller
        area, then hour. Blocks without any gain are not given.

    Raises:
        StatisticsInputError: negative need, budgets or limits, k not positive, less than a tenth by lot.
    """
    wanted = as_numbers(need, "need", minimum=0)
    if wanted.ndim != 2:
        raise StatisticsInputError("需求须为区域×时段的表", where="need", remedy="请按行放区域、按列放时段")
    rate = as_number(k, "k", is_positive=True)
    budget = _whole(blocks, "blocks")
    share = as_number(random_share, "random_share", minimum=MIN_RANDOM_SHARE, maximum=1)
    limits = _Limits(
        wanted.shape, _whole(max_cell_blocks, "max_cell_blocks"), hour_limits, shift_of_hour, shift_limits
    )
    drawn = random_blocks(limits, math.ceil(share * budget - 1e-9), seed)
    given, order = np.zeros(wanted.shape, dtype=np.int64), []
    for area, hour in drawn:
        gain = float(wanted[area, hour]) * math.exp(-rate * given[area, hour]) * -math.expm1(-rate)
        given[area, hour] += 1
        order.append(PlannedBlock(area, hour, gain, True, "随机抽取，用于持续检验"))
    chance = given.copy()
    first = wanted * np.exp(-rate * given) * -np.expm1(-rate)
    heap = [(-float(first[area, hour]), area, hour) for area, hour in np.argwhere(first > 0).tolist()]
    heapq.heapify(heap)
    while heap and len(order) < budget:
        gain, area, hour = heapq.heappop(heap)
        if not limits.take(area, hour):
            continue
        given[area, hour] += 1
        text = f"该时段近一年需求 {wanted[area, hour]:g}，本段可多覆盖 {-gain:.2f}"
        order.append(PlannedBlock(area, hour, -gain, False, text))
        heapq.heappush(heap, (gain * math.exp(-rate), area, hour))
    value, total = plan_value(wanted, given, rate), float(wanted.sum())
    return Plan(
        blocks=given,
        random=chance,
        value=value,
        share=value / total if total > 0 else math.nan,
        order=tuple(order),
        unused=budget - len(order),
        k=rate,
        seed=seed,
    )


class _Limits:
    """Room left by cell, hour and shift; nested, so that taking the best next block stays optimal."""

    def __init__(
        self,
        shape: tuple[int, ...],
        max_cell_blocks: int,
        hour_limits: Any,
        shift_of_hour: Sequence[Hashable] | None,
        shift_limits: Mapping[Any, int] | None,
    ) -> None:
        hours = shape[1]
        self.cell: Array = np.full(shape, float(max_cell_blocks))
        self.hour: Array = np.full(hours, math.inf)
        if hour_limits is not None:
            self.hour = as_numbers(hour_limits, "hour_limits", minimum=0).copy()
        if self.hour.shape != (hours,):
            raise StatisticsInputError("每个时段须有一个上限", where="hour_limits", remedy="请按时段顺序传入")
        if (shift_limits is None) != (shift_of_hour is None) or (
            shift_of_hour is not None and len(shift_of_hour) != hours
        ):
            raise StatisticsInputError(
                "班次上限须与每个时段所属班次一同给出",
                where="shift_limits, shift_of_hour",
                remedy="请补齐两者",
            )
        self.shift_of: Sequence[Hashable] = shift_of_hour if shift_of_hour is not None else [None] * hours
        self.shift: dict[Any, float] = {
            name: as_number(limit, f"shift_limits {name}", minimum=0)
            for name, limit in (shift_limits or {}).items()
        }

    def has_room(self, area: int, hour: int) -> bool:
        """Tell whether one more block fits."""
        left = self.shift.get(self.shift_of[hour], math.inf)
        return bool(min(self.cell[area, hour], self.hour[hour], left) >= 1)

    def take(self, area: int, hour: int) -> bool:
        """Use the room of one block; False where there is none."""
        if not self.has_room(area, hour):
            return False
        self.cell[area, hour] -= 1
        self.hour[hour] -= 1
        if self.shift_of[hour] in self.shift:
            self.shift[self.shift_of[hour]] -= 1
        return True


def random_blocks(limits: Any, number: int, seed: int) -> list[tuple[int, int]]:
    """Draw blocks by lot, each over all cells that still have room.

    Args:
        limits: shape (areas, hours) for at most four blocks a cell, or the limits of a plan.
        number: blocks to draw; fewer where there is no room.
        seed: of the lot.

    Returns:
        (area, hour) of each block.
    """
    room = limits if isinstance(limits, _Limits) else _Limits(tuple(limits), BLOCKS_AN_HOUR, None, None, None)
    source = np.random.default_rng(seed)
    found: list[tuple[int, int]] = []
    areas, hours = room.cell.shape
    open_cells = [(area, hour) for area in range(areas) for hour in range(hours)]
    while open_cells and len(found) < number:
        position = int(source.integers(len(open_cells)))
        if room.take(*open_cells[position]):
            found.append(open_cells[position])
        else:
            open_cells[position] = open_cells[-1]
            open_cells.pop()
    return found


def assign_crews(plan: Plan, crews: Sequence[Any]) -> dict[Any, list[tuple[int, int, int]]]:
    """Hand the blocks of a shift to its crews, evenly.

    Args:
        plan: plan whose hours hold at most four blocks a crew.
        crews: crews on duty.

    Returns:
        Crew → (area, hour, quarter 0 to 3) in order of time. No crew is in two places in one quarter, and the loads
        differ by at most one block.

    Raises:
        StatisticsInputError: no crews, or an hour with more blocks than four times the crews.
    """
    most = BLOCKS_AN_HOUR * len(crews)
    full = np.flatnonzero(plan.blocks.sum(axis=0) > most)
    if not len(crews) or len(full):
        raise StatisticsInputError(
            f"{len(crews)} 个巡组排不下这些警力块",
            where=f"时段 {full[:5].tolist()}",
            remedy="请增加巡组，或用 hour_limits 限制每个时段的块数",
        )
    duties: dict[Any, list[tuple[int, int, int]]] = {crew: [] for crew in crews}
    for hour in range(plan.blocks.shape[1]):
        used = dict.fromkeys(crews, 0)
        # Blocks of one area go to one crew as far as loads allow, by coming one after another.
        for area in np.repeat(np.arange(plan.blocks.shape[0]), plan.blocks[:, hour]).tolist():
            free = [crew for crew in crews if used[crew] < BLOCKS_AN_HOUR]
            crew = min(free, key=lambda name: len(duties[name]))
            duties[crew].append((area, hour, used[crew]))
            used[crew] += 1
    return duties


def _whole(value: Any, name: str) -> int:
    number = as_number(value, name, minimum=0)
    if number != int(number):
        raise StatisticsInputError("块数须为整数", where=name, remedy="请取整")
    return int(number)
