"""申诉: what officers claim about records of a period, the ruling on it, and what it does to the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboards import session
from dashboards.components import short_list, states, wording
from dashboards.components.checks import plain_line
from dashboards.components.decided import done, show_done
from dashboards.components.frame import answer
from dashboards.components.kpis import kpis
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.sections import period_choice, period_steps
from dashboards.sections.own_appeals import taken_until
from jingcang.access.kpi_appeal_figures import Figure, Recomputed, recomputed
from jingcang.access.kpi_appeals import rule_on_appeal, seen_appeals
from jingcang.statistics.periods import day_label
from jingcang.workbench.kpi_appeals import (
    CLAIM_LABELS,
    COUNT,
    PARTLY,
    RULINGS,
    STATE_LABELS,
    Appeal,
)

Figures = Mapping[int, Recomputed]


def main() -> None:
    context = current()
    st.header("申诉")
    show_done()
    periods = period_choice.found(context, "archive_items", "接入后本页裁定民警的申诉")
    if not periods:
        return
    start, end = period_choice.box(periods)
    seen = seen_appeals(context.door, context.identity, session.workbench())
    found = [item for item in seen if item.period_start == start]
    _, words = taken_until(start)
    answer(f"{start} 至 {end} 的考核周期{words}；{_counts(found)}。")
    context.foot = {
        "考核周期": f"{day_label(start)}至{day_label(end)}",
        "状态": period_steps.state_words(context, start, end),
        "裁定后": "待裁定的按全部支持计；已裁定的按裁定计；数字在下一次运行后改变，冻结的周期只进更正说明",
        **context.foot,
    }
    if not found:
        states.empty("这个考核周期没有申诉", "民警在“我的”页提出后列在这里")
        return
    context.door.record(
        context.identity, "kpi_appeals_read", start.isoformat(), appeals=len(found), purpose="ruling"
    )
    figures = recomputed(context.door, context.identity, found)
    _first(context, found)
    _rows(context, found, figures)
    _ruling(context, found, figures)


def _counts(found: Sequence[Appeal]) -> str:
    if not found:
        return "没有收到申诉"
    counted = {
        label: sum(1 for item in found if item.state_code == code) for code, label in STATE_LABELS.items()
    }
    return f"收到申诉 {len(found)} 件：" + "、".join(
        f"{label} {count} 件" for label, count in counted.items() if count
    )


def _first(context: Context, found: Sequence[Appeal]) -> None:
    short_list.show(
        [
            f"第 {item.appeal_no} 号（{context.unit_name(item.unit_no)}）："
            f"{kpis()[item.kpi_code].name_zh} {plain_line(item.record_no)} {CLAIM_LABELS[item.claim_code]}，"
            f"{item.filed_at.astimezone():%Y-%m-%d} 提出"
            for item in found
            if item.is_pending
        ],
        "最早提出、还没有裁定的",
    )


def _rows(context: Context, found: Sequence[Appeal], figures: Figures) -> None:
    cells = len({(item.kpi_code, item.unit_no) for item in found})
    st.subheader(f"{len(found)} 件申诉，涉及 {cells} 格（指标 × 单位）")
    show_table(
        [("申诉",), ("状态",), ("指标",), ("单位",), ("警号",), ("编号",), ("主张",), ("理由",), ("证据",),
         ("提出时间",), ("单位的数", "现在"), ("单位的数", "裁定后"), ("本人的数", "现在"), ("本人的数", "裁定后"),
         ("说明",)],
        [
            [
                item.appeal_no, STATE_LABELS[item.state_code], kpis()[item.kpi_code].name_zh,
                context.unit_name(item.unit_no), item.officer_no, item.record_no, CLAIM_LABELS[item.claim_code],
                item.claim_reason, item.claim_evidence, f"{item.filed_at.astimezone():%Y-%m-%d %H:%M}",
                _value(item, figures[item.appeal_no].unit), _value(item, figures[item.appeal_no].unit_after),
                _count(figures[item.appeal_no].officer), _count(figures[item.appeal_no].officer_after),
                _note(item, figures[item.appeal_no]),
            ]
            for item in found
        ],
        key="appeals",
        title="申诉",
        help_texts={"裁定后": "待裁定的按全部支持计；不支持和撤回的不变"},
    )  # fmt: skip


def _count(figure: Figure) -> str:
    return f"{figure.numerator:,}/{figure.denominator:,}"


def _value(item: Appeal, figure: Figure) -> str:
    kpi = kpis()[item.kpi_code]
    if figure.denominator < kpi.minimum_n:
        return _count(figure)
    return f"{kpi.scale * figure.numerator / figure.denominator:.1f}{kpi.unit}（{_count(figure)}）"


def _note(item: Appeal, figure: Recomputed) -> str:
    if figure.is_in_effect:
        return "已计入现在的数"
    if not figure.is_found:
        return "记录现已不在"
    if item.effect_code:
        return "下一次运行后计入"
    return wording.MISSING if item.is_pending else item.reason


def _ruling(context: Context, found: Sequence[Appeal], figures: Figures) -> None:
    pending = {item.appeal_no: item for item in found if item.is_pending}
    if not pending:
        st.subheader("没有待裁定的申诉")
        return
    st.subheader(f"裁定：待裁定 {len(pending)} 件，一次一件")
    number = st.selectbox(
        "申诉", list(pending), key="appeal", format_func=lambda no: f"第 {no} 号 {pending[no].record_no}"
    )
    item = pending[number]
    after = figures[number]
    st.caption(
        f"全部支持时，{context.unit_name(item.unit_no)}的{kpis()[item.kpi_code].name_zh}由"
        f" {_value(item, after.unit)} 变为 {_value(item, after.unit_after)}。"
        "申诉人、同单位的人和办理本周期最近一步的人不能裁定；裁定是终局的。"
    )
    states_open = [code for code in RULINGS if code != PARTLY or item.claim_code == COUNT]
    with st.form("ruling", border=False):
        left, middle, right = st.columns([1.4, 3, 0.7], vertical_alignment="bottom")
        state = left.selectbox(
            "裁定", states_open, key="ruling_state", format_func=lambda code: STATE_LABELS[code]
        )
        reason = middle.text_input("理由（必填，支持的写进记录）", key="ruling_reason", max_chars=500)
        if right.form_submit_button("裁定"):
            done(lambda: _rule(context, item, state, reason))


def _rule(context: Context, item: Appeal, state: str, reason: str) -> str:
    rule_on_appeal(
        context.door, context.identity, session.workbench(), item.appeal_no, state, seen_version=item.version,
        reason=reason,
    )  # fmt: skip
    effect = "，下一次运行后计入" if state in RULINGS[:2] else ""
    return f"第 {item.appeal_no} 号申诉的裁定为“{STATE_LABELS[state]}”{effect}。"


main()
