"""会议决定, the figure a decision is taken on, and the same figure then and now.

Belongs here: reading a figure through the declared metrics, the comparable period, the comparison in words. Does not
belong here: the log and its forms (``meeting_log``), the tests themselves (``jingcang.statistics``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from dashboards.components import wording
from dashboards.context import Context
from dashboards.sections.late_days import days_left_out, why_incomplete
from dashboards.sections.trend_choices import SOURCES
from jingcang.access.metrics import metric_of, metric_values
from jingcang.contracts import Metric
from jingcang.statistics.comparison import CHANCE, compare_counts
from jingcang.statistics.periods import Period, latest, window_note
from jingcang.statistics.series import first_week, weekly
from jingcang.workbench.meeting_decisions import Figure


@dataclass(frozen=True)
class ThenNow:
    """A figure then and now.

    Args:
        then: as it is counted today for the period of the decision.
        now: the latest complete period of the same kind after it; None while there is none.
        words: what the comparison says, or why nothing is said.
        interval: ratio of the rates with its interval in words, "" where nothing is compared.
    """

    then: Figure
    now: Figure | None
    words: str
    interval: str = ""


def is_share(metric: Metric) -> bool:
    """Return whether a metric is a share of records in percent."""
    return metric.denominator_column is not None and metric.scale == 100


def read(context: Context, asked: Figure) -> Figure | str:
    """Return a figure as it is counted today, or why there is none.

    Args:
        context: of the page.
        asked: metric, class, place and period; its numbers are ignored.
    """
    units = [unit for unit in asked.unit_nos.split(",") if unit]
    period = (asked.period_start, asked.period_end)
    place = {"units": units, "area": asked.area_no}
    (whole,) = metric_values(context.door, context.identity, [asked.metric_code], period, **place)
    if whole.withheld:
        return whole.withheld
    value = whole
    if asked.class_code:
        (value,) = metric_values(
            context.door, context.identity, [asked.metric_code], period, **place, class_code=asked.class_code
        )
    count = value.numerator or 0
    base = value.denominator if metric_of(asked.metric_code).denominator_column else None
    return replace(asked, figure_count=count, figure_base=base)


def told(figure: Figure) -> str:
    """Return a figure in words: 41 起, 80.0%（80/100）."""
    metric = metric_of(figure.metric_code)
    if is_share(metric):
        return wording.share(figure.figure_count, figure.figure_base)
    if figure.figure_base is not None:
        value = metric.scale * figure.figure_count / figure.figure_base if figure.figure_base else None
        return f"{wording.number(value, metric.decimals)} {metric.unit}"
    return f"{wording.number(figure.figure_count / metric.divide_by)} {metric.unit}"


def then_and_now(context: Context, decided: Figure) -> ThenNow:
    """Return the figure of a decision beside the latest complete period of the same kind after it.

    Args:
        context: of the page.
        decided: the figure as it was read when it was decided.
    """
    then = read(context, decided)
    if isinstance(then, str):
        return ThenNow(decided, None, f"当时的数现在不能显示：{then}")
    if metric_of(decided.metric_code).is_stock:
        return ThenNow(then, None, "存量，不与以前的时期作判断")
    period = latest(decided.period_kind, context.as_of, context.week_start)
    before = Period(then.period_start, then.period_end)
    if period.start < before.end:
        ready = before.end + timedelta(before.days)
        return ThenNow(then, None, f"还没有一个完整的对比期，数据到 {ready} 才有")
    now = read(context, replace(decided, period_start=period.start, period_end=period.end))
    if isinstance(now, str):
        return ThenNow(then, None, f"现在的数不能显示：{now}")
    return _compared(context, then, now, period, before)


def _compared(context: Context, then: Figure, now: Figure, period: Period, before: Period) -> ThenNow:
    metric = metric_of(then.metric_code)
    entity = SOURCES[metric.mart][1][0]
    if late := why_incomplete(context, period, before, entity) or _why_gap(context, period, before, entity):
        return ThenNow(then, now, f"不作比较：{late}")
    note = window_note(period, before) if context.has_festival else ""
    if is_share(metric):
        if min(then.figure_base or 0, now.figure_base or 0) < wording.SMALLEST_BASE:
            return ThenNow(then, now, "基数不足 10，不作判断")
        exposures = (now.figure_base or 0, then.figure_base or 0)
        dispersion = 1.0
    elif metric.is_count:
        if then.figure_count + now.figure_count == 0:
            return ThenNow(then, now, CHANCE)
        exposures = (period.days, before.days)
        units = [unit for unit in then.unit_nos.split(",") if unit]
        dispersion = weekly_dispersion(context, then.metric_code, units, then.area_no, then.class_code)
    else:
        return ThenNow(then, now, "不是起数或占比，只列数，不作判断")
    result = compare_counts(
        max(now.figure_count, 0),
        max(then.figure_count, 0),
        current_exposure=exposures[0],
        baseline_exposure=exposures[1],
        dispersion=dispersion,
    )
    holds_one = result.ci_low <= 1 <= result.ci_high
    words = CHANCE if holds_one else result.verdict
    high = "不定" if result.ci_high == float("inf") else f"{result.ci_high:.2f}"
    interval = (
        f"现在÷当时 {result.rate_ratio:.2f}（95% 区间 {result.ci_low:.2f}–{high}）"
        if result.baseline
        else "当时为 0，不算比值"
    )
    return ThenNow(then, now, f"{words}；{note}" if note else words, interval)


def _why_gap(context: Context, period: Period, before: Period, entity: str) -> str:
    """Return that days of incidents did not arrive, which only their counts betray."""
    if entity != "incidents":
        return ""
    since = min(before.start, first_week(context.week_start))
    missing = days_left_out(context, ("incidents",), {}, since, period.end)
    for name, one in (("现在", period), ("当时", before)):
        days = [day for day in missing if one.start <= day < one.end]
        if days:
            return f"{name}的时期缺 {len(days)} 天的警情（{days[0]} 起）"
    return ""


def weekly_dispersion(
    context: Context, metric_code: str, units: list[str], area: str, class_code: str = ""
) -> float:
    """Return the overdispersion of the weekly counts of a metric at a place, days that did not arrive left out."""
    end = context.week_start
    since = first_week(end)
    values = metric_values(
        context.door, context.identity, [metric_code], (since, end), units=units, area=area, by=("event_date",),
        class_code=class_code,
    )  # fmt: skip
    daily = {value.of("event_date"): value.numerator or 0 for value in values}
    missing = days_left_out(context, SOURCES[metric_of(metric_code).mart][1], daily, since, end)
    return weekly(daily, missing, end).dispersion
