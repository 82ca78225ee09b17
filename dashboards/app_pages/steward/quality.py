"""数据质量: which rows and codes to mend first, and can the figures be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, states, wording
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.deployment import check_titles
from dashboards.queries import quality
from dashboards.sections import quality_arrivals

STATUSES = {
    "pass": ("通过", charts.LIGHT),
    "warn": ("有违规但在限内", "#d8a657"),
    "fail": ("不通过", charts.ATTENTION),
    "error": ("执行错误", "#6b2a8b"),
    "not_applicable": ("不适用", "#ffffff"),
}
SEVERITIES = {"quarantine": "隔离", "flag": "标记", "warn": "提醒", "block": "阻断"}
DIMENSIONS = {
    "completeness": "完整性",
    "conformance": "规范性",
    "plausibility": "合理性",
    "timeliness": "及时性",
    "consistency": "一致性",
    "uniqueness": "唯一性",
}
METHODS = {
    "split": "入库分拣",
    "ge": "旁证",
    "dbt": "建模检查",
    "sql": "规则",
    "reconciliation": "对账",
}
RUNS_SHOWN = 12


def main() -> None:
    context = current()
    st.header("数据质量")
    checks = context.run(quality.CHECKS).to_dicts()
    quarantined = context.run(quality.QUARANTINED).to_dicts()
    unmapped = context.run(quality.UNMAPPED).to_dicts()
    if not checks:
        states.empty("还没有检查结果", "运行一次 jingcang run 后这里列出每项检查")
    else:
        _answer(checks, quarantined, unmapped)
        _look_at(checks, quarantined, unmapped)
        _runs(context)
        _checks(checks)
    _quarantine(context, quarantined)
    _unmapped(unmapped)
    quality_arrivals.show_days(context)
    quality_arrivals.show_books(context)
    context.foot = {
        "检查": f"{len(checks):,} 项",
        "口径": "在限内＝没有违规或违规不超过限；不适用不进分母，执行错误不算在限内",
        **context.foot,
    }


def _answer(
    checks: Sequence[dict[str, Any]],
    quarantined: Sequence[dict[str, Any]],
    unmapped: Sequence[dict[str, Any]],
) -> None:
    count = {status: sum(check["status"] == status for check in checks) for status in STATUSES}
    applied = len(checks) - count["not_applicable"]
    kept = count["pass"] + count["warn"]
    rows = sum(row["row_count"] for row in quarantined)
    records = sum(row["record_count"] for row in unmapped)
    answer(
        f"最近一次 {applied:,} 项适用的检查：{count['fail']:,} 项不通过，{count['error']:,} 项执行错误，"
        f"在限内的 {wording.share(kept, applied)}，其中 {count['warn']:,} 项有违规；"
        f"{rows:,} 行来源记录在隔离中，{len(unmapped):,} 个代码未映射，涉及 {records:,} 条记录。"
    )


def _look_at(
    checks: Sequence[dict[str, Any]],
    quarantined: Sequence[dict[str, Any]],
    unmapped: Sequence[dict[str, Any]],
) -> None:
    failed = sorted(
        (c for c in checks if c["status"] == "fail"),
        key=lambda c: (-(c["rows_violated"] or 0), c["check_id"]),
    )
    items = [f"检查 {_name(c)} 执行错误，结果未知" for c in checks if c["status"] == "error"][:1]
    items += [
        f"{_name(c)}不通过：违规 {wording.share(c['rows_violated'], c['rows_checked'], 2)}，"
        f"限 {wording.number(_float(c['threshold_pct']), 2)}%"
        for c in failed[:2]
    ]
    tables: Counter[str] = Counter()
    for row in quarantined:
        tables[row["source_table"]] += row["row_count"]
    items += [
        f"来源表 `{table}` 有 {count:,} 行在隔离中，为各表最多" for table, count in tables.most_common(1)
    ]
    items += [
        f"{u['field_name']} 的代码 `{_code(u['source_value'])}` 未映射，涉及 {u['record_count']:,} 条记录"
        for u in unmapped[:1]
    ]
    if items:
        st.markdown(
            "**先修这几处**\n" + "\n".join(f"{number}. {item}" for number, item in enumerate(items[:5], 1))
        )


def _name(check: dict[str, Any]) -> str:
    """Return a check as its title with its id, the id alone without one."""
    title, identifier = _title(check), f"`{_code(check['check_id'])}`"
    return f"“{_plain(title)}”（{identifier}）" if title != check["check_id"] else identifier


def _title(check: dict[str, Any]) -> str:
    """Return what a check asks for; for rules of a source their note says what is wrong with a row."""
    return check_titles().get(check["check_id"]) or check["note"] or check["check_id"]


def _plain(text: str) -> str:
    """Return text without the signs that Markdown reads."""
    return "".join(" " if character in "*_`[]<>#\n" else character for character in text)[:60]


def _code(value: str) -> str:
    """Return a source value as inert text inside a code span."""
    return value.replace("`", "ˋ").replace("\n", " ")[:60]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _runs(context: Context) -> None:
    rows = context.run(quality.RUNS).to_dicts()
    runs = list(dict.fromkeys(row["run_id"] for row in rows))[:RUNS_SHOWN][::-1]
    dates = {row["run_id"]: row["as_of_date"] for row in rows}
    counts = {(row["run_id"], row["status"]): row["check_count"] for row in rows}
    failing = [sum(counts.get((run, status), 0) for status in ("fail", "error")) for run in runs]
    finding = f"最近一次运行有 {failing[-1]:,} 项不通过或执行错误"
    if len(runs) < 2:
        st.subheader(finding)
        st.caption("只有一次运行，还没有历次结果可比；下一次运行后这里画出变化。")
        return
    labels = [f"{dates[run]} · {run[-6:]}" for run in runs]
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
        rows=[[run, dates[run], *(counts.get((run, status), 0) for status in STATUSES)] for run in runs],
    )


def _checks(checks: Sequence[dict[str, Any]]) -> None:
    shown_first = sum(check["status"] in ("error", "fail") for check in checks)
    st.subheader(
        f"每项检查：先处理 {shown_first:,} 项不通过或执行错误" if shown_first else "每项检查：都在限内"
    )
    wanted = st.segmented_control(
        "状态",
        [label for label, _ in STATUSES.values()],
        selection_mode="multi",
        key="status",
        default=["执行错误", "不通过"],
    )
    shown = [check for check in checks if check["status_label"] in (wanted or ())]
    if not shown:
        states.empty("没有这些状态的检查", "在上面选择其他状态")
        return
    show_table(
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
                _title(check),
                check["rows_violated"],
                check["rows_checked"],
                100 * check["rows_violated"] / check["rows_checked"] if check["rows_checked"] else None,
                _float(check["threshold_pct"]),
                check["check_id"],
                DIMENSIONS.get(check["dimension"], check["dimension"]),
                SEVERITIES.get(check["severity"], check["severity"]),
                check["owner"],
                METHODS.get(check["checked_by"], check["checked_by"]),
                check["note"] if check["check_id"] in check_titles() else None,
            ]
            for check in shown
        ],
        digits={"违规占比 %": 3, "限 %": 2},
        key="checks",
        title="检查结果",
    )


def _quarantine(context: Context, quarantined: Sequence[dict[str, Any]]) -> None:
    total = sum(row["row_count"] for row in quarantined)
    st.subheader(f"{total:,} 行来源记录在隔离中" if total else "没有隔离的来源记录")
    if not total:
        st.caption("所有读到的行都进入了统计。")
        return
    options = {"全部": ("", "")} | {
        f"{row['source_table']} · {row['rule_id']}（{row['row_count']:,} 行）": (
            row["source_table"],
            row["rule_id"],
        )
        for row in quarantined
    }
    chosen = st.selectbox("来源表和规则", list(options), key="quarantine", bind="query-params")
    table, rule = options[chosen]
    rows = context.run(quality.QUARANTINED_ROWS, source_table=table, rule_id=rule)
    st.caption("按文件和行号可在来源系统或原件中找到该行；个人和敏感栏目已遮盖。")
    headings = {
        "source_table": "来源表",
        "rule_ids": "规则",
        "failing_columns": "栏目",
        "source_key": "来源主键",
        "source_file": "来源文件",
        "source_line": "行号",
        "event_date": "日期",
        "unit_no": "单位",
        "first_seen_date": "首次发现",
        "raw_values_masked": "原值（已遮盖）",
    }
    show_table(
        [(headings[name],) for name in rows.columns],
        rows.rows(),
        key="quarantined_rows",
        title="隔离的来源记录",
        is_cut=rows.height >= quality.MOST_ROWS,
    )


def _unmapped(unmapped: Sequence[dict[str, Any]]) -> None:
    if not unmapped:
        st.subheader("没有未映射的代码")
        return
    records = sum(row["record_count"] for row in unmapped)
    top = sum(row["record_count"] for row in unmapped[:5])
    st.subheader(f"补上前 {min(5, len(unmapped))} 个代码，可覆盖未映射记录的 {100 * top / records:.0f}%")
    show_table(
        [("来源",), ("栏目",), ("来源代码",), ("字典",), ("记录数",), ("累计占比 %",), ("最早",), ("最晚",)],
        [
            [
                row["source_system"],
                row["field_name"],
                row["source_value"],
                row["dictionary"],
                row["record_count"],
                round(100 * sum(r["record_count"] for r in unmapped[: number + 1]) / records, 1),
                row["first_date"],
                row["last_date"],
            ]
            for number, row in enumerate(unmapped[:500])
        ],
        key="unmapped",
        title="未映射代码",
    )


main()
