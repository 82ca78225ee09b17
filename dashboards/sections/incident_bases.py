"""态势: the period beside three others: the one before it, the year before, the mean of three years.

Belongs here: which of them can be compared, and the table with a verdict each. Does not belong here: the matrix by
place (``incident_matrix``), the calendar (``jingcang.statistics.periods``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from dashboards.components import small_counts, states
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import situation
from jingcang.access.metrics import metric_of, metric_values
from jingcang.contracts import Metric
from jingcang.statistics.completeness import missing_days
from jingcang.statistics.periods import Period, pair, years_before
from jingcang.statistics.verdicts import MAYBE, Pair, Verdict, dispersion_of_part, judge_together

MOST_CLASSES = 8
FEWEST_YEARS = 2
"""A mean of one year is that year."""
TOTAL = "合计"


@dataclass(frozen=True)
class Base:
    """What the period is compared with.

    Args:
        name: heading of its columns.
        periods: one period, or the same of several years.
        why_not: why it is not compared, "" when it is.
    """

    name: str
    periods: Sequence[Period]
    why_not: str = ""

    @property
    def days(self) -> int:
        return sum(period.days for period in self.periods)


def show(context: Context, metric: Metric, group: str, dispersion: float) -> None:
    """Show the table of the three comparisons.

    Args:
        context: the page's context.
        metric: what counts.
        group: 大类 opened, "" for all.
        dispersion: overdispersion of the weekly series shown.
    """
    current = context.pair.current
    bases = _bases(context, current)
    reasons = [f"{base.name}{base.why_not}" for base in bases if base.why_not]
    if len(reasons) == len(bases):
        # One reason for all is said once: what the period itself lacks, no base can make good.
        whys = dict.fromkeys(base.why_not for base in bases)
        told = "".join(whys) if len(whys) == 1 else "；".join(reasons)
        states.withheld("与上期、去年和三年均值的并列", told)
        return
    asked = dict.fromkeys(
        [current, *(period for base in bases if not base.why_not for period in base.periods)]
    )
    counts = {period: _counts(context, metric, group, period) for period in asked}
    names = sorted({name for by_class in counts.values() for name in by_class} - {TOTAL})
    names.sort(key=lambda name: -counts[current].get(name, 0))
    shown = [TOTAL, *names[:MOST_CLASSES]]
    verdicts = _verdicts(counts, bases, current, shown, dispersion)
    changed = [
        f"{name}比{base.name}{verdict.words}"
        for base in bases
        for name in shown
        if (verdict := verdicts.get((base.name, name))) and verdict.is_real
    ]
    more = f"等 {len(changed)} 处" if len(changed) > 3 else ""
    finding = "、".join(changed[:3]) + more if changed else "没有超出偶然波动的变化"
    maybe = sum(verdict.words in MAYBE for verdict in verdicts.values())
    finding += f"，{maybe} 处只是可能有变" if maybe else ""
    # The mean is of as many years as there are records of; the title names what stands below.
    st.subheader(f"与{'、'.join(base.name for base in bases if not base.why_not)}并列：{finding}")
    st.caption(
        "；".join(
            f"{base.name}为{'、'.join(_days(period) for period in base.periods)}"
            for base in bases
            if not base.why_not
        )
        + ("；" if reasons else "")
        + "；".join(reasons)
        + "。全部判断一并作多重比较校正。"
    )
    columns = [("大类" if not group else "类别",), ("本期", "起")]
    for base in bases:
        columns += [(base.name, "起"), (base.name, "判断")]
    rows = [
        [
            name,
            counts[current].get(name, 0),
            *(cell for base in bases for cell in _cells(base, counts, verdicts, name)),
        ]
        for name in shown
    ]
    show_table(
        columns,
        rows,
        export_rows=small_counts.hidden(rows, (1, *range(2, len(columns), 2)), totals=[0])
        if context.area
        else None,
        key="bases",
        title=f"{metric.title_zh}与三种对比期，{current.label()}",
    )


def _bases(context: Context, current: Period) -> list[Base]:
    """Return the three bases, each with why it cannot be compared."""
    has_festival = context.has_festival
    previous = pair(
        context.period_kind, "previous", context.as_of, context.week_start, has_festival=has_festival
    )
    years = years_before(current, context.period_kind, has_festival=has_festival)
    before = previous.before if previous.current == current else Period(current.start, current.start)
    since = min([before.start, *(period.start for period in years)])
    arrived = context.run(
        situation.DAILY.of(metric_of("incidents_all")),
        units=list(context.unit_nos), area="", since=since, until=current.end, class_label="",
    )  # fmt: skip
    daily: dict[date, int] = dict(arrived.rows())
    first = min(daily, default=current.end)
    late = set(missing_days(daily, first, current.end))

    def why_not(period: Period) -> str:
        if period.start < first or not period.days:
            return "没有可比的记录"
        inside = [day for day in late if period.start <= day < period.end]
        return f"缺 {len(inside)} 天的数，不作比较" if inside else ""

    now = f"本期{why}" if (why := why_not(current)) else ""
    whole = [period for period in years if not why_not(period)]
    last = years[:1]
    alone = "不作比较：春节在一、二月间移动，1–2 月合并后再看"
    return [
        Base("上一期", [before], now or why_not(before)),
        Base("去年同期", last, now or (why_not(last[0]) if last else alone)),
        Base(
            f"{'三' if len(whole) != FEWEST_YEARS else '两'}年均值",
            whole,
            now or ((alone if not years else "没有可比的记录") if len(whole) < FEWEST_YEARS else ""),
        ),
    ]


def _counts(context: Context, metric: Metric, group: str, period: Period) -> dict[str, int]:
    """Return counts by class, and of all."""
    counts: dict[str, int] = {TOTAL: 0}
    for value in metric_values(
        context.door, context.identity, [metric.metric_code], (period.start, period.end),
        units=context.unit_nos, area=context.area, by=("class_level1_label", "class_label"),
    ):  # fmt: skip
        if group and value.of("class_level1_label") != group:
            continue
        name = value.of("class_label") if group else value.of("class_level1_label")
        counts[name] = counts.get(name, 0) + (value.numerator or 0)
        counts[TOTAL] += value.numerator or 0
    return counts


def _verdicts(
    counts: Mapping[Period, Mapping[str, int]],
    bases: Sequence[Base],
    current: Period,
    names: Sequence[str],
    dispersion: float,
) -> dict[tuple[str, str], Verdict]:
    keys: list[tuple[str, str]] = []
    pairs: list[Pair] = []
    for base in bases:
        if base.why_not:
            continue
        whole = counts[current][TOTAL] + _sum(counts, base, TOTAL)
        for name in names:
            now, then = counts[current].get(name, 0), _sum(counts, base, name)
            part = dispersion_of_part(dispersion, now + then, whole)
            keys.append((base.name, name))
            pairs.append(Pair(now, then, current.days, base.days, part))
    return dict(zip(keys, judge_together(pairs), strict=True))


def _sum(counts: Mapping[Period, Mapping[str, int]], base: Base, name: str) -> int:
    return sum(counts[period].get(name, 0) for period in base.periods)


def _cells(
    base: Base,
    counts: Mapping[Period, Mapping[str, int]],
    verdicts: Mapping[tuple[str, str], Verdict],
    name: str,
) -> tuple[float | int | None, str]:
    if base.why_not:
        return None, "不作比较"
    total = _sum(counts, base, name)
    mean = total if len(base.periods) == 1 else round(total / len(base.periods), 1)
    return mean, verdicts[base.name, name].words


def _days(period: Period) -> str:
    return f"{period.start.isoformat()} 起 {period.days} 天"
