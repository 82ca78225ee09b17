"""趋势: any metric by area and class over weeks or months: where it goes, and what of it is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.frame import answer
from dashboards.components.metric_choice import tell_definition
from dashboards.context import Context, current
from dashboards.sections import (
    case_rows,
    incident_rows,
    late_days,
    operation_marks,
    series_chart,
    trend_alerts,
    trend_choices,
    trend_forecast,
)
from dashboards.sections.series_marks import Marks
from dashboards.sections.trend_choices import Choice
from jingcang.access.metrics import MetricValue, metric_values
from jingcang.statistics.periods import Period, day_label, pair
from jingcang.statistics.series import KINDS, Series, bands, by_period, weekly
from jingcang.statistics.verdicts import judge, judge_shares

MOST_ITEMS = 5
RECENT = 13
"""Periods looked back on for those outside the band."""
ROWS_ELSEWHERE = {
    "rpt_arrival_counts": ("app_pages/leadership/response.py", "接处警时效"),
    "fct_patrol_presence": ("app_pages/leadership/patrol.py", "巡逻成效"),
}
"""Mart → page on which its records are listed."""


def main() -> None:
    context = current()
    head = st.container()
    choice = trend_choices.choose(context)
    metric = choice.metric
    where = context.scope_words()
    space = " " if metric.title_zh[0].isdigit() else ""
    subject = f"{where}{space}{metric.title_zh}" + (f"·{choice.class_words}" if choice.class_code else "")
    head.header(f"趋势：{subject}")
    since, until = choice.since, max(choice.end, context.as_of)
    value = _whole(context, choice, choice.drawn_since)
    _fill_foot(context, choice, value)
    if withheld := value.withheld or _why_recent(context, choice):
        states.withheld(metric.title_zh, withheld)
        _tell_lacking(context)
        return
    daily, bases = _daily(context, choice, since, until)
    everything, _ = _daily(context, choice, since, until, is_everything=True)
    end = max(choice.end, context.week_start)
    missing = late_days.days_left_out(context, choice.entities, everything, since, end)
    series = by_period(choice.kind, bases or daily, [] if metric.is_stock else missing, since, choice.end)
    if not series.complete:
        states.empty(
            f"{day_label(since)}以来没有计入{subject}的记录",
            "请换一个度量、类别或时间范围，或核对数据是否到齐",
        )
        _tell_lacking(context)
        return
    context.foot["时间范围"] = Period(max(choice.drawn_since, series.starts[0]), until).label()
    weeks = weekly(daily, missing, context.week_start)
    dispersion = weeks.dispersion if choice.kind == "week" else series.dispersion
    changes = {
        version.valid_from: f"口径改为第 {version.version} 版"
        for version in metric.versions[1:]
        if series.starts[0] < version.valid_from < until
    }
    found = (
        trend_alerts.load_found(context, metric, choice.class_code, choice.drawn_since)
        if metric.mart == "rpt_incident_counts"
        else []
    )
    limits = bands(series, dispersion, list(changes)) if metric.is_count else {}
    year = _year_words(context, choice, (daily, bases), missing, weeks.dispersion, list(changes))
    values = _values(choice, series, daily)
    answer(f"{subject}：{series_chart.finding(series, values, limits, metric.unit)}{year}。")
    _look_at(series, limits, found, changes, metric.unit)
    real, false = trend_alerts.marks(found, series)
    series_chart.show(
        context,
        series,
        shown=choice.shown,
        unit=metric.unit,
        what=metric.unit + "数" if metric.is_count else metric.name_zh,
        values=None if metric.is_count else values,
        base="基数" if bases else "",
        dispersion=dispersion,
        marks=Marks(
            changes,
            real,
            false,
            None if bases else _running(context, choice, daily, everything),
            operation_marks.marks(context, class_code=_incident_class(choice)),
        ),
        is_suppressed=bool(context.area),
        is_last_told=True,
    )
    if metric.mart == "rpt_incident_counts":
        trend_alerts.show(context, found)
    else:
        st.caption("预警只检验有效警情的各类别，这个度量不在其中。")
    if choice.kind == "week" and metric.is_count:
        trend_forecast.show(series, has_festival=context.has_festival)
    elif metric.is_count:
        st.caption("预测只按周作。")
    _tell_lacking(context)
    _rows(context, choice, series)


def _whole(context: Context, choice: Choice, since: date) -> MetricValue:
    """Return the metric of every class since a day."""
    (value,) = metric_values(
        context.door,
        context.identity,
        [choice.metric.metric_code],
        (since, max(choice.end, context.as_of)),
        units=context.unit_nos,
        area=context.area,
    )
    return value


def _why_recent(context: Context, choice: Choice) -> str:
    """Return why the last four weeks are withheld, "" when they are not: a new code would read as a fall."""
    value = _whole(context, choice, choice.end - timedelta(28))
    return f"最近四周{value.withheld}" if value.withheld and value.unmapped_of else ""


def _daily(
    context: Context, choice: Choice, since: date, until: date, *, is_everything: bool = False
) -> tuple[dict[date, int], dict[date, int]]:
    """Return the sums by day, and of a ratio those below its line; of the class and area chosen or of all the units."""
    values = metric_values(
        context.door,
        context.identity,
        [choice.metric.metric_code],
        (since, until),
        units=context.unit_nos,
        area="" if is_everything else context.area,
        by=("event_date",),
        class_code="" if is_everything else choice.class_code,
    )
    sums = {value.of("event_date"): value.numerator or 0 for value in values}
    if choice.metric.denominator_column is None:
        return sums, {}
    return sums, {value.of("event_date"): value.denominator or 0 for value in values}


def _values(choice: Choice, series: Series, daily: Mapping[date, int]) -> list[float | None]:
    """Return what is drawn: counts, stands and minutes as they are, ratios from a base of ten on."""
    metric = choice.metric
    if metric.denominator_column is None:
        return [None if count is None else round(count / metric.divide_by) for count in series.counts]
    found: list[float | None] = []
    for start, days, base in zip(series.starts, series.days, series.counts, strict=True):
        sums = sum(daily.get(start + timedelta(day), 0) for day in range(days))
        is_told = base is not None and base >= wording.SMALLEST_BASE
        found.append(round(metric.scale * sums / base, metric.decimals) if base and is_told else None)
    return found


def _fill_foot(context: Context, choice: Choice, value: MetricValue) -> None:
    tell_definition(context, choice.metric, Period(value.start, value.end))
    context.foot = {
        "时间范围": Period(choice.drawn_since, max(choice.end, context.as_of)).label(),
        "口径": context.foot.pop("口径"),
        "n": f"{wording.number(value.n if value.denominator is not None else value.value)}"
        f"{'' if value.denominator is not None else f' {choice.metric.unit}'}（全部类别）",
        "未映射": wording.share(value.unmapped_count, value.unmapped_of),
        **context.foot,
    }


def _tell_lacking(context: Context) -> None:
    lacking = trend_choices.lacking_sources(context)
    if lacking:
        st.caption(f"这里的来源没有{'、'.join(lacking)}，相应的度量没有数。")


def _running(
    context: Context, choice: Choice, daily: Mapping[date, int], everything: Mapping[date, int]
) -> tuple[date, str] | None:
    """Return the period that still runs with its words, None where there is none."""
    days = (context.as_of - choice.end).days
    if days <= 0 or choice.metric.is_stock:
        return None
    total = sum(count for day, count in daily.items() if choice.end <= day < context.as_of)
    name = KINDS[choice.kind].name
    empty = sum(not everything.get(choice.end + timedelta(day)) for day in range(days))
    late = f"（{empty} 天没有任何记录，可能没有到）" if empty else ""
    return choice.end, (
        f"本{name}（{choice.end} 起）未完：{days} 天 {total / choice.metric.divide_by:,.0f} {choice.metric.unit}"
        f"{late}，不画线、不参加判断"
    )


def _year_words(
    context: Context, choice: Choice, sums: tuple[Mapping[date, int], Mapping[date, int]], missing: Sequence[date],
    dispersion: float, changes: Sequence[date],
) -> str:  # fmt: skip
    """Return the last 52 complete weeks against the 52 before them, or why they are not compared."""
    daily, bases = sums
    if choice.metric.is_stock:
        year_ago = choice.end.replace(year=choice.end.year - 1) - timedelta(1)
        before = daily.get(year_ago.replace(day=1))
        return f"；十二个月前 {before:,} {choice.metric.unit}" if before else ""
    if choice.metric.divide_by != 1:
        return ""
    two = pair("year", "previous", context.as_of, context.week_start, has_festival=context.has_festival)
    now, before = two.current, two.before
    span = Period(before.start, now.end)
    late = sum(span.start <= day < span.end for day in missing)
    if span.start < choice.since or min(daily) > span.start + timedelta(28):
        return "；此前的记录不满 104 周，不作年度比较"
    if late:
        return f"；近 104 周缺 {late} 天的数，不作年度比较"
    if any(span.start < day < span.end for day in changes):
        return "；近 104 周口径改过，不作年度比较"
    hits = [_sum(daily, now), _sum(daily, before)]
    note = f"（{two.note}）" if two.note else ""
    if choice.metric.is_count:
        verdict = judge([(hits[0], hits[1])], now.days, before.days, dispersion)[0]
        return f"；近 52 周比此前 52 周 {verdict.change_words}，{verdict.words}{note}"
    n = [_sum(bases, now), _sum(bases, before)]
    if choice.metric.scale != 100 or min(n) < wording.SMALLEST_BASE:
        return ""
    words = judge_shares([(hits[0], n[0], hits[1], n[1])])[0].words
    return (
        f"；近 52 周 {wording.share(hits[0], n[0])}，此前 52 周 {wording.share(hits[1], n[1])}，{words}{note}"
    )


def _sum(daily: Mapping[date, int], period: Period) -> int:
    return sum(count for day, count in daily.items() if period.start <= day < period.end)


def _look_at(
    series: Series, limits: Mapping[int, tuple[int, int]], found: Sequence[trend_alerts.Found],
    changes: Mapping[date, str], unit: str,
) -> None:  # fmt: skip
    """List at most five things: open alerts, changed definitions, recent periods outside the band."""
    name = KINDS[series.kind].name
    items = [
        f"**预警·{item.name}**：{item.state}，自 {day_label(min(row['week_start'] for row in item.signals))}起一周"
        for item in found
        if item.alert and item.alert.is_open
    ][:3]
    items += [f"**{words}**（{day_label(day)}起），前后的数不能相比" for day, words in changes.items()]
    recent = sorted(limits, reverse=True)[:RECENT]
    items += [
        f"**{day_label(series.starts[index])}起一{name} {series.counts[index]:,} {unit}**，"
        f"{'高' if (series.counts[index] or 0) > limits[index][1] else '低'}于波动带"
        f"（{limits[index][0]:,}–{limits[index][1]:,}）"
        for index in recent
        if not series_chart.is_inside(series, limits, index)
    ]
    if items:
        lines = "\n".join(f"{number}. {item}" for number, item in enumerate(items[:MOST_ITEMS], 1))
        st.markdown(f"**先看这几处**\n{lines}")


def _incident_class(choice: Choice) -> str:
    """Return the class of incidents shown, "" where the classes are of another dictionary."""
    return choice.class_code if choice.metric.mart == "rpt_incident_counts" else ""


def _rows(context: Context, choice: Choice, series: Series) -> None:
    """Show the records of one period, or lead to the page that does; residents are not listed one by one."""
    metric, name = choice.metric, KINDS[choice.kind].name
    if metric.mart in ROWS_ELSEWHERE:
        page, label = ROWS_ELSEWHERE[metric.mart]
        st.page_link(page, label=f"明细在“{label}”", query_params=st.query_params.to_dict())
    if metric.rows_table != "fct_incidents" and metric.mart != "rpt_case_counts":
        return
    with st.expander("看明细：一期里的每一条和它的来源记录"):
        left, right = st.columns(2, vertical_alignment="bottom")
        starts = dict(
            zip(map(day_label, series.starts), zip(series.starts, series.days, strict=True), strict=True)
        )
        chosen = left.selectbox(f"哪一{name}（起始日）", list(starts)[::-1], key="trend_rows_period")
        if not right.toggle("显示明细", key="trend_rows_shown"):
            return
        start, days = starts[chosen]
        period = Period(start, start + timedelta(days))
        if metric.mart == "rpt_case_counts":
            nature, stage = (_only_code(choice, column) for column in ("nature_code", "stage_code"))
            case_rows.show(context, nature, stage, period, choice.class_code)
        else:
            title = f"{metric.title_zh}明细，{period.label()}"
            incident_rows.show(context, metric, period, title=title, class_code=choice.class_code)


def _only_code(choice: Choice, column: str) -> str:
    """Return the code a metric of cases asks of a column."""
    return next(item.in_[0] for item in choice.metric.version.filters if item.column == column)


main()
