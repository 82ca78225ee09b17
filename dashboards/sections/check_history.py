"""One check over its runs: is it drifting although each run is within its limit.

Belongs here: the trend of one check and the words for a slow drift. Does not belong here: single rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import erfc, sqrt
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, checks
from dashboards.context import Context
from dashboards.queries import quality

RUNS = 12
FEWEST = 6
"""Runs from which a drift can be told from chance: 6 in strict order have p = 0.01 under no trend."""
LEVEL = 0.05


def drift(shares: Sequence[float]) -> str:
    """Return 上升, 下降 or "" by the Mann-Kendall test on the last runs.

    Args:
        shares: share violated in percent, oldest first.

    Source: Mann (1945), Kendall (1975); normal approximation with ties, two-sided, level 5%.
    """
    values = list(shares)[-RUNS:]
    count = len(values)
    if count < FEWEST:
        return ""
    score = sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))
    ties = [values.count(value) for value in set(values)]
    variance = (count * (count - 1) * (2 * count + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    if score == 0 or variance <= 0:
        return ""
    z = (abs(score) - 1) / sqrt(variance)
    if erfc(z / sqrt(2)) > LEVEL:
        return ""
    return "上升" if score > 0 else "下降"


def show(context: Context, check: dict[str, Any]) -> None:
    """Show the share violated of each run with the check's limit.

    Args:
        context: the page's context.
        check: a check with ``check_id``, ``note``.
    """
    rows = context.run(quality.CHECK_HISTORY, check=check["check_id"]).to_dicts()
    measured = [row for row in rows if row["violated_pct"] is not None]
    if len(measured) < 2:
        st.caption(f"这项检查有 {len(rows)} 次结果，还看不出变化。")
        return
    shares = [float(row["violated_pct"]) for row in measured]
    trend = drift(shares)
    words = {
        "上升": "违规占比在缓慢上升，单看每次可能仍在限内",
        "下降": "违规占比在缓慢下降",
        "": "历次变化与偶然波动一致",
    }[trend]
    labels = [f"{row['as_of_date']} · 第 {row['run_no']} 号运行" for row in measured]
    limit = measured[-1]["threshold_pct"]
    traces = [
        go.Scatter(
            x=labels,
            y=shares,
            mode="lines+markers",
            line={"color": charts.ATTENTION if trend == "上升" else charts.CONTEXT},
            hovertemplate="%{x}<br>违规 %{y:.2f}%<extra></extra>",
            name="违规占比",
        )
    ]
    if limit is not None:
        traces.append(
            go.Scatter(
                x=labels,
                y=[float(limit)] * len(labels),
                mode="lines",
                line={"color": charts.GREY, "dash": "dot"},
                name="限",
                hovertemplate="限 %{y:.2f}%<extra></extra>",
            )
        )
    charts.show_chart(
        words,
        charts.figure(
            *traces,
            height=240,
            yaxis={"title": "违规占比（%）", "rangemode": "tozero"},
            xaxis={"type": "category"},
        ),
        key="check_history",
        columns=[("数据截至",), ("运行",), ("状态",), ("违规行数",), ("检查行数",), ("违规 %",)],
        rows=[
            [
                row["as_of_date"],
                row["run_no"],
                row["status_label"],
                row["rows_violated"],
                row["rows_checked"],
                checks.number(row["violated_pct"]),
            ]
            for row in rows
        ],
    )
