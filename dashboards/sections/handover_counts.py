"""值班交接, the incidents of the last day or days by class, each against the same weekdays of the weeks before.

Belongs here: which days are compared and the verdict a class. Does not belong here: the sheet (``handover_sheet``), the
test (``jingcang.statistics``).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.context import Context
from dashboards.queries import situation
from dashboards.sections.late_days import days_left_out
from jingcang.access.metrics import metric_of, metric_values
from jingcang.statistics.periods import Period
from jingcang.statistics.series import first_week, weekly
from jingcang.statistics.verdicts import Pair, Verdict, dispersion_of_part, judge_together

METRIC = "incidents_effective"
WEEKS = 8
FEWEST_WEEKS = 4
ALL = "合计"


@dataclass(frozen=True)
class ClassCount:
    """One class on the sheet.

    Args:
        name: of the class, or 合计.
        count: incidents of the period.
        usual: what the same weekdays had on the average; None where nothing is compared.
        verdict: against them; None where nothing is compared.
    """

    name: str
    count: int
    usual: float | None
    verdict: Verdict | None

    @property
    def is_high(self) -> bool:
        return self.verdict is not None and self.verdict.is_real and self.verdict.mark == "▲"


@dataclass(frozen=True)
class Received:
    """What was received.

    Args:
        classes: the total first, then the classes, most incidents first.
        why_not: why nothing is compared, "" where it is.
    """

    classes: list[ClassCount]
    why_not: str

    @property
    def total(self) -> ClassCount:
        return self.classes[0]


def received(context: Context, period: Period) -> Received:
    """Return the incidents of a period by class of the first level.

    Args:
        context: of the page.
        period: the last day or days before the as-of day.
    """
    since = first_week(period.end)
    sums: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for value in metric_values(
        context.door, context.identity, [METRIC], (since, period.end), units=context.unit_nos, area=context.area,
        by=("event_date", "class_level1_label"),
    ):  # fmt: skip
        count = value.numerator or 0
        sums[ALL][value.of("event_date")] += count
        sums[value.of("class_level1_label") or "未登记类别"][value.of("event_date")] += count
    daily = sums.pop(ALL, {})
    days = [period.start + timedelta(number) for number in range(period.days)]
    missing = set(days_left_out(context, ("incidents",), daily, since, period.end))
    rows = context.run(situation.CALENDAR, since=since, until=period.end).to_dicts()
    special = {
        row["date_day"]: row["holiday_label"] or "调休" for row in rows
        if row["is_holiday"] or (row["is_workday"] and row["date_day"].weekday() >= 5)
    } if context.has_festival else {}  # fmt: skip
    why_not = _why_empty(context, period) or _why_not(days, missing, special)
    steps = [
        week for week in range(1, WEEKS + 1)
        if not any(day - timedelta(7 * week) in missing or day - timedelta(7 * week) in special for day in days)
    ]  # fmt: skip
    if not why_not and len(steps) < FEWEST_WEEKS:
        why_not = f"此前 {WEEKS} 周的同一星期几，数据完整的平常日不足 {FEWEST_WEEKS} 周"
    before = [day - timedelta(7 * week) for week in steps for day in days]
    found = [
        (name, _sum(counts, days), _sum(counts, before)) for name, counts in {ALL: daily, **sums}.items()
    ]
    found = [
        found[0],
        *sorted((row for row in found[1:] if row[1] or row[2]), key=lambda row: (-row[1], row[0])),
    ]
    if why_not:
        return Received([ClassCount(name, count, None, None) for name, count, _ in found], why_not)
    dispersion = weekly(daily, sorted(missing), period.end).dispersion
    verdicts = _judged(found, len(days), len(before), dispersion)
    return Received(
        [
            ClassCount(name, count, then / len(steps), verdict)
            for (name, count, then), verdict in zip(found, verdicts, strict=True)
        ],
        "",
    )  # fmt: skip


def _why_empty(context: Context, period: Period) -> str:
    """Return that a day has no record of any kind at any 责任区, "" where each has one."""
    rows = context.run(
        situation.DAILY.of(metric_of("incidents_all")), units=list(context.unit_nos), area="", since=period.start,
        until=period.end, class_label="",
    )  # fmt: skip
    found = {day for day, count in rows.rows() if count}
    empty = [day for number in range(period.days) if (day := period.start + timedelta(number)) not in found]
    return f"{empty[0]} 没有任何接警记录，可能没有到" if empty else ""


def _why_not(days: list[date], missing: set[date], special: dict[date, str]) -> str:
    late = [day for day in days if day in missing]
    if late:
        return f"{late[0]} 的警情没有到齐"
    festive = [day for day in days if day in special]
    return f"{festive[0]} 是{special[festive[0]]}，不与平常日相比" if festive else ""


def _judged(
    found: list[tuple[str, int, int]], days: int, days_before: int, dispersion: float
) -> list[Verdict]:
    """Return the verdict of the total alone, then those of the classes corrected together."""
    whole = found[0][1] + found[0][2]
    pairs = [
        Pair(now, then, days, days_before, dispersion_of_part(dispersion, now + then, whole))
        for _, now, then in found
    ]
    return [*judge_together(pairs[:1]), *judge_together(pairs[1:])]


def _sum(counts: dict[date, int], days: list[date]) -> int:
    return max(sum(counts.get(day, 0) for day in days), 0)
