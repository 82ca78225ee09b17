"""值班交接, the sheet: what came in, what is open and due, each number with its words and the page of its rows.

Belongs here: the lines of the sheet and how it looks on screen and on one page of A4. Does not belong here: the lists
behind the numbers, which the pages linked hold, and what a class is compared with (``handover_counts``).
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from dashboards.components import frame
from dashboards.context import Context
from dashboards.queries import handover
from dashboards.sections import meeting_log, operation_form, operation_marks
from dashboards.sections.alert_list import load
from dashboards.sections.handover_counts import ALL, Received
from jingcang.contracts.deployment import deployment
from jingcang.statistics.periods import Period, day_label

DUE_DAYS = 3
"""Days ahead in which a limit must be handed over."""
MOST_CLASSES = 8

_STYLE = """
<style>
.jc-sheet{border:1px solid #d5dbe3;padding:.8rem 1.1rem;background:#fff;font-size:.95rem;color:#1b2430}
.jc-sheet h4{margin:0 0 .2rem;padding:0;font-size:1.15rem}.jc-sheet .jc-sub{color:#4b5968;font-size:.85rem}
.jc-sheet table{border-collapse:collapse;width:100%;margin-top:.45rem}
.jc-sheet th{background:#eef1f4;text-align:left;font-weight:600}
.jc-sheet th,.jc-sheet td{border:1px solid #d5dbe3;padding:.28rem .55rem;vertical-align:top}
.jc-sheet td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;font-weight:600}
.jc-sheet td.hot{color:#9a3412}.jc-sheet a{color:#1f5a96}.jc-sign{display:none}
@media print{@page{size:A4 portrait;margin:12mm}body:has(.jc-sheet){page:auto;min-width:0}
 body:has(.jc-sheet) [data-testid="stElementContainer"]:not(:has(.jc-sheet)),
 body:has(.jc-sheet) [data-testid="stLayoutWrapper"]:not(:has(.jc-sheet)){display:none!important}
 body:has(.jc-sheet) [data-testid="stVerticalBlock"]{gap:0!important}
 .jc-sheet{border:0;padding:0;font-size:10.5pt}.jc-sheet a{color:#1b2430;text-decoration:none}
 .jc-sheet tr{break-inside:avoid}.jc-sign{display:block;margin-top:8mm;line-height:2.2}}
</style>
"""


@dataclass(frozen=True)
class Item:
    """One line of the sheet.

    Args:
        name: what is counted.
        count: the number, None where the sources have nothing to count.
        unit: of the number.
        words: what of it is pressing, or why there is no number.
        path: address of the page that holds the rows, "" where this page does.
        is_hot: something of it does not wait.
        group: heading above.
    """

    name: str
    count: int | None
    unit: str
    words: str
    path: str = ""
    is_hot: bool = False
    group: str = ""


def incident_items(received: Received) -> list[Item]:
    """Return the lines of what came in."""
    items = []
    for row in received.classes[: MOST_CLASSES + 1]:
        if row.verdict is None or row.usual is None:
            words = received.why_not if row.name == ALL else ""
        else:
            usual = f"{row.usual:,.1f}" if row.usual < 10 else f"{row.usual:,.0f}"
            said = {"▲": "明显多于平常", "▼": "明显少于平常"}.get(row.verdict.mark) or row.verdict.words
            said = said.replace("可能上升", "可能多于平常").replace("可能下降", "可能少于平常")
            words = f"平常 {usual} 起左右，{said}" if row.usual else f"此前几周这一天都没有，{said}"
        name = "接警（有效警情）" if row.name == ALL else f"其中{row.name}"
        items.append(Item(name, row.count, "起", words, is_hot=row.is_high, group="接警"))
    rest = received.classes[MOST_CLASSES + 1 :]
    if rest:
        items.append(
            Item("其中其他大类", sum(row.count for row in rest), "起", f"{len(rest)} 个大类", group="接警")
        )
    return items


def open_items(context: Context) -> list[Item]:
    """Return the lines of what is open or due: dispatches, cases, disputes, alerts, sources, decisions, operations."""
    return [
        *_dispatches(context),
        *_cases(context),
        *_disputes(context),
        *_alerts(context),
        _sources(context),
        *_plans(context),
    ]


def _has(context: Context, *entities: str) -> bool:
    return deployment(context.generation.profile).has_source(*entities)


def _dispatches(context: Context) -> list[Item]:
    group = "未了事项"
    if not _has(context, "dispatches"):
        return [Item("派警后未反馈", None, "起", "这里的来源没有处警", group=group)]
    row = context.run(handover.DISPATCHES, **context.scope_filters(), week=context.week_start).to_dicts()[0]
    older = row["older_count"]
    words = (
        f"其中 {older:,} 起是 {day_label(context.week_start)}以前派的，早已超过 2 小时"
        if older
        else "都是本周派的"
    )
    count = row["open_count"]
    return [
        Item(
            "派警后未反馈", count, "起", words if count else "没有", "response", is_hot=older > 0, group=group
        )
    ]


def _limits(name: str, path: str, row: dict[str, object], group: str) -> list[Item]:
    due, overdue = int(str(row["due_count"])), int(str(row["overdue_count"]))
    first = f"最近的 {row['first_date']} 到期" if row["first_date"] else "没有"
    among = f"未办结 {int(str(row['open_count'])):,} 起中"
    if row.get("criminal_count"):
        among += f"，其中刑事立案审查 {int(str(row['criminal_count'])):,} 起"
    return [
        Item(f"{name} {DUE_DAYS} 天内到期", due, "起", first, path, is_hot=due > 0, group=group),
        Item(
            f"{name}已过", overdue, "起", among, path, is_hot=overdue > 0, group=group,
        ),
    ]  # fmt: skip


def _cases(context: Context) -> list[Item]:
    group = "未了事项"
    if not _has(context, "cases"):
        return [Item(f"案件期限 {DUE_DAYS} 天内到期", None, "起", "这里的来源没有案件", group=group)]
    row = context.run(handover.CASES, **context.scope_filters(), days=DUE_DAYS).to_dicts()[0]
    return _limits("案件期限", "cases", row, group)


def _disputes(context: Context) -> list[Item]:
    group = "未了事项"
    if not _has(context, "disputes"):
        return [
            Item(f"纠纷调解期限 {DUE_DAYS} 天内到期", None, "起", "这里的来源没有矛盾纠纷台账", group=group)
        ]
    row = context.run(handover.DISPUTES, **context.scope_filters(), days=DUE_DAYS).to_dicts()[0]
    return _limits("纠纷调解期限", "disputes", row, group)


def _alerts(context: Context) -> list[Item]:
    opened = [alert for alert in load(context) if alert.is_open]
    waiting = sum(alert.state in ("open", "reopened") for alert in opened)
    words = "、".join(f"{alert.where}{alert.what}" for alert in opened[:3])
    more = ("等" if len(opened) > 3 else "") + (f"；{waiting} 条待处置" if waiting else "")
    return [
        Item(
            "在办预警", len(opened), "条", f"{words}{more}" or "没有", "alerts", waiting > 0, group="未了事项"
        )
    ]


def _sources(context: Context) -> Item:
    late = frame.late_sources(context)
    if late is None:
        return Item("迟到或缺数的来源", None, "个", "来源更新情况不可用", group="未了事项")
    words = "；".join(item.words for item in late[:3]) + (
        f"等 {len(late)} 项，见页脚" if len(late) > 3 else ""
    )
    return Item("迟到或缺数的来源", len(late), "个", words or "没有", is_hot=bool(late), group="未了事项")


def _plans(context: Context) -> list[Item]:
    """Return the decisions that are due for review and the operations that run."""
    due = [one.item for one in meeting_log.load(context) if one.is_due(context.as_of)]
    numbers = "、".join(f"第 {item.decision_no} 号，{item.decision_text}" for item in due[:2])
    now = operation_form.running(context, operation_marks.operations(operation_marks.load(context)))
    names = "、".join(dict.fromkeys(one[0].name for one in now))
    return [
        Item(
            "到复核日期的会议决定",
            len(due),
            "条",
            numbers or "没有",
            "handover?view=会议决定",
            bool(due),
            group="安排",
        ),
        Item("正在进行的专项行动", len(now), "项", names or "没有", "handover?view=专项行动", group="安排"),
    ]


def show(context: Context, period: Period, items: Sequence[Item]) -> None:
    """Show the sheet."""
    st.html(_STYLE + _sheet(context, period, items))
    st.caption("点事项到有明细的那一页，单位和责任区的选择随着过去；按 Ctrl+P 打印，只打印这张单，一页 A4。")


def _sheet(context: Context, period: Period, items: Sequence[Item]) -> str:
    hours = "0–24 时" if period.days == 1 else f"共 {period.days} 天"
    when = f"{day_label(period.start)} {hours}" if period.days == 1 else f"{period.label()}，{hours}"
    lines, group = [], ""
    for item in items:
        if item.group != group:
            group = item.group
            lines.append(f'<tr><th colspan="3">{html.escape(group)}</th></tr>')
        name = html.escape(item.name)
        if item.path:
            name = f'<a href="{html.escape(_address(context, item.path))}" target="_self">{name}</a>'
        count = "—" if item.count is None else f"{item.count:,} {item.unit}"
        hot = " hot" if item.is_hot else ""
        lines.append(
            f'<tr><td>{name}</td><td class="n{hot}">{count}</td><td>{html.escape(item.words)}</td></tr>'
        )
    return (
        '<div class="jc-sheet" role="region" aria-label="值班交接单">'
        f"<h4>值班交接单：{html.escape(context.scope_words())}</h4>"
        f'<div class="jc-sub">{html.escape(when)}；数据截至 {day_label(context.as_of)}；'
        f"版本 {html.escape(context.generation.name)}；查看人 {html.escape(context.identity.display_name)}</div>"
        f"<table>{''.join(lines)}</table>"
        '<div class="jc-sign">交班人：＿＿＿＿＿＿＿　接班人：＿＿＿＿＿＿＿　时间：＿＿＿＿＿＿＿<br>'
        "口头交代事项：</div></div>"
    )


def _address(context: Context, path: str) -> str:
    """Return the address of another page with the unit and 责任区 chosen here."""
    page, _, view = path.partition("?view=")
    chosen = {name: st.query_params[name] for name in ("unit", "area") if name in st.query_params}
    if view:
        chosen["view"] = view
    return f"/{page}?{urlencode(chosen)}" if chosen else f"/{page}"
