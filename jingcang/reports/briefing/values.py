"""Values of the figures of a briefing, from declared metrics through the door.

Belongs here: counts by cell and period, the periods' missing days, and the text of every recipe, verdicts
judged together. Does not belong here: which figures a briefing has (``weekly``), the metrics' own computation
(``jingcang.access.metrics``).

The same code prints a briefing and checks it later, so a recipe says everything a figure depends on; verdicts
also depend on which others they are judged with, which are all verdicts of the same briefing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from jingcang.access import Door, Identity, Query
from jingcang.access.metrics import MetricQuery, MetricValue, metric_of, metric_values
from jingcang.errors import JingcangError
from jingcang.reports.briefing.figures import SMALLEST_BASE, WITHHELD, Cell, Recipe, printed
from jingcang.statistics.completeness import missing_days
from jingcang.statistics.periods import Period
from jingcang.statistics.series import Series, first_week, weekly
from jingcang.statistics.verdicts import NOT_COMPARED, Pair, Verdict, dispersion_of_part, judge_together

ARRIVALS = "incidents_all"
"""Metric whose daily counts tell which days arrived."""

JUDGED = ("verdict", "mark")
NO_CHANGE_MARK, UNCOMPARED_MARK = "＝", "／"
"""Signs of a cell in which no change is told from chance, and of one that is not compared."""

HOUR_BANDS = ("0 时至 5 时", "6 时至 11 时", "12 时至 17 时", "18 时至 23 时")
BY_ROWS = ("hour_band", "weekday_number", "event_hour", "place_type_label")
"""Break-downs the marts of counts do not have; they are counted over the metric's rows."""

_ROWS = MetricQuery(
    "简报·时段部位",
    """
    select isodow(event_date) as weekday_number, event_hour, place_type_label,
        cast(sum(record_count) as bigint) as record_count
    from {fct_incidents}
    where @counted and event_date >= $start and event_date < $end
        and (len($units) = 0 or list_contains($units, unit_no))
    group by isodow(event_date), event_hour, place_type_label
    order by weekday_number, event_hour, place_type_label
    """,
    {"start": date, "end": date, "units": list},
)
_WEEK_START = Query(
    "简报·周起始日", "select iso_week_start from {dim_date} where date_day = $day", {"day": date}
)
_FIRST_DAY = Query(
    "简报·最早一天",
    "select min(event_date) as first_day from {rpt_incident_counts} "
    "where len($units) = 0 or list_contains($units, unit_no)",
    {"units": list},
)
_LOCATED = MetricQuery(
    "简报·定位",
    """
    select cast(coalesce(sum(record_count), 0) as bigint) as record_count,
        cast(coalesce(sum(located_count), 0) as bigint) as located_count
    from {rpt_incident_counts}
    where @counted and event_date >= $start and event_date < $end
        and (len($units) = 0 or list_contains($units, unit_no))
    """,
    {"start": date, "end": date, "units": list},
)


class Values:
    """Values for one reader and some units, all from one generation.

    Args:
        door: the door.
        identity: who asks.
        units: unit numbers, empty for the whole scope.

    Raises:
        NoGeneration: nothing has been published.
    """

    def __init__(self, door: Door, identity: Identity, units: tuple[str, ...] = ()) -> None:
        self._door, self._identity, self.units = door, identity, units
        self.generation = door.generation()
        self._parts: dict[tuple[str, Period, tuple[str, ...]], dict[tuple[str, ...], int]] = {}
        self._totals: dict[tuple[str, Period], MetricValue] = {}
        self._weeks: dict[tuple[str, date], Series] = {}
        self._missing: dict[Period, list[date]] = {}

    def run(self, query: Query, **filters: Any) -> list[dict[str, Any]]:
        """Return the rows of a query through the door; a generation published meanwhile is refused."""
        rows = self._door.run(query, self._identity, **filters).to_dicts()
        self._same_generation()
        return rows

    def week_start(self, day: date) -> date:
        """Return the first day of the week of ``day``; Monday without a calendar."""
        rows = self.run(_WEEK_START, day=day) if self._door.has_table("dim_date") else []
        return rows[0]["iso_week_start"] if rows else day - timedelta(day.weekday())

    def total(self, metric: str, period: Period) -> MetricValue:
        """Return the metric over the whole scope, with wording, unmapped share and the reason when withheld."""
        key = (metric, period)
        if key not in self._totals:
            (found,) = self._metric(metric, period, ())
            self._totals[key] = found
        return self._totals[key]

    def parts(self, metric: str, period: Period, by: tuple[str, ...]) -> Mapping[tuple[str, ...], int]:
        """Return counts by the break-down; a group that is not there is zero.

        Args:
            metric: code of the metric.
            period: days counted.
            by: columns of the metric's mart, or one of :data:`BY_ROWS` alone. A value that is missing is "".
        """
        key = (metric, period, by)
        if key not in self._parts:
            if set(by) & set(BY_ROWS):
                self._parts[key] = self._by_rows(metric, period, by)
            else:
                found = self._metric(metric, period, by)
                self._parts[key] = {
                    tuple("" if part is None else str(part) for _, part in value.by): int(value.value or 0)
                    for value in found
                }
        return self._parts[key]

    def count(self, metric: str, period: Period, cell: Cell = ()) -> int:
        """Return the count of a cell."""
        if not cell:
            return int(self.total(metric, period).value or 0)
        by, where = tuple(name for name, _ in cell), tuple(value for _, value in cell)
        return self.parts(metric, period, by).get(where, 0)

    def weeks(self, metric: str, end: date) -> Series:
        """Return the complete weeks before ``end`` with their counts; weeks with missing days have none."""
        key = (metric, end)
        if key not in self._weeks:
            period = Period(first_week(end), end)
            counts = {
                date.fromisoformat(day): count
                for (day,), count in self.parts(metric, period, ("event_date",)).items()
            }
            self._weeks[key] = weekly(counts, self.missing(period), end)
        return self._weeks[key]

    def dispersion(self, metric: str, end: date) -> float:
        """Return the overdispersion of the metric's complete weeks before ``end``; 1 from less than a season."""
        return self.weeks(metric, end).dispersion

    def missing(self, period: Period) -> list[date]:
        """Return the days of a period whose records did not arrive, judged over the weeks up to its end."""
        if period not in self._missing:
            since = min(period.start, first_week(period.end))
            arrived = {
                date.fromisoformat(day): count
                for (day,), count in self.parts(ARRIVALS, Period(since, period.end), ("event_date",)).items()
            }
            late = missing_days(arrived, since, period.end)
            self._missing[period] = [day for day in late if period.start <= day]
        return self._missing[period]

    def not_located(self, metric: str, period: Period) -> tuple[int, int]:
        """Return (not located, all) of the records a metric counts."""
        row = self.run(
            _LOCATED.of(metric_of(metric)), start=period.start, end=period.end, units=list(self.units)
        )[0]
        return row["record_count"] - row["located_count"], row["record_count"]

    def not_compared(self, metric: str, period: Period, base: Period) -> str:
        """Return why a metric's two periods must not be compared, "" when they may."""
        for name, days in (("本期", period), ("对比期", base)):
            if reason := self.total(metric, days).withheld:
                return f"{name}{reason}"
            if late := self.missing(days):
                return f"{name} {days.days} 天中有 {len(late)} 天缺数"
        if base.start < self.first_day:
            return "对比期早于来源最早的记录"
        return ""

    def is_known(self, metric: str, end: date) -> bool:
        """Return whether the sources have any record of a metric before ``end``: zero is not the same as unknown."""
        return self.total(metric, Period(date.min, end)).n > 0

    @cached_property
    def first_day(self) -> date:
        """The first day any record of the scope has; the far future when there is none."""
        day = self.run(_FIRST_DAY, units=list(self.units))[0]["first_day"]
        return date.max if day is None else date.fromisoformat(str(day)[:10])

    def verdicts(self, recipes: Iterable[Recipe]) -> dict[Recipe, Verdict | None]:
        """Return the verdict of every recipe of measure verdict or mark; None where nothing may be compared.

        All are judged together, the same two counts once.
        """
        wanted = list(dict.fromkeys(recipe for recipe in recipes if recipe.measure in JUDGED))
        pairs: dict[Recipe, Pair] = {}
        for recipe in wanted:
            as_verdict = replace(recipe, measure="verdict")
            if as_verdict not in pairs and (pair := self._pair(recipe)) is not None:
                pairs[as_verdict] = pair
        verdicts = dict(zip(pairs, judge_together(list(pairs.values())), strict=True))
        return {recipe: verdicts.get(replace(recipe, measure="verdict")) for recipe in wanted}

    def texts(self, recipes: Collection[Recipe]) -> dict[Recipe, str]:
        """Return the printed text of every recipe.

        Args:
            recipes: all of one briefing, because its verdicts are judged together.
        """
        verdicts = self.verdicts(recipes)
        return {
            recipe: _judged_text(recipe, verdicts[recipe]) if recipe in verdicts else self.text(recipe)
            for recipe in recipes
        }

    def text(self, recipe: Recipe) -> str:
        """Return the printed text of one recipe that is no verdict."""
        if recipe.measure == "fixed":
            return recipe.text
        if recipe.period is None or recipe.measure in JUDGED:
            raise JingcangError("简报数字的定义不完整", where=recipe.metric, rule="briefing_recipe")
        if self.total(recipe.metric, recipe.period).withheld:
            return WITHHELD
        value = self.count(recipe.metric, recipe.period, recipe.cell)
        if recipe.measure == "count":
            return printed(value, "count")
        if recipe.measure == "share":
            whole = self.count(recipe.metric, recipe.period, recipe.whole or ())
            return printed(100 * value / whole if whole >= SMALLEST_BASE else None, "share")
        return self._change(recipe, value)

    def _change(self, recipe: Recipe, value: int) -> str:
        period, base = recipe.period, recipe.base
        if period is None or base is None or self.not_compared(recipe.metric, period, base):
            return printed(None, "change")
        before = self.count(recipe.metric, base, recipe.cell)
        if before < SMALLEST_BASE:
            return printed(None, "change")
        return printed(100 * (value * base.days / (before * period.days) - 1), "change")

    def _pair(self, recipe: Recipe) -> Pair | None:
        period, base = recipe.period, recipe.base
        if period is None or base is None or self.not_compared(recipe.metric, period, base):
            return None
        now, then = (self.count(recipe.metric, days, recipe.cell) for days in (period, base))
        whole = sum(self.count(recipe.metric, days) for days in (period, base))
        phi = dispersion_of_part(self.dispersion(recipe.metric, period.end), now + then, whole)
        return Pair(now, then, period.days, base.days, phi)

    def _metric(self, metric: str, period: Period, by: tuple[str, ...]) -> list[MetricValue]:
        found = metric_values(
            self._door, self._identity, [metric], (period.start, period.end), units=self.units, by=by
        )
        self._same_generation()
        return found

    def _by_rows(self, metric: str, period: Period, by: tuple[str, ...]) -> dict[tuple[str, ...], int]:
        rows = self.run(
            _ROWS.of(metric_of(metric)), start=period.start, end=period.end, units=list(self.units)
        )
        sums: dict[tuple[str, ...], int] = {}
        for row in rows:
            hour = row["event_hour"]
            row["hour_band"] = None if hour is None else HOUR_BANDS[hour // 6]
            key = tuple("" if row[name] is None else str(row[name]) for name in by)
            sums[key] = sums.get(key, 0) + row["record_count"]
        return sums

    def _same_generation(self) -> None:
        if self._door.generation().name != self.generation.name:
            raise JingcangError(
                "计算途中发布了新版本，简报不能混用两个版本的数字",
                rule="one_generation",
                remedy="请再生成一次",
            )


def _judged_text(recipe: Recipe, verdict: Verdict | None) -> str:
    if recipe.measure == "mark":
        return UNCOMPARED_MARK if verdict is None else verdict.mark or NO_CHANGE_MARK
    return NOT_COMPARED if verdict is None else verdict.words
