"""先修什么, the closing of the month: what must stand before its figures go out.

Belongs here: the list of conditions and whether each holds, worked out from published tables. Nobody ticks a box.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import quality
from dashboards.sections import issue_list, quality_arrivals

GRACE_DAYS = 5
"""Up to this day of a month the month before is the one to close."""


@dataclass(frozen=True)
class Condition:
    """One condition: what must hold, whether it does, the figure, and where to act."""

    what: str
    holds: bool
    figure: str
    where: str


def month_to_close(as_of: date) -> tuple[date, date]:
    """Return the first day of the month to close and the first day after what can have arrived of it."""
    start = as_of.replace(day=1)
    if as_of.day <= GRACE_DAYS:
        return (start - timedelta(1)).replace(day=1), start
    return start, as_of


def conditions(context: Context, start: date, end: date) -> list[Condition]:
    """Return the conditions of closing a month, in the order of work.

    Args:
        context: the page's context.
        start: first day of the month.
        end: first day after what is looked at.
    """
    days = quality_arrivals.arrivals(context, start, end)
    books = context.run(quality.BOOKS).to_dicts()
    broken = sum(not row["is_balanced"] for row in books)
    found = context.run(quality.CHECKS).to_dicts()
    errors = sum(check["status"] == "error" for check in found)
    blocking = sum(check["severity"] == "block" and check["status"] == "fail" for check in found)
    issues = [issue for issue in issue_list.load(context) if issue.published.is_open]
    untouched = sum(issue.state in ("new", "reopened") for issue in issues)
    overdue = sum(issue.is_overdue(context.as_of) for issue in issues)
    waiting = sum(issue.state == "resolved" for issue in issues)
    unmapped = sum(row["record_count"] for row in context.run(quality.UNMAPPED).to_dicts())
    after = (start + timedelta(31)).replace(day=1)
    held = context.run(quality.QUARANTINED_OF_DAYS, since=start, until=after)["row_count"][0]
    # What was not looked at does not stand: no days, no books or no results satisfy nothing.
    arrived = f"{len(days.late)} 个来源有缺数的日子" if days.sources else "没有到数记录"
    balance = f"{broken} 张不平" if books else "没有账目"
    passed, ran = (f"{blocking} 项", f"{errors} 项") if found else ("没有检查结果", "没有检查结果")
    return [
        Condition("各来源本月每日都已到数", bool(days.sources) and not days.late, arrived, "到数与对账"),
        Condition("每张来源表的账目平衡", bool(books) and broken == 0, balance, "到数与对账"),
        Condition("没有阻断检查不通过", bool(found) and blocking == 0, passed, "数据质量"),
        Condition("没有检查执行错误", bool(found) and errors == 0, ran, "数据质量"),
        Condition("每个问题都有人接手", untouched == 0, f"{untouched:,} 个还没有人处理", "问题处理"),
        Condition("没有过期的问题", overdue == 0, f"{overdue:,} 个", "问题处理"),
        Condition("处理完的都已复核", waiting == 0, f"{waiting:,} 个等待下一次取数", "问题处理"),
        Condition("没有仍在隔离的本月来源行", held == 0, f"{held:,} 行（含无日期的）", "隔离"),
        Condition("没有未映射的代码", unmapped == 0, f"涉及 {unmapped:,} 条记录", "字典映射"),
    ]


def show(context: Context) -> None:
    """Show whether the month can be closed and what is left."""
    start, end = month_to_close(context.as_of)
    listed = conditions(context, start, end)
    left = sum(not condition.holds for condition in listed)
    month = f"{start.year} 年 {start.month} 月"
    st.subheader(
        f"月末结账：{month}还有 {left} 项没有满足"
        if left
        else f"月末结账：{month}可以结账，{len(listed)} 项都已满足"
    )
    show_table(
        [("满足",), ("条件",), ("现状",), ("到哪里处理",)],
        [
            ["是" if item.holds else "否", item.what, None if item.holds else item.figure, item.where]
            for item in listed
        ],
        key="closing",
        title=f"月末结账 {month}",
    )
