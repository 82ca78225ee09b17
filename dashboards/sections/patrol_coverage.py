"""巡逻成效, second half: were the busiest places and hours patrolled, and where they are.

Belongs here: numbering the busiest cells, the matrix by four-hour band and the map of the cells. A cell's
id means nothing to a reader; it is numbered on the page and keeps its id in the data below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, states, wording
from dashboards.components.cell_maps import MapCell, cell_map
from dashboards.components.short_list import Item
from dashboards.context import Context
from dashboards.queries import patrol, situation
from jingcang.addresses.cells import is_cell
from jingcang.contracts.code_trees import discreet_incident_classes
from jingcang.statistics.periods import Period

BANDS = ["0–3 时", "4–7 时", "8–11 时", "12–15 时", "16–19 时", "20–23 时"]
HOURS = 24 // len(BANDS)
COVERED_WELL = 0.5
BUSIEST = 10


@dataclass(frozen=True)
class Coverage:
    """The busiest cells of the year before, and how much of their demand was patrolled in the period.

    Args:
        rows: of ``patrol.COVERAGE``, one a cell and four-hour band.
        period: the period shown.
        names: 责任区 number → name.
    """

    rows: Sequence[dict[str, Any]]
    period: Period
    names: dict[str, str]

    @property
    def cells(self) -> list[str]:
        """Cell ids, busiest first; the number of a cell is its position from one."""
        return list(dict.fromkeys(row["cell_id"] for row in self.rows))

    @property
    def busiest(self) -> list[dict[str, Any]]:
        """The ten busiest cell × band, busiest first."""
        return sorted(
            self.rows, key=lambda row: (-row["incident_count"], row["cell_id"], row["band_number"])
        )[:BUSIEST]

    @property
    def missed(self) -> list[dict[str, Any]]:
        """Those of the busiest of whose demand less than half was covered."""
        return [row for row in self.busiest if row["covered_count"] < COVERED_WELL * row["incident_count"]]

    def share(self) -> str:
        """Return the share of demand covered with its counts; the covered one is a sum of parts of incidents."""
        covered, total = (sum(row[name] for row in self.rows) for name in ("covered_count", "incident_count"))
        counts = f"折合 {covered:,.1f}/{total:,} 起"
        return counts if total < wording.SMALLEST_BASE else f"{100 * covered / total:.1f}%（{counts}）"

    def label(self, cell_id: str) -> str:
        """Return a cell as 3 号网格（城东第五责任区）."""
        area = next(row["area_no"] for row in self.rows if row["cell_id"] == cell_id)
        return f"{self.cells.index(cell_id) + 1} 号网格（{self.names.get(area, '未登记责任区')}）"

    def missed_words(self) -> str:
        """Return the part of the page's answer about the busiest places, "" without any."""
        if not self.rows:
            return ""
        return f"；最忙的 {len(self.cells)} 个网格，警情需求巡到 {self.share()}"

    def items(self) -> list[Item]:
        """Return the missed ones as lines of the short list, each leading to the minutes of patrol on the map."""
        return [
            Item(
                f"**{self.label(row['cell_id'])}{BANDS[row['band_number']]}**：此前一年 {row['incident_count']:,} 起，"
                + _covered_words(row, self.period.days),
                "map",
                {"layer": "patrol"},
            )
            for row in self.missed
        ]


def _covered_words(row: dict[str, Any], days: int) -> str:
    if not row["covered_hours"]:
        return f"本期 {days} 天里没有一个小时观测到巡逻满 {patrol.COVERED_SECONDS // 60} 分钟"
    return f"需求只有 {_covered_pct(row):.0f}% 巡到"


def _covered_pct(row: dict[str, Any]) -> float:
    return 100 * float(row["covered_count"]) / float(row["incident_count"])


def load(context: Context, names: dict[str, str]) -> Coverage:
    """Return the coverage of the chosen scope and period.

    Args:
        context: the page's context.
        names: 责任区 number → name.
    """
    period = context.period
    rows = context.run(
        patrol.COVERAGE,
        **context.scope_filters(),
        start=period.start,
        end=period.end,
        before_start=period.start - timedelta(weeks=52),
        discreet=list(discreet_incident_classes()),
    ).to_dicts()
    return Coverage(rows, period, names)


def show(context: Context, coverage: Coverage) -> None:
    """Show the matrix and the map of the busiest cells, or say why not."""
    if not coverage.rows:
        states.withheld("最忙处的覆盖", "此前一年没有带网格和时刻的警情")
        return
    left, right = st.columns([1.65, 1], gap="medium")
    with left:
        _matrix(coverage)
    with right:
        _map(context, coverage)


def _matrix(coverage: Coverage) -> None:
    by_key = {(row["cell_id"], row["band_number"]): row for row in coverage.rows}
    days = coverage.period.days
    shares, texts, hovers = [], [], []
    for cell_id in coverage.cells:
        line = [by_key.get((cell_id, band)) for band in range(len(BANDS))]
        shares.append([_covered_pct(row) if row else None for row in line])
        texts.append([f"{row['incident_count']:,} 起" if row else "" for row in line])
        hovers.append(
            [
                f"需求的 {_covered_pct(row):.0f}% 巡到，巡满 {row['covered_hours']:,}/{HOURS * days:,} 个小时，"
                f"共 {row['patrol_minutes']:,} 分钟"
                if row
                else "此前一年没有警情"
                for row in line
            ]
        )
    chart = charts.figure(
        go.Heatmap(
            x=BANDS,
            y=[coverage.label(cell) for cell in coverage.cells],
            z=shares,
            text=texts,
            texttemplate="%{text}",
            customdata=hovers,
            zmin=0,
            zmax=100,
            colorscale=charts.SEQUENTIAL,
            xgap=2,
            ygap=2,
            colorbar={"title": {"text": "需求巡到的占比（%）", "side": "right"}, "thickness": 10},
            hovertemplate="%{y} %{x}<br>此前一年 %{text}<br>%{customdata}<extra></extra>",
        ),
        height=70 + 30 * len(coverage.cells),
        xaxis={"side": "top", "ticks": "", "showgrid": False},
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False, "ticksuffix": " "},
        margin={"l": 160, "r": 8, "t": 30, "b": 8},
    )
    busiest = coverage.busiest
    well = len(busiest) - len(coverage.missed)
    found = f"{well} 个的需求" if well else "没有一个的需求"
    rest = [row for row in coverage.rows if row not in busiest]
    charts.show_chart(
        f"最忙的 {len(coverage.cells)} 个网格，警情需求巡到 {coverage.share()}；"
        f"最忙的 {len(busiest)} 个地点时段，{found}巡到一半以上",
        chart,
        key="coverage",
        columns=[
            ("编号",),
            ("网格",),
            ("责任区",),
            ("时段",),
            ("此前一年起数",),
            ("其中巡到",),
            ("巡到 %",),
            ("巡满小时",),
            ("本期小时",),
            ("巡逻分钟",),
        ],
        rows=[_line(coverage, row, row["incident_count"]) for row in busiest + rest],
        note=f"{coverage.period.label()}；格内为此前 52 周的有效警情起数（需求），颜色为其中本期巡到的占比；"
        "最忙处按此前 52 周选定，不用本期；"
        "空白为这一时段此前没有警情；不列地点的类别（性侵、未成年人、家庭、轻生和类别未明）和巡逻中自己发现的警情不计；"
        f"逐网格逐小时算，一天的一个钟点内停留合计满 {patrol.COVERED_SECONDS // 60} 分钟算巡到，"
        "这一钟点的起数按巡到的天数占本期的比例折算，合计后除以全部起数。"
        "没有观测到不等于没有去：终端缺数的日子也算没有巡到。",
        export_rows=[
            _line(
                coverage,
                row,
                wording.SUPPRESSED if 0 < row["incident_count"] < 5 else row["incident_count"],
            )
            for row in coverage.rows
        ],
    )


def _line(coverage: Coverage, row: dict[str, Any], count: int | str) -> list[Any]:
    is_told = count == row["incident_count"]
    return [
        coverage.cells.index(row["cell_id"]) + 1,
        row["cell_id"],
        coverage.names.get(row["area_no"], row["area_no"]),
        BANDS[row["band_number"]],
        count,
        round(row["covered_count"], 1) if is_told else wording.SUPPRESSED,
        round(_covered_pct(row), 1),
        row["covered_hours"],
        HOURS * coverage.period.days,
        row["patrol_minutes"],
    ]


def _map(context: Context, coverage: Coverage) -> None:
    boundaries = context.run(
        situation.BOUNDARIES,
        day=coverage.period.end - timedelta(1),
        units=list(context.unit_nos or context.units),
    ).to_dicts()
    if not boundaries:
        states.withheld("最忙处的位置", "这个范围没有责任区边界")
        return
    missed = {row["cell_id"] for row in coverage.missed}
    cells = [
        MapCell(cell, text=str(number), is_marked=cell in missed)
        for number, cell in enumerate(coverage.cells, 1)
        if is_cell(cell)
    ]
    st.subheader(f"{len(coverage.cells)} 个最忙网格的位置")
    st.caption(
        "数字为左图编号，只用于本页，与“一张图”的热点编号不同；边长 500 米；橙色为有最忙时段的需求巡到不足一半的网格。"
    )
    chart = cell_map(
        [area["boundary_wkt"] for area in boundaries], cells, height=70 + 30 * len(coverage.cells)
    )
    st.plotly_chart(chart, theme=None, config=charts.CONFIG, key="chart_cells", alt="最忙网格的位置")
