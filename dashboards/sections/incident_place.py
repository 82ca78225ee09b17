"""态势, where and when: the 7 × 24 matrix and the map of a definition over a period.

Belongs here: what 态势 puts on them. Does not belong here: how they are drawn (``hour_matrix``, ``area_map``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dashboards.components import states
from dashboards.context import Context
from dashboards.queries import situation
from dashboards.sections import area_map, hour_matrix
from jingcang.contracts import Metric
from jingcang.statistics.periods import Period


def show_hours(context: Context, metric: Metric, period: Period, group: str, missing: Sequence[date]) -> None:
    """Show weekday × hour of the call.

    Args:
        context: the page's context.
        metric: what is counted.
        period: period counted.
        group: name of a first-level class, "" for all.
        missing: days of which records did not arrive.
    """
    counts: dict[tuple[int, int], float] = defaultdict(float)
    unknown = 0
    rows = context.run(
        situation.HOURS.of(metric),
        **context.scope_filters(),
        start=period.start,
        end=period.end,
        class_label=group,
    )
    for weekday, hour, count in rows.rows():
        if hour is None:
            unknown += count
        else:
            counts[weekday, hour] += count
    hour_matrix.show(
        counts,
        period,
        missing,
        note="按报警时刻的当地小时统计。" + (f"另有 {unknown:,} 起没有时刻。" if unknown else ""),
        why_empty="来源没有登记时刻" if unknown else f"本期没有{metric.name_zh}",
        is_suppressed=bool(context.area),
    )


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
    why = area_map.why_withheld(context, located)
    if why:
        states.withheld("责任区地图", why)
        return
    drawn_on = area_map.boundaries(context, period.end - timedelta(1), is_by_area=is_by_area)
    area_map.show(
        drawn_on,
        drawn_on.counted(rows, "current_count"),
        what=f"{metric.name_zh}（{metric.unit}）",
        column="起数",
        key="map",
        is_per_resident=True,
    )
