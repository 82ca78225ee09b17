"""How many alarms a leader wants, and how many a method would really have raised.

Belongs here: the method a series gets, the alarm budget and its check against the station's own history
(METHODS section 2). Does not belong here: the methods (``farrington``, ``surveillance``), the life of one
alert (workbench).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .farrington import MIN_YEARS, farrington_flexible
from .inputs import Booleans, as_counts, as_number, check_share, refuse
from .intervals import poisson_interval
from .surveillance import RECENT_WEEKS, WEEKS_A_YEAR, EarlyWarning, gamma_poisson_band, week_index

# METHODS section 2: accept a method whose realised rate is at most this multiple of the nominal one.
MAX_RATE_RATIO = 1.5
_METHOD = "预警重放"
_HALF_WINDOW, _SHORTEST = 3, 8


def early_warning(
    counts: Any, *, now: int = -1, alpha: float = 0.05, allow_missing: bool = False
) -> EarlyWarning:
    """Test one week with the method its history allows, the same a page shows and a replay repeats.

    Args:
        counts: weekly counts, oldest first.
        now: index of the week tested (0 is the first week, −1 the last).
        alpha: one-sided chance of a false alarm a week, see :func:`alarm_alpha`.
        allow_missing: let nan (no data) pass in the past; such weeks enter no baseline. History begins with the
            first week that has data.

    Returns:
        :func:`~jingcang.statistics.farrington_flexible` (up to five years back) from three years and a
        half-window before the week on, else :func:`~jingcang.statistics.gamma_poisson_band` over the last weeks
        with data. Missing ones of the last four weeks add nothing to ``recent_events``.

    Raises:
        StatisticsInputError: fewer than 8 past weeks with data, no data of the week itself, missing (unless
            allowed) or negative counts, alpha outside (0, 1).
    """
    values = as_counts(counts, "周计数", "预警", allow_missing=allow_missing)
    index = week_index(now, len(values), "预警")
    known = np.flatnonzero(~np.isnan(values[: index + 1]))
    if not len(known) or known[-1] != index:
        raise refuse("要检验的周没有数据", "预警", "请等数据补齐后再检验")
    first = int(known[0])
    if index - first >= MIN_YEARS * WEEKS_A_YEAR + _HALF_WINDOW:
        past = values[first : index + 1].copy()
        # The weeks just before the tested one are in no baseline; they only count towards the events an alarm needs.
        recent = past[-RECENT_WEEKS:]
        recent[np.isnan(recent)] = 0
        made = farrington_flexible(past, half_window=_HALF_WINDOW, alpha=alpha, allow_missing=allow_missing)
        return replace(made, now=index, baseline=made.baseline + first)
    made = gamma_poisson_band(values[known], alpha=alpha)
    return replace(made, now=index, baseline=known[made.baseline])


_METHODS: dict[str, tuple[Callable[..., EarlyWarning], int]] = {
    # First week each can test with its defaults.
    "early-warning": (early_warning, _SHORTEST),
    "farrington": (farrington_flexible, MIN_YEARS * WEEKS_A_YEAR + _HALF_WINDOW),
    "gamma-poisson": (gamma_poisson_band, _SHORTEST),
}


def alarm_alpha(alarms_per_year: float, cells: float) -> float:
    """Return the one-sided alpha a week that spends a leader's alarm budget.

    Args:
        alarms_per_year: false alarms a year the leader is ready to look into, positive.
        cells: series watched at the same time (categories × areas), positive.

    Returns:
        alarms / (cells × 52), at most 0.5: 24 a year over 60 cells is 0.0077.

    Raises:
        StatisticsInputError: a number that is not positive.
    """
    alarms = as_number(alarms_per_year, "每年报警数", "报警预算")
    watched = as_number(cells, "序列数", "报警预算")
    if alarms <= 0 or watched <= 0:
        raise refuse("每年报警数和序列数必须大于 0", "报警预算")
    return min(0.5, alarms / (watched * WEEKS_A_YEAR))


@dataclass(frozen=True, eq=False)
class Replay:
    """Result of :func:`replay`.

    Args:
        method: name of the method.
        alpha: nominal one-sided rate of alarms a week and series.
        tests: weeks × series tested.
        alarm_count: alarms raised.
        expected_alarms: alpha × tests.
        ci_low: lower limit of ``rate_ratio``, exact Poisson 95%.
        ci_high: upper limit.
        alarms: True where an alarm was raised, shape (weeks, series); weeks before ``first_week`` False.
        first_week: index of the first week tested.
        untested: weeks × series where no model could be fitted.
        last_week: index of the last week tested.
    """

    method: str
    alpha: float
    tests: int
    alarm_count: int
    expected_alarms: float
    ci_low: float
    ci_high: float
    alarms: Booleans
    first_week: int
    untested: int = 0
    last_week: int = -1

    @property
    def realised_rate(self) -> float:
        """Alarms a week and series."""
        return self.alarm_count / self.tests

    @property
    def rate_ratio(self) -> float:
        """Realised / nominal rate."""
        return self.realised_rate / self.alpha

    @property
    def estimate(self) -> float:
        """The rate ratio."""
        return self.rate_ratio

    @property
    def is_accepted(self) -> bool:
        """The realised rate is at most 1.5 times the nominal one."""
        return self.rate_ratio <= MAX_RATE_RATIO

    @property
    def summary(self) -> str:
        """The realised against the nominal rate, one sentence to print."""
        verdict = "可以采用" if self.is_accepted else "报警偏多，请调低报警预算或换用方法"
        return (
            f"在历史上重放 {self.tests} 次（{self.alarms.shape[1]} 个序列），报警 {self.alarm_count} 次；"
            f"名义报警率 {self.alpha:.2%}，实际 {self.realised_rate:.2%}，为名义的 {self.rate_ratio:.2f} 倍"
            f"（95% 区间 {self.ci_low:.2f}–{self.ci_high:.2f}）。{verdict}。"
        )


def replay(
    counts: Any,
    method: str | Callable[..., EarlyWarning] = "early-warning",
    *,
    alpha: float = 0.05,
    first_week: int | None = None,
    most_weeks: int | None = None,
    allow_missing: bool = False,
    **options: Any,
) -> Replay:
    """Run a method over the whole history as if each week had been the current one.

    Args:
        counts: weekly counts, shape (weeks,) or (weeks, series), oldest first.
        method: ``early-warning`` (what a page shows), ``farrington``, ``gamma-poisson``, or a function
            called as f(series, now=…, alpha=…, **options) that returns an :class:`~jingcang.statistics.EarlyWarning`.
        alpha: one-sided chance of a false alarm a week and series, see :func:`alarm_alpha`.
        first_week: first week to test; default the first one the method can test.
        most_weeks: weeks to test of each series, drawn evenly over its history, other ones for each; by default all.
        allow_missing: let nan (no data) pass, to the method too: such weeks are not tested, and a series begins to be
            tested with as many weeks of data behind it as without gaps.
        options: passed on to the method.

    Returns:
        See :class:`Replay`. Real rises in the history count as alarms too, so the realised rate is an upper
        bound of the false one; the rule of 5 events in 4 weeks and whole-number thresholds pull it below
        the nominal rate where counts are small. The rate is informative from some 40 expected alarms on.

    Raises:
        StatisticsInputError: unknown method, history too short, missing or negative counts.
    """
    values = as_counts(counts, "周计数", _METHOD, dimensions=None, allow_missing=allow_missing)
    check_share(alpha, "误报率", _METHOD)
    if values.ndim not in (1, 2):
        raise refuse("周计数应为一列或 周 × 序列 的表", _METHOD)
    table = values.reshape(len(values), -1)
    if isinstance(method, str):
        if method not in _METHODS:
            raise refuse(f"不认识的方法 {method}", _METHOD, "请用 early-warning、farrington 或 gamma-poisson")
        name, (test, earliest) = method, _METHODS[method]
        if method == "farrington":
            earliest += max(0, int(options.get("half_window", _HALF_WINDOW)) - _HALF_WINDOW)
    else:
        name, test, earliest = getattr(method, "__name__", "custom"), method, 0
    first = earliest if first_week is None else first_week
    if first >= len(table) or not table.shape[1]:
        raise refuse(
            f"历史只有 {len(table)} 周，第 {first + 1} 周起才能检验", _METHOD, "请等数据积累后再重放"
        )
    if allow_missing:
        options["allow_missing"] = True
    alarms = np.zeros(table.shape, dtype=bool)
    tested = np.zeros(table.shape, dtype=bool)
    untested = 0
    for series, column in enumerate(table.T):
        with_data = np.flatnonzero(~np.isnan(column))[
            first:
        ]  # as many weeks of data behind the first one tested
        if most_weeks is not None and len(with_data) > most_weeks:
            beside = (series + 0.5) / table.shape[1]  # other weeks than those of the other series
            with_data = with_data[
                ((np.arange(most_weeks) + beside) * len(with_data) / most_weeks).astype(int)
            ]
        for week in map(int, with_data):
            result = test(column, now=week, alpha=alpha, **options)
            alarms[week, series] = result.alarm
            tested[week, series] = True
            untested += not result.has_converged
    tests = int(tested.sum()) - untested
    if tests < 1:
        raise refuse("没有一周能拟合模型", _METHOD)
    count = int(alarms.sum())
    expected = alpha * tests
    limits = poisson_interval(count, exposure=expected, method="exact")
    weeks = np.flatnonzero(tested.any(axis=1))
    return Replay(
        name, alpha, tests, count, expected, limits.ci_low, limits.ci_high, alarms, int(weeks[0]), untested,
        int(weeks[-1]),
    )  # fmt: skip
