"""Numbers of declared metrics through the door: value, n, unmapped share, wording and version from one place.

Belongs here: the compiled query of a metric and its answer, withheld where too much is not mapped. Does not belong
here: the declarations (``jingcang.contracts.metrics``), comparisons and chance (``jingcang.statistics``), suppression
of small counts (``suppression``), and how a number is shown.

Ratios sum first and divide last, over whatever the rows are broken down by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from jingcang.access.door import Door
from jingcang.access.identity import Identity
from jingcang.access.query import Query
from jingcang.contracts.marts import load_marts
from jingcang.contracts.metric_sql import EVERY, counted_sql
from jingcang.contracts.metrics import Metric, MetricVersion, load_metrics
from jingcang.errors import JingcangError

WEEK, MONTH = "week", "month"
CALENDAR = {WEEK: "calendar.iso_week_start", MONTH: "calendar.month_start"}
"""Break-downs by the deployment's calendar → columns of ``dim_date``: first day of the week, of the month."""

COUNTED = "@counted"
"""Stands in the SQL of a :class:`MetricQuery` for the condition under which a row counts."""

FILTERS: Mapping[str, type] = {"start": date, "end": date, "units": list, "area": str}

CLASSES = ("class_level1_code", "class_level2_code", "class_code")
"""Columns by which a class and what stands below it are told."""


@dataclass(frozen=True)
class MetricValue:
    """One number of one metric, with what stands beside it.

    Args:
        metric_code, name_zh, unit, decimals: as declared; the name tells the definition chosen.
        definition_zh: the wording, of every version that counts days of the period.
        version: the versions' numbers.
        start, end: the period, half-open; of a stock the month of the stand.
        by: (column, value) of the break-down, in the order asked.
        value: in ``unit``; None where there is nothing to divide by, and where withheld.
        numerator, denominator: the sums a ratio divides (denominator None for a plain sum); None where withheld.
        n: records behind the value: the denominator of a ratio, the value of a plain count, else rows of the mart.
        unmapped_count, unmapped_of: records nobody can yet say of whether they count, and the whole they are of; 0 and
            0 where the metric needs no mapping. Of the unit where broken down by unit, else of everything asked.
        withheld: why there is no value, "" when there is one.
        generation: the published generation read.
        as_of: the day it was built for.
    """

    metric_code: str
    name_zh: str
    unit: str
    decimals: int
    definition_zh: str
    version: str
    start: date
    end: date
    by: tuple[tuple[str, Any], ...]
    value: float | int | None
    numerator: int | None
    denominator: int | None
    n: int
    unmapped_count: int
    unmapped_of: int
    withheld: str
    generation: str
    as_of: date | None

    @property
    def unmapped_share(self) -> float | None:
        """Unmapped records among all, 0 to 1; None without a base."""
        return self.unmapped_count / self.unmapped_of if self.unmapped_of > 0 else None

    def of(self, column: str) -> Any:
        """Return the value of one column of the break-down."""
        return dict(self.by)[column]


@dataclass(frozen=True)
class MetricQuery:
    """A question of a page about the rows a metric counts, whatever metric the reader chose.

    Args:
        name: see :class:`Query`.
        sql: with :data:`COUNTED` where a row must count; it reads one table with the metrics' filter columns.
        filters: see :class:`Query`.
    """

    name: str
    sql: str
    filters: Mapping[str, type]

    def of(self, metric: Metric) -> Query:
        """Return the query for one metric."""
        return _query_of(self.name, self.sql, tuple(self.filters.items()), metric)


@lru_cache(maxsize=512)
def _query_of(name: str, sql: str, filters: tuple[tuple[str, type], ...], metric: Metric) -> Query:
    return Query(
        f"{name}·{metric.metric_code}", sql.replace(COUNTED, f"({counted_sql(metric)})"), dict(filters)
    )


def metric_of(code: str) -> Metric:
    """Return a declared metric.

    Raises:
        JingcangError: there is none of this code.
    """
    known = load_metrics()
    if code not in known:
        raise JingcangError(
            f"没有这个度量：{code}", where="data_contracts/metrics", remedy=f"可用：{'、'.join(known)}"
        )
    return known[code]


def dimensions(metric: Metric) -> tuple[str, ...]:
    """Return what a metric can be broken down by: columns of its mart, and the calendar's week and month."""
    mart = load_marts()[metric.mart]
    columns = [
        column.name for column in mart.columns
        if column.type in ("string", "date") and column.name not in mart.key and not column.name.endswith("_id")
    ]  # fmt: skip
    return (*columns, *((MONTH,) if metric.is_stock else CALENDAR))


def classes_of(metric: Metric) -> tuple[str, ...]:
    """Return the columns of :data:`CLASSES` that a metric's mart has; without any it knows no classes."""
    known = {column.name for column in load_marts()[metric.mart].columns}
    return tuple(column for column in CLASSES if column in known)


def metric_query(code: str, by: Sequence[str] = (), *, is_of_class: bool = False) -> Query:
    """Return the compiled query of a metric; filters: :data:`FILTERS`.

    Args:
        code: code of the metric.
        by: break-down, of :func:`dimensions`.
        is_of_class: count one class with all below it only; adds the filter ``class_code``.

    Returns:
        A query for rows (one a group, without groups in which nothing counts or is unmapped): the columns of ``by``,
        numerator, denominator (NULL for a plain sum), row_count, unmapped_count, unmapped_of, stand_date.

    Raises:
        JingcangError: no such metric, or it cannot be broken down so.
    """
    return _compiled(metric_of(code), tuple(by), is_of_class)


@lru_cache(maxsize=512)
def _compiled(metric: Metric, by: tuple[str, ...], is_of_class: bool) -> Query:
    known = dimensions(metric)
    for column in by:
        if column not in known:
            raise JingcangError(
                f"度量“{metric.title_zh}”不能按 {column} 分",
                where=metric.mart,
                remedy=f"可用：{'、'.join(known)}",
            )
    counted, base = counted_sql(metric), counted_sql(metric, only_denominator=True)
    unmapped = metric.unmapped
    within = EVERY if unmapped is None else counted_sql(metric, only_denominator=True, within=unmapped.within)
    sums = {
        "numerator": _sum(f"counts.{metric.sum_column}", counted),
        "denominator": _sum(f"counts.{metric.denominator_column}", base) if metric.denominator_column else "null",
        "row_count": f"count(*) filter (where {base})",
        "unmapped_count": "0" if unmapped is None
        else _sum(" + ".join(f"counts.{column}" for column in unmapped.columns), within),
        "unmapped_of": "0" if unmapped is None else _sum(f"counts.{unmapped.of}", within),
    }  # fmt: skip
    has_calendar = any(column in CALENDAR for column in by)
    groups = [f"{CALENDAR.get(column, f'counts.{column}')} as {column}" for column in by]
    selected = ", ".join(
        [*groups, *(f"cast({said} as bigint) as {name}" for name, said in sums.items()),
         "max(counts.event_date) as stand_date"]
    )  # fmt: skip
    has_area = any(column.name == "area_no" for column in load_marts()[metric.mart].columns)
    place = "(len($units) = 0 or list_contains($units, unit_no))"
    place += " and ($area = '' or area_no = $area)" if has_area else " and $area = ''"
    if is_of_class:
        if not classes_of(metric):
            raise JingcangError(f"度量“{metric.title_zh}”不分类别", where=metric.mart, remedy="不选类别")
        place += f" and ({' or '.join(f'{column} = $class_code' for column in classes_of(metric))})"
    days = "event_date >= $start and event_date < $end"
    if metric.is_stock and not {MONTH, "event_date", "month_start"} & set(by):
        days = f"event_date = (select max(event_date) from {{{metric.mart}}} where event_date < $end) and $start < $end"
    joined = " join {dim_date} as calendar on counts.event_date = calendar.date_day" if has_calendar else ""
    grouped = f" group by {', '.join(str(index + 1) for index in range(len(by)))}" if by else ""
    ordered = f" order by {', '.join(str(index + 1) for index in range(len(by)))}" if by else ""
    sql = (
        f"select {selected} from (select * from {{{metric.mart}}} where {days} and {place}) as counts"
        f"{joined}{grouped}{ordered}"
    )
    name = f"度量·{metric.metric_code}·{'×'.join(by) or '合计'}{'·一类' if is_of_class else ''}"
    return Query(name, sql, {**FILTERS, **({"class_code": str} if is_of_class else {})})


def _sum(column: str, condition: str) -> str:
    return f"coalesce(sum({column}) filter (where {condition}), 0)"


@lru_cache(maxsize=64)
def _any_row(mart: str) -> Query:
    return Query(
        f"度量·{mart}·有无", f"select count(*) as row_count from (select 1 from {{{mart}}} limit 1)", {}
    )


def metric_values(
    door: Door, identity: Identity, codes: Iterable[str], period: tuple[date, date], *,
    units: Sequence[str] = (), area: str = "", by: Sequence[str] = (), class_code: str = "",
) -> list[MetricValue]:  # fmt: skip
    """Return the numbers of some metrics over one period.

    Args:
        door: the door; scope and masks of ``identity`` apply.
        identity: who asks.
        codes: codes of metrics.
        period: first day and first day after.
        units: unit numbers, empty for every unit in scope.
        area: 责任区 number, "" for all.
        by: break-down; the metrics' marts must all have it, see :func:`dimensions`.
        class_code: a class, counted with all below it, "" for all. Records without a class are in none, so whether too
            many are not mapped must be asked without it.

    Returns:
        Without ``by`` exactly one value a metric, in the order asked. With it one value a metric and group in which a
        record counts, ordered by the groups; a group that is not there is zero.

    Raises:
        Forbidden: the role may not read a mart.
        NoGeneration: nothing has been published.
        JingcangError: no such metric or break-down.
    """
    found: list[MetricValue] = []
    for code in codes:
        metric = metric_of(code)
        query = metric_query(code, by, is_of_class=bool(class_code))
        of_class: dict[str, Any] = {"class_code": class_code} if class_code else {}
        for _ in range(
            3
        ):  # a publish between two reads would put one generation's number under another's name
            generation = door.generation()
            rows = door.run(
                query, identity, start=period[0], end=period[1], units=list(units), area=area, **of_class
            ).to_dicts()
            if door.generation().name == generation.name:
                break
        has_source = any(row["row_count"] for row in rows) or bool(
            door.run(_any_row(metric.mart), identity)["row_count"][0]
        )
        found += _values(metric, rows, by, period, has_source, (generation.name, generation.as_of))
    return found


def _values(
    metric: Metric, rows: Sequence[Mapping[str, Any]], by: Sequence[str], period: tuple[date, date],
    has_source: bool, published: tuple[str, date | None],
) -> list[MetricValue]:  # fmt: skip
    shares: dict[Any, list[int]] = {}
    for row in rows:
        sums = shares.setdefault(row["unit_no"] if "unit_no" in by else None, [0, 0])
        sums[0] += row["unmapped_count"]
        sums[1] += row["unmapped_of"]
    made = []
    for row in rows:
        if by and not row["row_count"]:
            continue
        unmapped, whole = shares[row["unit_no"] if "unit_no" in by else None]
        reason = _why_withheld(metric, unmapped, whole) if has_source else "没有接入这项数据的来源"
        numerator, denominator = row["numerator"], row["denominator"]
        value: float | int | None = numerator
        if metric.denominator_column is not None:
            value = metric.scale * numerator / denominator if denominator else None
        elif metric.divide_by != 1:
            value = numerator / metric.divide_by
        if value is None and not reason:
            reason = "期内没有可计算的记录"
        start, end = period
        if metric.is_stock and row["stand_date"] is not None:
            start = row["stand_date"]
            end = (start + timedelta(31)).replace(day=1)
        is_count = metric.denominator_column is None and metric.divide_by == 1
        made.append(
            MetricValue(
                metric.metric_code, metric.title_zh, metric.unit, metric.decimals,
                wording(metric, *period), "、".join(v.version for v in metric.versions_between(*period)),
                start, end, tuple((column, row[column]) for column in by),
                None if reason else value, None if reason else numerator, None if reason else denominator,
                denominator if denominator is not None else numerator if is_count else row["row_count"],
                unmapped, whole, reason, *published,
            )
        )  # fmt: skip
    return made


def _why_withheld(metric: Metric, unmapped: int, whole: int) -> str:
    if metric.unmapped is None or whole <= 0 or 1000 * unmapped <= metric.unmapped.limit_permille * whole:
        return ""
    limit = metric.unmapped.limit_permille / 10
    return f"类别未映射或未登记的占 {100 * unmapped / whole:.1f}%（{unmapped:,}/{whole:,}），超过 {limit:g}% 的限度"


def wording(metric: Metric, start: date, end: date) -> str:
    """Return the definition shown beside a number of a period, naming each version where there are several."""
    versions = metric.versions_between(start, end)
    if len(versions) == 1:
        return versions[0].definition_zh
    return "；".join(_dated(version, start, end) for version in versions)


def _dated(version: MetricVersion, start: date, end: date) -> str:
    first = max(version.valid_from, start)
    last = min(version.valid_to or end, end) - timedelta(1)
    return f"{first.isoformat()} 至 {last.isoformat()} 为第 {version.version} 版：{version.definition_zh}"
