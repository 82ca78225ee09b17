"""档案四性: what the checks say about each item of DA/T 70, and which items nobody here can check."""

from __future__ import annotations

from collections import Counter
from typing import Any

import streamlit as st

from dashboards.components import checks, states, wording
from dashboards.components.checks import STATUSES
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import current
from dashboards.queries import quality
from jingcang.contracts.archive_properties import PROPERTIES, PropertyItem, load_archive_properties

NOT_CHECKED = "本系统不检"
_WORST = ("error", "fail", "warn", "pass", "not_applicable")


def main() -> None:
    context = current()
    st.header("档案四性")
    found = context.run(quality.CHECKS).to_dicts()
    items = [
        (item, [check for check in found if item.covers(check["check_id"])])
        for item in load_archive_properties()
    ]
    seen = [(item, mine) for item, mine in items if mine]
    if not seen:
        states.empty("这个部署没有档案目录的检查", "接入档案管理系统后这里按四性列出")
        return
    statuses = Counter(_status(mine) for _, mine in seen)
    applied = len(seen) - statuses["not_applicable"]
    kept = statuses["pass"] + statuses["warn"]
    answer(
        f"DA/T 70 四性中本系统检查 {len(seen)} 项，在限内的 {wording.share(kept, applied)}，"
        f"不通过 {statuses['fail']} 项，执行错误 {statuses['error']} 项；"
        f"另有 {len(items) - len(seen)} 项本系统不检，不算通过。"
    )
    urgent = sorted(
        (
            check
            for _, mine in seen
            for check in mine
            if check["status"] in ("error", "fail") or check["rows_violated"]
        ),
        key=lambda check: (_WORST.index(check["status"]), -(check["rows_violated"] or 0), check["check_id"]),
    )
    if urgent:
        st.markdown("**先看这几项**")
        checks.links(
            "app_pages/steward/rows.py",
            [
                (
                    f"{checks.plain(checks.title(check))}：{check['rows_violated'] or 0:,} 行",
                    {"check": check["check_id"]},
                )
                for check in urgent[:5]
            ],
        )
    for name in PROPERTIES:
        _property(name, [(item, mine) for item, mine in items if item.property_zh == name])
    context.foot = {
        "依据": "DA/T 70—2018，项目编号据公开的转述，以标准原文为准",
        "口径": "一项有多个检查时取最差的状态；本系统不检的项目由档案系统负责",
        **context.foot,
    }


def _status(mine: list[dict[str, Any]]) -> str:
    return min((check["status"] for check in mine), key=_WORST.index)


def _property(name: str, items: list[tuple[PropertyItem, list[dict[str, Any]]]]) -> None:
    bad = sum(bool(mine) and _status(mine) in ("fail", "error") for _, mine in items)
    silent = sum(not mine for _, mine in items)
    st.subheader(
        f"{name}：{len(items)} 项本系统都不检"
        if silent == len(items)
        else f"{name}：{len(items)} 项中 {bad} 项不通过或执行错误，{silent} 项本系统不检"
    )
    show_table(
        [("项目",), ("内容",), ("状态",), ("检查",), ("违规行次",), ("检查行次",), ("违规 %",), ("说明",)],
        [
            [
                item.item_no,
                item.item_zh,
                STATUSES[_status(mine)][0] if mine else NOT_CHECKED,
                len(mine),
                violated if mine else None,
                checked if mine else None,
                checks.percent(violated, checked),
                item.note or None,
            ]
            for item, mine in items
            for violated, checked in [
                (
                    sum(check["rows_violated"] or 0 for check in mine),
                    sum(check["rows_checked"] or 0 for check in mine),
                )
            ]
        ],
        key=f"property_{PROPERTIES.index(name)}",
        title=f"档案四性：{name}",
        digits={"违规 %": 3},
    )


main()
