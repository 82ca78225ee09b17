"""下周建议, fixed posts: where a few posts cover the most, what one more adds, and whether such a choice lasted.

Belongs here: words and table. Does not belong here: the choice (``jingcang.planning.posts``).
"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboards.components import states
from dashboards.components.shares import with_interval
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import planning
from dashboards.sections.plan_load import Loaded
from jingcang.addresses.cells import cell_bounds
from jingcang.planning import NEED_WEEKS, PostPlan, fixed_posts
from jingcang.planning.held_out import HELD_OUT_WEEKS
from jingcang.planning.posts import FEWEST_INCIDENTS, MOST_POSTS, REACH_METRES

NUMBER = 3
"""Posts a station is shown at first."""


def show(context: Context, loaded: Loaded) -> None:
    """Show the posts, or say why there are none."""
    until = context.week_start
    weeks = {"unit": loaded.unit_no, "start": until - timedelta(weeks=NEED_WEEKS), "end": until}
    found = context.run(
        planning.POST_CELLS, **weeks, since=until - timedelta(weeks=HELD_OUT_WEEKS)
    ).to_dicts()
    unplaced = context.run(planning.UNPLACED, **weeks)["incident_count"][0]
    cells = [row["cell_id"] for row in found]
    number = st.selectbox(
        "设几个固定岗",
        range(1, MOST_POSTS + 1),
        index=NUMBER - 1,
        key="posts",
        bind="query-params",
        width=160,
    )
    plan = fixed_posts(
        cells, [row["before_count"] or 0 for row in found], [row["later_count"] or 0 for row in found], number
    )
    if plan is None:
        states.withheld(
            "固定岗的位置",
            f"此前 {NEED_WEEKS} 周能落到格网上的警情不足 {FEWEST_INCIDENTS} 起，分不出哪里更需要",
        )
        return
    covered = sum(post.covered for post in plan.posts)
    st.subheader(
        f"固定岗：设 {len(plan.posts)} 个，能照应此前 {NEED_WEEKS} 周 {plan.total:,} 起警情中的 "
        f"{covered:,} 起（{100 * covered / plan.total:.0f}%）"
    )
    areas = {row["cell_id"]: row["area_no"] for row in found}
    rows = []
    for place, post in enumerate(plan.posts, 1):
        west, south, east, north = cell_bounds(post.cell_id)
        area = areas[post.cell_id]
        rows.append([
            f"固定岗 {place}", loaded.names.get(area, area), f"{(west + east) / 2:.4f}, {(south + north) / 2:.4f}",
            post.covered, 100 * post.covered / plan.total, len(post.cells),
        ])  # fmt: skip
    show_table(
        [("岗位",), ("责任区",), ("中心经纬度（CGCS2000）",), ("照应警情",), ("占全部 %",), ("照应格数",)],
        rows,
        key="plan_posts",
        title=f"固定岗建议：{context.unit_name(loaded.unit_no)}",
        help_texts={
            "照应警情": "在几个岗照应范围之内的，算给最近的岗",
            "照应格数": "500 米格网，连同岗位所在的一格",
        },
    )
    st.caption(
        f"{_more(plan)}{_lasting(plan)}一个岗照应 {REACH_METRES:.0f} 米以内的格网（本产品默认值）。"
        f"每起一样重；不列地点的和没有坐标的 {unplaced:,} 起、巡逻自行发现的不计。"
        "照应是离得近，不等于警情会因此减少；具体站位由所里看现场定。"
    )


def _more(plan: PostPlan) -> str:
    told = "、".join(f"{number} 个 {100 * share:.0f}%" for number, share in enumerate(plan.shares, 1))
    return f"岗数与照应占比：{told}。"


def _lasting(plan: PostPlan) -> str:
    if plan.later is None or plan.later_busiest is None:
        return ""
    return (
        f"若只用 {HELD_OUT_WEEKS} 周以前的警情选，后 {HELD_OUT_WEEKS} 周能照应 "
        f"{with_interval(plan.later, plan.later_total)}；同样几个岗设在警情最多的格里，"
        f"{with_interval(plan.later_busiest, plan.later_total)}：区间重叠的分不出高下。"
    )
