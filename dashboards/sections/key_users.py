"""利用成效, 重点利用对象: which units use which classes of files for what, which files most, and who was asked.

Belongs here: how demand is told, so that service can follow it. Does not belong here: what uses led to (the page),
what of the holdings is not digital (馆藏与数字化). Counts of uses, of different files and of people stand apart and are
never added up; nobody is named or ranked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import charts, shapes, states, wording
from dashboards.components.shares import interval
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.deployment import deployment
from dashboards.queries import key_users
from dashboards.sections.kpi_matrix import MOST_COLUMNS
from jingcang.statistics import wilson_interval

Rows = Sequence[Mapping[str, Any]]
MOST_GROUPS = 30
"""Groups listed one by one; the others are summed in one line."""


def show(context: Context, filters: Mapping[str, Any], span: str) -> None:
    """Show the section.

    Args:
        context: of the page.
        filters: first and last day (``start``, ``end``) and units that use (``units``, empty for all).
        span: the same in words.
    """
    groups = context.run(key_users.GROUPS, **filters).to_dicts()
    total = sum(row["use_count"] for row in groups)
    if not total:
        st.subheader(f"重点利用对象：{span}")
        states.empty("这个时段没有调阅或命中的利用", "有了利用登记，这里说明哪些单位最需要哪些档案")
        return
    _matrix(context, groups, total, span)
    _groups(context, groups, total)
    _users(context, filters, groups, total, span)
    _files(context, filters, span)


def half(counts: Sequence[int]) -> int:
    """Return how many groups, the largest first, make up half of all uses.

    Args:
        counts: uses of each group, the largest first; at least one.
    """
    reached = 0
    for place, count in enumerate(counts, 1):
        reached += count
        if 2 * reached >= sum(counts):
            return place
    return len(counts)


def _sums(groups: Rows, *names: str) -> Counter[tuple[Any, ...]]:
    counts: Counter[tuple[Any, ...]] = Counter()
    for row in groups:
        counts[tuple(row[name] for name in names)] += row["use_count"]
    return counts


def _ordered(counts: Counter[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the keys, the most used first, ties by name."""
    return [key for key, _ in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))]


def _matrix(context: Context, groups: Rows, total: int, span: str) -> None:
    units = [key[0] for key in _ordered(_sums(groups, "unit_no"))]
    classes = [key[0] for key in _ordered(_sums(groups, "category_label"))]
    users = sorted(_sums(groups, "unit_no", "purpose_label").values(), reverse=True)
    cells = _sums(groups, "category_label", "unit_no")
    shown = units[:MOST_COLUMNS]
    names = [context.unit_name(unit) for unit in shown]
    counts = [[cells[label, unit] for unit in shown] for label in classes]
    few = f"；图上只画利用最多的 {MOST_COLUMNS} 个单位，其余见数据" if len(units) > MOST_COLUMNS else ""
    charts.show_chart(
        f"重点利用对象：{span}的 {total:,} 次利用，{half(users)} 个“单位和目的”占了一半（共 {len(users)} 个）",
        shapes.matrix(
            names,
            classes,
            counts,
            [[f"{count:,}" if count else "0" for count in line] for line in counts],
            hover="%{y} · %{x}<br>%{text} 次",
            left=140,
        ),
        key="key_users",
        columns=[("门类",), ("使用单位",), ("次数",)],
        rows=[
            [label, context.unit_name(unit), cells[label, unit]]
            for label in classes
            for unit in units
            if cells[label, unit]
        ],
        note=f"格中为调阅或命中的次数，目的为不计利用的不在内；颜色越深次数越多{few}。"
        "次数说明服务的需求，不说明工作的好坏；单位大小不同，次数多少不作比较。",
    )


def _groups(context: Context, groups: Rows, total: int) -> None:
    counts = _sums(groups, "unit_no", "purpose_label")
    classes = _sums(groups, "category_label", "unit_no", "purpose_label")
    keys = _ordered(counts)
    rows: list[list[Any]] = [
        [
            context.unit_name(unit), purpose, counts[unit, purpose], *_share(counts[unit, purpose], total),
            _most(classes, (unit, purpose), counts[unit, purpose]), _word(counts[unit, purpose], total, len(keys)),
        ]
        for unit, purpose in keys[:MOST_GROUPS]
    ]  # fmt: skip
    rest = keys[MOST_GROUPS:]
    if rest:
        count = sum(counts[key] for key in rest)
        rows.append(
            [f"其余 {len(rest)} 个", wording.MISSING, count, *_share(count, total), wording.MISSING, None]
        )
    st.markdown("**哪个单位为什么目的用，最多用哪一门类**")
    show_table(
        [
            ("使用单位",), ("利用目的",), ("次数",), ("占全部 %",), ("95% 区间",), ("最多的门类",), ("结论",),
        ],
        rows,
        key="key_groups",
        title="重点利用对象：单位和目的",
        help_texts={
            "95% 区间": "威尔逊区间；同一件多次利用各算一次，真实的不确定比区间大；区间重叠的不分先后",
            "结论": "与各“单位和目的”均分相比，按个数校正：整个区间在均分之上为重点，否则不能说多于均分",
        },
    )  # fmt: skip


def _share(count: int, total: int) -> tuple[float | None, str]:
    if total < wording.SMALLEST_BASE:
        return None, wording.MISSING
    return round(100 * count / total, 1), interval(count, total, 1)


def _word(count: int, total: int, groups: int) -> str:
    """Say whether a group takes more than its even share of the uses, beyond chance, adjusted for their number."""
    if total < wording.SMALLEST_BASE or groups == 1:
        return wording.MISSING
    low = wilson_interval(count, total, 1 - 0.05 / groups).ci_low
    return "重点" if low > 1 / groups else "不能说多于均分"


def _users(context: Context, filters: Mapping[str, Any], groups: Rows, total: int, span: str) -> None:
    visits = {row["using_unit_no"]: row for row in context.run(key_users.FOLLOW_UPS, **filters).to_dicts()}
    has_source = deployment(context.generation.profile).has_source("archive_follow_ups")
    purposes, classes = _sums(groups, "purpose_label", "unit_no"), _sums(groups, "category_label", "unit_no")
    rows = []
    for row in context.run(key_users.USERS, **filters).to_dicts():
        unit, count = row["unit_no"], row["use_count"]
        visit = visits.get(unit, {})
        rows.append([
            context.unit_name(unit), count, *_share(count, total), row["user_count"], row["file_count"],
            _most(purposes, (unit,), count), _most(classes, (unit,), count),
            visit.get("follow_up_count", 0) if has_source else None, visit.get("last_follow_up_date"),
        ])  # fmt: skip
    st.markdown("**使用单位：用了多少，最多用在哪里，有没有回访**")
    show_table(
        [
            ("使用单位",), ("次数",), ("占全部 %",), ("95% 区间",), ("利用人数",), ("不同案卷",), ("最多的目的",),
            ("最多的门类",), ("回访", "次数"), ("回访", "最近"),
        ],
        rows,
        key="key_units",
        title="重点利用对象：使用单位",
        help_texts={
            "利用人数": "不同利用人的人数；次数、人数、案卷数各自成数，不相加",
            "最近": f"{span}内任一保管单位对该单位的最近一次回访；— 为没有登记，次数也是 — 的没有接入回访",
        },
    )  # fmt: skip


def _most(counts: Counter[tuple[Any, ...]], whose: tuple[Any, ...], total: int) -> str:
    """Return what is used most by one, with its share; the first part of each key is what, the rest is by whom."""
    own = {key[0]: count for key, count in counts.items() if key[1:] == whose}
    label = min(own, key=lambda name: (-own[name], name))
    return f"{label} {wording.share(own[label], total)}"


def _files(context: Context, filters: Mapping[str, Any], span: str) -> None:
    rows = context.run(key_users.FILES, **filters).to_dicts()
    with st.expander(
        f"用得最多的案卷：{len(rows)} 卷（至少 {key_users.FEWEST_USES} 次，至多列 {key_users.MOST_FILES} 卷）"
    ):
        if not rows:
            states.empty(f"{span}没有一卷用过 {key_users.FEWEST_USES} 次", "各卷都只用过一次")
            return
        show_table(
            [
                ("档号",), ("门类",), ("关联类型",), ("关联编号",), ("保管单位",), ("次数",), ("使用单位数",),
                ("目的数",), ("最近利用",), ("数字副本",),
            ],
            [
                [
                    row["file_no"], row["category_label"], row["linked_kind_label"], row["linked_no"],
                    context.unit_name(row["unit_no"]), row["use_count"], row["using_unit_count"],
                    row["purpose_count"], row["last_use_date"],
                    _copy(row["page_count"], row["digitised_page_count"]),
                ]
                for row in rows
            ],
            key="key_files",
            title="用得最多的案卷",
            help_texts={"数字副本": "没有全部数字化的，先数字化能少调原件；见“馆藏与数字化”"},
        )  # fmt: skip


def _copy(pages: int | None, copied: int | None) -> str:
    if not pages:
        return wording.MISSING
    return "齐全" if (copied or 0) >= pages else "部分" if copied else "没有"
