"""数据质量: which rows and codes to mend first, and can the figures be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards.components import charts, states, wording
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.periods import day_label
from dashboards.queries import quality

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
RUNS_SHOWN, DAYS_SHOWN = 12, 42


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
    _freshness(context)
    _books(context)
    context.foot = {
        "检查": f"{len(checks):,} 项",
        "口径": "通过率＝通过 ÷（通过＋限内＋不通过＋执行错误）；不适用不进分母，执行错误不算通过",
        **context.foot,
    }


def _answer(
    checks: Sequence[dict[str, Any]],
    quarantined: Sequence[dict[str, Any]],
    unmapped: Sequence[dict[str, Any]],
) -> None:
    count = {status: sum(check["status"] == status for check in checks) for status in STATUSES}
    applied = len(checks) - count["not_applicable"]
    passed = 100 * count["pass"] / applied if applied else 0
    rows = sum(row["row_count"] for row in quarantined)
    records = sum(row["record_count"] for row in unmapped)
    answer(
        f"最近一次 {applied:,} 项适用的检查中 {count['pass']:,} 项通过（{passed:.1f}%），"
        f"{count['fail']:,} 项不通过，{count['error']:,} 项执行错误；"
        f"{rows:,} 行来源记录在隔离中，{len(unmapped):,} 个代码未映射，涉及 {records:,} 条记录。"
    )


def _look_at(
    checks: Sequence[dict[str, Any]],
    quarantined: Sequence[dict[str, Any]],
    unmapped: Sequence[dict[str, Any]],
) -> None:
    items = [f"检查 `{c['check_id']}` 执行错误，结果未知" for c in checks if c["status"] == "error"][:1]
    items += [
        f"检查 `{c['check_id']}` 不通过：违规 {wording.share(c['rows_violated'], c['rows_checked'], 2)}，"
        f"限 {wording.number(_float(c['threshold_pct']), 2)}%"
        for c in checks
        if c["status"] == "fail"
    ][:2]
    items += [
        f"规则 `{r['rule_id']}` 隔离了 {r['source_table']} 的 {r['row_count']:,} 行" for r in quarantined[:1]
    ]
    items += [
        f"{u['field_name']} 的代码 `{_code(u['source_value'])}` 未映射，涉及 {u['record_count']:,} 条记录"
        for u in unmapped[:1]
    ]
    st.markdown(
        "**先修这几处**\n" + "\n".join(f"{number}. {item}" for number, item in enumerate(items[:5], 1))
    )


def _code(value: str) -> str:
    """Return a source value as inert text inside a code span."""
    return value.replace("`", "ˋ").replace("\n", " ")[:40]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _runs(context: Context) -> None:
    rows = context.run(quality.RUNS).to_dicts()
    runs = list(dict.fromkeys(row["run_id"] for row in rows))[:RUNS_SHOWN][::-1]
    dates = {row["run_id"]: row["as_of_date"] for row in rows}
    counts = {(row["run_id"], row["status"]): row["check_count"] for row in rows}
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
    failing = [sum(counts.get((run, status), 0) for status in ("fail", "error")) for run in runs]
    change = ""
    if len(runs) > 1:
        change = f"，上一次 {failing[-2]:,} 项"
    charts.show_chart(
        f"最近一次运行有 {failing[-1]:,} 项不通过或执行错误{change}",
        chart,
        key="runs",
        columns=[("运行",), ("数据截至",), *((label,) for label, _ in STATUSES.values())],
        rows=[[run, dates[run], *(counts.get((run, status), 0) for status in STATUSES)] for run in runs],
    )


def _checks(checks: Sequence[dict[str, Any]]) -> None:
    st.subheader("每项检查：违规行数、检查行数和占比")
    wanted = st.segmented_control(
        "状态",
        [label for label, _ in STATUSES.values()],
        selection_mode="multi",
        key="status",
        default=["执行错误", "不通过", "有违规但在限内"],
    )
    shown = [check for check in checks if check["status_label"] in (wanted or ())]
    if not shown:
        states.empty("没有这些状态的检查", "在上面选择其他状态")
        return
    show_table(
        [
            ("状态",),
            ("检查",),
            ("对象",),
            ("维度",),
            ("处置",),
            ("违规行数",),
            ("检查行数",),
            ("违规占比 %",),
            ("限 %",),
            ("负责人",),
            ("方式",),
            ("说明",),
        ],
        [
            [
                check["status_label"],
                check["check_id"],
                check["object_name"],
                DIMENSIONS.get(check["dimension"], check["dimension"]),
                SEVERITIES.get(check["severity"], check["severity"]),
                check["rows_violated"],
                check["rows_checked"],
                _float(check["violated_pct"]),
                _float(check["threshold_pct"]),
                check["owner"],
                check["checked_by"],
                check["note"],
            ]
            for check in shown
        ],
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


def _freshness(context: Context) -> None:
    until = context.as_of
    since = until - timedelta(DAYS_SHOWN)
    rows = context.run(quality.FRESHNESS_DAYS, since=since, until=until).to_dicts()
    if not rows:
        states.empty(f"最近 {DAYS_SHOWN} 天没有任何来源的数据", "请核对各来源是否停报")
        return
    days = [since + timedelta(number) for number in range(DAYS_SHOWN)]
    sources = sorted({row["source_name"] for row in rows})
    by_key = {(row["source_name"], row["event_date"]): row for row in rows}

    def level(source: str, index: int) -> int | None:
        row = by_key.get((source, days[index]))
        if row is None or row["missing_units"] == 0:
            return 2 if row and row["row_count"] else 1
        return 0

    grid = [[level(source, index) for index in range(DAYS_SHOWN)] for source in sources]
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
        yaxis={"autorange": "reversed", "ticks": "", "showgrid": False},
        margin={"l": 150, "r": 8, "t": 8, "b": 36},
    )
    missing = {source: sum(value == 0 for value in line) for source, line in zip(sources, grid, strict=True)}
    late = [source for source, count in missing.items() if count]
    finding = (
        f"{len(late)} 个来源近 {DAYS_SHOWN} 天有缺数的日子：{'、'.join(late[:4])}"
        if late
        else f"近 {DAYS_SHOWN} 天各来源每天都有数据"
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
                max(
                    (row["event_date"] for row in rows if row["source_name"] == source and row["row_count"]),
                    default=None,
                ),
                sum(row["row_count"] for row in rows if row["source_name"] == source),
            ]
            for source in sources
        ],
        note="蓝色有数据，浅灰没有数据但属正常（稀少的来源），橙色为该有而没有（任一单位）。",
    )


def _books(context: Context) -> None:
    rows = context.run(quality.BOOKS).to_dicts()
    if not rows:
        return
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
            ("对账",),
        ],
        [
            [
                row["source_table"],
                row["batch_count"],
                row["rows_read"],
                row["rows_accepted"],
                row["rows_quarantined"],
                row["rows_superseded"],
                row["rows_repeated"],
                row["rows_tombstoned"],
                "平" if row["is_balanced"] else "不平",
            ]
            for row in rows
        ],
        key="books",
        title="对账",
    )


main()
