"""Points of units by a 赋分表, always component by component, with the range of ranks that weights and chance allow.

Belongs here: points from values, their sum, the range of ranks. Does not belong here: the table
(``jingcang.contracts.kpi_scoring``). A rank alone is never given.

Sources: METHODS section 8 (composite); OECD/JRC Handbook 2008 (weights drawn); Jeffreys' Beta(x + ½, n − x + ½) for the
shares, so that units that do not differ beyond chance exchange their places.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jingcang.contracts.kpi_scoring import ScoredKpi, ScoringTable
from jingcang.contracts.kpis import Kpi
from jingcang.statistics.inputs import Array

DRAWS, WEIGHT_SPREAD, SEED = 2000, 0.5, 20260101
"""Draws of weights and shares; each weight is drawn from half to one and a half times itself."""


@dataclass(frozen=True)
class UnitScore:
    """Points of one unit.

    Args:
        unit_no: the unit.
        points: KPI → points; None where the KPI has no value of this unit or may not be compared.
        total: sum of the points there are.
        possible: sum of the weights of the same KPIs.
        rank_low, rank_high: best and worst rank in 95% of the draws, among units that have every component; None for
            others.
    """

    unit_no: str
    points: dict[str, float | None]
    total: float
    possible: float
    rank_low: int | None = None
    rank_high: int | None = None


def points_of(line: ScoredKpi, direction: str, values: Array) -> Array:
    """Return the points of values in the KPI's unit, any shape."""
    better = (values - line.target) * (1 if direction == "higher" else -1)
    added = np.minimum(np.maximum(better, 0) * line.added_per_unit, line.most_added)
    return np.maximum(line.weight - np.maximum(-better, 0) * line.deducted_per_unit + added, 0)


def score_units(
    table: ScoringTable, kpis: Mapping[str, Kpi], counts: Mapping[str, Mapping[str, tuple[int, int]]]
) -> list[UnitScore]:
    """Return the points of every unit.

    Args:
        table: of the period.
        kpis: definitions of the table's KPIs.
        counts: unit → KPI → (records in the numerator, in the denominator); KPIs that may not be compared left out.

    Returns:
        In the order given; the same counts give the same ranges.
    """
    scored, whole = [], []
    for unit, own in counts.items():
        points: dict[str, float | None] = {}
        for code, line in table.kpis.items():
            hits, trials = own.get(code, (0, 0))
            value = np.array(kpis[code].scale * hits / trials if trials else np.nan)
            found = float(points_of(line, kpis[code].direction, value))
            points[code] = None if math.isnan(found) else found
        known = [code for code, found in points.items() if found is not None]
        total = sum(found for found in points.values() if found is not None)
        scored.append(UnitScore(unit, points, total, sum(table.kpis[code].weight for code in known)))
        whole.append(len(known) == len(table.kpis))
    members = [unit for unit, is_whole in zip(scored, whole, strict=True) if is_whole]
    if len(members) < 2:
        return scored
    low, high = _rank_range(table, kpis, [counts[unit.unit_no] for unit in members])
    ranges = {unit.unit_no: (low[place], high[place]) for place, unit in enumerate(members)}
    return [
        UnitScore(
            unit.unit_no, unit.points, unit.total, unit.possible, *ranges.get(unit.unit_no, (None, None))
        )
        for unit in scored
    ]


def _rank_range(
    table: ScoringTable, kpis: Mapping[str, Kpi], counts: Sequence[Mapping[str, tuple[int, int]]]
) -> tuple[list[int], list[int]]:
    source = np.random.default_rng(SEED)
    total = np.zeros((DRAWS, len(counts)))
    for code, line in table.kpis.items():
        hits, trials = (np.array([unit[code][side] for unit in counts], dtype=float) for side in (0, 1))
        shares = source.beta(hits + 0.5, trials - hits + 0.5, (DRAWS, len(counts)))
        weights = source.uniform(1 - WEIGHT_SPREAD, 1 + WEIGHT_SPREAD, (DRAWS, 1))
        total += weights * points_of(line, kpis[code].direction, kpis[code].scale * shares)
    ranks = 1 + (total[:, None, :] > total[:, :, None] + 1e-9).sum(axis=2)
    low, high = np.quantile(ranks, [0.025, 0.975], axis=0, method="nearest").astype(int)
    return low.tolist(), high.tolist()


def still_needed(hits: int, trials: int, target_share: float) -> int:
    """Return how many further records in a row must reach the numerator until the share is the target.

    Args:
        hits, trials: records in numerator and denominator so far.
        target_share: between 0 and 1, below 1.

    Returns:
        (t n − x) / (1 − t), rounded up; 0 where the target is reached.
    """
    return max(0, math.ceil((target_share * trials - hits) / (1 - target_share) - 1e-9))
