"""预警: what is unusually high now, is it real, and who follows it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import streamlit as st

from dashboards.components import checks, states
from dashboards.components.decided import show_done
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.queries import alerts as queries
from dashboards.sections import alert_decision, alert_record
from dashboards.sections.alert_list import Alert, figures, limit, load, place_words, situation_link
from jingcang.statistics.periods import day_label

SITUATION = "app_pages/leadership/situation.py"


def main() -> None:
    context = current()
    st.header("预警：哪里比平常多")
    weeks = context.run(queries.WEEKS).to_dicts()
    if not weeks:
        states.empty("还没有检验过任何一周", "积累满八个完整周、下一次运行之后自动出现")
        return
    mine = [row for row in weeks if _is_mine(context, row)] or weeks
    found = load(context)
    signals = context.run(queries.SIGNALS, since=context.as_of - timedelta(days=366)).to_dicts()
    opened = sorted((alert for alert in found if alert.is_open), key=_consequence)
    answer(_sentence(opened, mine))
    show_done()
    _look_at(context, opened)
    if opened:
        picked = _table(opened)
        alert = opened[picked[0] if picked else 0]
        alert_decision.show(context, alert)
        alert_decision.show_parts(context, alert, signals)
    _parts_of_others(context, found, signals)
    alert_record.show_past(context, found)
    replay = context.run(queries.REPLAY).to_dicts()
    alert_record.show_rate(replay[0] if replay else None, mine)
    alert_record.show_unjudged(mine)
    last = mine[0]
    context.foot = {
        "口径": "有效警情；一、二级类别 × 全局、单位、责任区，按完整周",
        "报警预算": f"每年 {float(last['alarms_per_year']):,.0f} 条误报，由各序列均分",
        "最近检验的一周": f"{day_label(last['week_start'])}起",
        "归并": "同一类别、互相包含的地点或同一单位各责任区、相隔不超过四周的报警是一条预警；四周不再报警自动平息",
        **context.foot,
    }


def _is_mine(context: Context, row: dict[str, Any]) -> bool:
    chosen = context.unit_nos or tuple(context.units)
    return row["unit_no"] in chosen or (row["scope_code"] == "bureau" and not context.unit_nos)


def _consequence(alert: Alert) -> tuple[bool, int, float]:
    return not alert.row["is_listed"], alert.row["severity_rank"], -float(alert.row["excess_count"])


def _sentence(opened: Sequence[Alert], weeks: Sequence[dict[str, Any]]) -> str:
    last = next((row["week_start"] for row in weeks if row["tested_count"]), None)
    tested = sum(row["tested_count"] for row in weeks if row["week_start"] == last)
    if last is None:
        return "还没有一个序列攒够八周历史，没有可以检验的。"
    checked = f"最近检验的一周（{day_label(last)}起）看了 {tested:,} 个序列（一类警情在一个地方为一个序列）"
    if not opened:
        return f"没有在办的预警：{checked}，都与偶然波动一致或已了结。"
    sure = [alert for alert in opened if alert.row["is_listed"]]
    first = opened[0]
    words = (
        f"在办预警 {len(opened)} 条，其中 {len(sure)} 条多重比较校正后仍成立；"
        f"首先是{first.where}的{first.what}：{first.figures}，"
        f"自 {day_label(first.since)}起一周以来报警 {first.row['weeks_count']} 周。"
    )
    waiting = sum(alert.state in ("open", "reopened") for alert in opened)
    return words + (f"{waiting} 条待处置。" if waiting else "都已有人跟进。") + f"{checked}。"


def _look_at(context: Context, opened: Sequence[Alert]) -> None:
    if not opened:
        return
    st.markdown("**先看这几条**（点开到态势页对应的单位和大类）")
    checks.links(
        SITUATION,
        [
            (
                f"{alert.where}，{alert.what}：{alert.figures}；{alert.certainty}；{alert.state_label}",
                situation_link(context, alert.row),
            )
            for alert in opened[:5]
        ],
    )


def _table(opened: Sequence[Alert]) -> list[int]:
    st.subheader(f"在办预警 {len(opened)} 条，点一行处置")
    return show_table(
        [("类别",), ("地点",), ("自",), ("到",), ("报警周数",), ("起数",), ("平常",), ("报警线",), ("超出",),
         ("程度",), ("确定性",), ("状态",), ("判定",), ("处置人",), ("并入",)],
        [
            [
                alert.what, alert.where, alert.since, alert.row["last_week_start"], alert.row["weeks_count"],
                alert.row["observed_count"], float(alert.row["expected_count"]),
                limit(alert.row), float(alert.row["excess_count"]),
                alert.row["alert_severity_label"], alert.certainty, alert.state_label, alert.disposition_label,
                alert.decision.user_id if alert.decision else None, alert.row["part_count"],
            ]
            for alert in opened
        ],
        key="open_alerts",
        title="在办预警",
        pick="one",
        digits={"平常": 0, "超出": 0},
        help_texts={
            "自": "首次报警的一周的起始日",
            "到": "最近一次报警的一周的起始日",
            "平常": "由以往推算的起数",
            "报警线": "偶然波动能到的最多起数，由报警预算推出",
            "超出": "各报警周实际减平常之和",
            "并入": "同一原因同时报警的其他序列（更小的地点、上一级类别）个数",
        },
    )  # fmt: skip


def _parts_of_others(context: Context, found: Sequence[Alert], signals: Sequence[dict[str, Any]]) -> None:
    """Tell a station about its part in alerts of the whole bureau, which the bureau disposes of."""
    own = {alert.row["alert_id"] for alert in found}
    parts = [row for row in signals if row["alert_id"] not in own]
    if not parts:
        return
    st.subheader(f"全局预警中涉及本单位的 {len(parts):,} 次报警，由分局处置")
    show_table(
        [("周起始日",), ("类别",), ("地点",), ("报警时",), ("方法",)],
        [
            [row["week_start"], row["class_label"], place_words(row), figures(row), row["method_label"]]
            for row in parts
        ],
        key="parts_of_others",
        title="全局预警中涉及本单位的报警",
    )


main()
