"""下周建议: where patrols go next week, why, what a change by hand costs, and whether such plans would have worked."""

from __future__ import annotations

import streamlit as st

from dashboards.components import states
from dashboards.components.decided import show_done
from dashboards.context import current
from dashboards.sections import (
    plan_adjust,
    plan_back,
    plan_files,
    plan_load,
    plan_posts,
    plan_returned,
    plan_shown,
)
from jingcang.planning import duty_lines


def main() -> None:
    context = current()
    if not context.door.has_table("rpt_patrol_need"):
        st.header(f"下周建议：{context.scope_words()}")
        states.empty("这一版数据还没有巡防需求的计数", "下一次运行后显示")
        return
    unit_no = plan_load.station(context)
    st.header(f"下周建议：{context.unit_name(unit_no) if unit_no else context.scope_words()}")
    if unit_no is None:
        plan_load.say_missing(context, "这个范围没有责任区", "请在上面换一个单位")
        return
    loaded = plan_load.load(context, unit_no)
    if loaded is None:
        plan_returned.show(context, unit_no)
        return
    show_done()
    saved = plan_adjust.saved(context, loaded)
    changes = plan_adjust.changes(loaded, saved)
    blocks = loaded.made.adjusted(plan_adjust.placed(loaded, changes))
    if plan_adjust.is_overfull(loaded, blocks):
        blocks = loaded.made.plan.blocks
    lines = duty_lines(
        loaded.made, blocks, week_start=loaded.week, names=loaded.names, classes=loaded.classes
    )
    context.foot = {
        "口径": f"需求＝此前 52 周的有效警情，按责任区和钟点；不列地点的类别（{loaded.discreet:,} 起）、"
        f"巡逻自行发现的（{loaded.made.need.patrol_generated:,} 起）、没有责任区或钟点的"
        f"（{loaded.made.need.unplaced:,} 起）不计",
        "怎么排": f"每块满足剩余需求的一半，逐块排给所得最多处；一成抽签，种子 {loaded.made.seed}；"
        f"权重 {loaded.weights_version or '等权'}；同一版数据、同一种子得同一方案",
        "n": f"{loaded.made.need.equal.sum():,.0f} 起警情，{len(loaded.made.slots)} 个班次小时",
        **context.foot,
    }
    plan_shown.say_first(context, loaded, blocks)
    plan_shown.show_matrix(loaded, blocks)
    plan_adjust.show(context, loaded, saved, changes, blocks, lines)
    plan_files.show(context, loaded, saved, lines)
    plan_shown.show_shifts(loaded, lines)
    plan_shown.show_weights(loaded)
    plan_posts.show(context, loaded)
    plan_back.show(context, loaded)
    plan_returned.show(context, unit_no)
    plan_shown.show_lines(loaded, lines)


main()
