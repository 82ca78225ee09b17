"""预警, one alert: its weeks and parts, its curve, and the form by which a leader disposes of it.

Belongs here: what stands behind one alert. Does not belong here: who may decide (``jingcang.access.alerts``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import alerts
from dashboards.sections import operation_marks, series_chart
from dashboards.sections.alert_list import WEEK, Alert, figures, place_words
from dashboards.sections.series_marks import Marks
from jingcang.access.alerts import decide_alert
from jingcang.access.metrics import metric_of
from jingcang.statistics.completeness import missing_days
from jingcang.statistics.periods import day_label, latest
from jingcang.statistics.series import first_week, weekly
from jingcang.workbench.alert_decisions import DISPOSITION_LABELS

METRIC = "incidents_effective"
"""What alarms are raised on."""
MEANINGS = {
    "true": "真：确有上升，继续跟进",
    "false": "误：不是真的上升",
    "handled": "已处置：确有上升，已采取措施",
}


def show(context: Context, alert: Alert) -> None:
    """Show one alert and the form."""
    st.subheader(f"{alert.where}“{alert.what}”：{alert.figures}")
    st.caption(
        f"{day_label(alert.since)}起一周首次报警，最近一次在 {day_label(alert.row['last_week_start'])}起一周，"
        f"共 {alert.row['weeks_count']} 周；{alert.certainty}；{alert.row['method_label']}；"
        f"{day_label(alert.row['expires_date'])}前不再报警即自动平息。"
    )
    show_form(context, alert)
    _curve(context, alert)


def show_form(context: Context, alert: Alert) -> None:
    """Show the latest decision, who took it on which version, and the form for the next."""
    known, identity = alert.decision, alert.row["alert_id"]
    version = known.version if known else 0
    if known:
        st.markdown(
            f"第 {known.version} 次处置：{known.user_id} 于 {known.decided_at.astimezone():%Y-%m-%d %H:%M} 判为"
            f"“{DISPOSITION_LABELS[known.disposition]}”，理由：{_plain(known.reason)}。"
            + (
                "已进入本次发布。"
                if alert.row["decision_version"] == version
                else "下一次运行后进入发布的数据。"
            )
        )
    else:
        st.markdown("还没有人处置。")
    with st.form(f"dispose_{alert.row['alert_id']}", border=False):
        left, middle, right = st.columns([1.6, 3, 0.7], vertical_alignment="bottom")
        chosen = left.selectbox(
            "处置",
            list(MEANINGS),
            key=f"alert_disposition_{identity}",
            format_func=lambda code: MEANINGS[code],
        )
        reason = middle.text_input("理由（必填，随处置留存）", key=f"alert_reason_{identity}", max_chars=500)
        if right.form_submit_button("保存处置"):
            done(lambda: _decide(context, alert, chosen, reason, version))


def _decide(context: Context, alert: Alert, disposition: str, reason: str, version: int) -> str:
    made = decide_alert(
        context.door, context.identity, session.workbench(), alert.row["alert_id"], disposition, reason=reason,
        seen_version=version, last_week=alert.row["last_week_start"], generation=context.generation.name,
    )  # fmt: skip
    return (
        f"已把{alert.where}“{alert.what}”判为“{DISPOSITION_LABELS[disposition]}”（第 {made} 次处置），"
        "本页即刻生效，下一次运行后进入发布的数据。"
    )


def _curve(context: Context, alert: Alert) -> None:
    row = alert.row
    end = latest("week", context.as_of, context.week_start).end
    place: dict[str, Any] = {
        "units": [] if row["scope_code"] == "bureau" or not row["unit_no"] else [row["unit_no"]],
        "area": row["area_no"] if row["scope_code"] == "area" else "",
    }
    since, daily = first_week(end), alerts.DAILY.of(metric_of(METRIC))
    everything = context.run(daily, units=place["units"], area="", since=since, until=end, class_code="")
    days = dict(context.run(daily, **place, since=since, until=end, class_code=row["class_code"]).rows())
    weeks = weekly(days, missing_days(dict(everything.rows()), since, end), end)
    operations = operation_marks.marks(context, **place, class_code=row["class_code"])
    series_chart.show(
        context,
        weeks,
        marks=Marks(operations=operations),
        is_suppressed=bool(place["area"]),
    )
    st.caption(
        "图中的带由此前十三周推算，持续几周的上升会被它吸收而落回带内；报警另与更早的同季或近年水平比较，因此两者可以不同。"
    )


def show_parts(context: Context, alert: Alert, signals: Sequence[dict[str, Any]]) -> None:
    """List the alarms of an alert: the weeks, and the narrower places and other classes that alarmed with it."""
    mine = [row for row in signals if row["alert_id"] == alert.row["alert_id"]]
    with st.expander(f"这条预警的 {len(mine)} 次报警（原样保留，不随补录改动）"):
        show_table(
            [("周起始日",), ("周止日",), ("类别",), ("地点",), ("报警时",), ("方法",)],
            [
                [
                    row["week_start"], row["week_start"] + WEEK - (WEEK / 7), row["class_label"],
                    place_words(row), figures(row), row["method_label"],
                ]
                for row in mine
            ],
            key="alert_signals",
            title=f"报警：{alert.where}{alert.what}",
        )  # fmt: skip


def _plain(text: str) -> str:
    """Return a reason without marks that the page would take for formatting."""
    return "".join("\\" + letter if letter in "\\`*_{}[]()#+-.!|<>$~" else letter for letter in text)
