"""社区工作: checks of 重点场所 and visits of the statutory lists: due, done, overdue.

Belongs here: tables of what was due and the rows of what was not done. Does not belong here: work done
(``community_work``), who is visited: leaders read counts by category, never names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.shares import interval, with_interval
from dashboards.components.small_counts import hidden
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import community
from dashboards.sections.community_figures import Place
from jingcang.statistics.periods import Period

Rows = Sequence[Mapping[str, Any]]
_VISIT_HEADINGS = {
    "visit_no": "走访编号", "visit_category_label": "类别", "interval_days": "间隔天数", "due_date": "应走访",
    "event_date": "走访日期", "is_visited": "已走访", "check_result_label": "结果", "unit_no": "单位",
    "area_no": "责任区", "officer_no": "警号", "_source_table": "来源表", "_source_key": "来源主键",
    "_source_file": "来源文件", "_source_line": "行号",
}  # fmt: skip


def show_places(
    context: Context, rows: Rows, places: Mapping[str, Place], total: Place, kind: str, *, is_by_area: bool
) -> list[dict[str, Any]]:
    """Show key places by type and by place, and the list of those overdue.

    Returns:
        The rows of the list, never checked first, then the longest overdue.
    """
    types: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    due_days: dict[str, int] = {}
    for row in rows:
        types[row["place_type_label"]][row["check_due_code"]] += row["place_count"]
        due_days[row["place_type_label"]] = row["interval_days"]
    st.subheader(
        f"重点场所检查，截至 {context.as_of.isoformat()}：{total.key_places:,} 处在册，"
        f"逾期或没有记录 {wording.share(total.overdue_places, total.known_places)}"
    )
    st.caption(
        "最近一次做成的检查加间隔天数为应检查日期，过了即逾期；拒绝检查和没有找到的不算检查。"
        "间隔天数是本产品默认值，须由本单位确认。"
    )
    by_type = [
        [
            name,
            due_days[name],
            sum(counts.values()),
            counts["in_time"],
            counts["overdue"],
            counts["never"],
            counts["unknown"],
            wording.share(counts["overdue"] + counts["never"], sum(counts.values()) - counts["unknown"], 0),
            interval(counts["overdue"] + counts["never"], sum(counts.values()) - counts["unknown"]),
        ]
        for name, counts in sorted(types.items())
    ]
    columns = [
        ("间隔天数",),
        ("在册",),
        ("期限内",),
        ("逾期",),
        ("没有检查记录",),
        ("说不出",),
        ("逾期或没有记录",),
        ("95% 区间",),
    ]
    show_table(
        [("类别",), *columns],
        by_type,
        key="community_place_types",
        title="重点场所检查，按类别",
        help_texts={"说不出": "检查记录还没有间隔那么长，没有记录不等于没有检查"},
    )
    by_place = [
        [
            place.name,
            place.key_places,
            place.overdue_places,
            wording.share(place.overdue_places, place.known_places, 0),
            interval(place.overdue_places, place.known_places),
        ]
        for place in (*places.values(), total)
        if place.key_places
    ]
    with st.expander(f"按{kind}看：{len(by_place) - 1} 个有重点场所的{kind}，按编号排列"):
        show_table(
            [(kind,), ("在册",), ("逾期或没有记录",), ("占比",), ("95% 区间",)],
            by_place,
            key="community_place_areas",
            title=f"重点场所检查，按{kind}",
            export_rows=hidden(by_place, [1, 2], totals=[len(by_place) - 1], told_with=[3, 4])
            if is_by_area
            else None,
        )
    if not total.overdue_places:
        return []
    listed = context.run(community.DUE_PLACES, **context.scope_filters()).to_dicts()
    names = context.area_names()
    with st.expander(f"逾期和没有检查记录的 {total.overdue_places:,} 处"):
        show_table(
            [
                ("场所",), ("类别",), ("状态",), ("应检查",), ("逾期天数",), ("最近检查",), ("最近结果",),
                ("问题数",), ("单位",), ("责任区",), ("场所编号",),
            ],
            [
                [
                    row["place_name"], row["place_type_label"], row["check_due_label"],
                    row["due_date"] if row["check_due_code"] == "overdue" else None, row["overdue_days"],
                    row["last_check_date"], row["check_result_label"], row["problem_count"],
                    context.unit_name(row["unit_no"]), names.get(row["area_no"], row["area_no"]), row["place_no"],
                ]
                for row in listed
            ],
            key="community_due_places",
            title="逾期和没有检查记录的重点场所",
            is_cut=len(listed) >= community.MOST_ROWS,
        )  # fmt: skip
    return listed


def visit_parts(rows: Rows) -> dict[str, tuple[int, int]]:
    """Return category → visits late or not made, and visits due of which that is known."""
    parts: dict[str, tuple[int, int]] = {}
    for row in rows:
        late, known = parts.get(row["visit_category_label"], (0, 0))
        missed = row["late_count"] + row["missed_count"]
        parts[row["visit_category_label"]] = (late + missed, known + missed + row["in_time_count"])
    return parts


def show_visits(context: Context, rows: Rows, total: Place, period: Period) -> None:
    """Show visits due in the period by category, and the rows of those not made in time, without names."""
    st.subheader(
        f"应在{period.label()}完成的走访 {total.due_visits:,} 次："
        f"按期 {with_interval(total.in_time_visits, total.judged_visits)}"
    )
    st.caption(
        "按应走访日期计入；不晚于应走访日期为按期。来源没有登记“应走访”的人名清单，"
        "应走而从没登记的走访这里看不到；领导只看件数，对象姓名只有责任民警在“我的”写明目的才能查看。"
    )
    if not rows:
        states.empty("这段时间没有到期的走访", "换一个时期或地区，或核对走访记录有没有应走访日期")
        return
    categories: dict[str, list[int]] = defaultdict(lambda: [0] * 4)
    intervals: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        counts = categories[row["visit_category_label"]]
        for place, name in enumerate(("due_count", "in_time_count", "late_count", "missed_count")):
            counts[place] += row[name]
        intervals[row["visit_category_label"]] |= {row["least_interval_days"], row["most_interval_days"]} - {
            None
        }
    table = [
        [
            name,
            _days(intervals[name]),
            *counts,
            wording.share(counts[1], sum(counts[1:]), 0),
            interval(counts[1], sum(counts[1:])),
        ]
        for name, counts in sorted(categories.items())
    ]
    show_table(
        [
            ("类别",),
            ("间隔天数",),
            ("到期",),
            ("按期",),
            ("逾期完成",),
            ("逾期未走访",),
            ("按期占比",),
            ("95% 区间",),
        ],
        table,
        key="community_visits",
        title=f"到期走访，按类别，{period.label()}",
        export_rows=hidden(table, range(2, 6), told_with=[6, 7]),
    )
    if total.late_visits + total.missed_visits:
        with st.expander("看明细：没有按期的走访和它们的来源记录（没有对象姓名）"):
            if st.toggle("显示明细", key="community_visit_rows_shown"):
                listed = context.run(
                    community.LATE_VISITS, **context.scope_filters(), start=period.start, end=period.end
                )
                show_table(
                    [(_VISIT_HEADINGS[name],) for name in listed.columns],
                    listed.rows(),
                    key="community_visit_rows",
                    title=f"没有按期的走访，{period.label()}",
                    is_cut=listed.height >= community.MOST_ROWS,
                    is_exported=False,
                )


def _days(days: set[int]) -> str:
    if not days:
        return wording.MISSING
    return f"{min(days)}" if min(days) == max(days) else f"{min(days)}–{max(days)}"
