"""一张图, the grid: incidents, hot cells and patrol minutes by 500 m cell.

Belongs here: reading the cells of a scope and drawing each layer. Does not belong here: which list of hot cells is
better (``jingcang.statistics.hot_lists``), drawing squares (``components.cell_maps``). Incidents of a discreet class
are in no cell; a cell's id means nothing to a reader, so hot cells are numbered and keep their id in the data below.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import inf
from typing import Any

import numpy as np

from dashboards.components import charts, small_counts, states, wording
from dashboards.components.cell_maps import MapCell, cell_map
from dashboards.context import Context
from dashboards.queries import map_layers
from dashboards.sections.area_map import Boundaries
from jingcang.addresses.cells import cells_over, is_cell, neighbour_weights
from jingcang.statistics import HotList, hot_list
from jingcang.statistics.periods import Period

WEEKS_BEFORE = 52
HEIGHT = 430
MOST_NUMBERS = 20
"""Hot cells numbered on the map; all are in the data."""
Places = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Grid:
    """The cells of a scope with what was counted in them.

    Args:
        cells: cells over the boundaries; those with something in them where there are no boundaries.
        boundaries: WKT of the areas.
        current, before: cell → incidents of the period and of the year before it.
        minutes: cell → patrol minutes of the period.
        areas: cell → name of the 责任区 most of its incidents are recorded in.
        outside: incidents of the period in cells beyond the boundaries.
        kinds: what was counted but has no cell → incidents of the period.
        weeks_before: weeks of the year before that have records.
    """

    cells: Sequence[str]
    boundaries: Sequence[str]
    current: Mapping[str, int]
    before: Mapping[str, int]
    minutes: Mapping[str, float]
    areas: Mapping[str, str]
    outside: int
    kinds: Mapping[str, int]
    weeks_before: int

    @cached_property
    def hot(self) -> HotList | None:
        """The hot cells; None without boundaries, which tell the cells that had nothing, or without a past."""
        if not self.boundaries or not any(self.before.get(cell, 0) > 0 for cell in self.cells):
            return None
        counts = [[max(of.get(cell, 0), 0) for cell in self.cells] for of in (self.before, self.current)]
        return hot_list(*(np.array(line) for line in counts), neighbour_weights(self.cells))

    @cached_property
    def numbered(self) -> dict[str, int]:
        """Hot cell → its number, 1 for the busiest of the year before."""
        order = self.hot.order if self.hot else ()
        return {self.cells[place]: number for number, place in enumerate(order, 1)}

    @cached_property
    def clustered(self) -> set[str]:
        """Cells whose neighbourhood is high by Gi*, after false-discovery control."""
        return (
            {cell for cell, is_high in zip(self.cells, self.hot.is_clustered, strict=True) if is_high}
            if self.hot
            else set()
        )

    def label(self, cell: str) -> str:
        """Return a hot cell as 热点 3（城北第1责任区）: 巡逻成效 numbers its busiest cells in an order of its own."""
        return f"热点 {self.numbered[cell]}（{self.areas.get(cell, '未登记责任区')}）"


def load(
    context: Context, period: Period, class_label: str, drawn_on: Boundaries, names: Mapping[str, str]
) -> Grid:
    """Return the grid of the chosen scope.

    Args:
        context: of the page.
        period: whole weeks.
        class_label: name of a first-level class, "" for all.
        drawn_on: the boundaries.
        names: 责任区 number → name.
    """
    since = period.start - timedelta(weeks=WEEKS_BEFORE)
    rows = context.run(
        map_layers.CELLS,
        **context.scope_filters(),
        start=period.start,
        end=period.end,
        before_start=since,
        class_label=class_label,
    ).to_dicts()
    current, before, minutes = Counter[str](), Counter[str](), Counter[str]()
    kinds, areas = Counter[str](), defaultdict[str, Counter[str]](Counter)
    first: date = period.start
    for row in rows:
        cell = row["cell_id"]
        if row["count_kind_code"] == "patrol":
            minutes[cell] += row["presence_seconds"] / 60
            continue
        first = min(first, row["first_week_start"])
        if cell is None or not is_cell(cell):
            kinds[row["count_kind_code"]] += row["current_count"]
            continue
        current[cell] += row["current_count"]
        before[cell] += row["before_count"]
        areas[cell][row["area_no"] or ""] += abs(row["before_count"]) + abs(row["current_count"])
    boundaries = [area["boundary_wkt"] for area in drawn_on.areas]
    cells = cells_over(boundaries) if boundaries else sorted({*current, *(c for c in minutes if is_cell(c))})
    inside = set(cells)
    return Grid(
        cells,
        boundaries,
        current,
        before,
        minutes,
        {
            cell: names.get(counts.most_common(1)[0][0]) or counts.most_common(1)[0][0] or "未登记责任区"
            for cell, counts in areas.items()
        },
        sum(count for cell, count in current.items() if cell not in inside),
        kinds,
        max((period.start - max(first, since)).days // 7, 0),
    )


def hot_words(grid: Grid) -> str:
    """Return how well the hot cells of the year before held the period's incidents, "" without any."""
    found = grid.hot
    if found is None or not found.total:
        return ""
    times = f"，是平均摊开的 {found.accuracy:.1f} 倍" if found.total >= wording.SMALLEST_BASE else ""
    return (
        f"按此前 {grid.weeks_before} 周起数选出的 {len(found.order)} 个热点网格"
        f"（占 {100 * found.area_share:.1f}% 的面积）有 {wording.share(found.hits, found.total, 0)} 的警情{times}"
    )


def items(grid: Grid) -> list[str]:
    """Return the hot cells as lines of the short list: those that are high with their neighbours first.

    The order is that of the year before: the few incidents of a period fall on one cell or its neighbour by chance.
    """
    ranked = sorted(grid.numbered, key=lambda cell: (cell not in grid.clustered, grid.numbered[cell]))
    said = []
    for cell in ranked:
        minutes = grid.minutes.get(cell, 0)
        patrolled = f"本期巡到 {minutes:,.0f} 分钟" if minutes else "本期没有巡逻停留"
        said.append(
            f"**{grid.label(cell)}**：此前 {grid.weeks_before} 周 {grid.before[cell]:,} 起、"
            f"本期 {grid.current.get(cell, 0):,} 起，{_verdict(grid, cell)}"
            + (f"；{patrolled}" if grid.minutes else "")
        )
    return said


def _verdict(grid: Grid, cell: str) -> str:
    if grid.hot is None or not grid.hot.is_tested:
        return "网格太少，没有检验"
    return "与邻格成片偏多" if cell in grid.clustered else "单格起数多，没有成片"


def show_counts(grid: Grid, places: Places) -> None:
    """Show the period's incidents by cell."""
    shown = {cell: grid.current.get(cell, 0) for cell in grid.cells}
    filled = [cell for cell, count in shown.items() if count > 0]
    if not filled:
        states.empty("本期没有落在网格里的警情", "请换一个时期、类别或责任区")
        return
    top = max(filled, key=lambda cell: (shown[cell], cell))
    _show(
        f"{len(filled):,} 格有警情，最多的一格 {shown[top]:,} 起（{grid.areas.get(top, '未登记责任区')}）",
        grid,
        shown,
        places,
        legend="有效警情（起）",
        note=f"方格边长 500 米。{_left_out(grid)}",
    )


def show_hot(grid: Grid, places: Places) -> None:
    """Show the year before by cell, the hot cells numbered, those that Gi* finds high outlined."""
    found = grid.hot
    if found is None:
        why = "此前一年没有落在网格里的警情" if grid.boundaries else "没有责任区边界，不知道哪些网格在辖区内"
        states.withheld("热点网格", why)
        return
    shown = {cell: grid.before.get(cell, 0) for cell in grid.cells}
    _show(
        f"{len(found.order)} 个热点网格，其中 {sum(cell in grid.clustered for cell in grid.numbered)} 个与邻格成片偏多",
        grid,
        shown,
        places,
        legend=f"此前 {grid.weeks_before} 周有效警情（起）",
        is_numbered=True,
        is_outlined=True,
        note="热点编号随所选范围、类别和时期变，与“巡逻成效”的编号不同；"
        f"编号为按此前起数排的前 {100 * found.area_share:.1f}%；橙框为与邻格一起显著偏多"
        f"（Gi*，校正后 q ≤ 0.05）。{_rival_words(found)}{_left_out(grid)}",
    )


def _rival_words(found: HotList) -> str:
    """Return whether Gi* beats the ranking by count over the period."""
    if not found.is_tested:
        return "网格太少，没有做 Gi* 检验。"
    if not found.total:
        return "本期没有警情，两种选法分不出高低。"
    said = f"同样多的网格改按 Gi* 选，本期占 {wording.share(found.rival_hits, found.total, 0)}"
    if found.is_beaten:
        return f"{said}，多于按起数选的，超出偶然：这一时期宜看橙框。"
    return f"{said}，没有多到超出偶然：以起数为准。"


def show_patrol(grid: Grid, places: Places, *, has_source: bool) -> None:
    """Show the period's patrol minutes by cell."""
    shown = {cell: grid.minutes.get(cell, 0) for cell in grid.cells}
    total = sum(grid.minutes.values())
    if not total:
        states.empty(
            "本期没有巡逻轨迹" if has_source else "这里没有接入定位轨迹的来源",
            "请换一个时期，或核对定位数据是否到齐" if has_source else "接入后本页显示各网格的巡逻分钟",
        )
        return
    missed = [cell for cell in grid.numbered if not shown.get(cell)]
    found = f"中 {len(missed)} 个没有巡到" if missed else "都巡到过"
    tail = f"；{len(grid.numbered)} 个热点网格{found}" if grid.numbered else ""
    beyond = total - sum(shown.values())
    _show(
        f"巡逻 {total / 60:,.0f} 小时，到过 {sum(minutes > 0 for minutes in shown.values()):,} 格{tail}",
        grid,
        shown,
        places,
        legend="巡逻停留（分钟）",
        note="同一巡组几台终端同在一格只计一次；只含定位终端观测到的，观测率见“巡逻成效”。"
        + (f"界外的 {beyond:,.0f} 分钟不在图上。" if beyond >= 1 else ""),
        is_numbered=True,
    )


def _left_out(grid: Grid) -> str:
    said = f"不列地点的类别 {grid.kinds.get('discreet', 0):,} 起、没有坐标的 {grid.kinds.get('not_located', 0):,} 起"
    return f"{said}、界外的 {grid.outside:,} 起不在图上。" if grid.outside else f"{said}不在图上。"


def _show(
    finding: str,
    grid: Grid,
    shown: Mapping[str, float],
    places: Places,
    *,
    legend: str,
    note: str,
    is_numbered: bool = False,
    is_outlined: bool = False,
) -> None:
    cells = [
        MapCell(
            cell,
            value=shown[cell],
            text=str(grid.numbered[cell])
            if is_numbered and grid.numbered.get(cell, inf) <= MOST_NUMBERS
            else "",
            hover=_hover(grid, cell),
            is_marked=is_outlined and cell in grid.clustered,
        )
        for cell in grid.cells
        if shown[cell] > 0 or (is_numbered and cell in grid.numbered)
    ]
    listed = sorted((cell.cell_id for cell in cells), key=lambda cell: (-shown[cell], cell))
    rows: list[list[Any]] = [
        [
            grid.numbered.get(cell),
            cell,
            grid.areas.get(cell),
            grid.current.get(cell, 0),
            grid.before.get(cell, 0),
            round(grid.minutes.get(cell, 0)),
            "是" if cell in grid.clustered else "",
        ]
        for cell in listed
    ]
    charts.show_chart(
        finding,
        cell_map(grid.boundaries, cells, height=HEIGHT, legend=legend, places=places),
        key="map",
        columns=[
            ("热点编号",), ("网格",), ("责任区",), ("本期起数",), ("此前起数",), ("巡逻分钟",), ("成片偏多",),
        ],
        rows=rows,
        note=note,
        export_rows=small_counts.hidden(rows, (3, 4)),
    )  # fmt: skip


def _hover(grid: Grid, cell: str) -> str:
    head = grid.label(cell) if cell in grid.numbered else f"网格（{grid.areas.get(cell, '未登记责任区')}）"
    before = f"此前 {grid.weeks_before} 周 {grid.before.get(cell, 0):,} 起"
    said = f"{head}<br>本期 {grid.current.get(cell, 0):,} 起，{before}"
    return f"{said}<br>巡逻 {grid.minutes.get(cell, 0):,.0f} 分钟" if grid.minutes else said
