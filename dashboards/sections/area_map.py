"""Counts by place on the map of boundaries: 责任区 for a station, 单位 for a sub-bureau.

Belongs here: which boundaries are drawn, the counts on them, what is not on the map, the rule under which there is no
map. Does not belong here: what is counted, cells of the grid (``map_cells``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards.components import charts, small_counts, states, wording
from dashboards.components.maps import MapArea, choropleth, union
from dashboards.context import Context
from dashboards.queries import situation
from jingcang.statistics.periods import day_label

SMALLEST_PER_10K = 10
"""Below this count no rate is printed, as with percentages (METHODS 1)."""
HEIGHT = 330
MOST_NAMED = 3
"""Places named that share the lead."""


@dataclass(frozen=True)
class Boundaries:
    """What the map is drawn on.

    Args:
        areas: area_no, area_name, boundary_wkt, population_count; units under the same keys.
        is_by_area: they are 责任区.
        day: on which they were valid.
    """

    areas: Sequence[Mapping[str, Any]]
    is_by_area: bool
    day: date

    @property
    def kind(self) -> str:
        return "责任区" if self.is_by_area else "单位"

    def counted(self, rows: Iterable[Mapping[str, Any]], column: str) -> dict[str, int]:
        """Return place → sum of a column of rows with unit_no and area_no; "" for those without a place."""
        counts: dict[str, int] = defaultdict(int)
        for row in rows:
            counts[(row["area_no"] if self.is_by_area else row["unit_no"]) or ""] += row[column]
        return counts


def boundaries(context: Context, day: date, *, is_by_area: bool) -> Boundaries:
    """Return the boundaries of the chosen scope that were valid on a day.

    Args:
        context: of the page.
        day: boundaries change; the last day of a period.
        is_by_area: the scope is one station.
    """
    found = context.run(
        situation.BOUNDARIES, day=day, units=list(context.unit_nos or context.units)
    ).to_dicts()
    if not is_by_area and any(area["unit_no"] for area in found):
        return Boundaries(_by_unit(context, found), False, day)
    # Areas that belong to no unit are drawn as they are.
    return Boundaries([area for area in found if context.area in ("", area["area_no"])], True, day)


def why_withheld(context: Context, located: tuple[int, int]) -> str:
    """Return why no map may be drawn, "" when one may.

    Args:
        context: of the page.
        located: incidents with a place, and all incidents.
    """
    has_place, total = located
    if not total or 100 * has_place >= context.required_located_pct * total:
        return ""
    return f"本期有坐标的警情 {wording.share(has_place, total)}，低于画图要求的 {context.required_located_pct:g}%"


def show(
    drawn_on: Boundaries,
    counts: Mapping[str, int],
    *,
    what: str,
    column: str,
    key: str,
    note: str = "",
    is_per_resident: bool = False,
    height: int = HEIGHT,
) -> None:
    """Show the counts on the map above their data, or say why not.

    Args:
        drawn_on: the boundaries.
        counts: see :meth:`Boundaries.counted`.
        what: the quantity with its unit, for the legend.
        column: the quantity, for the table.
        key: unique key on the page.
        note: what else the reader must know.
        is_per_resident: tell residents and the rate beside the count.
        height: pixels.
    """
    if not drawn_on.areas:
        states.withheld(f"{drawn_on.kind}地图", "这个范围没有责任区边界")
        return
    ranked = sorted(drawn_on.areas, key=lambda area: -counts.get(area["area_no"], 0))
    names = {area["area_no"]: area["area_name"] or area["area_no"] for area in ranked}
    of = {number: counts.get(number, 0) for number in names}
    areas = [
        MapArea(
            names[area["area_no"]],
            area["boundary_wkt"],
            of[area["area_no"]],
            f"{names[area['area_no']]}：{of[area['area_no']]:,} 起",
        )
        for area in drawn_on.areas
    ]
    rows = [
        [
            names[area["area_no"]],
            of[area["area_no"]],
            area["population_count"],
            _per_10k(of[area["area_no"]], area["population_count"]),
        ][: 4 if is_per_resident else 2]
        for area in ranked
    ]
    counted = what.partition("（")[0]
    elsewhere = sum(count for place, count in counts.items() if place and place not in names)
    charts.show_chart(
        _finding(drawn_on.kind, [(names[place], of[place]) for place in names], counted),
        choropleth(areas, legend=what, height=height),
        key=key,
        columns=[(drawn_on.kind,), (column,), ("实有人口",), ("每万人起数",)][: 4 if is_per_resident else 2],
        rows=rows,
        note=f"{note}按 {day_label(drawn_on.day)} 有效的边界；未登记{drawn_on.kind}的 {counts.get('', 0):,} 起不在图上"
        + (f"，登记在没有边界的{drawn_on.kind}的 {elsewhere:,} 起也不在。" if elsewhere else "。"),
        export_rows=small_counts.hidden([[*row[:3], None] if is_per_resident else row for row in rows], (1,)),
    )


def _finding(kind: str, ranked: Sequence[tuple[str, int]], counted: str) -> str:
    """Return the title: the place with most, those that share the lead, or the only one; by count, most first."""
    name, most = ranked[0]
    if not most:
        return f"各{kind}都没有{counted}"
    if len(ranked) == 1:
        return f"{name}：{counted} {most:,} 起"
    first = [place for place, count in ranked if count == most]
    if len(first) == 1:
        return f"{counted}最多的是{name}，{most:,} 起"
    told = "、".join(first) if len(first) <= MOST_NAMED else f"{len(first)} 个{kind}"
    return f"{counted}最多的是{told}，各 {most:,} 起"


def show_disputes(
    context: Context, rows: Sequence[Mapping[str, Any]], drawn_on: Boundaries, *, what: str
) -> None:
    """Show disputes registered by place, told only where enough of them have one.

    Args:
        context: of the page.
        rows: unit_no, area_no, current_count; one a place, or several.
        drawn_on: the boundaries.
        what: which disputes, before 纠纷.
    """
    counts = drawn_on.counted(rows, "current_count")
    total = sum(counts.values())
    placed = total - counts.get("", 0)
    if total and 100 * placed < context.required_located_pct * total:
        states.withheld(
            "纠纷地图",
            f"登记了{drawn_on.kind}的纠纷 {wording.share(placed, total)}，"
            f"低于画图要求的 {context.required_located_pct:g}%",
        )
        return
    show(
        drawn_on,
        counts,
        what=f"{what}纠纷（起）",
        column=f"{what}纠纷",
        key="disputes_map",
        note=f"{what}的纠纷 {total:,} 起，按登记的{drawn_on.kind}，不用坐标；起数与户数、登记习惯有关，没有折算。",
        height=HEIGHT,
    )


def _per_10k(count: int, people: int | None) -> float | None:
    return round(10_000 * count / people, 1) if people and count >= SMALLEST_PER_10K else None


def _by_unit(context: Context, areas: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the boundaries merged to one a unit, under the keys of an area."""
    merged = []
    for unit in sorted({area["unit_no"] for area in areas if area["unit_no"]}):
        parts = [area for area in areas if area["unit_no"] == unit]
        people = [area["population_count"] for area in parts]
        merged.append(
            {
                "area_no": unit,
                "area_name": context.unit_name(unit),
                "boundary_wkt": union([area["boundary_wkt"] for area in parts]),
                "population_count": None if None in people else sum(people),
            }
        )
    return merged
