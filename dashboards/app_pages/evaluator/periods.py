"""周期管理: how far each assessment period is, freezing it, and what has moved since it was frozen."""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards import session
from dashboards.components import wording
from dashboards.components.decided import show_done
from dashboards.components.frame import answer
from dashboards.components.kpis import kpis
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.sections import period_choice, period_steps
from jingcang.access.kpi_causes import CAUSES
from jingcang.access.kpi_periods import MOVED, Verification, verified
from jingcang.statistics.periods import day_label
from jingcang.workbench.kpi_periods import NEXT, STATE_LABELS


def main() -> None:
    context = current()
    st.header("周期管理")
    show_done()
    periods = period_choice.found(context, "archive_items", "接入后本页办理各考核周期")
    if not periods:
        return
    start, end = period_choice.box(periods)
    steps = period_steps.steps_of(start)
    found = verified(context.door, context.identity, session.workbench(), start)
    answer(_sentence(start, end, period_steps.state_of(steps), found, context.as_of))
    _every_period(periods)
    period_steps.show_form(context, start, end, steps)
    if found is not None:
        _compared(context, found)
    period_steps.show_steps(steps)
    context.foot = {
        "考核周期": f"{day_label(start)}至{day_label(end)}",
        "状态": period_steps.state_words(context, start, end),
        **({} if found is None else _frozen_words(found)),
        **context.foot,
    }


def _sentence(start: date, end: date, state: str, found: Verification | None, as_of: date) -> str:
    name = f"{start} 至 {end} 的考核周期"
    if found is None:
        if end >= as_of:
            return f"{name}还没有结束，状态为“{STATE_LABELS[state]}”，数字还会变。"
        return f"{name}已经结束，状态为“{STATE_LABELS[state]}”，下一步是“{STATE_LABELS[NEXT[state][0]]}”。"
    if not found.is_intact:
        return f"{name}已冻结，但保存的内容与冻结时的校验值不符，不能据以核对，请从备份恢复业务库。"
    if found.is_equal:
        return f"{name}已冻结，现在的数据逐条与冻结时一致。"
    touched = found.moved["kpi_code"].n_unique()
    return (
        f"{name}已冻结；此后有 {found.moved.height:,} 条记录变动，涉及 {touched} 项指标。"
        "冻结的数不变，变动只作说明。"
    )


def _every_period(periods: list[tuple[date, date]]) -> None:
    rows = []
    for start, end in periods:
        steps = period_steps.steps_of(start)
        last = steps[-1] if steps else None
        rows.append([
            start, end, STATE_LABELS[period_steps.state_of(steps)], last.user_id if last else None,
            f"{last.acted_at.astimezone():%Y-%m-%d %H:%M}" if last else None, last.reason if last else None,
        ])  # fmt: skip
    st.subheader(f"{len(rows)} 个考核周期各到了哪一步")
    show_table(
        [("起",), ("止",), ("状态",), ("最近办理人",), ("办理时间",), ("理由",)],
        rows,
        key="periods",
        title="考核周期",
    )


def _compared(context: Context, found: Verification) -> None:
    for code, (then, now) in found.redefined.items():
        name = kpis()[code].name_zh if code in kpis() else code
        st.info(f"“{name}”的口径冻结时为第 {then} 版，现为第 {now} 版：下面的差别里有口径改变的部分。")
    rows = [
        [
            kpis()[row["kpi_code"]].name_zh if row["kpi_code"] in kpis() else row["kpi_code"],
            context.unit_name(row["unit_no"]),
            row["frozen_numerator_value"], row["frozen_denominator_value"],
            row["now_numerator_value"], row["now_denominator_value"],
            row["now_numerator_value"] - row["frozen_numerator_value"],
            row["now_denominator_value"] - row["frozen_denominator_value"],
        ]
        for row in found.sums.iter_rows(named=True)
    ]  # fmt: skip
    differing = sum(1 for row in rows if row[-1] or row[-2])
    st.subheader(
        f"{differing} 格的分子或分母与冻结时不同（共 {len(rows)} 格：指标 × 单位）"
        if differing
        else f"{len(rows)} 格（指标 × 单位）的分子和分母都与冻结时相同"
    )
    show_table(
        [("指标",), ("单位",), ("冻结", "分子"), ("冻结", "分母"), ("现在", "分子"), ("现在", "分母"), ("差", "分子"),
         ("差", "分母")],
        sorted(rows, key=lambda row: (row[-1] == 0 and row[-2] == 0)),
        key="frozen_sums",
        title="冻结时与现在",
    )  # fmt: skip
    if found.moved.is_empty():
        return
    causes = found.moved["cause_code"].value_counts(sort=True).rows()
    st.subheader(
        f"冻结后变动的 {found.moved.height:,} 条记录："
        + "、".join(f"{CAUSES[code]} {count:,} 条" for code, count in causes)
    )
    show_table(
        [("指标",), ("变动",), ("原因",), ("申诉",), ("编号",), ("单位",), ("警号",), ("日期",), ("冻结时",), ("现在",),
         ("依据",), ("来源表",), ("来源主键",)],
        [
            [
                kpis()[row["kpi_code"]].name_zh if row["kpi_code"] in kpis() else row["kpi_code"],
                MOVED[row["moved_code"]], CAUSES[row["cause_code"]], row["appeal_no"], row["record_no"],
                context.unit_name(row["unit_no"]), row["officer_no"],
                row["event_date"], row["frozen_verdict"] or wording.MISSING, row["now_verdict"] or wording.MISSING,
                row["evidence"], row["_source_table"], row["_source_key"],
            ]
            for row in found.moved.iter_rows(named=True)
        ],
        key="moved",
        title="冻结后变动的记录",
    )  # fmt: skip


def _frozen_words(found: Verification) -> dict[str, str]:
    pinned = found.frozen.pinned
    return {
        "冻结内容": f"数据截至 {found.frozen.as_of}，校验值 {found.frozen.content_hash[:12]}"
        + ("" if found.is_intact else "（不符）"),
        "依据的数据": found.frozen.input_hash[:12],
        "可重建": f"{len(pinned.batches):,} 批数据，程序 {pinned.code[:12]}；用 jingcang kpi verify 重建核对"
        if pinned
        else "否，冻结时没有留存批次和程序",
    }


main()
