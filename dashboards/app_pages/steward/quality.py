"""数据质量: can the figures be trusted, by source, table, dimension and unit; which check to open first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, checks, states, wording
from dashboards.components.checks import STATUSES
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.queries import quality
from dashboards.sections import scorecard

ROWS_PAGE = "app_pages/steward/rows.py"
RUNS_SHOWN = 12


def main() -> None:
    context = current()
    st.header("数据质量")
    found = context.run(quality.CHECKS).to_dicts()
    if not found:
        states.empty("还没有检查结果", "运行一次 jingcang run 后这里列出每项检查")
        return
    _answer(found)
    _look_at(context, found)
    scorecard.show(context, found)
    _checks(found)
    _runs(context)
    context.foot = {
        "检查": f"{len(found):,} 项",
        "口径": "在限内＝没有违规或违规不超过限；不适用不进分母，执行错误不算在限内；"
        "违规和检查行数为现在有效的行，被来源更正的旧行不计",
        **context.foot,
    }


def _answer(found: Sequence[dict[str, Any]]) -> None:
    count = Counter(check["status"] for check in found)
    applied = len(found) - count["not_applicable"]
    kept = count["pass"] + count["warn"]
    answer(
        f"最近一次 {applied:,} 项适用的检查：{count['fail']:,} 项不通过，{count['error']:,} 项执行错误，"
        f"在限内的 {wording.share(kept, applied)}，其中 {count['warn']:,} 项有违规；"
        f"另有 {count['not_applicable']:,} 项不适用，不算通过。"
    )


def _look_at(context: Context, found: Sequence[dict[str, Any]]) -> None:
    failed = sorted(
        (check for check in found if check["status"] == "fail"),
        key=lambda check: (-(check["rows_violated"] or 0), check["check_id"]),
    )
    errors = [check for check in found if check["status"] == "error"]
    held = sorted(
        (check for check in found if check["severity"] == "quarantine" and check["rows_violated"]),
        key=lambda check: (-check["rows_violated"], check["check_id"]),
    )
    shown = [*errors[:1], *failed[:3], *held[:2]][:5]
    if not shown:
        return
    st.markdown("**先看这几项**")
    items = []
    for check in shown:
        figures = (
            "执行错误，结果未知"
            if check["status"] == "error"
            else f"违规 {wording.share(check['rows_violated'], check['rows_checked'], 2)}"
            + ("，行在隔离中" if check["severity"] == "quarantine" else "")
        )
        where = checks.object_title(context.generation.profile, check["object_name"])
        label = f"{where}：{checks.plain(checks.title(check))}，{figures}"
        items.append((label, {"check": check["check_id"]}))
    checks.links(ROWS_PAGE, items)


def _runs(context: Context) -> None:
    rows = context.run(quality.RUNS).to_dicts()
    runs = list(dict.fromkeys(row["run_id"] for row in rows))[:RUNS_SHOWN][::-1]
    dates = {row["run_id"]: row["as_of_date"] for row in rows}
    # Runs of older program versions have no number: the end of their id tells them apart.
    names = {row["run_id"]: f"第 {row['run_no']} 号" if row["run_no"] else row["run_id"][-6:] for row in rows}
    counts = {(row["run_id"], row["status"]): row["check_count"] for row in rows}
    failing = [sum(counts.get((run, status), 0) for status in ("fail", "error")) for run in runs]
    finding = f"最近一次运行有 {failing[-1]:,} 项不通过或执行错误"
    if len(runs) < 2:
        st.subheader(finding)
        st.caption("只有一次运行，还没有历次结果可比；下一次运行后这里画出变化。")
        return
    labels = [f"{dates[run]} · {names[run]}" for run in runs]
    chart = charts.figure(
        *(
            go.Bar(
                x=labels,
                y=[counts.get((run, status), 0) for run in runs],
                name=label,
                marker={"color": colour, "line": {"color": charts.GREY, "width": 0.5}},
                hovertemplate="%{x}<br>" + label + " %{y:,} 项<extra></extra>",
            )
            for status, (label, colour) in STATUSES.items()
        ),
        height=260,
        barmode="stack",
        bargap=0.5,
        yaxis={"title": "项", "tickformat": ",d"},
        xaxis={"type": "category"},
        margin={"l": 56, "r": 8, "t": 34, "b": 40},
    )
    charts.show_chart(
        f"{finding}，上一次 {failing[-2]:,} 项",
        chart,
        key="runs",
        columns=[("运行",), ("数据截至",), *((label,) for label, _ in STATUSES.values())],
        rows=[
            [names[run], dates[run], *(counts.get((run, status), 0) for status in STATUSES)] for run in runs
        ],
    )


def _checks(found: Sequence[dict[str, Any]]) -> None:
    shown_first = sum(check["status"] in ("error", "fail") for check in found)
    st.subheader(
        f"每项检查：先处理 {shown_first:,} 项不通过或执行错误"
        if shown_first
        else "每项检查：没有不通过或执行错误"
    )
    wanted = st.segmented_control(
        "状态",
        [label for label, _ in STATUSES.values()],
        selection_mode="multi",
        key="status",
        default=["执行错误", "不通过"],
    )
    shown = [check for check in found if check["status_label"] in (wanted or ())]
    if not shown:
        states.empty("没有这些状态的检查", "在上面选择其他状态")
        return
    st.caption("点一行，看它的违规行和每行的来龙去脉。")
    picked = show_table(
        [
            ("状态",),
            ("检查",),
            ("违规行数",),
            ("检查行数",),
            ("违规占比 %",),
            ("限 %",),
            ("编号",),
            ("维度",),
            ("处置",),
            ("负责人",),
            ("方式",),
            ("说明",),
        ],
        [
            [
                check["status_label"],
                checks.title(check),
                check["rows_violated"],
                check["rows_checked"],
                checks.percent(check["rows_violated"], check["rows_checked"]),
                checks.number(check["threshold_pct"]),
                check["check_id"],
                checks.DIMENSIONS.get(check["dimension"], check["dimension"]),
                checks.SEVERITIES.get(check["severity"], check["severity"]),
                check["owner"],
                checks.METHODS.get(check["checked_by"], check["checked_by"]),
                check["note"] if checks.title(check) != check["note"] else None,
            ]
            for check in shown
        ],
        digits={"违规占比 %": 3, "限 %": 2},
        key="checks",
        title="检查结果",
        pick="one",
    )
    if picked:
        st.switch_page(ROWS_PAGE, query_params={"check": shown[picked[0]]["check_id"]})


main()
