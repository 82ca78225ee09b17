"""馆藏与数字化: demand against holdings by category and medium, and what to digitise next.

Belongs here: how often what is on hand is asked for, with the interval of a count. Does not belong here: searches that
found nothing (``holdings_searches``), missing numbers (``holdings_gaps``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, states, wording
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import holdings
from jingcang.statistics import poisson_interval

Rows = Sequence[Mapping[str, Any]]
ABOVE, WITHIN, BELOW, FEW = "高于预期", "正常范围", "低于预期", "样本不足"
FEWEST_EXPECTED = 5
"""Expected uses below which a class is not compared (METHODS section 8)."""


def total(rows: Rows, name: str) -> int:
    """Return the sum of a count over rows."""
    return sum(row[name] for row in rows)


def name_of(row: Mapping[str, Any]) -> str:
    """Return a category and its medium in words."""
    return f"{row['category_label']}（{row['medium_label']}）"


def _limits(count: int, files: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact Poisson interval of uses per 100 files."""
    low, high = poisson_interval(count, level, exposure=files / 100)
    return float(low), float(high)


def _verdict(count: int, files: int, all_uses: int, all_files: int, groups: int) -> str:
    """Compare a group with everything on hand, adjusted for the number of groups looked at."""
    if files * all_uses / all_files < FEWEST_EXPECTED:
        return FEW
    low, high = _limits(count, files, 1 - 0.05 / groups)
    mean = 100 * all_uses / all_files
    return ABOVE if low > mean else BELOW if high < mean else WITHIN


def show_demand(rows: Rows) -> None:
    """Show uses per 100 files on hand by category, and the holdings by category and medium."""
    files, uses = total(rows, "archive_file_count"), total(rows, "year_use_count")
    if not files:
        st.subheader("没有在馆档案")
        return
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        groups[row["category_label"]][0] += row["year_use_count"]
        groups[row["category_label"]][1] += row["archive_file_count"]
    ordered = sorted(groups.items(), key=lambda item: (item[1][0] / item[1][1], item[0]))
    verdicts = {name: _verdict(used, held, uses, files, len(groups)) for name, (used, held) in ordered}
    shown = [(name, used, held, *_limits(used, held)) for name, (used, held) in ordered]
    chart = charts.figure(
        go.Scatter(
            x=[100 * used / held for _, used, held, *_ in shown],
            y=[name for name, *_ in shown],
            mode="markers",
            marker={
                "size": 10,
                "color": [
                    charts.CONTEXT if verdicts[name] in (ABOVE, BELOW) else charts.GREY for name, *_ in shown
                ],
            },
            error_x={
                "type": "data",
                "symmetric": False,
                "color": charts.GREY,
                "thickness": 2,
                "array": [high - 100 * used / held for _, used, held, _, high in shown],
                "arrayminus": [100 * used / held - low for _, used, held, low, _ in shown],
            },
            customdata=[f"{used:,} 次，在馆 {held:,} 件，{verdicts[name]}" for name, used, held, *_ in shown],
            hovertemplate="%{y}<br>每百件 %{x:.1f} 次<br>%{customdata}<extra></extra>",
            showlegend=False,
        ),
        height=110 + 30 * len(shown),
        xaxis={"title": "近 12 个月每百件在馆档案的利用（次）", "rangemode": "tozero"},
        yaxis={"ticks": ""},
        margin={"l": 140, "r": 24, "t": 26, "b": 48},
    )
    mean = 100 * uses / files
    chart.add_vline(x=mean, line={"color": charts.GREY, "dash": "dash", "width": 1.5})
    chart.add_annotation(
        x=mean, y=1, yref="paper", yanchor="bottom", text=f"全部 {mean:.1f}", showarrow=False
    )
    apart = [name for name, *_ in reversed(shown) if verdicts[name] == ABOVE]
    charts.show_chart(
        f"利用与馆藏：{'、'.join(apart)}的利用高于预期（n＝{uses:,} 次）"
        if apart
        else f"利用与馆藏：各门类的利用都没有高于预期（n＝{uses:,} 次）",
        chart,
        key="demand",
        columns=[("门类",), ("利用",), ("在馆",), ("每百件利用",), ("95% 区间",), ("结论",)],
        rows=[
            [name, used, held, round(100 * used / held, 1), f"{low:.1f}–{high:.1f}", verdicts[name]]
            for name, used, held, low, high in reversed(shown)
        ],
        note="横线为 95% 精确泊松区间，虚线为全部馆藏；同一件多次利用各算一次，真实的不确定比区间大。"
        f"结论按门类个数校正；期望不足 {FEWEST_EXPECTED} 次的不比较。",
    )
    with st.expander(f"按门类和载体看馆藏：{len(rows)} 类"):
        show_table(
            [
                ("门类",), ("载体",), ("在馆", "件"), ("在馆", "页"), ("已数字化", "页"), ("已数字化", "占比"),
                ("近12个月", "利用"), ("近12个月", "利用过的件"),
            ],
            [
                [
                    row["category_label"], row["medium_label"], row["archive_file_count"], row["page_count"],
                    row["digitised_page_count"],
                    wording.share(row["digitised_page_count"], row["page_count"], 0),
                    row["year_use_count"], row["used_file_count"],
                ]
                for row in rows
            ],
            key="holdings",
            title="馆藏：按门类和载体",
        )  # fmt: skip


def show_digitising(context: Context, rows: Rows) -> None:
    """Show the classes not wholly digital by the demand for them, and the files asked for most."""
    waiting = [row for row in rows if row["not_digital_file_count"]]
    if not waiting:
        st.subheader("在馆档案都已数字化")
        return
    files, uses = total(waiting, "not_digital_file_count"), total(waiting, "not_digital_use_count")
    st.subheader(f"先数字化哪些：{files:,} 件未全部数字化，近 12 个月被利用 {uses:,} 次")
    st.caption("按被利用的次数排列；次数的区间重叠的，先后不必较真，可就近成批扫描。电子文件和光盘不在其内。")
    ordered = sorted(waiting, key=lambda row: (-row["not_digital_use_count"], name_of(row)))
    show_table(
        [
            ("门类",), ("载体",), ("未全部数字化",), ("待扫页数",), ("被利用",), ("95% 区间",), ("每百件利用",),
        ],
        [
            [
                row["category_label"], row["medium_label"], row["not_digital_file_count"],
                row["page_count"] - row["digitised_page_count"], row["not_digital_use_count"],
                _count_interval(row["not_digital_use_count"]),
                round(100 * row["not_digital_use_count"] / row["not_digital_file_count"], 1),
            ]
            for row in ordered
        ],
        key="digitise_classes",
        title="先数字化哪些：按门类和载体",
        help_texts={
            "待扫页数": "没有数字副本的页数；没有登记页数的档案不在其内",
            "95% 区间": "次数的精确泊松区间",
        },
    )  # fmt: skip
    found = context.run(holdings.DIGITISING, units=list(context.unit_nos)).to_dicts()
    with st.expander(f"具体到件：利用最多的 {len(found):,} 件"):
        if not found:
            states.empty("未全部数字化的档案近 12 个月没有人利用", "先扫利用多的门类")
            return
        show_table(
            [
                ("档号",), ("单位",), ("门类",), ("载体",), ("页数",), ("已数字化",), ("近12个月", "利用"),
                ("近12个月", "95% 区间"), ("近12个月", "利用人"), ("最近利用",),
            ],
            [
                [
                    row["file_no"], context.unit_name(row["unit_no"]), row["category_label"], row["medium_label"],
                    row["page_count"], row["digitised_page_count"], row["year_use_count"],
                    _count_interval(row["year_use_count"]), row["year_user_count"], row["last_use_date"],
                ]
                for row in found
            ],
            key="digitise_files",
            title="先数字化哪些：按件",
            is_cut=len(found) == holdings.MOST_FILES,
        )  # fmt: skip


def _count_interval(count: int) -> str:
    low, high = poisson_interval(count)
    return f"{low:.1f}–{high:.1f}"
