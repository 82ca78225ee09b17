"""The tidy frame of a panel, checked and encoded.

Belongs here: refusing what cannot be a panel, codes for units, periods and clusters. Does not belong here: any
estimate (``panel``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .inputs import Array, StatisticsInputError, as_numbers, column
from .panel_inference import is_nested
from .two_way import Codes


@dataclass(frozen=True)
class Panel:
    """Encoded rows of a panel; for Poisson without units and periods that never had an event."""

    unit: Codes
    time: Codes
    outcome: Array
    treated: Array
    cluster: Codes | None
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
        units, times = _codes(column(frame, unit), unit), _codes(column(frame, time), time)
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
            dropped_units=len(np.unique(units)) - len(np.unique(units[kept])),
            dropped_periods=len(np.unique(times)) - len(np.unique(times[kept])),
            dropped_observations=int((~kept).sum()),
        )


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
