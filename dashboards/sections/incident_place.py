"""态势, where and when: the 7 × 24 matrix and the offline map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go

from dashboards.components import charts, small_counts, states, wording
from dashboards.components.maps import MapArea, choropleth, union
from dashboards.context import Context
from dashboards.queries import situation
from jingcang.contracts import Metric
from jingcang.statistics.hours import PEAK_HOURS, peak_of_day
from jingcang.statistics.periods import Period, day_label

WEEKDAYS = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
SMALLEST_PER_10K = 10
"""Below this count no rate is printed, as with percentages (METHODS 1)."""


def show_hours(context: Context, metric: Metric, period: Period, group: str) -> None:
    """Show weekday × hour above its data, or say why not."""
    hours = context.run(
        situation.HOURS.of(metric),
        **context.scope_filters(),
        start=period.start,
        end=period.end,
        class_label=group,
    ).to_dicts()
    grid = [[0] * 24 for _ in range(7)]
    unknown = 0
    for row in hours:
        if row["event_hour"] is None:
            unknown += row["incident_count"]
        else:
            grid[row["weekday_number"] - 1][row["event_hour"]] += row["incident_count"]
    if not any(map(any, grid)):
        states.withheld("星期 × 小时", "来源没有登记时刻" if unknown else f"本期没有{metric.name_zh}")
        return
    top = max(map(max, grid))
    chart = charts.figure(
        go.Heatmap(
            x=list(range(24)),
            y=WEEKDAYS,
            z=grid,
            colorscale=charts.SEQUENTIAL,
            zmin=0,
            xgap=1,
            ygap=1,
            colorbar={
                "title": {"text": "起", "side": "top"},
                "thickness": 10,
                "tickformat": ",d",
                **({"dtick": 1} if top <= 5 else {}),
            },
            hovertemplate="%{y} %{x}–%{x}:59<br>%{z:,} 起<extra></extra>",
        ),
        height=330,
        xaxis={"title": "时", "dtick": 2, "ticks": "", "showgrid": False},
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False, "ticksuffix": " "},
        margin={"l": 48, "r": 4, "t": 8, "b": 44},
    )
    rows = [[WEEKDAYS[day], *grid[day]] for day in range(7)]
    charts.show_chart(
        peak_words([sum(grid[day][hour] for day in range(7)) for hour in range(24)]),
        chart,
        key="hours",
        columns=[("星期",), *((f"{h} 时",) for h in range(24))],
        rows=rows,
        export_rows=small_counts.hidden(rows, range(1, 25)) if context.area else None,
        note="按报警时刻的当地小时统计。" + (f"另有 {unknown:,} 起没有时刻。" if unknown else ""),
    )


def peak_words(by_hour: Sequence[int]) -> str:
    """Return the finding about the busiest four hours, or that there is none that chance does not explain.

    Args:
        by_hour: incidents by hour of the day, 24 values.
    """
    counts = [max(count, 0) for count in by_hour]
    hour, total = peak_of_day(counts), sum(counts)
    if hour is None:
        return f"本期 {total:,} 起，看不出集中的时段"
    value = sum(counts[(hour + step) % 24] for step in range(PEAK_HOURS))
    return f"{hour} 时起的四小时最集中：{wording.share(value, total, 0)}"


def show_map(
    context: Context,
    metric: Metric,
    period: Period,
    rows: Sequence[dict[str, Any]],
    *,
    is_by_area: bool,
    located: tuple[int, int],
) -> None:
    """Show counts by 责任区 to a station, by station to a sub-bureau (DOMAIN, limits).

    Args:
        context: the page's context.
        metric: what is counted.
        period: period counted.
        rows: counts by unit and area.
        is_by_area: the scope is one station.
        located: incidents with a place, and all incidents.
    """
    has_place, total = located
    if total and 100 * has_place < context.required_located_pct * total:
        states.withheld(
            "责任区地图",
            f"本期有坐标的警情 {wording.share(has_place, total)}，低于画图要求的 {context.required_located_pct:g}%",
        )
        return
    units = list(context.unit_nos or context.units)
    boundaries = context.run(situation.BOUNDARIES, day=period.end - timedelta(1), units=units).to_dicts()
    if is_by_area:
        boundaries = [area for area in boundaries if context.area in ("", area["area_no"])]
    elif any(area["unit_no"] for area in boundaries):
        boundaries = _by_unit(context, boundaries)
    else:  # areas that belong to no unit: drawn as they are
        is_by_area = True
    if not boundaries:
        states.withheld("责任区地图", "这个范围没有责任区边界")
        return
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[(row["area_no"] if is_by_area else row["unit_no"]) or ""] += row["current_count"]
    kind, unplaced = "责任区" if is_by_area else "单位", counts[""]
    ranked = sorted(boundaries, key=lambda area: -counts[area["area_no"]])
    names = {area["area_no"]: area["area_name"] or area["area_no"] for area in ranked}
    areas = [
        MapArea(
            names[area["area_no"]],
            area["boundary_wkt"],
            counts[area["area_no"]],
            f"{names[area['area_no']]}：{counts[area['area_no']]:,} 起",
        )
        for area in boundaries
    ]
    top = ranked[0]
    counted = [
        [
            names[area["area_no"]],
            counts[area["area_no"]],
            area["population_count"],
            _per_10k(counts[area["area_no"]], area["population_count"]),
        ]
        for area in ranked
    ]
    charts.show_chart(
        f"{names[top['area_no']]}最多，{counts[top['area_no']]:,} 起",
        choropleth(areas, legend=f"{metric.name_zh}（{metric.unit}）", height=330),
        key="map",
        columns=[(kind,), ("起数",), ("实有人口",), ("每万人起数",)],
        rows=counted,
        note=f"按 {day_label(period.end - timedelta(1))} 有效的边界；未登记{kind}的 {unplaced:,} 起不在图上。",
        export_rows=small_counts.hidden([[*row[:-1], None] for row in counted], (1,)),
    )


def _per_10k(count: int, people: int | None) -> float | None:
    return round(10_000 * count / people, 1) if people and count >= SMALLEST_PER_10K else None


def _by_unit(context: Context, boundaries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the boundaries merged to one a unit, under the keys of an area."""
    merged = []
    for unit in sorted({area["unit_no"] for area in boundaries if area["unit_no"]}):
        parts = [area for area in boundaries if area["unit_no"] == unit]
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
