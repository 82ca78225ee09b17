"""Need by area and hour, with equal and with signed harm weights.

Belongs here: adding up events. Does not belong here: turning need into blocks (``allocation``).

Source: METHODS section 5: counts of 12 months; harm weights are a table that the station signs, equal weights are
always shown beside it; patrol-generated incidents are never fed back as demand.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..inputs import Array, StatisticsInputError, as_number, as_numbers, column


@dataclass(frozen=True)
class HarmTable:
    """Weights by class of event, signed off by the station.

    Args:
        weights: class code → weight, not negative.
        version: of the table.
        signed_by: who signed it; empty means unsigned, and an unsigned table is refused.
        signed_on: day of signing.
    """

    weights: Mapping[str, float]
    version: str
    signed_by: str
    signed_on: datetime.date | None

    def __post_init__(self) -> None:
        """Refuse an unsigned or negative table."""
        if not self.signed_by.strip() or self.signed_on is None:
            raise StatisticsInputError(
                "危害权重表没有签批", where=f"版本 {self.version}", remedy="请由所领导签批后再使用"
            )
        for code, weight in self.weights.items():
            as_number(weight, f"危害权重 {code}", minimum=0)

    @property
    def digest(self) -> str:
        """SHA-256 of version, signature and weights: a plan names the table it was made with."""
        content = {
            "weights": {code: float(weight) for code, weight in sorted(self.weights.items())},
            "version": self.version,
            "signed_by": self.signed_by,
            "signed_on": str(self.signed_on),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Need:
    """Need by area × hour.

    Args:
        areas: rows.
        hours: columns.
        equal: number of events, shape (areas, hours).
        harm: sum of harm weights, same shape; None without a table.
        harm_digest: of the table; empty without one.
        patrol_generated: events left out because patrols brought them about.
        unplaced: events without area or hour, or in an area that is not listed.
        unweighted: events whose class is not in the harm table; they count in ``equal`` only.
    """

    areas: tuple[Any, ...]
    hours: tuple[int, ...]
    equal: Array
    harm: Array | None
    harm_digest: str
    patrol_generated: int
    unplaced: int
    unweighted: int


def patrol_need(
    events: Any,
    *,
    area: str,
    hour: str,
    areas: Sequence[Any] | None = None,
    hours: int = 24,
    kind: str | None = None,
    harm: HarmTable | None = None,
    patrol_generated: str | None = None,
    count: str | None = None,
) -> Need:
    """Add up events by area and hour.

    Args:
        events: frame or dict of columns, one row an event of the last 12 months, or a row of a table of counts.
        area: column of areas.
        hour: column of hours, 0 to ``hours`` − 1.
        areas: all areas, so that those without events appear too; None takes those that occur, sorted.
        hours: 24 for hours of the day, 168 for hours of the week.
        kind: column of classes, needed with ``harm``.
        harm: signed table.
        patrol_generated: column that is true for events brought about by patrols.
        count: column of events a row stands for, parts of one included (an event spread over several hours); None
            for one each.

    Returns:
        See :class:`Need`; ``equal`` + what is left out adds up to the events given, what is left out rounded.

    Raises:
        StatisticsInputError: missing columns, ``harm`` without ``kind``, areas listed twice, counts that are none.
    """
    if harm is not None and kind is None:
        raise StatisticsInputError("有危害权重而没有类别列", where="kind", remedy="请给出类别列名")
    places, clock = column(events, area), column(events, hour)
    own = np.zeros(len(places), dtype=bool)
    if patrol_generated is not None:
        own = column(events, patrol_generated).astype(bool)
    is_missing = np.asarray(pd.isna(places))
    listed = tuple(areas) if areas is not None else tuple(sorted(set(places[~is_missing].tolist())))
    index = {value: position for position, value in enumerate(listed)}
    if len(index) < len(listed):
        raise StatisticsInputError("区域名单中有重复", where="areas", remedy="请去重")
    row = np.array(
        [
            -1 if gone else index.get(value, -1)
            for value, gone in zip(places.tolist(), is_missing, strict=True)
        ],
        dtype=np.int64,
    )
    slot = _hours(clock, hours)
    is_placed = ~own & (row >= 0) & (slot >= 0)
    shape = (len(listed), hours)
    times = np.ones(len(places))
    if count is not None and len(places):
        times = as_numbers(column(events, count), count)

    def add(weights: npt.NDArray[Any]) -> Array:
        total = np.zeros(shape)
        np.add.at(total, (row[is_placed], slot[is_placed]), (weights * times)[is_placed])
        return total

    weighted, unweighted = None, 0
    if harm is not None and kind is not None:
        classes = column(events, kind).tolist()
        known = np.array([value in harm.weights for value in classes], dtype=bool)
        unweighted = _whole(times[is_placed & ~known])
        weighted = add(np.array([float(harm.weights.get(value, 0.0)) for value in classes]))
    return Need(
        areas=listed,
        hours=tuple(range(hours)),
        equal=add(np.ones(len(places))),
        harm=weighted,
        harm_digest="" if harm is None else harm.digest,
        patrol_generated=_whole(times[own]),
        unplaced=_whole(times[~own & ~is_placed]),
        unweighted=unweighted,
    )


def _whole(times: Array) -> int:
    return round(float(times.sum()))


def _hours(values: npt.NDArray[Any], hours: int) -> npt.NDArray[np.int64]:
    """Return whole hours within range, −1 for what is none."""
    numbers = np.asarray(pd.to_numeric(pd.Series(values), errors="coerce"), dtype=np.float64)
    is_hour = np.isfinite(numbers) & (numbers >= 0) & (numbers < hours)
    return np.where(is_hour, np.floor(np.where(is_hour, numbers, 0)), -1).astype(np.int64)
