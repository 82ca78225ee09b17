"""矛盾风险: which open disputes need somebody higher, by rule; where disputes are; what came of those followed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards.components import choices, short_list, states, wording
from dashboards.components.frame import answer
from dashboards.context import Context, current
from dashboards.queries import disputes
from dashboards.sections import area_map, dispute_list, dispute_outcomes
from jingcang.contracts.deployment import deployment

MAPPED = {"dispute_count": "90 天内登记", "open_count": "未办结"}
DAYS, YEAR = timedelta(90), timedelta(365)


def main() -> None:
    context = current()
    st.header(f"矛盾风险：{context.scope_words()}")
    if not deployment(context.generation.profile).has_source("disputes"):
        states.empty(
            "这里的来源没有矛盾纠纷台账（登记、调解、结果）",
            "接入矛盾纠纷后，本页按环节、期限和再发列出；纠纷类警情数见“态势”",
        )
        return
    until = context.as_of
    counts = context.run(
        disputes.COUNTS, **context.scope_filters(), since=until - DAYS, year=until - YEAR, until=until
    ).to_dicts()
    rows = context.run(disputes.OPEN, **context.scope_filters()).to_dicts()
    feedback = context.run(
        disputes.FEEDBACK, **context.scope_filters(), since=until - DAYS, until=until
    ).to_dicts()
    sums = _sums(counts)
    _fill_foot(context, sums)
    if not counts and not feedback:
        states.empty("一年内没有登记的纠纷，也没有未办结的", "请换一个单位或责任区，或核对纠纷台账是否到齐")
        return
    escalated = [row for row in rows if row["is_escalated"]]
    answer(
        f"未办结的纠纷 {sums['open_count']:,} 起，其中超过调解期限 {sums['overdue_count']:,} 起；"
        f"按规则须升级处理 {len(escalated):,} 起。{dispute_outcomes.words(sums)}。"
    )
    names = context.area_names(everywhere=True)
    _look_at(context, escalated, names)
    dispute_list.show(context, rows, names)
    is_by_area = len(context.unit_nos or context.units) == 1
    left, right = st.columns([1, 1], gap="medium")
    with left:
        _maps(context, counts, until, is_by_area=is_by_area)
    with right:
        dispute_outcomes.show_matrix(context, counts, names, is_by_area=is_by_area)
    dispute_outcomes.show(counts, sums)
    dispute_outcomes.show_feedback(context, feedback, names, is_by_area=is_by_area)


def _maps(context: Context, counts: list[dict[str, Any]], until: date, *, is_by_area: bool) -> None:
    """Show on a map where disputes are: those registered in 90 days, or those open."""
    which = choices.choose("地图上", list(MAPPED), param="mapped", words=lambda column: MAPPED[column])
    drawn_on = area_map.boundaries(context, until - timedelta(1), is_by_area=is_by_area)
    rows = [{**row, "current_count": row[which]} for row in counts]
    area_map.show_disputes(context, rows, drawn_on, what=MAPPED[which])


def _sums(counts: list[dict[str, Any]]) -> dict[str, int]:
    names = (
        "dispute_count", "open_count", "overdue_count", "year_count", "recurrence_followed_count", "recurred_count",
        "turn_followed_count", "turned_criminal_count",
    )  # fmt: skip
    return {name: sum(row[name] for row in counts) for name in names}


def _fill_foot(context: Context, sums: dict[str, int]) -> None:
    context.foot = {
        "期间": "未办结的不论何时登记；登记数为数据截至日前 90 天；再发和民转刑为一年内登记、观察期已满的",
        "规则": "登记起 30 天内调解结束；此前 90 天内有同一地点或电话的纠纷警情；凶器或威胁标签；"
        "第 1 版，须由本单位确认",
        "n": f"一年内登记 {sums['year_count']:,} 起，未办结 {sums['open_count']:,} 起",
        "再发可看": wording.share(sums["recurrence_followed_count"], sums["year_count"]),
        "民转刑可看": wording.share(sums["turn_followed_count"], sums["year_count"]),
        **context.foot,
    }


def _look_at(context: Context, escalated: list[dict[str, Any]], names: dict[str, str]) -> None:
    """List at most five disputes, those with most reasons first; what came again leads to 重复警情."""
    items = []
    for row in dispute_list.ordered(escalated)[: short_list.MOST_ITEMS]:
        area = names.get(row["area_no"]) or row["area_no"]
        narrowed = short_list.place_choices(context, row["unit_no"], area)
        items.append(
            short_list.Item(
                f"**{row['dispute_no']}（{row['dispute_kind_label']}）**：{'；'.join(dispute_list.reasons(row))}。"
                f"{area or '未登记责任区'}，经办警号 {row['officer_no'] or '未登记'}",
                "repeats" if narrowed and row["earlier_dispute_count"] else "",
                narrowed,
            )
        )
    short_list.show(items, "先看这几起（90 天内不止一起的点开到该责任区的“重复警情”）")


main()
