"""The tidy frame of a panel, checked and encoded.

Belongs here: refusing what cannot be a panel, codes for units, periods and clusters. Does not belong here: any
estimate (``panel``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .inputs import Array, StatisticsInputError, as_numbers, column, raw_column
from .panel_inference import is_nested
from .two_way import Codes

NEVER = -1_000_000
"""Relative period of units that are never treated."""
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class Panel:
    """Encoded rows of a panel; for Poisson without units and periods that never had an event.

    Args:
        unit, time: codes.
        outcome, treated: as given.
        cluster: codes; None without.
        relative: periods since the unit's first treated one, counted before anything was dropped, ``NEVER`` of units
            that are never treated; None where there is no such count, and ``relative_note`` says why.
        relative_note: see ``relative``.
        starts: different periods in which units start; 0 without ``relative``.
        dropped_units, dropped_periods, dropped_observations: counts.
    """

    unit: Codes
    time: Codes
    outcome: Array
    treated: Array
    cluster: Codes | None
    relative: Codes | None
    relative_note: str
    starts: int
    dropped_units: int
    dropped_periods: int
    dropped_observations: int

    @classmethod
    def read(
        cls,
        frame: Any,
        unit: str,
        time: str,
        outcome: str,
        treated: str,
        cluster: str | None,
        is_poisson: bool,
    ) -> Panel:
        """Check and encode a frame; for Poisson leave out units and periods without any event."""
        moments, is_ordered = in_order_of_time(frame, time)
        units, times = _codes(column(frame, unit), unit), _codes(moments, time)
        minimum = 0 if is_poisson else None
        values = as_numbers(column(frame, outcome), outcome, minimum=minimum)
        doses = as_numbers(column(frame, treated), treated)
        groups = None if cluster is None else _codes(column(frame, cluster), cluster)
        if not len(values):
            raise StatisticsInputError("表中没有记录", where=outcome, remedy="请检查筛选条件")
        if len(np.unique(units * (times.max() + 1) + times)) < len(units):
            raise StatisticsInputError(
                "同一单元同一时期有多行", where=f"{unit}, {time}", remedy="请先按单元和时期汇总"
            )
        relative, note = _relative(units, times, doses)
        if not is_ordered:
            relative, note = None, "时期是看不出先后的文字，没有事件图；请用日期或序号"
        kept = np.ones(len(values), dtype=bool)
        while is_poisson:
            alive = kept & (values > 0)
            new = kept & np.isin(units, units[alive]) & np.isin(times, times[alive])
            if (new == kept).all():
                break
            kept = new
        if not kept.any():
            raise StatisticsInputError("结果全为零", where=outcome, remedy="请换用有事件的结果或更长的时期")
        return cls(
            unit=_recode(units[kept]),
            time=_recode(times[kept]),
            outcome=values[kept],
            treated=doses[kept],
            cluster=None if groups is None else _recode(groups[kept]),
            relative=None if relative is None else relative[kept],
            relative_note=note,
            starts=0 if relative is None else len(np.unique((times - relative)[kept & (relative != NEVER)])),
            dropped_units=len(np.unique(units)) - len(np.unique(units[kept])),
            dropped_periods=len(np.unique(times)) - len(np.unique(times[kept])),
            dropped_observations=int((~kept).sum()),
        )


def in_order_of_time(frame: Any, name: str) -> tuple[npt.NDArray[Any], bool]:
    """Return a column of periods as values that sort in order of time, and whether that order is known.

    Categories with an order (pandas ordered, polars Enum) keep it. Texts that differ in their numbers alone (``W9``,
    ``W10``; ``2024-01``) sort by these; the order of other texts is not known.

    Raises:
        StatisticsInputError: the column does not exist, or dates are written with the year at the end.
    """
    values = raw_column(frame, name)
    if isinstance(getattr(values, "dtype", None), pd.CategoricalDtype) and values.dtype.ordered:
        codes = values.cat.codes.to_numpy().astype(np.float64)
        return np.where(codes < 0, np.nan, codes), True
    if str(getattr(values, "dtype", "")).startswith("Enum"):
        return values.to_physical().to_numpy(), True
    found = np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)
    if not all(isinstance(value, str) for value in found.tolist()):
        return found, True
    numbers = [tuple(map(int, _NUMBERS.findall(value))) for value in found]
    if len({_NUMBERS.sub("#", value) for value in found}) != 1 or not numbers[0]:
        return found, len(set(found)) < 2
    if len(numbers[0]) == 3 and min(row[2] for row in numbers) > 999 > max(row[0] for row in numbers):
        raise StatisticsInputError(
            "日期写成年份在后，不能按先后排序", where=name, remedy="请换成日期类型，或写成 2026-05-01"
        )
    order = {key: float(rank) for rank, key in enumerate(sorted(set(numbers)))}
    return np.array([order[row] for row in numbers]), True


def _relative(units: Codes, times: Codes, doses: Array) -> tuple[Codes | None, str]:
    """Return periods since each unit's first treated one; None unless treatment is 0, then 1 on."""
    note = "treated 不是一旦开始便持续的 0/1，没有事件图"
    if not np.isin(doses, (0, 1)).all():
        return None, note
    never = int(times.max()) + 1
    start = np.full(int(units.max()) + 1, never)
    np.minimum.at(start, units[doses == 1], times[doses == 1])
    since = times - start[units]
    if ((since >= 0) != (doses == 1)).any():
        return None, note
    return np.where(start[units] < never, since, NEVER), ""


def _codes(values: npt.NDArray[Any], name: str) -> Codes:
    """Return codes in sorted order; missing keys are refused."""
    if np.any(pd.isna(values)):
        raise StatisticsInputError("有的行缺少单元、时期或聚类", where=name, remedy="请先补全或剔除这些行")
    try:
        return _recode(values)
    except TypeError as error:
        raise StatisticsInputError("同一列里混有不能排序的类型", where=name, remedy="请统一类型") from error


def _recode(values: npt.NDArray[Any]) -> Codes:
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)


def assignment_groups(data: Panel) -> Codes:
    """Return the groups between which treatment is re-drawn: clusters of units treated alike, or the units."""
    if data.cluster is None or not is_nested(data.unit, data.cluster):
        return data.unit
    cells = _recode(data.cluster * (data.time.max() + 1) + data.time)
    low = np.full(int(cells.max()) + 1, np.inf)
    high = np.full(int(cells.max()) + 1, -np.inf)
    np.minimum.at(low, cells, data.treated)
    np.maximum.at(high, cells, data.treated)
    return data.cluster if (low == high).all() else data.unit
