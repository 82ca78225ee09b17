"""The series that are watched: weekly counts of a class in a place.

Belongs here: classes × places as columns of weekly counts, weeks whose data did not arrive, and the floor below which a
series is too small to be watched. Does not belong here: judging a week (``evaluate``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from jingcang.statistics.completeness import FAR_BELOW, missing_days
from jingcang.statistics.inputs import Array

LEVELS = ("bureau", "unit", "area")
"""Places, broadest first."""
FLOOR = 104
"""Events in the 52 weeks before, two a week, from which a series is watched: at half as many, the five events in four
weeks that an alarm needs (Farrington et al. 1996, 3.8) are already more than the usual count. First-level classes of
the bureau and of units are watched in any case, so that what is new somewhere is seen at least there."""
WEEK = dt.timedelta(7)
_YEAR = 52


@dataclass(frozen=True)
class Scope:
    """A place: the whole bureau, a unit, or an area of a unit.

    Args:
        level: one of :data:`LEVELS`.
        unit_no: of the unit, or of the unit that stands over all (None where there is none).
        area_no: of an area.
    """

    level: str
    unit_no: str | None = None
    area_no: str | None = None

    def holds(self, other: Scope) -> bool:
        """Return whether the other place is this one or lies within it."""
        if self.level == "bureau":
            return True
        if self.level == "unit":
            return other.level != "bureau" and other.unit_no == self.unit_no
        return self == other

    def is_near(self, other: Scope) -> bool:
        """Return whether one of the two places holds the other, or both lie in one unit."""
        return self.holds(other) or other.holds(self) or self.is_beside(other)

    def is_beside(self, other: Scope) -> bool:
        """Return whether both are areas of one unit."""
        return self.level == other.level == "area" and self.unit_no == other.unit_no


@dataclass(frozen=True)
class Cell:
    """A class in a place.

    Args:
        class_level: 1 or 2.
        class_code, class_label: of the class.
        level1_code, level1_label: of its first level, the class itself at level 1.
        scope: the place.
    """

    class_level: int
    class_code: str
    class_label: str
    level1_code: str
    level1_label: str
    scope: Scope


@dataclass(frozen=True, eq=False)
class WeeklyCounts:
    """Weekly counts of every cell.

    Args:
        starts: first day of each complete week, oldest first.
        cells: the columns.
        counts: shape (weeks, cells); nan where the place has no data (before its first record, or days missing).
        missing: place (bureau or unit) → number of days without data of each week, shape (weeks,).
    """

    starts: tuple[dt.date, ...]
    cells: tuple[Cell, ...]
    counts: Array
    missing: dict[Scope, Array]

    def watched(self, week: int) -> list[int]:
        """Return the columns watched in a week, by what was known before it."""
        past = np.nansum(self.counts[max(0, week - _YEAR) : week], axis=0)
        return [
            index
            for index, cell in enumerate(self.cells)
            if past[index] >= FLOOR
            or (cell.class_level == 1 and cell.scope.level != "area" and past[index] > 0)
        ]


def weekly_counts(daily: pl.DataFrame, *, until: dt.date, bureau_unit_no: str | None = None) -> WeeklyCounts:
    """Return weekly counts of classes of the first and second level in all places.

    Args:
        daily: ``unit_no, area_no, class_level1_code, class_level1_label, class_level2_code, class_level2_label,
            event_date, effective_count``, any number of rows a day. Records without a mapped class are in no cell.
        until: first day after the last complete week; weeks start on its weekday.
        bureau_unit_no: the unit over all units.

    Returns:
        See :class:`WeeklyCounts`; no weeks without records. Negative sums (adjustments) are zero.
    """
    daily = daily.filter(pl.col("event_date") < until)
    if daily.is_empty():
        return WeeklyCounts((), (), np.empty((0, 0)), {})
    first_day: dt.date = daily["event_date"].min()  # type: ignore[assignment]
    weeks = -(-(until - first_day).days // 7)
    starts = tuple(until - (weeks - number) * WEEK for number in range(weeks))
    dated = daily.with_columns(week=(pl.col("event_date") - starts[0]).dt.total_days() // 7)
    places = _places(dated, bureau_unit_no)
    first_and_missing = {
        scope: _arrivals(dated, scope, starts, until) for scope in places if scope.level != "area"
    }
    told: dict[Cell, Array] = {}
    for scope in places:
        of = scope if scope.level != "area" else Scope("unit", scope.unit_no)
        first, missing = first_and_missing[of]
        gaps = missing > 0
        gaps[:first] = True
        here = _within(dated, scope)
        for level in (1, 2):
            for cell, column in _columns(here, scope, level, weeks):
                column[gaps] = np.nan
                told[cell] = column
    kept = {cell: column for cell, column in told.items() if not _is_told_already(cell, column, told)}
    counts = np.column_stack(list(kept.values())) if kept else np.empty((weeks, 0))
    missing_by_scope = {scope: found[1] for scope, found in first_and_missing.items()}
    return WeeklyCounts(starts, tuple(kept), counts, missing_by_scope)


def _is_told_already(cell: Cell, column: Array, told: Mapping[Cell, Array]) -> bool:
    """Return whether the only class of its first level, or the only area of its unit, repeats a broader series."""
    scope = cell.scope
    broader = [
        replace(cell, class_level=1, class_code=cell.level1_code, class_label=cell.level1_label),
        replace(cell, scope=Scope("unit", scope.unit_no) if scope.level == "area" else scope),
    ]
    return any(
        other != cell and other in told and np.array_equal(told[other], column, equal_nan=True)
        for other in broader
    )


def _places(dated: pl.DataFrame, bureau_unit_no: str | None) -> list[Scope]:
    pairs = dated.select("unit_no", "area_no").unique().sort("unit_no", "area_no")
    units = pairs["unit_no"].drop_nulls().unique(maintain_order=True).to_list()
    areas = pairs.drop_nulls().rows()
    return [
        Scope("bureau", bureau_unit_no),
        *(Scope("unit", unit) for unit in units),
        *(Scope("area", unit, area) for unit, area in areas),
    ]


def _within(dated: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    if scope.level == "bureau":
        return dated
    here = dated.filter(pl.col("unit_no") == scope.unit_no)
    return here.filter(pl.col("area_no") == scope.area_no) if scope.level == "area" else here


def _arrivals(
    dated: pl.DataFrame, scope: Scope, starts: tuple[dt.date, ...], until: dt.date
) -> tuple[int, Array]:
    """Return the place's first whole week, and the days without data of each week from its first day on.

    A place begins with the first week that is not far below the usual one of its last year: a few stray records with
    dates years back do not make the weeks between them weeks in which nothing happened.
    """
    here = _within(dated, scope)
    days = dict(here.group_by("event_date").agg(pl.col("effective_count").sum()).rows())
    weekly = np.zeros(len(starts))
    for day, count in days.items():
        weekly[(day - starts[0]).days // 7] += count
    lately = weekly[-_YEAR:][weekly[-_YEAR:] > 0]
    usual = float(np.median(lately)) if lately.size else 0.0
    began = int(np.argmax(weekly >= max(FAR_BELOW * usual, 1.0)))
    first_day = max(starts[began], min(days))
    missing = np.zeros(len(starts))
    for day in missing_days(days, first_day, until):
        missing[(day - starts[0]).days // 7] += 1
    return -(-(first_day - starts[0]).days // 7), missing


def _columns(here: pl.DataFrame, scope: Scope, level: int, weeks: int) -> list[tuple[Cell, Array]]:
    code, label = f"class_level{level}_code", f"class_level{level}_label"
    names = {"code": code, "label": label, "code1": "class_level1_code", "label1": "class_level1_label"}
    sums = (
        here.filter(pl.col(code).is_not_null())
        .select(
            **{name: pl.col(column) for name, column in names.items()}, week="week", count="effective_count"
        )
        .group_by("code", "week")
        .agg(pl.col("label", "code1", "label1").last(), pl.col("count").sum())
        .sort("code", "week")
    )
    found = []
    for (class_code,), group in sums.group_by("code", maintain_order=True):
        column = np.zeros(weeks)
        column[group["week"].to_numpy()] = np.maximum(group["count"].to_numpy(), 0)
        told = group.row(-1, named=True)
        cell = Cell(level, str(class_code), told["label"], told["code1"], told["label1"], scope)
        found.append((cell, column))
    return found
