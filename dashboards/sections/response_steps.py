"""接处警时效, the figures: shares and quantiles by step and place, and what may be compared.

Belongs here: adding up counts by band, and which cells are judged together. Does not belong here: the guard that
says which units are plausible (``response_guard``), how it is drawn (``response_charts``), the tests themselves
(``jingcang.statistics``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboards.components import wording
from jingcang.statistics import BandedQuantile, banded_quantile
from jingcang.statistics.verdicts import NOT_COMPARED, Verdict, judge_shares

STEPS = {
    "sign": "派警→签收",
    "depart": "签收→出警",
    "arrive": "出警→到场",
    "feedback": "到场→反馈",
    "on_scene": "派警→到场",
}
"""Steps in their order; the last is the whole way, which is what the caller feels."""
WHOLE = "on_scene"
TOTAL = "合计"
SMALLEST = 20
"""Fewer times than this carry no quantile (METHODS 8: n 20)."""
NOT_PLAUSIBLE = "不可比"
Key = tuple[str, str]


@dataclass
class Side:
    """Counts of one period in one cell.

    Args:
        bands: upper edge in seconds → dispatches with a time.
        slow: dispatches in the slowest band.
        states: state → dispatches; times included under ``done``.
        labels: (rank, label) of a band → dispatches.
    """

    bands: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    slow: int = 0
    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    labels: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, row: Mapping[str, Any], count: int) -> None:
        """Add the dispatches of one row of counts."""
        if not count:
            return
        self.states[row.get("step_state_code", "done")] += count
        if row["upto_seconds"] is not None:
            self.bands[row["upto_seconds"]] += count
            self.slow += count if row["is_slow"] else 0
            if row.get("band_rank") is not None:
                self.labels[row["band_rank"], row["band_label"]] += count

    @property
    def n(self) -> int:
        """Dispatches with a time."""
        return self.states["done"]

    def quantile(self, share: float, level: float = 0.95) -> BandedQuantile | None:
        """Return a quantile of the times, None from fewer than ``SMALLEST``."""
        if self.n < SMALLEST:
            return None
        return banded_quantile(list(self.bands), list(self.bands.values()), share, level)


@dataclass
class Cell:
    """One step in one place: both periods and what they say."""

    now: Side = field(default_factory=Side)
    before: Side = field(default_factory=Side)
    verdict: Verdict = field(default_factory=lambda: Verdict(0, 0, NOT_COMPARED, 1.0, NOT_COMPARED))

    @property
    def change_words(self) -> str:
        """The slow share of both periods, with counts."""
        now, then = wording.share(self.now.slow, self.now.n), wording.share(self.before.slow, self.before.n)
        return f"{then} → {now}"


@dataclass(frozen=True)
class Figures:
    """All cells by (step, place), totals included.

    Args:
        cells: (step code, place number or TOTAL) → cell.
        places: place number → name in order, without the total.
        implausible: unit number → why its times are not compared.
        withheld: why nothing was compared, "" when it was.
        is_by_area: places are 责任区 of one unit, else units.
    """

    cells: dict[Key, Cell]
    places: dict[str, str]
    implausible: dict[str, str]
    withheld: str
    is_by_area: bool

    def cell(self, step: str, place: str = TOTAL) -> Cell:
        return self.cells.get((step, place)) or Cell()

    def is_plausible(self, place: str) -> bool:
        """Return whether the times of a place may be compared: those of its unit, or of every unit in the total."""
        if self.is_by_area or place == TOTAL:
            return not self.implausible
        return place not in self.implausible

    def judged(self) -> list[tuple[Key, Cell]]:
        """Return the cells of places, without totals."""
        return [(key, cell) for key, cell in self.cells.items() if key[1] != TOTAL]


def build(
    rows: Iterable[Mapping[str, Any]],
    names: Mapping[str, str],
    *,
    is_by_area: bool,
    implausible: Mapping[str, str],
    withheld: str,
) -> Figures:
    """Return the figures of both periods.

    Args:
        rows: counts by place, step, state and band of both periods.
        names: place number → name.
        is_by_area: places are 责任区 of one unit.
        implausible: unit number → why its times are not compared. Its counts stand in its own cells and are no part of
            the total, unless no other unit is left.
        withheld: why the periods must not be compared, "" when they may.
    """
    rows = list(rows)
    left_out = set() if is_by_area else set(implausible)
    if not {row["place_no"] or "" for row in rows} - left_out:
        left_out = set()
    cells: dict[Key, Cell] = defaultdict(Cell)
    for row in rows:
        place, step = row["place_no"] or "", row["step_code"]
        for where in (place,) if place in left_out else (place, TOTAL):
            cells[step, where].now.add(row, row["current_count"])
            cells[step, where].before.add(row, row["before_count"])
    found = {place for _, place in cells} - {TOTAL}
    places = {place: name for place, name in names.items() if place in found}
    places |= {
        place: place or ("未登记责任区" if is_by_area else "未登记单位")
        for place in sorted(found - set(places))
    }
    figures = Figures(dict(cells), places, dict(implausible), withheld, is_by_area)
    if withheld or (implausible and not left_out):
        return figures
    keys = [key for key, _ in figures.judged() if figures.is_plausible(key[1])]
    _judge(figures, keys, [shares(figures.cells[key]) for key in keys])
    # The totals stand apart: they are not among the many cells looked at together.
    totals = [(step, TOTAL) for step in STEPS if (step, TOTAL) in figures.cells]
    _judge(figures, totals, [shares(figures.cells[key]) for key in totals])
    return figures


def shares(cell: Cell) -> tuple[int, int, int, int]:
    """Return (slow now, times now, slow before, times before)."""
    return cell.now.slow, cell.now.n, cell.before.slow, cell.before.n


def _judge(figures: Figures, keys: Sequence[Key], pairs: Sequence[tuple[int, int, int, int]]) -> None:
    for key, verdict in zip(keys, judge_shares(pairs), strict=True):
        figures.cells[key].verdict = verdict


def by_value(rows: Iterable[Mapping[str, Any]], column: str, *, is_compared: bool) -> dict[str, Cell]:
    """Return the cells of one more way to part the arrivals, judged together.

    Args:
        rows: counts by band with ``current_count`` and ``before_count``.
        column: what they are parted by.
        is_compared: False where a guard forbids it.
    """
    cells: dict[str, Cell] = defaultdict(Cell)
    for row in rows:
        cells[row[column]].now.add(row, row["current_count"])
        cells[row[column]].before.add(row, row["before_count"])
    if is_compared:
        verdicts = judge_shares([shares(cell) for cell in cells.values()])
        for cell, verdict in zip(cells.values(), verdicts, strict=True):
            cell.verdict = verdict
    return dict(cells)


def duration(seconds: float | None) -> str:
    """Return a duration in words: 40 秒, 7 分 20 秒, 2 小时 10 分; — when unknown."""
    if seconds is None or seconds != seconds:
        return wording.MISSING
    whole = round(seconds)
    if whole < 60:
        return f"{whole} 秒"
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} 分" + (f" {rest} 秒" if rest else "")
    hours, rest = divmod(whole // 60, 60)
    return f"{hours} 小时" + (f" {rest} 分" if rest else "")


def quantile_words(found: BandedQuantile | None, *, with_limits: bool = True) -> str:
    """Return a quantile with its interval in words."""
    if found is None:
        return f"不足 {SMALLEST} 次"
    if not with_limits:
        return duration(found.estimate)
    high = "以上" if found.ci_high == float("inf") else f"至 {duration(found.ci_high)}"
    return f"{duration(found.estimate)}（{duration(found.ci_low)}{high}）"
