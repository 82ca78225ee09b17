"""Pieces → minutes of a unit, visits, observed share of a shift.

Belongs here: any-present merging of the devices of a crew, joining to visits. Does not belong here: cutting
(``splitting``).

Sources: METHODS section 4; Koper 1995, Justice Q. 12:649–672 (stays of 10 to 16 minutes).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..inputs import Array, StatisticsInputError, as_number, column
from .cleaning import utc_seconds

JOIN_SECONDS, MIN_VISIT_SECONDS = 120, 180
KOPER_MINUTES = (10, 16)


def union_by(keys: pd.DataFrame, start: Array, end: Array, *, join: float = 0) -> pd.DataFrame:
    """Return the union of intervals within equal keys.

    Args:
        keys: columns to group by, one row an interval.
        start: seconds.
        end: seconds.
        join: gaps of at most this many seconds are closed.

    Returns:
        The keys with ``from_second`` and ``to_second``, one row a contiguous stretch, ordered.
    """
    frame = keys.assign(from_second=start, to_second=end)
    if frame.empty:
        return frame
    names = list(keys.columns)
    frame = frame.sort_values([*names, "from_second", "to_second"], kind="stable").reset_index(drop=True)
    group = frame.groupby(names, sort=False, dropna=False).ngroup().to_numpy()
    reached = frame.groupby(group)["to_second"].cummax().to_numpy()
    is_new = np.ones(len(frame), dtype=bool)
    is_new[1:] = (group[1:] != group[:-1]) | (frame["from_second"].to_numpy()[1:] > reached[:-1] + join)
    stretch = np.cumsum(is_new)
    first = frame[is_new].reset_index(drop=True)
    first["to_second"] = pd.Series(reached).groupby(stretch).max().to_numpy()
    return first


def subtract(frame: pd.DataFrame, unit: str, away: Any) -> pd.DataFrame:
    """Return stretches without the time of ``away``: (unit, start, end) rows in UTC seconds."""
    by_unit: dict[Any, list[tuple[float, float]]] = {}
    for name, start, end in away:
        by_unit.setdefault(name, []).append((float(start), float(end)))
    rows: list[dict[Any, Any]] = []
    for row in frame.to_dict("records"):
        parts = [(row["from_second"], row["to_second"])]
        for start, end in by_unit.get(row[unit], []):
            parts = [
                (low, high)
                for begin, finish in parts
                for low, high in ((begin, min(finish, start)), (max(begin, end), finish))
                if low < high
            ]
        rows += [{**row, "from_second": low, "to_second": high} for low, high in parts]
    return pd.DataFrame(rows, columns=frame.columns)


def visits(pieces: Any) -> pd.DataFrame:
    """Return the visits of units to cells.

    Args:
        pieces: ``Presence.pieces``: ``patrol_unit_id``, ``cell_id``, ``from_second``, ``to_second``.

    Returns:
        One row a visit: ``patrol_unit_id``, ``cell_id``, ``from_second``, ``to_second``, ``minutes``. Presence
        of any device; absences of up to 2 minutes do not end a visit; below 3 minutes it is none. The length
        is from arrival to departure.
    """
    names = ["patrol_unit_id", "cell_id"]
    keys = pd.DataFrame({name: column(pieces, name) for name in names})
    start, end = (column(pieces, name).astype(np.float64) for name in ("from_second", "to_second"))
    stays = union_by(keys, start, end, join=JOIN_SECONDS)
    stays = stays[stays["to_second"] - stays["from_second"] >= MIN_VISIT_SECONDS].reset_index(drop=True)
    return stays.assign(minutes=(stays["to_second"] - stays["from_second"]) / 60)


def visit_summary(stays: pd.DataFrame) -> pd.DataFrame:
    """Return frequency, duration and intermittency by cell.

    Args:
        stays: result of :func:`visits`.

    Returns:
        One row a cell: ``visit_count``, ``mean_minutes``, ``koper_count`` (10 to 16 minutes),
        ``mean_gap_minutes`` between the end of one visit and the next by any unit (nan with one visit; overlapping
        visits have gap 0).
    """
    rows = []
    for cell, group in stays.sort_values(["cell_id", "from_second"]).groupby("cell_id", sort=True):
        start, reached = group["from_second"].to_numpy(), np.maximum.accumulate(group["to_second"].to_numpy())
        gaps = np.maximum(start[1:] - reached[:-1], 0) / 60
        low, high = KOPER_MINUTES
        rows.append(
            {
                "cell_id": cell,
                "visit_count": len(group),
                "mean_minutes": float(group["minutes"].mean()),
                "koper_count": int(group["minutes"].between(low, high).sum()),
                "mean_gap_minutes": float(gaps.mean()) if len(gaps) else float("nan"),
            }
        )
    names = ["cell_id", "visit_count", "mean_minutes", "koper_count", "mean_gap_minutes"]
    return pd.DataFrame(rows, columns=names)


def observed_share(observed: Any, shifts: Any, *, min_share: float = 0.8) -> pd.DataFrame:
    """Return how much of each planned shift was observed.

    Args:
        observed: ``Presence.observed``.
        shifts: ``patrol_unit_id``, ``planned_start_at``, ``planned_end_at``, one row a shift.
        min_share: from which share a dosage may be claimed.

    Returns:
        The shifts in order with ``planned_seconds``, ``observed_seconds``, ``observed_share``,
        ``is_dosage_claimed``.

    Raises:
        StatisticsInputError: a shift without times or one that does not end after it starts.
    """
    least = as_number(min_share, "min_share", minimum=0, maximum=1)
    start, no_start = utc_seconds(column(shifts, "planned_start_at"), "planned_start_at")
    end, no_end = utc_seconds(column(shifts, "planned_end_at"), "planned_end_at")
    if no_start.any() or no_end.any() or (end <= start).any():
        raise StatisticsInputError(
            "有的班次缺少起止时间或结束不晚于开始", where="shifts", remedy="请先核对排班"
        )
    units: npt.NDArray[Any] = column(shifts, "patrol_unit_id")
    of, begun, ended = (column(observed, name) for name in ("patrol_unit_id", "from_second", "to_second"))
    seconds = []
    for unit, first, last in zip(units, start, end, strict=True):
        overlap = np.minimum(ended, last) - np.maximum(begun, first)
        seconds.append(float(np.maximum(overlap[of == unit], 0).sum()))
    planned = (end - start).astype(np.float64)
    share = np.array(seconds) / planned
    return pd.DataFrame(
        {
            "patrol_unit_id": units,
            "planned_seconds": planned,
            "observed_seconds": seconds,
            "observed_share": share,
            "is_dosage_claimed": share >= least,
        }
    )
