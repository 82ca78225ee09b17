"""矛盾风险, where disputes are and what came of them: kind × area, recurrence, turned criminal, what citizens said.

Belongs here: shares with their intervals, counts alone from a base under ten. Does not belong here: the ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import charts, shapes, states, wording
from dashboards.components.shares import with_interval
from dashboards.components.small_counts import hidden
from dashboards.components.tables import show_table
from dashboards.context import Context

CALL, COMPLAINT = "satisfaction_call", "complaint"
_SAID = (COMPLAINT, "request", "suggestion", "praise")


def words(sums: Mapping[str, int]) -> str:
    """Return what came of the disputes followed to the end of their days."""
    followed, turned = sums["recurrence_followed_count"], sums["turn_followed_count"]
    if not followed:
        return "还没有观察满 90 天、有地点或电话可查的纠纷，再发情况不明"
    said = f"观察满 90 天的纠纷再发 {with_interval(sums['recurred_count'], followed, 1)}"
    return f"{said}；观察满 180 天的 {turned:,} 起中，后来有刑事案件的 {sums['turned_criminal_count']:,} 起"


def _place(row: Mapping[str, Any], context: Context, names: Mapping[str, str], is_by_area: bool) -> str:
    if is_by_area:
        return names.get(row["area_no"]) or row["area_no"] or "未登记责任区"
    return context.unit_name(row["unit_no"])


def show_matrix(
    context: Context, counts: Sequence[Mapping[str, Any]], names: Mapping[str, str], *, is_by_area: bool
) -> None:
    """Show disputes registered in 90 days by kind and place."""
    grid: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in counts:
        grid[row["dispute_kind_label"]][_place(row, context, names, is_by_area)] += row["dispute_count"]
    places = sorted({place for line in grid.values() for place, count in line.items() if count})
    kinds = sorted(
        (kind for kind in grid if sum(grid[kind].values())), key=lambda kind: -sum(grid[kind].values())
    )
    if not kinds:
        states.empty("90 天内没有登记的纠纷", "一年内的结果见下方")
        return
    values = [[grid[kind][place] for place in places] for kind in kinds]
    total = sum(map(sum, values))
    kind_of_place = "责任区" if is_by_area else "单位"
    chart = shapes.matrix(
        places,
        kinds,
        values,
        [[f"{count:,}" for count in line] for line in values],
        hover="%{y} · %{x}<br>%{z:,} 起",
        line_height=30,
    )
    rows = [[kind, *line, sum(line)] for kind, line in zip(kinds, values, strict=True)]
    charts.show_chart(
        f"90 天内登记的纠纷 {total:,} 起" + _most_words(kinds, values, total),
        chart,
        key="disputes_matrix",
        columns=[("种类",), *((kind_of_place, place) for place in places), ("合计",)],
        rows=rows,
        note="格内为登记起数；起数多少与户数、登记习惯有关，没有折算，不作升降判断。",
        export_rows=hidden(rows, range(1, len(places) + 1)),
    )


def _most_words(kinds: Sequence[str], values: Sequence[Sequence[int]], total: int) -> str:
    """Return which kind leads, "" where several do: no kind is called the most frequent by its place in the list."""
    sums = [sum(line) for line in values]
    if len(kinds) == 1:
        return f"，都是{kinds[0]}"
    if sums[0] == sums[1]:
        return f"，没有哪一类独占最多（最多的各 {sums[0]:,} 起）"
    return f"，{kinds[0]}最多：{wording.share(sums[0], total, 0)}"


def show(counts: Sequence[Mapping[str, Any]], sums: Mapping[str, int]) -> None:
    """Show by kind how many disputes came again, and how many turned criminal, as counts."""
    by_kind: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in counts:
        mine = by_kind[row["dispute_kind_label"]]
        mine[0] += row["recurred_count"]
        mine[1] += row["recurrence_followed_count"]
        mine[2] += row["turned_criminal_count"]
        mine[3] += row["turn_followed_count"]
    if not sums["recurrence_followed_count"]:
        states.withheld("再发和民转刑", "没有观察期已满、有地点或电话可查的纠纷")
        return
    st.subheader(
        f"90 天内再发：{with_interval(sums['recurred_count'], sums['recurrence_followed_count'], 1)}"
    )
    st.caption(
        "再发：发生后 90 天内，同一幢楼或同一电话再有纠纷警情（同楼别户的也算在内，偏多；没有登记当事人，"
        "换电话、换地点的看不出，偏少）。民转刑：180 天内，同一幢楼、同一电话或由这起警情立了刑事案件，"
        "只计数，未必因这起纠纷而起。"
        "底数不足 10 的只给起数。区间重叠的种类分不出高低。"
    )
    table = [
        [kind, with_interval(mine[0], mine[1], 1), mine[2], mine[3]]
        for kind, mine in sorted(by_kind.items(), key=lambda item: (-item[1][1], item[0]))
    ]
    show_table(
        [("种类",), ("90 天内再发",), ("民转刑",), ("观察满 180 天",)],
        table,
        key="disputes_outcomes",
        title="纠纷的结果，按种类",
    )


def show_feedback(
    context: Context, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], *, is_by_area: bool
) -> None:
    """Show call-backs and complaints of 90 days by place."""
    if not rows:
        states.empty("90 天内没有回访和诉求", "来源没有群众回访时也是如此")
        return
    labels = {row["feedback_kind_code"]: row["feedback_kind_label"] for row in rows}
    places: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        mine = places[_place(row, context, names, is_by_area)]
        mine[row["feedback_kind_code"]] += row["feedback_count"]
        if row["feedback_kind_code"] == CALL:
            for name in ("answered_count", "scored_count", "satisfaction_points"):
                mine[name] += row[name]
    told = [code for code in _SAID if code in labels]
    whole = {
        name: sum(place[name] for place in places.values())
        for name in ("scored_count", "satisfaction_points")
    }
    complaints = sum(place[COMPLAINT] for place in places.values())
    st.subheader(
        f"90 天内投诉 {complaints:,} 件；回访满意度{_mean(whole['satisfaction_points'], whole['scored_count'])}"
    )
    st.caption(
        "满意度 1 很不满意至 5 很满意，为评分者的平均；来源没有投诉主题的代码，只按投诉、诉求、建议、表扬分。"
    )
    kind = "责任区" if is_by_area else "单位"
    table = [
        [
            place, *(mine[code] for code in told), mine["scored_count"],
            round(mine["satisfaction_points"] / mine["scored_count"], 2)
            if mine["scored_count"] >= wording.SMALLEST_BASE
            else None,
            wording.share(mine["answered_count"], mine[CALL]),
        ]
        for place, mine in sorted(places.items())
    ]  # fmt: skip
    show_table(
        [(kind,), *((labels[code],) for code in told), ("评分件数",), ("满意度 分",), ("接通",)],
        table,
        key="disputes_feedback",
        title="回访和诉求，90 天",
        help_texts={"满意度 分": "评分不足 10 件的不算平均"},
        digits={"满意度 分": 2},
        export_rows=hidden(table, range(1, len(told) + 2), told_with=(len(told) + 2, len(told) + 3)),
    )


def _mean(points: int, n: int) -> str:
    return (
        f" {points / n:.2f} 分（{n:,} 件评分）"
        if n >= wording.SMALLEST_BASE
        else f"只有 {n} 件评分，不算平均"
    )
