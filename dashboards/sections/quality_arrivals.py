"""数据质量, second half: what arrived on which day, and whether the books of every source table balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, states
from dashboards.components.frame import LATE_AFTER
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.deployment import deployment
from dashboards.queries import quality
from jingcang.statistics.periods import day_label

DAYS_SHOWN = 42
MISSING, QUIET, ARRIVED = 0, 1, 2


@dataclass(frozen=True)
class Arrivals:
    """What arrived on which day; the page's sentence and its chart say the same because both read this.

    Args:
        days: the days shown.
        sources: titles of the source tables that delivered in them, sorted.
        rows: (source, day) → row of ``FRESHNESS_DAYS``.
        latest: source → last day with data.
        levels: source → MISSING, QUIET or ARRIVED for each day; a source silent for longer than ``LATE_AFTER`` is
            missing from its last day on, whatever its units usually deliver.
    """

    days: tuple[date, ...]
    sources: tuple[str, ...]
    rows: dict[tuple[str, date], dict[str, Any]]
    latest: dict[str, date | None]
    levels: dict[str, tuple[int, ...]]

    @property
    def late(self) -> list[str]:
        """Return the sources with a missing day."""
        return [source for source in self.sources if MISSING in self.levels[source]]


def arrivals(context: Context, since: date, until: date) -> Arrivals:
    """Return what arrived on which day.

    Args:
        context: the page's context.
        since: first day.
        until: first day after the last; a source must have delivered lately as seen from it.
    """
    found = context.run(quality.FRESHNESS_DAYS, since=since, until=until).to_dicts()
    known = deployment(context.generation.profile)
    days = tuple(since + timedelta(number) for number in range((until - since).days))
    rows = {(known.title(row["source_system"], row["source_table"]), row["event_date"]): row for row in found}
    sources = tuple(sorted({source for source, _ in rows}))
    latest = {
        source: max(
            (day for (name, day), row in rows.items() if name == source and row["row_count"]), default=None
        )
        for source in sources
    }

    def level(source: str, day: date) -> int:
        row, last = rows.get((source, day)), latest[source]
        is_late = until - (last or since) > LATE_AFTER + timedelta(1) and (last is None or day > last)
        if is_late or (row and row["missing_units"]):
            return MISSING
        return ARRIVED if row and row["row_count"] else QUIET

    levels = {source: tuple(level(source, day) for day in days) for source in sources}
    return Arrivals(days, sources, rows, latest, levels)


def show_days(found: Arrivals) -> None:
    """Show which source delivered on which day."""
    if not found.sources:
        states.empty(f"最近 {DAYS_SHOWN} 天没有任何来源的数据", "请核对各来源是否停报")
        return
    days, sources, by_key, latest = found.days, found.sources, found.rows, found.latest
    grid = [found.levels[source] for source in sources]
    hover = [
        [
            f"{day_label(day)}：{by_key[source, day]['row_count']:,} 行，"
            f"{by_key[source, day]['missing_units']} 个单位缺数"
            if (source, day) in by_key
            else f"{day_label(day)}：没有记录"
            for day in days
        ]
        for source in sources
    ]
    chart = charts.figure(
        go.Heatmap(
            x=days,
            y=sources,
            z=grid,
            customdata=hover,
            zmin=0,
            zmax=2,
            showscale=False,
            xgap=1,
            ygap=2,
            colorscale=[
                [0, charts.ATTENTION],
                [0.33, charts.ATTENTION],
                [0.34, "#f0f2f5"],
                [0.66, "#f0f2f5"],
                [0.67, "#9db8d2"],
                [1, "#9db8d2"],
            ],
            hovertemplate="%{y}<br>%{customdata}<extra></extra>",
        ),
        height=80 + 22 * len(sources),
        xaxis={"tickformat": "%m-%d", "ticks": "", "showgrid": False},
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False, "ticksuffix": " "},
        margin={"l": 150, "r": 8, "t": 8, "b": 36},
    )
    missing = {source: line.count(MISSING) for source, line in zip(sources, grid, strict=True)}
    late = found.late
    finding = (
        f"{len(late)} 个来源近 {DAYS_SHOWN} 天有缺数的日子：{'、'.join(late[:4])}"
        if late
        else f"近 {DAYS_SHOWN} 天各来源没有该有而没有的日子"
    )
    charts.show_chart(
        finding,
        chart,
        key="freshness",
        columns=[("来源",), ("缺数天数",), ("最近有数据的日子",), ("行数",)],
        rows=[
            [
                source,
                missing[source],
                latest[source],
                sum(row["row_count"] for (name, _), row in by_key.items() if name == source),
            ]
            for source in sources
        ],
        note=f"{day_label(days[0])}至 {day_label(days[-1])}，一格一天：蓝色有数据，"
        "浅灰没有数据但属正常（稀少的来源），橙色为该有而没有（任一单位）。",
    )


def show_books(context: Context) -> None:
    """Show read = accepted + quarantined + superseded + repeated, a line a source table."""
    rows = context.run(quality.BOOKS).to_dicts()
    if not rows:
        return
    known = deployment(context.generation.profile)
    broken = sum(not row["is_balanced"] for row in rows)
    st.subheader(
        f"{broken} 张来源表对不上账"
        if broken
        else f"{len(rows)} 张来源表全部对上账：读到 = 接受 + 隔离 + 被更新 + 重复"
    )
    show_table(
        [
            ("来源表",),
            ("批次",),
            ("行数", "读到"),
            ("行数", "接受"),
            ("行数", "隔离"),
            ("行数", "被更新"),
            ("行数", "重复"),
            ("行数", "删除"),
            ("接受中", "修正"),
            ("接受中", "豁免"),
            ("对账",),
        ],
        [
            [
                known.title(row["source_system"], row["source_table"]),
                row["batch_count"],
                row["rows_read"],
                row["rows_accepted"],
                row["rows_quarantined"],
                row["rows_superseded"],
                row["rows_repeated"],
                row["rows_tombstoned"],
                row["rows_corrected"],
                row["rows_waived"],
                "平" if row["is_balanced"] else "不平",
            ]
            for row in rows
        ],
        key="books",
        title="对账",
    )
