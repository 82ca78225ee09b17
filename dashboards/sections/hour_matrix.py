"""Weekday × hour: the matrix as 态势 and 一张图 draw it, with the days that did not arrive.

Belongs here: the chart, its finding, weekdays without data. Does not belong here: what is counted in an hour, which the
pages choose. A weekday none of whose days arrived is no row of zeros: it stays empty and says 缺数.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import floor

import plotly.graph_objects as go

from dashboards.components import charts, small_counts, states, wording
from jingcang.statistics.hours import PEAK_HOURS, peak_of_day
from jingcang.statistics.periods import WEEKDAYS, Period, day_label


def show(
    counts: Mapping[tuple[int, int], float],
    period: Period,
    missing: Sequence[date],
    *,
    note: str,
    why_empty: str,
    is_suppressed: bool,
    height: int = 330,
) -> None:
    """Show the matrix above its data, or say why not.

    Args:
        counts: (weekday from 1 for Monday, hour) → incidents, also parts of one.
        period: the days counted.
        missing: days of which records did not arrive; those outside the period do not matter.
        note: how the hour is told.
        why_empty: why there is nothing, when there is nothing.
        is_suppressed: hide counts of 1–4 in the export.
        height: pixels.
    """
    if not any(value > 0 for value in counts.values()):
        states.withheld("星期 × 小时", why_empty)
        return
    late = [day for day in missing if period.start <= day < period.end]
    days = Counter((period.start + timedelta(number)).isoweekday() for number in range(period.days))
    lost = Counter(day.isoweekday() for day in late)
    empty = {weekday for weekday in lost if lost[weekday] == days[weekday]}
    grid = [
        [None if day in empty else round(counts.get((day, hour), 0.0), 1) for hour in range(24)]
        for day in range(1, 8)
    ]
    names = [_name(day, days[day], lost[day]) for day in range(1, 8)]
    top = max(value for line in grid for value in line if value is not None) if len(empty) < 7 else 0
    chart = charts.figure(
        go.Heatmap(
            x=list(range(24)),
            y=names,
            z=grid,
            colorscale=charts.SEQUENTIAL,
            zmin=0,
            xgap=1,
            ygap=1,
            hoverongaps=False,
            colorbar={
                "title": {"text": "起", "side": "top"},
                "thickness": 10,
                "tickformat": ",d",
                **({"dtick": 1} if top <= 5 else {}),
            },
            hovertemplate="%{y} %{x}–%{x}:59<br>%{z:,} 起<extra></extra>",
        ),
        height=height,
        xaxis={"title": "时", "dtick": 2, "ticks": "", "showgrid": False},
        yaxis={
            "autorange": "reversed",
            "ticks": "",
            "showgrid": False,
            "ticksuffix": " ",
            "type": "category",
        },
        margin={"l": 48, "r": 4, "t": 8, "b": 44},
    )
    rows = [[name, *(_whole(value) for value in line)] for name, line in zip(names, grid, strict=True)]
    by_hour = [sum(counts.get((day, hour), 0.0) for day in range(1, 8)) for hour in range(24)]
    charts.show_chart(
        peak_words(whole_numbers(by_hour)),
        chart,
        key="hours",
        columns=[("星期",), *((f"{h} 时",) for h in range(24))],
        rows=rows,
        export_rows=_hidden(rows) if is_suppressed else None,
        note=note + _late_words(late),
    )


def _hidden(rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """Return the rows for export; weekdays without data stay empty."""
    told = [row for row in rows if row[1] is not None]
    hidden = iter(small_counts.hidden(told, range(1, 25)))
    return [next(hidden) if row[1] is not None else list(row) for row in rows]


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def _name(day: int, days: int, lost: int) -> str:
    if not lost:
        return WEEKDAYS[day - 1]
    return f"{WEEKDAYS[day - 1]}（缺数）" if lost == days else f"{WEEKDAYS[day - 1]}（缺 {lost}/{days} 天）"


def _late_words(late: Sequence[date]) -> str:
    if not late:
        return ""
    return (
        f"缺数 {len(late)} 天（{day_label(min(late))}起）：全缺的星期留空，缺一部分的在名后注明，起数偏低，"
        "不宜与别的星期相比。"
    )


def whole_numbers(values: Sequence[float]) -> list[int]:
    """Return whole numbers that add up to the rounded sum: the largest remainders are rounded up."""
    floors = [floor(value) for value in values]
    left = round(sum(values)) - sum(floors)
    largest = sorted(range(len(values)), key=lambda place: floors[place] - values[place])[:left]
    return [value + (place in largest) for place, value in enumerate(floors)]


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
