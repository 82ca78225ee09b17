"""Would such a plan have met what came later? The plan, last month's patrols and chance on weeks none was made from.

Belongs here: putting the three on one footing and the sentence. Does not belong here: the score
(``jingcang.statistics.planning.compare_plans``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jingcang.planning.slots import HOURS_A_WEEK, Slot
from jingcang.planning.week import RETURN_RATE, WeekPlan, by_lot, equal_blocks
from jingcang.statistics.inputs import Array
from jingcang.statistics.planning import PlanScore, compare_plans
from jingcang.statistics.planning.allocation import Blocks

HELD_OUT_WEEKS = 8
PATROL_WEEKS = 4
FEWEST_EVENTS = 50
"""Incidents the held-out weeks must have; fewer tell nothing."""
PLAN, EQUAL, LAST, LOT = "方案", "等权方案", "上月实际巡逻", "随机"
_P_LIMIT = 0.05


@dataclass(frozen=True)
class Comparison:
    """How the three did.

    Args:
        scores: the plan first; the one with equal weights only beside a weighted one, last month's patrols only where
            there were fixes.
        events: incidents of the held-out weeks, those in hours without a shift included.
    """

    scores: tuple[PlanScore, ...]
    events: int

    def sentence(self) -> str:
        """Return what the comparison says: what differs beyond chance first, then what cannot be told apart."""
        plan, *others = self.scores
        said = [
            f"{'多于' if score.difference < 0 else '少于'}{score.name}（{_pct(score)}）"
            f" {100 * abs(score.difference):.0f} 个百分点"
            for score in others
            if score.p_value < _P_LIMIT
        ]
        if alike := [f"{score.name}（{_pct(score)}）" for score in others if not score.p_value < _P_LIMIT]:
            said.append(f"与{'、'.join(alike)}分不出高下")
        span = f"区间 {100 * max(plan.ci_low, 0):.0f}–{100 * plan.ci_high:.0f}%"
        return (
            f"没有用来做方案的 {HELD_OUT_WEEKS} 周里，方案能满足需求的 {_pct(plan)}（{span}）；"
            f"同样块数，{'，'.join(said)}"
        )


def compare(made: WeekPlan, events: Array, patrol_seconds: Array | None, seed: int) -> Comparison | None:
    """Return the comparison, None with too few incidents.

    Args:
        made: plan made from what came before the held-out weeks.
        events: incidents, shape (weeks, areas, 168 hours of the week).
        patrol_seconds: presence before the held-out weeks, shape (areas, 168); None without fixes.
        seed: of the plan by chance.
    """
    total = float(events.sum())
    if total < FEWEST_EVENTS or int((events.sum(axis=(1, 2)) > 0).sum()) < 2:
        return None
    areas = len(made.need.areas)
    number = int(made.plan.blocks.sum())
    plans = {PLAN: on_clock(made.plan.blocks, made.slots)}
    if made.weighted is not made.need.equal and (equal := equal_blocks(made, number)).sum() == number:
        plans[EQUAL] = on_clock(equal, made.slots)
    if patrol_seconds is not None and patrol_seconds.sum() > 0:
        plans[LAST] = apportioned(patrol_seconds, number)
    plans[LOT] = on_clock(by_lot(made.slots, areas, number, seed), made.slots)
    return Comparison(compare_plans(plans, events, k=RETURN_RATE, against=PLAN), round(total))


def on_clock(blocks: Blocks, slots: Sequence[Slot]) -> Blocks:
    """Return blocks by hours of the week instead of by slots."""
    found = np.zeros((blocks.shape[0], HOURS_A_WEEK), dtype=np.int64)
    for column, slot in enumerate(slots):
        found[:, slot.week_hour] += blocks[:, column]
    return found


def apportioned(seconds: Array, number: int) -> Blocks:
    """Return as many blocks in proportion to seconds, by largest remainder."""
    exact = number * seconds / seconds.sum()
    found = np.floor(exact).astype(np.int64)
    rest = number - int(found.sum())
    order = np.argsort(-(exact - found).ravel(), kind="stable")[:rest]
    found.ravel()[order] += 1
    return found


def _pct(score: PlanScore) -> str:
    return f"{100 * score.estimate:.0f}%"
