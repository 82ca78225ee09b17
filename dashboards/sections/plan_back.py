"""下周建议, looking back: would such a plan have met the last weeks, beside last month's patrols and chance.

Belongs here: the comparison in words and as a table. Does not belong here: how it is reckoned
(``jingcang.planning.held_out``).
"""

from __future__ import annotations

import streamlit as st

from dashboards.components import states
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.sections.plan_load import Loaded, look_back
from jingcang.planning.held_out import HELD_OUT_WEEKS, LAST


def show(context: Context, loaded: Loaded) -> None:
    """Show the comparison, or say why there is none."""
    found = look_back(context, loaded)
    if isinstance(found, str):
        states.withheld("方案与上月、随机的比较", found)
        return
    st.subheader(found.sentence())
    rows = [
        [
            score.name, 100 * score.estimate, 100 * max(score.ci_low, 0), 100 * score.ci_high, 100 * score.hit_rate,
            100 * score.area_share, score.pai, int(score.blocks),
        ]
        for score in found.scores
    ]  # fmt: skip
    show_table(
        [
            ("方案",), ("满足需求 %", "估计"), ("满足需求 %", "下限"), ("满足需求 %", "上限"), ("落在排到的区时 %",),
            ("排到的区时占比 %",), ("命中倍数（PAI）",), ("块数",),
        ],
        rows, key="plan_back", title="方案、上月、随机在留出的周里",
        digits={"估计": 1, "下限": 1, "上限": 1, "命中倍数（PAI）": 2},
    )  # fmt: skip
    missing = "" if any(score.name == LAST for score in found.scores) else "上月没有定位，实际巡逻不能比。"
    st.caption(
        f"方案用 {HELD_OUT_WEEKS} 周以前的 52 周警情做，再看这 {HELD_OUT_WEEKS} 周的 {found.events:,} 起（每起一样重，"
        "没有班次的钟点也算）；上月是这几周之前的 4 周，实际巡逻按定位时长折成同样块数。"
        f"{missing}满足需求的意思是警情发生的区和钟点那时有巡逻，不是警情会因此减少；减没减少要看“成效评估”。"
        "分不出高下不等于一样：警情少时，小的差别看不出来。"
    )
