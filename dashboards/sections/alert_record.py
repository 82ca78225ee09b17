"""预警, how good the alerts are: past ones with their outcome, the rate of alarms, and what could not be judged.

Belongs here: precision and honesty about the method. Does not belong here: open alerts (``alert_list``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards.components import states
from dashboards.components.shares import interval
from dashboards.components.tables import show_table
from dashboards.components.wording import SMALLEST_BASE
from dashboards.context import Context
from dashboards.sections import alert_decision
from dashboards.sections.alert_list import Alert, limit
from jingcang.statistics.periods import day_label

RECENT_WEEKS = 8


def precision(alerts: Sequence[Alert]) -> str:
    """Return the share of real ones among decided alerts, in words; no percent from fewer than ten."""
    decided = [alert for alert in alerts if alert.is_real is not None]
    real = sum(alert.is_real is True for alert in decided)
    if not decided:
        return "还没有处置过的预警，准确率无从谈起"
    if len(decided) < SMALLEST_BASE:
        return f"处置过的 {len(decided)} 条里 {real} 条为真（含已处置）；不足 {SMALLEST_BASE} 条，不算比率"
    return (
        f"处置过的 {len(decided)} 条里 {real} 条为真（含已处置），准确率 {100 * real / len(decided):.0f}%"
        f"（95% 区间 {interval(real, len(decided))}）"
    )


def show_past(context: Context, alerts: Sequence[Alert]) -> None:
    """List closed alerts under the precision of all decided ones; one that is picked can be judged late or anew."""
    past = [alert for alert in alerts if not alert.is_open]
    st.subheader(f"以往预警：{precision(alerts)}")
    if not past:
        states.empty("还没有已了结的预警", "判为误报、已处置或四周不再报警的，自动列在这里")
        return
    undecided = sum(alert.decision is None for alert in past)
    if undecided:
        st.caption(f"其中 {undecided} 条四周没有再报警、自动平息而没有人判过；点一行补判，补判后计入准确率。")
    picked = show_table(
        [("类别",), ("地点",), ("自",), ("到",), ("报警周数",), ("起数",), ("平常",), ("报警线",), ("超出",),
         ("状态",), ("判定",), ("理由",), ("处置人",)],
        [
            [
                alert.what, alert.where, alert.since, alert.row["last_week_start"], alert.row["weeks_count"],
                alert.row["observed_count"], float(alert.row["expected_count"]), limit(alert.row),
                float(alert.row["excess_count"]), alert.state_label, alert.disposition_label,
                alert.decision.reason if alert.decision else None,
                alert.decision.user_id if alert.decision else None,
            ]
            for alert in past
        ],
        key="past_alerts",
        title="以往预警",
        digits={"平常": 0, "超出": 0},
        pick="one",
        help_texts={"自": "首次报警的一周的起始日", "到": "最近一次报警的一周的起始日"},
    )  # fmt: skip
    if picked:
        alert = past[picked[0]]
        st.markdown(f"**补判：{alert.where}“{alert.what}”，{alert.figures}**")
        alert_decision.show_form(context, alert)


def show_rate(replay: dict[str, Any] | None, weeks: Sequence[dict[str, Any]]) -> None:
    """Say how often the method alarms against what it promises: on the history, and since it is in use."""
    if replay is None:
        st.subheader("报警率：历史不足一年，还不能重放检验")
    else:
        ratio = float(replay["rate_ratio"])
        st.subheader(
            f"报警率（全部单位一起）：在本地历史上重放，实际为名义的 {ratio:.2f} 倍，{rate_words(replay)}"
        )
        st.caption(
            f"抽 {replay['series_count']} 个序列，在{day_label(replay['first_week_start'])}起至"
            f"{day_label(replay['last_week_start'])}起的历史里各均匀抽周，共检验 {replay['tested_count']:,} 次；"
            f"名义报警率 {100 * float(replay['alpha']):.0f}%，应报警 {float(replay['expected_alarm_count']):,.0f} 次，"
            f"实际 {replay['alarm_count']:,} 次（倍数的 95% 区间 {float(replay['ci_low']):.2f}–"
            f"{float(replay['ci_high']):.2f}）。历史中真实的上升、辖区和口径的改动也算在内；"
            "超过 1.5 倍又说不出这样的原因的，不宜采用。"
        )
    tested = sum(row["tested_count"] for row in weeks)
    if tested:
        expected = sum(float(row["expected_alarm_count"]) for row in weeks)
        raised = sum(row["alarm_count"] for row in weeks)
        count = len({row["week_start"] for row in weeks if row["tested_count"]})
        st.caption(
            f"启用以来 {count} 周，检验 {tested:,} 个序列·周：按预算（每年"
            f" {float(weeks[0]['alarms_per_year']):,.0f} 条）水平不变也会有误报约 {expected:.1f} 次，"
            f"实际报警 {raised:,} 次；同一原因的多次报警合成一条预警。"
        )


def rate_words(replay: dict[str, Any]) -> str:
    """Return what a replay says of the promised rate: kept, exceeded, or not used up (then slow to alarm)."""
    if not replay["is_accepted"]:
        return "高于名义，报警偏多"
    return "低于名义，报警偏少、偏慢" if float(replay["ci_high"]) < 1 else "与名义相符"


def show_unjudged(weeks: Sequence[dict[str, Any]]) -> None:
    """List weeks and places that were not judged, and series too small or too new."""
    recent = sorted({row["week_start"] for row in weeks}, reverse=True)[:RECENT_WEEKS]
    late = [row for row in weeks if row["week_start"] in recent and row["week_status_code"] != "evaluated"]
    last = [row for row in weeks if recent and row["week_start"] == recent[0]]
    small, short = (sum(row[name] for row in last) for name in ("unwatched_count", "short_count"))
    what = f"最近 {len(recent)} 周有 {len(late)} 处未检验" if late else f"最近 {len(recent)} 周都已检验"
    st.subheader(f"没有检验的：{what}")
    st.caption(
        f"近一年不到 104 起（每周两起）的 {small:,} 个小序列不单独检验，由更大的地点或上一级类别代为检验；"
        f"{short:,} 个序列不足八周历史。类别未映射的警情不在任何序列里。缺数的周等数据到齐再检验，最多等八周。"
    )
    if late:
        show_table(
            [("周起始日",), ("地点",), ("情况",), ("缺数天数",)],
            [
                [
                    row["week_start"],
                    "全局" if row["scope_code"] == "bureau" else row["unit_name"] or f"单位 {row['unit_no']}",
                    row["week_status_label"], row["missing_day_count"],
                ]
                for row in late
            ],
            key="unjudged",
            title="没有检验的周",
        )  # fmt: skip
