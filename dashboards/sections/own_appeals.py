"""申诉 on 我的: the officer's own appeals of a period, taking one back, and the form for another.

Belongs here: what 我的 shows of appeals. Does not belong here: who may appeal until when
(``jingcang.workbench.kpi_appeals``, ``jingcang.access.kpi_appeals``) and ruling on them (the page 申诉).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import wording
from dashboards.components.checks import plain_line
from dashboards.components.decided import done, with_reason
from dashboards.components.kpis import kpis
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.deployment import settings
from dashboards.queries import appeals
from dashboards.sections.period_steps import state_of, steps_of
from jingcang.access.kpi_appeals import file_appeal, file_missing, seen_appeals, withdraw_appeal
from jingcang.workbench.kpi_appeals import ADD, CLAIM_LABELS, EXCLUDE, STATE_LABELS, Appeal, deadline
from jingcang.workbench.kpi_periods import STATE_LABELS as PERIOD_LABELS

Period = tuple[date, date]


def taken_until(start: date) -> tuple[date | None, str]:
    """Return the last day on which appeals about a period are taken, None when they are not taken now, and in words."""
    steps, days = steps_of(start), settings().appeals.days
    last, state = deadline(steps, days), PERIOD_LABELS[state_of(steps)]
    if last is None:
        return None, f"状态为“{state}”，公示和申诉期间受理申诉"
    left = (last - datetime.now(UTC).astimezone().date()).days
    if left < 0:
        return None, f"状态为“{state}”，申诉已于 {last} 截止"
    return last, f"状态为“{state}”，受理申诉到 {last}（{f'还剩 {left} 天' if left else '今天截止'}）"


def show(context: Context, period: Period) -> None:
    """Show the own appeals of a period and, while they are taken, the form."""
    found = seen_appeals(context.door, context.identity, session.workbench())
    own = [item for item in found if item.period_start == period[0]]
    pending = [item for item in own if item.is_pending]
    last, words = taken_until(period[0])
    st.subheader(f"我的申诉：本期 {len(own)} 件，待裁定 {len(pending)} 件" if own else "本期没有提出申诉")
    st.caption(f"考核周期{words}。裁定由外单位或上级单位的考核员作出；支持的在下一次运行后计入数字。")
    if own:
        _list(own)
    for item in pending:
        _withdraw(context, item)
    if last is not None:
        _form(context, period)


def _list(own: Sequence[Appeal]) -> None:
    show_table(
        [("申诉",), ("指标",), ("编号",), ("主张",), ("理由",), ("证据",), ("状态",), ("裁定理由",), ("提出时间",)],
        [
            [
                item.appeal_no, kpis()[item.kpi_code].name_zh, item.record_no, CLAIM_LABELS[item.claim_code],
                item.claim_reason, item.claim_evidence, STATE_LABELS[item.state_code],
                wording.MISSING if item.is_pending else item.reason, f"{item.filed_at.astimezone():%Y-%m-%d %H:%M}",
            ]
            for item in own
        ],
        key="own_appeals",
        title="我的申诉",
    )  # fmt: skip


def _withdraw(context: Context, item: Appeal) -> None:
    def act(reason: str) -> str:
        withdraw_appeal(
            context.door, context.identity, session.workbench(), item.appeal_no, seen_version=item.version,
            reason=reason,
        )  # fmt: skip
        return f"第 {item.appeal_no} 号申诉已撤回，截止前可以重新提出。"

    with_reason(
        f"withdraw_{item.appeal_no}",
        f"撤回第 {item.appeal_no} 号（{plain_line(item.record_no)}）的理由",
        "撤回",
        act,
    )


def _form(context: Context, period: Period) -> None:
    with st.expander("提出申诉：一次对一条记录"):
        declared = {kpi.name_zh: kpi for kpi in kpis().values()}
        left, right = st.columns(2)
        kpi = declared[left.selectbox("申诉的指标", list(declared), key="appeal_kpi")]
        claim = right.selectbox(
            "主张", kpi.appeal_claims, key="appeal_claim", format_func=lambda code: CLAIM_LABELS[code]
        )
        rows = [] if claim == ADD else _records(context, period, kpi.kpi_code, claim)
        if claim != ADD and not rows:
            st.caption("这项指标没有可以这样主张的记录。")
            return
        with st.form("appeal", border=False):
            number, day = "", period[1]
            chosen: Mapping[str, Any] = {}
            if claim == ADD:
                left, right = st.columns(2)
                number = left.text_input(
                    "缺漏记录的编号（案件编号、档号等）", key="appeal_record", max_chars=100
                )
                day = right.date_input(
                    "记录的日期", period[1], min_value=period[0], max_value=period[1], key="appeal_date"
                )
            else:
                chosen = st.selectbox("记录", rows, key="appeal_record", format_func=_record_words)
            reason = st.text_input("理由（必填）", key="appeal_reason", max_chars=500)
            evidence = st.text_input(
                "证据（必填），如文书编号、回执号；不写他人的姓名和证件号码",
                key="appeal_evidence",
                max_chars=500,
            )
            if not st.form_submit_button("提出申诉"):
                return
        if claim == ADD:
            done(lambda: _file_missing(context, period, kpi.kpi_code, number, day, evidence, reason))
        else:
            done(lambda: _file(context, chosen, claim, evidence, reason))


def _records(context: Context, period: Period, kpi_code: str, claim: str) -> list[dict[str, Any]]:
    rows = context.run(appeals.MY_RECORDS, period_start=period[0], kpi_code=kpi_code).to_dicts()
    if claim == EXCLUDE:
        return [row for row in rows if row["in_denominator"] == 1]
    return [row for row in rows if row["in_numerator"] == 0]


def _record_words(row: Mapping[str, Any]) -> str:
    verdict = "达到" if row["in_numerator"] else "未达到" if row["in_denominator"] else "不计"
    return f"{row['record_no']}  {row['event_date'] or wording.MISSING}  {verdict}  {row['evidence'] or ''}"


def _file(context: Context, row: Mapping[str, Any], claim: str, evidence: str, reason: str) -> str:
    number = file_appeal(
        context.door, context.identity, session.workbench(), row["kpi_record_id"], claim, evidence=evidence,
        reason=reason, days=settings().appeals.days,
    )  # fmt: skip
    return f"已提出第 {number} 号申诉：{row['record_no']} {CLAIM_LABELS[claim]}。"


def _file_missing(
    context: Context, period: Period, kpi_code: str, record_no: str, day: date, evidence: str, reason: str
) -> str:
    number = file_missing(
        context.door, context.identity, session.workbench(), period, kpi_code, record_no=record_no, event_date=day,
        evidence=evidence, reason=reason, days=settings().appeals.days,
    )  # fmt: skip
    return f"已提出第 {number} 号申诉：{record_no} {CLAIM_LABELS[ADD]}。"
