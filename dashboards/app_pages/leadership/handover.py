"""交接与日程: what is handed over, which days are ahead, which operations run, what was decided, and duty by hour."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboards.components import choices
from dashboards.components.frame import answer
from dashboards.components.metric_choice import tell_definition
from dashboards.context import Context, current
from dashboards.sections import (
    duty_hours,
    handover_counts,
    handover_sheet,
    holiday_outlook,
    incident_rows,
    meeting_log,
    operation_form,
)
from dashboards.sections.handover_sheet import Item
from jingcang.access.metrics import metric_of
from jingcang.statistics.periods import Period, day_label

HANDOVER = "值班交接"
SPANS = {"1": "最近一天", "3": "最近三天（周末后）"}


def main() -> None:
    context = current()
    st.header(f"交接与日程：{context.scope_words()}")
    views = {
        HANDOVER: _handover, "节假日": holiday_outlook.show, "专项行动": operation_form.show,
        "会议决定": meeting_log.show, "警力与警情": duty_hours.show,
    }  # fmt: skip
    view = st.segmented_control(
        "看什么", list(views), default=HANDOVER, required=True, key="view", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    views[view or HANDOVER](context)


def _handover(context: Context) -> None:
    columns = st.columns([1, 3])
    with columns[0]:
        days = int(choices.choose("时段", list(SPANS), param="days", words=lambda code: SPANS[code]))
    period = Period(context.as_of - timedelta(days), context.as_of)
    metric = metric_of(handover_counts.METRIC)
    tell_definition(context, metric, period)
    received = handover_counts.received(context, period)
    items = [*handover_sheet.incident_items(received), *handover_sheet.open_items(context)]
    answer(_sentence(period, received, items))
    handover_sheet.show(context, period, items)
    with st.expander("看明细：这一时段接的每一起警情和它的来源记录"):
        if st.toggle("显示明细", key="handover_rows_shown"):
            incident_rows.show(context, metric, period, title=f"{metric.title_zh}明细，{period.label()}")
    context.foot = {
        "时段": f"{period.label()}（数仓按日发布，交接按完整的日）",
        "平常": f"此前 {handover_counts.WEEKS} 周的同一星期几，节假日、调休和缺数的不算",
        "n": f"{received.total.count:,} 起",
        **context.foot,
    }


def _sentence(period: Period, received: handover_counts.Received, items: list[Item]) -> str:
    when = day_label(period.start) if period.days == 1 else f"{period.start} 起 {period.days} 天"
    high = [row.name for row in received.classes[1:] if row.is_high]
    total = received.total
    if received.why_not:
        said = f"（{received.why_not}）"
    elif high:
        said = f"，{'、'.join(high)}明显多于平常"
    else:
        said = "，各大类没有明显多于平常的"
    hot = [
        f"{item.name} {item.count:,} {item.unit}" for item in items if item.is_hot and item.group != "接警"
    ]
    pressing = f"要交代的：{'；'.join(hot)}" if hot else "没有到期、逾期和待处置的事项"
    return f"{when}接有效警情 {total.count:,} 起{said}。{pressing}。"


main()
