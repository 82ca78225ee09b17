"""Slow drifts: the Poisson CUSUM with its exact run length, and the EWMA to look at.

Belongs here: charts that add up small excesses (METHODS section 2). Does not belong here: alarms on one week
(``farrington``, ``surveillance``).

Sources: Lucas 1985, Technometrics 27:129–144 (Poisson CUSUM, reference value, Markov chain, alarm at or above
h); Brook & Evans 1972, Biometrika 59:539–549 (ARL = (I − Q)⁻¹1); Roberts 1959, Technometrics 1:239–250 (EWMA).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import sparse, stats
from scipy.sparse.linalg import spsolve

from .inputs import Array, Booleans, as_counts, as_number, refuse

_METHOD = "累积和控制图"
# The chain has one state for each multiple of 1/denominator below h.
_MAX_STATES = 20_000
_MAX_DENOMINATOR = 1_000
# Reference values are rounded to a multiple of 1/20 (Lucas 1985: choose k a convenient fraction).
_REFERENCE_DENOMINATOR = 20
DEFAULT_RUN_LENGTH = 104.0


@dataclass(frozen=True, eq=False)
class CusumChart:
    """Result of :func:`poisson_cusum`.

    Args:
        statistic: S after each count, before a restart, shape (n,).
        alarms: True where S reached the threshold, shape (n,).
        reference: k.
        threshold: h.
        run_length_in_control: mean number of counts to an alarm while nothing changes.
        run_length_out_of_control: the same at the shifted mean, from a start at zero.
        mean_in_control: μ0.
        mean_out_of_control: μ1.
    """

    statistic: Array
    alarms: Booleans
    reference: float
    threshold: float
    run_length_in_control: float
    run_length_out_of_control: float
    mean_in_control: float
    mean_out_of_control: float


def poisson_cusum(
    counts: Any,
    mean_in_control: float,
    mean_out_of_control: float,
    threshold: float | None = None,
    *,
    arl: float = DEFAULT_RUN_LENGTH,
    reference: float | None = None,
    head_start: float = 0.0,
) -> CusumChart:
    """Add up excesses over a reference value and alarm when they reach a threshold.

    Args:
        counts: one a period, oldest first, shape (n,).
        mean_in_control: μ0, positive.
        mean_out_of_control: μ1 to be found soon, above μ0.
        threshold: h; default the smallest one whose in-control run length is at least ``arl``.
        arl: periods between false alarms wanted when no threshold is given (104 weeks: one in two years).
        reference: k; default (μ1 − μ0)/ln(μ1/μ0), rounded to a multiple of 1/20 when that leaves it
            between the means.
        head_start: S before the first count (Lucas & Crosier: h/2 for a fast initial response).

    Returns:
        See :class:`CusumChart`. S = max(0, S + x − k), alarm at S ≥ h, then S starts at 0 again. Poisson
        counts are assumed: with overdispersion false alarms come sooner than the run length says.

    Raises:
        StatisticsInputError: missing or negative counts, means not 0 < μ0 < μ1, h or k not positive.
    """
    values = as_counts(counts, "计数", _METHOD)
    low, high = (as_number(mean, "均值", _METHOD) for mean in (mean_in_control, mean_out_of_control))
    if not 0 < low < high:
        raise refuse("受控均值必须大于 0，失控均值必须大于受控均值", _METHOD)
    k = _reference(low, high) if reference is None else as_number(reference, "参考值", _METHOD)
    h = cusum_threshold(k, low, arl) if threshold is None else as_number(threshold, "阈值", _METHOD)
    statistic, alarms = np.zeros(len(values)), np.zeros(len(values), dtype=bool)
    running = as_number(head_start, "起始值", _METHOD)
    for period, count in enumerate(values):
        running = max(0.0, running + count - k)
        statistic[period] = running
        if running >= h - 1e-9:
            alarms[period], running = True, 0.0
    return CusumChart(
        statistic=statistic,
        alarms=alarms,
        reference=k,
        threshold=h,
        run_length_in_control=cusum_run_length(k, h, low),
        run_length_out_of_control=cusum_run_length(k, h, high),
        mean_in_control=low,
        mean_out_of_control=high,
    )


def _reference(low: float, high: float) -> float:
    exact = (high - low) / math.log(high / low)
    rounded = round(exact * _REFERENCE_DENOMINATOR) / _REFERENCE_DENOMINATOR
    if low < rounded < high:
        return rounded
    return float(Fraction(exact).limit_denominator(_MAX_DENOMINATOR))


def cusum_run_length(k: float, h: float, mean: float, *, head_start: float = 0.0) -> float:
    """Return the average run length of an upper Poisson CUSUM.

    Args:
        k: reference value, positive; taken as a fraction with a denominator of at most 1000.
        h: threshold, positive; the alarm comes at S ≥ h.
        mean: mean of the counts, positive.
        head_start: S before the first count, in [0, h).

    Returns:
        Expected number of counts up to and including the alarm, exact for the fraction used: S moves on
        multiples of 1/denominator, so the states below h are finite, and ARL = (I − Q)⁻¹1 (METHODS
        section 2). inf where it exceeds 1e12.

    Raises:
        StatisticsInputError: a number that is not positive, head start outside [0, h), or h so large that
            the chain has more than 20,000 states at a denominator of 1.
    """
    k, h, mean = (as_number(value, "参考值、阈值或均值", _METHOD) for value in (k, h, mean))
    start = as_number(head_start, "起始值", _METHOD)
    if min(k, h, mean) <= 0 or not 0 <= start < h:
        raise refuse("参考值、阈值和均值必须大于 0，起始值应在 0 与阈值之间", _METHOD)
    largest = min(_MAX_DENOMINATOR, int(_MAX_STATES / h))
    if largest < 1:
        raise refuse(f"阈值 {h:g} 太大，状态数超过 {_MAX_STATES}", _METHOD, "请按更短的期间计数")
    fraction = Fraction(k).limit_denominator(largest)
    step = fraction.denominator
    states = math.ceil(h * step - 1e-9)
    run_lengths = _solve(states, fraction.numerator, step, mean)
    first = round(start * step)
    length = float(run_lengths[min(first, states - 1)])
    return length if 0 < length < 1e12 else math.inf


def _solve(states: int, drop: int, step: int, mean: float) -> Array:
    """Return the run length from each state 0 … states − 1, in units of 1/step.

    From state s a count x leads to max(0, s + x·step − drop): the entries of a row lie ``step`` apart.
    """
    most = (states + drop) // step
    chances = stats.poisson.pmf(np.arange(most + 1), mean)
    below = np.concatenate([[0.0], np.cumsum(chances)])
    rows, columns, entries = [], [], []
    start = np.arange(states)
    to_zero = (drop - start) // step  # largest count that leads to 0; negative when none does
    reached = np.where(to_zero >= 0, below[np.minimum(to_zero, most) + 1], 0)
    rows.append(start)
    columns.append(np.zeros(states, dtype=np.int64))
    entries.append(reached)
    for count in range(most + 1):
        target = start + count * step - drop
        inside = (target > 0) & (target < states)
        rows.append(start[inside])
        columns.append(target[inside])
        entries.append(np.full(int(inside.sum()), chances[count]))
    chain = sparse.csc_matrix(
        (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), shape=(states, states)
    )
    solution: Array = np.atleast_1d(spsolve(sparse.identity(states, format="csc") - chain, np.ones(states)))
    return solution


def cusum_threshold(k: float, mean_in_control: float, arl: float = DEFAULT_RUN_LENGTH) -> float:
    """Return the smallest threshold whose in-control run length is at least ``arl``.

    Args:
        k: reference value, above the in-control mean (at or below it the run length hardly grows with h).
        mean_in_control: μ0, positive.
        arl: periods between false alarms, above 1.

    Returns:
        h, a multiple of 1/denominator of k.

    Raises:
        StatisticsInputError: k not above μ0, arl not above 1, no threshold within reach.
    """
    k, mean = as_number(k, "参考值", _METHOD), as_number(mean_in_control, "均值", _METHOD)
    wanted = as_number(arl, "平均运行长度", _METHOD)
    if not 0 < mean < k or wanted <= 1:
        raise refuse("参考值必须大于受控均值，平均运行长度必须大于 1", _METHOD)
    step = Fraction(k).limit_denominator(_MAX_DENOMINATOR).denominator
    low, high = 0, step
    while cusum_run_length(k, high / step, mean) < wanted:
        low, high = high, 2 * high
        if high > _MAX_STATES:
            raise refuse(f"找不到平均运行长度达到 {wanted:g} 的阈值", _METHOD, "请降低要求")
    while high - low > 1:
        middle = (low + high) // 2
        if cusum_run_length(k, middle / step, mean) < wanted:
            low = middle
        else:
            high = middle
    return high / step


def ewma(counts: Any, smoothing: float = 0.2, *, start: float | None = None) -> Array:
    """Return the exponentially weighted moving average, for display beside the counts.

    Args:
        counts: one a period, oldest first, shape (n,).
        smoothing: λ in (0, 1], METHODS: 0.1 to 0.3.
        start: value before the first count; default the first count.

    Returns:
        Shape (n,): λ x + (1 − λ) × the value before. No alarm is read from it.

    Raises:
        StatisticsInputError: missing or negative counts, λ outside (0, 1].
    """
    values = as_counts(counts, "计数", "指数加权平均")
    if not 0 < as_number(smoothing, "平滑系数", "指数加权平均") <= 1:
        raise refuse("平滑系数应大于 0、不超过 1", "指数加权平均")
    smoothed = np.empty(len(values))
    level = float(values[0]) if start is None and len(values) else float(start or 0)
    for period, count in enumerate(values):
        level = smoothing * count + (1 - smoothing) * level
        smoothed[period] = level
    return smoothed
