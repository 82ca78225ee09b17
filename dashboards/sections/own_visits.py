"""我的走访 on 我的: the officer's own visits of the statutory lists, and their names for a stated purpose.

Belongs here: what 我的 shows of visits. Does not belong here: when a visit is overdue (``queries.home_visits``), who
may read names (``jingcang.access.visit_names``), what leaders see (``community_checks``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboards.components import states
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import home_visits
from jingcang.access.door import Forbidden
from jingcang.access.visit_names import PURPOSES, visit_names

RECENT_DAYS = 90
_STATES = {
    "missed": "逾期未走访",
    "due": "待走访",
    "in_time": "按期",
    "late": "逾期完成",
    "undated": "没有应走访日期",
}
_TO_DO, _MADE = "要走访的", f"最近 {RECENT_DAYS} 天走访过的"
_NAMES = "own_visit_names"
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class _Names:
    """Names read last in this session; a page drawn anew reads nothing anew.

    Args:
        user_id, generation: who read them, and of which published data.
        listed: the list they are of.
        purpose: key of ``PURPOSES``.
        names: key of the visit → name.
    """

    user_id: str
    generation: str
    listed: str
    purpose: str
    names: Mapping[str, str]


def read(context: Context) -> list[dict[str, Any]]:
    """Return what the officer has to visit and the visits of the last ``RECENT_DAYS`` days."""
    return context.run(home_visits.MINE, since=context.as_of - timedelta(RECENT_DAYS)).to_dicts()


def words(rows: Rows) -> str:
    """Return the visits in one sentence.

    Args:
        rows: of :func:`read`.
    """
    counts = Counter(row["state"] for row in rows if not row["is_visited"])
    made = [row for row in rows if row["is_visited"]]
    late = sum(row["state"] == "late" for row in made)
    waiting = [f"{label} {counts[state]:,} 次" for state, label in _STATES.items() if counts[state]]
    return f"走访：{'，'.join(waiting) if waiting else '没有登记为待走访的'}；最近 {RECENT_DAYS} 天" + (
        f"走访 {len(made):,} 次，其中逾期完成 {late:,} 次。" if made else "没有走访登记。"
    )


def show(context: Context, rows: Rows) -> None:
    """Show both lists; names stand in the one they were asked for.

    Args:
        context: of the page.
        rows: of :func:`read`.
    """
    lists = {
        _TO_DO: [row for row in rows if not row["is_visited"]],
        _MADE: [row for row in rows if row["is_visited"]],
    }
    missed = [row for row in rows if row["state"] == "missed"]
    st.subheader(
        f"我的走访：逾期未走访 {len(missed):,} 次，最早的一次已逾期 {_days(missed[0], context.as_of):,} 天"
        if missed
        else "我的走访：没有逾期未走访的"
    )
    if not rows:
        states.empty(
            f"您名下没有待走访的，最近 {RECENT_DAYS} 天也没有走访登记",
            "这里只列走访人警号是您的走访；应有而没有的，请在社区警务系统核对走访人和应走访日期",
        )
        return
    st.caption(
        "按法定走访名单的类别和间隔，不晚于应走访日期为按期，与领导的社区工作页同一口径；"
        "来源没有登记的走访这里看不到。"
    )
    named = _ask(context, {name: listed for name, listed in lists.items() if listed})
    for name, listed in lists.items():
        st.markdown(f"**{name}：{len(listed):,} 次**")
        if listed:
            is_cut = len(rows) >= home_visits.MOST_MINE and listed[-1] is rows[-1]
            names = named.names if named is not None and named.listed == name else None
            _list(context, name, listed, names, is_cut=is_cut)


def _ask(context: Context, lists: Mapping[str, Rows]) -> _Names | None:
    """Ask for a purpose and return the names read for it; they stay in the session, never in the address."""
    with st.form("visit_names", border=False):
        columns = st.columns([1.2, 1.4, 0.8, 2.2], vertical_alignment="bottom")
        purpose = columns[0].selectbox(
            "查看姓名的目的", list(PURPOSES), index=None, format_func=PURPOSES.__getitem__,
            placeholder="请选目的", key="visit_purpose",
        )  # fmt: skip
        listed = columns[1].selectbox("名单", list(lists), key="visit_list")
        if columns[2].form_submit_button("显示姓名"):
            st.session_state.pop(_NAMES, None)
            if purpose is None:
                st.warning("请先选查看姓名的目的。")
            else:
                _read_names(context, listed, lists[listed], purpose)
    named: _Names | None = st.session_state.get(_NAMES)
    reader = (context.identity.user_id, context.generation.name)
    if named is None or (named.user_id, named.generation) != reader:
        st.session_state.pop(_NAMES, None)
        st.caption("没有显示姓名：选目的后显示；每次查看都连同目的记入审计日志。")
        return None
    st.caption(f"“{named.listed}”的姓名为{PURPOSES[named.purpose]}显示，已记入审计日志；用完请收起。")
    if st.button("收起姓名", key="visit_names_away"):
        del st.session_state[_NAMES]
        st.rerun()
    return named


def _read_names(context: Context, listed: str, rows: Rows, purpose: str) -> None:
    visits = [row["home_visit_id"] for row in rows]
    try:
        names = visit_names(context.door, context.identity, context.door.home, visits, purpose=purpose)
    except Forbidden as refused:
        st.warning(f"{refused.what}。{refused.remedy or '请重新登录'}。")
        return
    st.session_state[_NAMES] = _Names(
        context.identity.user_id, context.generation.name, listed, purpose, names
    )


def _list(context: Context, name: str, rows: Rows, names: Mapping[str, str] | None, *, is_cut: bool) -> None:
    areas = context.area_names(everywhere=True)
    table = [_cells(row, context.as_of, areas) for row in rows]
    if names is not None:
        table = [
            {"姓名": names.get(row["home_visit_id"]), **cells} for row, cells in zip(rows, table, strict=True)
        ]
    show_table(
        [(column,) for column in table[0]],
        [list(cells.values()) for cells in table],
        key="visits_to_do" if name == _TO_DO else "visits_made",
        title=f"我的走访，{name}",
        is_exported=names is None,
        is_cut=is_cut,
        help_texts={"姓名": "来源没有登记，或落地文件已清理的为空"},
    )


def _cells(row: Mapping[str, Any], as_of: date, areas: Mapping[str, str]) -> dict[str, Any]:
    made = {"走访日期": row["visited_date"], "结果": row["check_result_label"]} if row["is_visited"] else {}
    return {
        "状态": _STATES[row["state"]],
        "类别": row["visit_category_label"],
        "间隔天数": row["interval_days"],
        "应走访": row["due_date"],
        "逾期天数": _days(row, as_of),
        **made,
        "责任区": areas.get(row["area_no"], row["area_no"]),
        "走访编号": row["visit_no"],
        "来源表": row["_source_table"],
        "来源主键": row["_source_key"],
    }


def _days(row: Mapping[str, Any], as_of: date) -> int | None:
    """Return by how many days a visit was made late, or is late on the day of the data; None when it is not."""
    if row["state"] not in ("missed", "late"):
        return None
    return ((row["visited_date"] or as_of) - row["due_date"]).days
