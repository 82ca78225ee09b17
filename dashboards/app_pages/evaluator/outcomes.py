"""利用成效: what uses of archive files led to, why the others do not count, and the relevant files nobody opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboards import session
from dashboards.components import charts, short_list, states, wording
from dashboards.components.frame import answer
from dashboards.components.shares import interval, with_interval
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.queries import outcomes
from dashboards.sections import key_users, period_choice
from jingcang.access.archive_recodings import blinded
from jingcang.statistics import wilson_interval
from jingcang.statistics.periods import day_label

CONFIRMED = "confirmed"
FEWEST_CASES = 10
"""Fewer cases on either side are not compared (PAGES: no share of a base under 10)."""
Rows = Sequence[Mapping[str, Any]]


def main() -> None:
    context = current()
    st.header(f"利用成效：{context.scope_words()}")
    periods = period_choice.found(context, "archive_uses", "接入后本页说明利用的成效和没有查阅的案卷")
    if not periods:
        return
    start, end = period_choice.box(periods)
    until = min(end, context.as_of)
    filters = {"start": start, "end": until, "units": list(context.unit_nos)}
    span = f"{day_label(start)}至{day_label(until)}"
    uses = context.run(outcomes.VERDICTS, **filters).to_dicts()
    finished = context.run(outcomes.FINISHED, **filters).to_dicts()
    in_hand = context.run(outcomes.OPEN_CASES, units=filters["units"]).to_dicts()[0]
    total = sum(row["use_count"] for row in uses)
    context.foot = {
        "时段": span,
        "n": f"{total:,} 次利用；有相关案卷可查的办结案件 {_cases(finished):,} 起",
        "相关案卷": "线索或作案方式相关的在前案件、办结前已归档的案卷；含封存记录的关联不在内",
        **context.foot,
    }
    if not total and not finished and not in_hand["case_count"]:
        states.empty("这个周期、这个单位没有利用登记", "请换一个周期或单位")
        return
    answer(_sentence(uses, total, finished))
    _look_at(uses, in_hand)
    _by_verdict(uses, total, span)
    _by_unit(context, uses, span)
    _use_rows(context, filters, uses)
    key_users.show(context, filters, span)
    _compared(finished, span)
    _unopened(context, filters, finished, in_hand)


def _cases(finished: Rows, is_any_used: bool | None = None) -> int:
    return sum(row["case_count"] for row in finished if is_any_used in (None, row["is_any_used"]))


def _sentence(uses: Rows, total: int, finished: Rows) -> str:
    counts = _verdicts(uses)
    hits = sum(row["use_count"] for row in uses if row["effect_verdict_code"] == CONFIRMED)
    parts = []
    if total:
        parts.append(f"{total:,} 次利用中计入成效 {with_interval(hits, total, 1)}")
        missed = [(label, count) for label, (code, count) in counts.items() if code != CONFIRMED]
        if missed:
            parts.append(f"不计入的原因最多的是“{missed[0][0]}”（{missed[0][1]:,} 次）")
    else:
        parts.append("没有利用登记")
    cases = _cases(finished)
    if cases:
        parts.append(f"{cases:,} 起办结案件有相关案卷可查，其中 {_cases(finished, False):,} 起一卷也没有查阅")
    return "；".join(parts) + "。"


def _verdicts(uses: Rows) -> dict[str, tuple[str, int]]:
    """Return label → code and number of uses: what counts first, then by number."""
    codes = {row["effect_verdict_label"]: row["effect_verdict_code"] for row in uses}
    counts: Counter[str] = Counter()
    for row in uses:
        counts[row["effect_verdict_label"]] += row["use_count"]
    ordered = sorted(counts.items(), key=lambda item: (codes[item[0]] != CONFIRMED, -item[1], item[0]))
    return {label: (codes[label], count) for label, count in ordered}


def _look_at(uses: Rows, in_hand: Mapping[str, Any]) -> None:
    items: list[short_list.Item | str] = []
    if in_hand["unopened_count"]:
        open_cases, unopened = in_hand["case_count"], in_hand["unopened_count"]
        items.append(f"在办的 {open_cases:,} 起案件有相关案卷可查，{unopened:,} 起还没有查阅：见下面的名单")
    counts = {code: (label, count) for label, (code, count) in _verdicts(uses).items()}
    for code, advice in (
        ("unconfirmed", "请承办人确认或退回"),
        ("own_confirmation", "请由承办人另行确认"),
        ("invalid_link", "请利用人核对编号"),
    ):
        if code in counts:
            label, count = counts[code]
            items.append(f"“{label}”{count:,} 次：{advice}")
    short_list.show(items)


def _by_verdict(uses: Rows, total: int, span: str) -> None:
    if not total:
        states.empty("这个周期、这个单位没有利用登记", "下面只有案件一侧")
        return
    counts = _verdicts(uses)
    labels, numbers = list(counts), [count for _, count in counts.values()]
    chart = charts.figure(
        go.Bar(
            x=numbers,
            y=labels,
            orientation="h",
            marker={
                "color": [
                    charts.IMPROVEMENT if code == CONFIRMED else charts.CONTEXT for code, _ in counts.values()
                ]
            },
            text=[f"{count:,}" for count in numbers],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}：%{x:,} 次<extra></extra>",
        ),
        height=90 + 30 * len(labels),
        xaxis={"title": "利用（次）"},
        yaxis={"autorange": "reversed", "ticks": ""},
        margin={"l": 130, "r": 48, "t": 26, "b": 48},
    )
    charts.show_chart(
        f"{span}的 {total:,} 次利用：计入成效的和不计入的第一个原因",
        chart,
        key="verdicts",
        columns=[("判定",), ("次数",), ("占利用 %",), ("95% 区间",)],
        rows=[
            [label, count, 100 * count / total, interval(count, total, 1)]
            for label, (_, count) in counts.items()
        ],
        note="一次利用只有一个判定；按编号、目的、成效、期限、确认人的次序，列第一个不满足的条件。",
    )


def _by_unit(context: Context, uses: Rows, span: str) -> None:
    if not uses:
        return
    rows = []
    for heading, column, name in (
        ("单位", "unit_no", context.unit_name),
        ("关联类型", "linked_kind_label", lambda label: label or "没有关联"),
    ):
        for value in sorted({row[column] for row in uses}, key=lambda value: (value is None, value)):
            chosen = [row for row in uses if row[column] == value]
            count = sum(row["use_count"] for row in chosen)
            hits = sum(row["use_count"] for row in chosen if row["effect_verdict_code"] == CONFIRMED)
            linked = sum(
                row["use_count"]
                for row in chosen
                if row["effect_verdict_code"] not in ("unlinked", "invalid_link")
            )
            rows.append(
                [heading, name(value), count, linked, hits, 100 * hits / count, interval(hits, count, 1)]
            )
    st.subheader(f"按单位和关联类型：{span}，有有效编号的和计入成效的")
    show_table(
        [("分组",), ("名称",), ("利用",), ("有有效编号",), ("计入成效",), ("占利用 %",), ("95% 区间",)],
        rows,
        key="units",
        title="利用成效：按单位和关联类型",
        help_texts={"95% 区间": "威尔逊区间；区间重叠的不分先后"},
    )


def _use_rows(context: Context, filters: Mapping[str, Any], uses: Rows) -> None:
    if not uses:
        return
    with st.expander("看记录：每一次利用的判定和来源"):
        codes = {label: code for label, (code, _) in _verdicts(uses).items()}
        chosen = st.selectbox("判定", list(codes), key="verdict", bind="query-params", width=320)
        if not st.toggle("显示记录", key="uses_shown"):
            return
        found = context.run(outcomes.USES, **filters, verdict=codes[chosen]).to_dicts()
        # A verdict may follow from the purpose, so that a use is left out and not only its purpose.
        kept = blinded(context.door, context.identity, session.workbench(), context.as_of)
        rows = [row for row in found if not kept.holds(row["archive_use_id"], row["event_date"])]
        if len(rows) < len(found):
            st.caption(
                f"另有 {len(found) - len(rows):,} 次暂不列出：已抽中而未复核编码，或所在月份还没有抽样。"
            )
        _table(context, rows, _USE_HEADINGS, f"利用记录：{chosen}", "uses")


def _compared(finished: Rows, span: str) -> None:
    st.subheader(f"{span}办结的案件：查阅过相关案卷的和没有查阅的，破案或查处各多少")
    if not finished:
        states.empty("这个时段没有办结的案件有相关案卷可查", "案件之间的关联见“线索”；归档之后才算可查")
        return
    rows = []
    for nature in sorted({row["nature_label"] or "未知" for row in finished}):
        sides = {row["is_any_used"]: row for row in finished if (row["nature_label"] or "未知") == nature}
        cells: list[Any] = [nature]
        for is_any_used in (True, False):
            side = sides.get(is_any_used, {"resolved_count": 0, "case_count": 0})
            cells += [
                side["case_count"], side["resolved_count"],
                interval(side["resolved_count"], side["case_count"])
                if side["case_count"] >= FEWEST_CASES else wording.MISSING,
            ]  # fmt: skip
        rows.append([*cells, _difference(sides.get(True), sides.get(False))])
    show_table(
        [
            ("性质",),
            ("查阅过", "案件"), ("查阅过", "破案或查处"), ("查阅过", "占比 95% 区间"),
            ("没有查阅", "案件"), ("没有查阅", "破案或查处"), ("没有查阅", "占比 95% 区间"),
            ("结论",),
        ],
        rows,
        key="compared",
        title="查阅与没有查阅相关案卷的办结案件",
    )  # fmt: skip
    st.caption(
        "两边的案件不是随机分的：难办的案件更可能去查档，也更可能破不了。这张表只能说明是否同时出现，不能说明查阅带来了结果。"
    )


def _difference(used: Mapping[str, Any] | None, unused: Mapping[str, Any] | None) -> str:
    if not used or not unused or min(used["case_count"], unused["case_count"]) < FEWEST_CASES:
        return f"样本不足（每边至少 {FEWEST_CASES} 起）"
    first = wilson_interval(used["resolved_count"], used["case_count"])
    second = wilson_interval(unused["resolved_count"], unused["case_count"])
    if first.ci_low > second.ci_high:
        return "查阅过的占比较高"
    if first.ci_high < second.ci_low:
        return "查阅过的占比较低"
    return "区间重叠，不能说有差别"


def _unopened(
    context: Context, filters: Mapping[str, Any], finished: Rows, in_hand: Mapping[str, Any]
) -> None:
    missed = _cases(finished, False)
    st.subheader(f"一卷也没有查阅的案件：在办 {in_hand['unopened_count']:,} 起，本时段办结 {missed:,} 起")
    if not in_hand["unopened_count"] and not missed:
        states.empty("有相关案卷可查的案件都查阅过", "不需要办理")
        return
    st.caption("在办的可以现在就查：承办人在“线索”页凭案件编号看是哪些案件相关。这里只列数，不列是哪些案卷。")
    choices = {"在办": True, "本时段办结": False}
    chosen = st.selectbox("案件", list(choices), key="cases", bind="query-params", width=320)
    rows = context.run(outcomes.UNOPENED, **filters, is_open=choices[chosen]).to_dicts()
    _table(context, rows, _CASE_HEADINGS, f"没有查阅相关案卷的案件：{chosen}", "unopened")


_SOURCE = {
    "_source_table": "来源表", "_source_key": "来源主键", "_source_file": "来源文件", "_source_line": "行号",
}  # fmt: skip
_USE_HEADINGS = {
    "use_no": "登记号", "effect_verdict_label": "判定", "unit_no": "单位", "user_officer_no": "利用人警号",
    "event_date": "日期", "file_no": "档号", "purpose_label": "目的", "linked_no": "关联编号",
    "outcome_date": "成效日期",
    **_SOURCE,
}  # fmt: skip
_CASE_HEADINGS = {
    "case_no": "案件编号", "nature_label": "性质", "class_label": "类别", "unit_no": "单位",
    "lead_officer_no": "承办人警号",
    "event_date": "日期", "work_finished_date": "办结日期", "relevant_file_count": "相关案卷", **_SOURCE,
}  # fmt: skip


def _table(context: Context, rows: Rows, headings: Mapping[str, str], title: str, key: str) -> None:
    show_table(
        [(heading,) for heading in headings.values()],
        [
            [context.unit_name(row[name]) if name == "unit_no" else row[name] for name in headings]
            for row in rows
        ],
        key=key,
        title=title,
        is_cut=len(rows) == outcomes.MOST_ROWS,
    )


main()
