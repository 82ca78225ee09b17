"""档案利用: officers against the limits of chance, and the table of their counts.

Belongs here: the funnel and the table. Does not belong here: when a rate is told (``components.kpis``) and the limits
(``jingcang.statistics``).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, states
from dashboards.components.kpis import OFFICER_FLOORS, Measured, measure, told_officers
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import archive
from jingcang.statistics import funnel_limits
from jingcang.statistics.funnel import MIN_EXPECTED


def show(context: Context, whole: Measured, start: date) -> dict[str, str]:
    """Show officers against the limits of chance; return officer number → name.

    Args:
        context: of the page.
        whole: the KPI over the scope.
        start: of the assessment period.
    """
    rows = context.run(
        archive.BY_OFFICER, period_start=start, kpi_code=whole.kpi.kpi_code, units=list(context.unit_nos)
    ).to_dicts()
    names = dict(context.run(archive.OFFICERS).rows())
    if not rows:
        states.withheld("按民警的结果", "这项指标不按民警计")
        return {}
    measured = {row["officer_no"]: (measure(whole.kpi, row), row) for row in rows}
    if whole.value is None or whole.low is None:
        why = whole.withheld or "这项指标不是逐件计数，没有可靠的偶然界限，只列件数"
        states.withheld("按民警的比率", why)
    told = told_officers({number: m for number, (m, _) in measured.items()}, whole)
    shown = {number: m for number, (m, _) in measured.items() if number in told}
    outside = _funnel(whole, shown, names) if shown else []
    st.caption(
        f"{OFFICER_FLOORS} 的 {len(measured) - len(shown)} 人只列件数和记录，不算比率；按警号排列，界限之内不分先后。"
        "可靠度：一个人的比率里有多少不是偶然，民警之间没有多于偶然的差别时为 0。"
    )
    show_table(
        [("警号",), ("姓名",), ("单位",), ("分子",), ("分母",), ("值",), ("95% 区间",), ("结论",), ("剔除",)],
        [
            [
                number,
                names.get(number),
                context.unit_name(row["unit_no"]),
                m.numerator,
                m.denominator,
                round(m.value, 1) if number in shown and m.value is not None else None,
                m.interval() if number in shown else "样本不足",
                "超出偶然界限" if number in outside else "在界限内" if number in shown else "样本不足",
                m.excluded,
            ]
            for number, (m, row) in measured.items()
        ],
        key="by_officer",
        title=f"{whole.kpi.name_zh}（按民警）",
    )
    return {number: f"{number} {names.get(number, '')}".strip() for number in measured}


def _funnel(whole: Measured, shown: dict[str, Measured], names: dict[str, str]) -> list[str]:
    """Draw officers against Poisson limits of the rarer outcome; return those outside 99.8%."""
    share = (whole.value or 0) / whole.kpi.scale
    is_hit_rare = share <= 0.5
    rare = share if is_hit_rare else 1 - share
    top = max(m.denominator for m in shown.values())
    grid = np.unique(np.linspace(max(MIN_EXPECTED / rare, 1), top * 1.05, 80)) if rare else np.array([])
    traces: list[Any] = []
    outside = []
    for level, dash, label in ((0.95, "dot", "95% 界限"), (0.998, "dash", "99.8% 界限")):
        limits = funnel_limits(grid * rare, level)
        for index, ratio in enumerate((limits.lower, limits.upper)):
            line = np.clip(ratio * rare if is_hit_rare else 1 - ratio * rare, 0, 1) * whole.kpi.scale
            traces.append(
                go.Scatter(
                    x=grid,
                    y=line,
                    mode="lines",
                    line={"color": charts.GREY, "dash": dash, "width": 1},
                    name=label,
                    showlegend=index == 0,
                    hoverinfo="skip",
                )
            )
    for number, m in shown.items():
        limits = funnel_limits([m.denominator * rare], 0.998)
        events = m.numerator if is_hit_rare else m.denominator - m.numerator
        ratio = events / (m.denominator * rare)
        if not limits.lower[0] <= ratio <= limits.upper[0]:
            outside.append(number)
    traces.append(
        go.Scatter(
            x=[m.denominator for m in shown.values()],
            y=[m.value for m in shown.values()],
            mode="markers",
            marker={
                "size": 9,
                "color": [charts.ATTENTION if n in outside else charts.CONTEXT for n in shown],
                "symbol": ["diamond" if n in outside else "circle" for n in shown],
            },
            showlegend=False,
            customdata=[f"{n} {names.get(n, '')}：{m.words()}" for n, m in shown.items()],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    chart = charts.figure(
        *traces,
        height=320,
        xaxis={"title": "分母（件）", "rangemode": "tozero"},
        yaxis={"title": f"{whole.kpi.name_zh}（{whole.kpi.unit}）"},
        legend={"x": 1, "xanchor": "right"},
        margin={"l": 64, "r": 16, "t": 30, "b": 48},
    )
    st.subheader(
        f"{len(outside)} 人超出偶然界限，值得了解原因"
        if outside
        else f"{len(shown)} 人都在偶然界限之内，不分先后"
    )
    st.caption("每点一人：横轴为分母，纵轴为值；落在虚线之间的高低可由偶然造成。菱形为超出 99.8% 界限者。")
    st.plotly_chart(chart, theme=None, config=charts.CONFIG, key="chart_funnel", alt="按民警的漏斗图")
    return outside
