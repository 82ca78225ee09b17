"""数据质量, the scorecard: the five statuses and the violated rows by source, table, dimension or unit.

Belongs here: grouping of results. Does not belong here: single checks and rows. A score never counts 不适用 or 执行错误
as passed; violated rows, share and denominator stand together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboards.components import checks, wording
from dashboards.components.checks import DIMENSIONS, STATUSES
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import quality

_HELP = {
    "在限内 %": "（通过＋有违规但在限内）÷ 适用的检查；执行错误在分母里，不适用不在",
    "违规行次": "各项检查违规行数之和；一行违反两项算两次",
    "检查行次": "各项检查检查行数之和",
}


def show(context: Context, found: Sequence[dict[str, Any]]) -> None:
    """Show the scorecard under the chosen grouping.

    Args:
        context: the page's context.
        found: the latest run's results, rows of ``quality.CHECKS``.
    """
    profile = context.generation.profile
    groupings: dict[str, Callable[[dict[str, Any]], str]] = {
        "来源": lambda check: checks.SYSTEMS.get(check["source_system"], check["source_system"]) or "仓库",
        "表": lambda check: checks.object_title(profile, check["object_name"]),
        "维度": lambda check: DIMENSIONS.get(check["dimension"], "未分维度"),
    }
    slot = st.container()
    by = (
        st.segmented_control("按", [*groupings, "单位"], key="by", default="来源", bind="query-params")
        or "来源"
    )
    if by == "单位":
        slot.subheader(_units(context))
        return
    groups: dict[str, list[dict[str, Any]]] = {}
    for check in found:
        groups.setdefault(groupings[by](check), []).append(check)
    rows = sorted(
        (_line(name, members) for name, members in groups.items()),
        key=lambda row: (row[1] is None, row[1] or 0, row[0]),
    )
    slot.subheader(_finding(by, rows))
    show_table(
        [
            (by,),
            ("在限内 %",),
            *((label,) for label, _ in STATUSES.values()),
            ("违规行次",),
            ("检查行次",),
            ("违规 %",),
        ],
        rows,
        key="scorecard",
        title=f"按{by}的检查结果",
        help_texts=_HELP,
        digits={"违规 %": 3},
    )


def _finding(by: str, rows: Sequence[Sequence[Any]]) -> str:
    """Return the finding over the groups, the worst first and those without an applicable check last."""
    name, share = rows[0][:2]
    if share is None:
        return f"按{by}看：没有一项检查适用"
    empty = sum(row[1] is None for row in rows)
    told = f"{name}最低，{share:.1f}% 的适用检查在限内" if share < 100 else "适用的检查都在限内"
    return f"按{by}看：{told}" + (f"；另有 {empty} 组的检查都不适用" if empty else "")


def _line(name: str, members: Sequence[dict[str, Any]]) -> list[Any]:
    count = Counter(check["status"] for check in members)
    applied = len(members) - count["not_applicable"]
    kept = count["pass"] + count["warn"]
    violated = sum(check["rows_violated"] or 0 for check in members if check["rows_checked"])
    checked = sum(check["rows_checked"] or 0 for check in members)
    return [
        name,
        100 * kept / applied if applied else None,
        *(count[status] for status in STATUSES),
        violated,
        checked,
        checks.percent(violated, checked),
    ]


def _units(context: Context) -> str:
    """Show the scorecard by unit and return its finding."""
    rows = context.run(quality.UNIT_SCORES).to_dicts()
    if not rows:
        st.caption("没有分单位的结果：来源的行都不带单位，或还没有运行过新版本。")
        return "没有分单位的结果"
    groups: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["unit_no"], []).append(row)
    lines = []
    for unit, members in groups.items():
        violated = sum(row["rows_violated"] for row in members)
        checked = sum(row["rows_checked"] for row in members)
        worst = max(members, key=lambda row: (row["rows_violated"], row["check_id"]))
        lines.append(
            [
                context.unit_name(unit),
                len(members),
                sum(row["rows_violated"] == 0 for row in members),
                sum(row["rows_violated"] > 0 for row in members),
                violated,
                checked,
                checks.percent(violated, checked),
                worst["check_id"] if worst["rows_violated"] else None,
                worst["rows_violated"] or None,
            ]
        )
    # By rows, not by share: a share over a handful of rows says nothing.
    lines.sort(key=lambda line: (-line[4], line[0]))
    show_table(
        [
            ("单位",),
            ("检查项",),
            ("无违规项",),
            ("有违规项",),
            ("违规行次",),
            ("检查行次",),
            ("违规 %",),
            ("最多的一项",),
            ("其行数",),
        ],
        lines,
        key="unit_scorecard",
        title="按单位的检查结果",
        help_texts=_HELP,
        digits={"违规 %": 3},
    )
    first = lines[0]
    if not first[4]:
        return "按单位看：" + ("各单位都没有违规行" if any(line[5] for line in lines) else "没有可检查的行")
    return f"按单位看：{first[0]}违规最多，{wording.share(first[4], first[5], 2)} 行次"
