"""May units be compared at all? Heaping at thresholds, identical durations, differences of practice.

Belongs here: guards that run before any table of units. Does not belong here: the comparison (``funnel``),
misuse of single records (a separate review).

Sources: heaping: excess in the bin that ends at a threshold over its two neighbours, under a locally linear
density a third of the three (as in digit-preference tests, e.g. Roberts & Brewer 2001, J. Appl. Stat. 28);
practice: Pearson χ² with Cramér's V; METHODS section 8 (anti-gaming), FDR over units Benjamini & Hochberg.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from .comparison import false_discovery
from .inputs import StatisticsInputError, as_number, as_numbers
from .intervals import wilson_interval

COMPARABLE, NOT_COMPARABLE = "可比", "不可比"
HEAPING, IDENTICAL, PRACTICE, ROUND = "时长堆在考核线上", "时长雷同", "登记做法不同", "时长多为整数"
# Fewer records than this show neither heaping nor practice (METHODS section 8: n 20).
MIN_RECORDS = 20
# A fifth of the records with one and the same duration, to the unit recorded, is not how work goes; with few records
# that can be chance, so the lower limit of the share (Wilson, 99%) must also pass half of it.
MAX_IDENTICAL_SHARE, IDENTICAL_LEVEL = 0.2, 0.99
# Cohen 1988: V of 0.3 is a medium difference; smaller ones are significant in large tables and mean little.
MIN_PRACTICE_DIFFERENCE = 0.3
# Round durations make a unit doubtful from this share on and from twice the share of chance, not by significance
# alone: a clock read now and then to the minute is no invention.
MIN_ROUND_SHARE, MIN_ROUND_RATIO = 0.2, 2.0
_LEVEL = 0.05


@dataclass(frozen=True)
class Heaping:
    """Result of :func:`heaping`.

    Args:
        estimate: share of the bin at the threshold among the three bins; nan without records there.
        p_value: one-sided binomial against a third; 1 without records.
        before: records in (threshold − 2 width, threshold − width].
        at: records in (threshold − width, threshold].
        after: records in (threshold, threshold + width].
    """

    estimate: float
    p_value: float
    before: int
    at: int
    after: int


def heaping(values: Any, threshold: float, *, width: float = 1) -> Heaping:
    """Test whether durations heap just inside a threshold.

    Args:
        values: durations, one a record, unit of the threshold.
        threshold: the deadline or limit; a duration equal to it is inside.
        width: width of a bin, the smallest step that is recorded or more.

    Raises:
        StatisticsInputError: missing values, width not positive.
    """
    times = as_numbers(values, "values").ravel()
    edge, step = as_number(threshold, "threshold"), as_number(width, "width", is_positive=True)
    edges = (edge - 2 * step, edge - step, edge, edge + step)
    counts = [int(((times > low) & (times <= high)).sum()) for low, high in itertools.pairwise(edges)]
    total = sum(counts)
    if total == 0:
        return Heaping(math.nan, 1.0, 0, 0, 0)
    p_value = float(stats.binom.sf(counts[1] - 1, total, 1 / 3))
    return Heaping(counts[1] / total, p_value, *counts)


def identical_share(values: Any) -> tuple[float, float]:
    """Return the most frequent value and its share of the records; (nan, nan) without records."""
    times = as_numbers(values, "values").ravel()
    if not len(times):
        return math.nan, math.nan
    distinct, counts = np.unique(times, return_counts=True)
    top = int(counts.argmax())
    return float(distinct[top]), float(counts[top] / len(times))


@dataclass(frozen=True)
class RoundShare:
    """Result of :func:`round_share`.

    Args:
        estimate: share of the records at a multiple of the step; nan without records.
        expected: share by chance, resolution / step.
        p_value: one-sided binomial against the share by chance; 1 without records.
        n: records.
    """

    estimate: float
    expected: float
    p_value: float
    n: int


def round_share(values: Any, step: float, *, resolution: float = 1) -> RoundShare:
    """Test whether durations heap at round values, such as whole minutes or multiples of five.

    Under durations that spread over many steps, each of the step / resolution remainders is as likely as another
    (digit preference; Roberts & Brewer 2001).

    Args:
        values: durations, one a record; zero and negative ones are left out, zero being a multiple of everything.
        step: what a round value is a multiple of, unit of the durations, larger than the resolution.
        resolution: smallest step the source records.

    Raises:
        StatisticsInputError: missing values, a step or resolution not positive, a step not above the resolution.
    """
    times = as_numbers(values, "values").ravel()
    unit, whole = (
        as_number(resolution, "resolution", is_positive=True),
        as_number(step, "step", is_positive=True),
    )
    if whole <= unit:
        raise StatisticsInputError("整数步长须大于记录精度", where="step, resolution", remedy="例如 60 与 1")
    times = times[times > 0]
    expected = unit / whole
    if not len(times):
        return RoundShare(math.nan, expected, 1.0, 0)
    hits = int((np.abs(times / whole - np.round(times / whole)) * whole < unit / 2).sum())
    return RoundShare(
        hits / len(times), expected, float(stats.binom.sf(hits - 1, len(times), expected)), len(times)
    )


@dataclass(frozen=True)
class PracticeDifference:
    """Result of :func:`practice_difference`.

    Args:
        estimate: Cramér's V, 0 to 1.
        p_value: Pearson χ².
        degrees: degrees of freedom.
    """

    estimate: float
    p_value: float
    degrees: int


def practice_difference(table: Any) -> PracticeDifference:
    """Measure how differently units use the classes of a field.

    Args:
        table: counts, shape (units, classes); empty rows and columns are left out.

    Returns:
        V = √(χ² / (n (min(units, classes) − 1))); 0 and p 1 where fewer than two of either are left.

    Raises:
        StatisticsInputError: not a table, negative or missing counts.
    """
    counts = as_numbers(table, "table", minimum=0)
    if counts.ndim != 2:
        raise StatisticsInputError("需要单位×类别的次数表", where="table", remedy="请按行放单位、按列放类别")
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    smaller = min(counts.shape) - 1
    if smaller < 1:
        return PracticeDifference(0.0, 1.0, 0)
    test = stats.chi2_contingency(counts, correction=False)
    value = math.sqrt(float(test.statistic) / (float(counts.sum()) * smaller))
    return PracticeDifference(value, float(test.pvalue), int(test.dof))


@dataclass(frozen=True)
class Comparability:
    """Result of :func:`comparability`.

    Args:
        word: 可比 or 不可比.
        reasons: (unit, kind, one Chinese sentence); unit is empty where the reason lies between units.
    """

    word: str
    reasons: tuple[tuple[str, str, str], ...]


def comparability(
    durations: Mapping[str, Any],
    *,
    thresholds: Sequence[float] = (),
    width: float = 1,
    round_steps: Sequence[float] = (),
    resolution: float = 1,
    practice: Any = None,
) -> Comparability:
    """Decide whether a table of units may be shown as a comparison.

    Args:
        durations: unit → durations of its records.
        thresholds: deadlines at which heaping is looked for.
        width: see :func:`heaping`.
        round_steps: steps at whose multiples heaping is looked for, see :func:`round_share`.
        resolution: smallest step the source records.
        practice: optional counts units × classes, see :func:`practice_difference`.

    Returns:
        不可比 with reasons when a unit heaps at a threshold (q ≤ 0.05 over all units and thresholds, and at
        least half of the three bins) or at multiples of a round step (q ≤ 0.05, at least a fifth of the records
        and twice the share by chance), when more than a fifth of its records have one duration (and chance does
        not explain it), or when practice differs (p ≤ 0.05 and V ≥ 0.3). Units with fewer than 20 records are not
        judged.

    Raises:
        StatisticsInputError: missing values.
    """
    reasons: list[tuple[str, str, str]] = []
    judged = {unit: values for unit, values in durations.items() if np.size(values) >= MIN_RECORDS}
    found = [
        (unit, edge, heaping(values, edge, width=width))
        for unit, values in judged.items()
        for edge in thresholds
    ]
    q_values = false_discovery([heap.p_value for _, _, heap in found])
    for (unit, edge, heap), q_value in zip(found, q_values, strict=True):
        if q_value <= _LEVEL and heap.estimate >= 0.5:
            text = f"{edge:g} 前一格 {heap.at} 条，其前后各 {heap.before}、{heap.after} 条"
            reasons.append((unit, HEAPING, text))
    rounded = [
        (unit, step, round_share(values, step, resolution=resolution))
        for unit, values in judged.items()
        for step in round_steps
    ]
    q_values = false_discovery([part.p_value for _, _, part in rounded])
    for (unit, step, part), q_value in zip(rounded, q_values, strict=True):
        is_much = part.estimate >= max(MIN_ROUND_SHARE, MIN_ROUND_RATIO * part.expected)
        if q_value <= _LEVEL and is_much:
            text = f"{100 * part.estimate:.0f}% 的时长恰为 {step:g} 的整倍数，随机时约 {100 * part.expected:.0f}%"
            reasons.append((unit, ROUND, text))
    for unit, values in judged.items():
        value, share = identical_share(values)
        least = wilson_interval(round(share * np.size(values)), np.size(values), IDENTICAL_LEVEL).ci_low
        if share > MAX_IDENTICAL_SHARE and least > MAX_IDENTICAL_SHARE / 2:
            reasons.append((unit, IDENTICAL, f"{100 * share:.0f}% 的记录时长都是 {value:g}"))
    if practice is not None:
        difference = practice_difference(practice)
        if difference.p_value <= _LEVEL and difference.estimate >= MIN_PRACTICE_DIFFERENCE:
            reasons.append(("", PRACTICE, f"各单位类别构成差异（V = {difference.estimate:.2f}）"))
    return Comparability(NOT_COMPARABLE if reasons else COMPARABLE, tuple(reasons))
