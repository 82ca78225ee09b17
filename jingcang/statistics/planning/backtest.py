"""Would the plan have met what came later? Plans compared on weeks that none of them saw.

Belongs here: scores on held-out weeks. Does not belong here: making plans.

Source: METHODS sections 3 and 5: PAI-like coverage (Chainey, Tompson & Uhlig 2008), to be compared at equal budget.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from ..inputs import Array, StatisticsInputError, as_number, as_numbers


@dataclass(frozen=True)
class PlanScore:
    """How one plan did on the held-out weeks.

    Args:
        name: of the plan.
        estimate: mean weekly share of events met, Σ n (1 − exp(−k x)) / Σ n.
        standard_error: of it, over weeks.
        ci_low: t interval over weeks.
        ci_high: upper limit.
        hit_rate: share of all events in planned cell-hours.
        area_share: share of cell-hours planned.
        pai: hit_rate / area_share.
        difference: estimate minus that of the plan compared with; 0 for that one.
        p_value: of the paired t test over weeks; nan for that one.
        blocks: number of blocks.
    """

    name: str
    estimate: float
    standard_error: float
    ci_low: float
    ci_high: float
    hit_rate: float
    area_share: float
    pai: float
    difference: float
    p_value: float
    blocks: float


def compare_plans(
    plans: Mapping[str, Any], held_out: Any, *, k: float, against: str, level: float = 0.95
) -> tuple[PlanScore, ...]:
    """Score plans of one budget on the same held-out weeks.

    Args:
        plans: name → blocks of shape (areas, hours); usually the plan, last month and random.
        held_out: events, shape (weeks, areas, hours), weeks that no plan was made from; weeks without events are
            left out.
        k: rate of the return, as in the plan.
        against: name of the plan the others are compared with.
        level: of the intervals.

    Returns:
        One score a plan, in the order given.

    Raises:
        StatisticsInputError: plans of different budget or shape, fewer than two weeks with events.
    """
    events = as_numbers(held_out, "held_out", minimum=0)
    rate = as_number(k, "k", is_positive=True)
    given = {name: as_numbers(blocks, f"plans {name}", minimum=0) for name, blocks in plans.items()}
    if against not in given or events.ndim != 3 or any(b.shape != events.shape[1:] for b in given.values()):
        raise StatisticsInputError(
            "各方案须与留出数据同为区域×时段，比较对象须在其中",
            where="plans, held_out",
            remedy="请检查形状和名称",
        )
    budgets = {float(blocks.sum()) for blocks in given.values()}
    if len(budgets) > 1:
        raise StatisticsInputError(
            "各方案的总块数不同，不能比较", where=f"块数 {sorted(budgets)}", remedy="请按同一总量重做方案"
        )
    events = events[events.sum(axis=(1, 2)) > 0]
    weeks = len(events)
    if weeks < 2:
        raise StatisticsInputError("留出数据不足两周", where="held_out", remedy="请留出更多的周")
    per_week = {name: _met(events, blocks, rate) for name, blocks in given.items()}
    quantile = float(stats.t.isf((1 - level) / 2, weeks - 1))
    scores = []
    for name, blocks in given.items():
        met, is_planned = per_week[name], blocks > 0
        error = float(met.std(ddof=1)) / math.sqrt(weeks)
        hit_rate, area_share = float(events[:, is_planned].sum() / events.sum()), float(is_planned.mean())
        change = met - per_week[against]
        spread = float(change.std(ddof=1))
        p_value = math.nan
        if name != against:
            p_value = float(stats.ttest_rel(met, per_week[against]).pvalue) if spread > 0 else 1.0
        scores.append(
            PlanScore(
                name=name,
                estimate=float(met.mean()),
                standard_error=error,
                ci_low=float(met.mean()) - quantile * error,
                ci_high=float(met.mean()) + quantile * error,
                hit_rate=hit_rate,
                area_share=area_share,
                pai=hit_rate / area_share if area_share > 0 else math.nan,
                difference=float(change.mean()),
                p_value=p_value,
                blocks=float(blocks.sum()),
            )
        )
    return tuple(scores)


def _met(events: Array, blocks: Array, rate: float) -> Array:
    return np.asarray((events * -np.expm1(-rate * blocks)).sum(axis=(1, 2)) / events.sum(axis=(1, 2)))
