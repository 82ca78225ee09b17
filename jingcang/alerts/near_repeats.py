"""Near repeats of a year: the chosen classes in bins of distance and time, at the bureau and at each unit.

Belongs here: the bins, the floor, the correction for looking at several classes. Does not belong here: the
test (``jingcang.statistics.knox``), clusters at one address (dbt), where the result lands (``orchestration.alerts``).

The classes are chosen beforehand (seed ``near_repeat_classes``): among all classes some would show it by chance.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from jingcang.alerts.cells import Scope
from jingcang.statistics import false_discovery, knox

METRES = (0, 200, 400, 800)
"""Edges of distance, half-open. Johnson et al. 2007 use steps of 100 m to 200 m."""
DAYS = (0, 8, 15, 29)
"""Edges of days apart, half-open: within one, two and four weeks."""
SMALLEST = 50
"""Located incidents of a class from which it is looked at: below, hardly a pair is expected in a bin."""
PERMUTATIONS = 999
SEED = 1
METRES_A_DEGREE = 111_319.49
"""Of latitude, as in ``jingcang.addresses.cells``."""


@dataclass(frozen=True)
class NearRepeat:
    """One bin of one class at one place.

    Args:
        scope: the bureau or a unit.
        class_code, class_label: the class.
        incidents, located: events of the year, and those with a point.
        metres: from, to (half-open).
        days: from, to (half-open).
        observed, expected, ratio: pairs of events; ratio nan where nothing is expected.
        p_value: one-sided, by permuted dates.
        q_value: of the first bin (nearest and soonest), corrected over the classes of the place; nan elsewhere.
    """

    scope: Scope
    class_code: str
    class_label: str
    incidents: int
    located: int
    metres: tuple[int, int]
    days: tuple[int, int]
    observed: int
    expected: float
    ratio: float
    p_value: float
    q_value: float

    @property
    def is_nearest(self) -> bool:
        """Whether this is the bin the class is judged by."""
        return self.metres[0] == METRES[0] and self.days[0] == DAYS[0]


def near_repeats(events: pl.DataFrame, bureau_unit_no: str | None) -> list[NearRepeat]:
    """Test the classes given for near repeats, at the bureau and at each unit.

    Args:
        events: one row an event: ``unit_no, class_code, class_label, event_date, longitude, latitude`` (degrees,
            both null where not located).
        bureau_unit_no: number of the unit above all, None where there is none.

    Returns:
        One a place, class and bin, in the order of places, of classes by number, of bins.
    """
    scopes = [Scope("unit", unit) for unit in sorted(events["unit_no"].drop_nulls().unique().to_list())]
    if bureau_unit_no is not None:
        scopes.insert(0, Scope("bureau", bureau_unit_no))
    found: list[NearRepeat] = []
    for scope in scopes:
        mine = events if scope.level == "bureau" else events.filter(pl.col("unit_no") == scope.unit_no)
        rows = [row for name, part in _classes(mine) for row in _bins(scope, name, part)]
        q_values = iter(false_discovery([row.p_value for row in rows if row.is_nearest]))
        found += [
            NearRepeat(**(vars(row) | {"q_value": float(next(q_values))})) if row.is_nearest else row
            for row in rows
        ]
    return found


def _classes(events: pl.DataFrame) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    counted = (
        events.group_by("class_code", "class_label")
        .agg(located=pl.col("longitude").is_not_null().sum())
        .filter(pl.col("located") >= SMALLEST)
        .sort(["located", "class_code"], descending=[True, False])
    )
    for code, label, _ in counted.iter_rows():
        yield (code, label), events.filter(pl.col("class_code") == code)


def _bins(scope: Scope, name: tuple[str, str], events: pl.DataFrame) -> list[NearRepeat]:
    located = events.drop_nulls(["longitude", "latitude"]).sort("event_date", "longitude", "latitude")
    latitude = located["latitude"].cast(pl.Float64).to_numpy()
    east = located["longitude"].cast(pl.Float64).to_numpy() * math.cos(math.radians(float(latitude.mean())))
    days = (located["event_date"] - dt.date(1970, 1, 1)).dt.total_days().to_numpy()
    table = knox(
        np.column_stack([east, latitude]) * METRES_A_DEGREE, days, METRES, DAYS, PERMUTATIONS, seed=SEED
    )
    return [
        NearRepeat(
            scope=scope,
            class_code=name[0],
            class_label=name[1],
            incidents=events.height,
            located=located.height,
            metres=(METRES[row], METRES[row + 1]),
            days=(DAYS[column], DAYS[column + 1]),
            observed=int(table.observed[row, column]),
            expected=float(table.expected[row, column]),
            ratio=float(table.ratio[row, column]),
            p_value=float(table.p_value[row, column]),
            q_value=float("nan"),
        )
        for row in range(len(METRES) - 1)
        for column in range(len(DAYS) - 1)
    ]
