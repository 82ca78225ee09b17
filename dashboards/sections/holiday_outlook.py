"""节假日前瞻: the holidays and shifted working days ahead, and what the same holiday brought in earlier years.

Belongs here: the days ahead, which earlier holidays are the same, how it is told. Does not belong here: the calendar
(seed ``holidays``) and the comparison (``jingcang.statistics.holidays``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards.components import states
from dashboards.components.frame import answer
from dashboards.components.small_counts import hidden
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import situation
from dashboards.sections.handover_counts import ALL, METRIC
from dashboards.sections.late_days import days_left_out
from dashboards.sections.series_marks import holidays
from jingcang.access.metrics import metric_of, metric_values
from jingcang.statistics.comparison import CHANCE, false_discovery, verdict_after
from jingcang.statistics.holidays import HolidayEffect, Matched, holiday_effect, match, usable
from jingcang.statistics.periods import Period, day_label
from jingcang.statistics.series import first_week, weekly
from jingcang.statistics.verdicts import dispersion_of_part

AHEAD = timedelta(weeks=4)
NEXT_WITHIN = timedelta(days=150)
YEARS = 10
_WORDS = {
    "明显上升": "明显多于平常日",
    "明显下降": "明显少于平常日",
    "可能上升": "可能多于平常日",
    "可能下降": "可能少于平常日",
}
Run = tuple[date, date, str]


@dataclass(frozen=True)
class Outlook:
    """What the calendar says ahead.

    Args:
        runs: holidays that touch the next four weeks; without one the next that is known.
        is_within: whether they touch the next four weeks.
        shifted: working days on weekends within them.
        unknown: first day within them whose arrangement is not known, None where all are.
    """

    runs: list[Run]
    is_within: bool
    shifted: list[date]
    unknown: date | None


def outlook(calendar: Sequence[Mapping[str, Any]], as_of: date) -> Outlook:
    """Return what lies ahead.

    Args:
        calendar: days in order; see ``situation.CALENDAR``.
        as_of: the first day of the four weeks.
    """
    until = as_of + AHEAD
    ahead = [row for row in calendar if as_of <= row["date_day"] < until]
    runs = [run for run in holidays(calendar) if run[1] >= as_of]
    within = [run for run in runs if run[0] < until]
    shifted = [row["date_day"] for row in ahead if row["is_workday"] and row["date_day"].weekday() >= 5]
    unknown = next((row["date_day"] for row in ahead if row["is_workday"] is None), None)
    return Outlook(within or runs[:1], bool(within), shifted, unknown)


def same_before(calendar: Sequence[Mapping[str, Any]], run: Run) -> list[Run]:
    """Return the earlier holidays that share a name with one, the latest first."""
    names = set(run[2].split("·"))
    return [old for old in reversed(holidays(calendar)) if old[1] < run[0] and names & set(old[2].split("·"))]


def show(context: Context) -> None:
    """Show the days ahead and what earlier years say of them."""
    if not context.has_festival:
        states.empty("这里的来源不在中国，法定节假日的日历用不上", "本页的交接、专项行动和会议决定照常可用")
        return
    since = context.as_of.replace(year=context.as_of.year - YEARS, day=1)
    calendar = context.run(situation.CALENDAR, since=since, until=context.as_of + NEXT_WITHIN).to_dicts()
    ahead = outlook(calendar, context.as_of)
    four_weeks = Period(context.as_of, context.as_of + AHEAD)
    answer(_sentence(ahead, four_weeks))
    if ahead.unknown:
        states.withheld(
            f"{day_label(ahead.unknown)}起的放假安排",
            "日历里还没有，国务院公布后请数据管理员补进节假日表（dbt 种子 holidays）",
        )
    if ahead.is_within or ahead.shifted:
        _days(ahead)
    if ahead.runs:
        _earlier(context, calendar, ahead)
    context.foot |= {
        "时期": four_weeks.label(),
        "平常日": "节日前后四周内同一星期几、不放假也不调休、数据到齐的日子，节日每一天取同样多天",
    }


def _sentence(ahead: Outlook, four_weeks: Period) -> str:
    shifted = (
        f"；调休上班 {len(ahead.shifted)} 天：{'、'.join(day_label(day) for day in ahead.shifted)}"
        if ahead.shifted
        else ""
    )
    told = "、".join(
        f"{name}（{day_label(first)}至{day_label(last)}，{(last - first).days + 1} 天）"
        for first, last, name in ahead.runs
    )
    if ahead.is_within:
        return f"未来四周有{told}{shifted}。"
    following = f"下一个是{told}" if told else "已知的日历里没有下一个"
    return f"未来四周（{four_weeks.label()}）没有法定节假日；{following}{shifted}。"


def _days(ahead: Outlook) -> None:
    rows = [
        [first + timedelta(number), "放假", name]
        for first, last, name in ahead.runs if ahead.is_within
        for number in range((last - first).days + 1)
    ] + [[day, "调休上班", ""] for day in ahead.shifted]  # fmt: skip
    with st.expander(f"逐日安排：{len(rows)} 天"):
        show_table(
            [("日期",), ("安排",), ("节日",)],
            [[day_label(day), what, name] for day, what, name in sorted(rows)],
            key="holiday_days",
            title="未来四周的放假和调休",
        )


def _earlier(context: Context, calendar: Sequence[Mapping[str, Any]], ahead: Outlook) -> None:
    """Show for each holiday ahead what it brought in earlier years, by class."""
    runs = {run: same_before(calendar, run) for run in ahead.runs}
    firsts = [old[0] for olds in runs.values() for old in olds]
    since = min(firsts, default=context.as_of) - timedelta(weeks=5)
    counts, missing, dispersion = _counts(context, since)
    special = {
        row["date_day"] for row in calendar
        if row["is_holiday"] or row["is_workday"] is None or (row["is_workday"] != (row["date_day"].weekday() < 5))
    }  # fmt: skip

    def is_ordinary(day: date) -> bool:
        return since <= day < context.as_of and day not in special and day not in missing

    for (first, last, name), olds in runs.items():
        matched = usable(
            [
                match(*old[:2], is_ordinary)
                for old in olds
                if not any(
                    old[0] + timedelta(number) in missing for number in range((old[1] - old[0]).days + 1)
                )
            ]
        )
        _one(context, name, (first, last), matched, counts, dispersion)


def _counts(context: Context, since: date) -> tuple[dict[str, dict[date, int]], set[date], float]:
    """Return class → day → incidents, the days that did not arrive, and the overdispersion of the total."""
    sums: dict[str, dict[date, int]] = {ALL: defaultdict(int)}
    for value in metric_values(
        context.door, context.identity, [METRIC], (since, context.as_of), units=context.unit_nos, area=context.area,
        by=("event_date", "class_level1_label"),
    ):  # fmt: skip
        name = value.of("class_level1_label") or "未登记类别"
        for key in (ALL, name):
            sums.setdefault(key, defaultdict(int))[value.of("event_date")] += value.numerator or 0
    missing = set(days_left_out(context, ("incidents",), sums[ALL], since, context.as_of))
    end = context.week_start
    late = [day for day in missing if first_week(end) <= day < end]
    return sums, missing, weekly(sums[ALL], late, end).dispersion


def _one(
    context: Context, name: str, days: tuple[date, date], matched: Sequence[Matched],
    counts: Mapping[str, Mapping[date, int]], dispersion: float,
) -> None:  # fmt: skip
    whole = holiday_effect(matched, counts[ALL], dispersion=dispersion)
    years = "、".join(str(one.first.year) for one in matched)
    when = f"{name}（{days[0]} 起 {(days[1] - days[0]).days + 1} 天）"
    if whole.comparison is None:
        states.withheld(f"往年{when}与平常日的比较", whole.why_not)
        if not matched:
            return
    effects = {ALL: whole} | {
        key: holiday_effect(
            matched, found,
            dispersion=dispersion_of_part(dispersion, sum(found.values()), sum(counts[ALL].values())),
        )
        for key, found in sorted(counts.items(), key=lambda item: -sum(item[1].values())) if key != ALL
    }  # fmt: skip
    said = words(effects)
    st.subheader(f"往年{name}：{metric_of(METRIC).name_zh}{said[ALL]}")
    st.caption(
        f"{years} 年共 {whole.days} 天节日，每天对 {whole.width} 个平常日（前后四周内同一星期几）；"
        "每日起数之比，95% 区间；各大类一起作多重比较校正。往年如此，不是对今年的预测。"
    )
    rows = [
        _row(key, effect, said[key]) for key, effect in effects.items() if effect.holiday + effect.ordinary
    ]
    is_hidden = bool(context.area)
    show_table(
        [
            ("大类",), ("节日", "起"), ("节日", "天"), ("平常日", "起"), ("平常日", "天"), ("每日之比",), ("95% 区间",),
            ("结论",),
        ],
        rows,
        key=f"holiday_{days[0]}",
        title=f"往年{name}与平常日",
        export_rows=hidden(rows, [1, 3], totals=[0], told_with=[5, 6]) if is_hidden else None,
    )  # fmt: skip
    _by_year(name, matched, counts[ALL], is_exported=not is_hidden)


def words(effects: Mapping[str, HolidayEffect]) -> dict[str, str]:
    """Return class → what its comparison says; the total by itself, the classes corrected together.

    Test and interval are two methods; where the interval holds 1, nothing is said to differ.
    """
    made = {key: effect.comparison for key, effect in effects.items() if effect.comparison}
    classes = [key for key in made if key != ALL]
    q_values = dict(zip(classes, false_discovery([made[key].p_value for key in classes]), strict=True))
    said = {key: effect.why_not for key, effect in effects.items()}
    for key, comparison in made.items():
        verdict = verdict_after(comparison, float(q_values.get(key, comparison.p_value)))
        holds_one = comparison.ci_low <= 1 <= comparison.ci_high
        said[key] = CHANCE if holds_one else _WORDS.get(verdict, verdict)
    return said


def _row(key: str, effect: HolidayEffect, said: str) -> list[Any]:
    found = effect.comparison
    ratio = None if found is None else f"{found.rate_ratio:.2f}"
    limits = None if found is None else f"{found.ci_low:.2f}–{found.ci_high:.2f}"
    return [
        key,
        effect.holiday,
        effect.days,
        effect.ordinary,
        effect.days * effect.width,
        ratio,
        limits,
        said,
    ]


def _by_year(name: str, matched: Sequence[Matched], daily: Mapping[date, int], *, is_exported: bool) -> None:
    with st.expander(f"逐年：{len(matched)} 年"):
        show_table(
            [("首日",), ("末日",), ("节日起数",), ("平常日同样天数",)],
            [
                [
                    one.first, one.last, sum(daily.get(day, 0) for day in one.days),
                    sum(daily.get(day, 0) for days in one.controls for day in days) / one.width,
                ]
                for one in matched
            ],
            key=f"holiday_years_{name}",
            title=f"往年{name}，逐年",
            is_exported=is_exported,
            digits={"平常日同样天数": 1},
        )  # fmt: skip
