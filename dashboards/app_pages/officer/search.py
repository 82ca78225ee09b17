"""档案检索: find a file of the own units, with a purpose; every search is registered, found or not."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboards.components import states
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.deployment import deployment
from dashboards.session import workbench
from jingcang.access.archive_search import (
    KINDS,
    MOST_CHARACTERS,
    MOST_SHOWN,
    PURPOSES,
    ArchiveSearch,
    SearchResult,
    search_archive,
)
from jingcang.access.door import Forbidden
from jingcang.errors import JingcangError
from jingcang.home import Home

_FOUND = "archive_search_found"


@dataclass(frozen=True)
class _Found:
    """What was asked last in this session and what it found; a page drawn anew searches nothing anew.

    Args:
        asked: the search.
        generation: published data searched.
        result: what it found.
    """

    asked: ArchiveSearch
    generation: str
    result: SearchResult


def main() -> None:
    context = current()
    st.header(f"档案检索：{context.scope_words()}")
    if not deployment(context.generation.profile).has_source("archive_items"):
        states.empty("这里没有接入档案目录", "接入后可在本页检索")
        return
    asked = _ask()
    if asked is not None:
        _search(context, asked)
    found: _Found | None = st.session_state.get(_FOUND)
    if found is None:
        answer("写明目的和要找的档案后检索；每次检索都登记，没有找到的计为检索未果。")
    else:
        _show(context, found)
    context.foot = {
        "范围": "本人单位的目录，含已移交、已销毁和未归档的",
        "题名": "可能含人名：目的为办案并写明您范围内的案件编号才显示、才能检索",
        "密级": "公开、内部以外和密级不明的只计数，不显示",
        "封存": "依法封存的案件的档案，未经审批不显示，也不计数",
        **context.foot,
    }


def _ask() -> ArchiveSearch | None:
    """Return what is asked for now; it stays in the session, never in the address."""
    with st.form("archive_search", border=False):
        first, second, third = st.columns([1.2, 1.6, 3], vertical_alignment="bottom")
        purpose = first.selectbox(
            "目的", list(PURPOSES), format_func=PURPOSES.__getitem__, key="search_purpose"
        )
        case_no = second.text_input("为哪个案件（编号，办案必填）", key="search_case", max_chars=64)
        title = third.text_input("题名中的字", key="search_title", max_chars=MOST_CHARACTERS)
        columns = st.columns([2, 1.6, 1, 1.8, 0.7], vertical_alignment="bottom")
        file_no = columns[0].text_input("档号（可写一部分）", key="search_file_no", max_chars=MOST_CHARACTERS)
        category = columns[1].text_input(
            "门类（可写一部分）", key="search_category", max_chars=MOST_CHARACTERS
        )
        year = columns[2].text_input("年度", key="search_year", max_chars=4)
        linked_no = columns[3].text_input("关联编号（写全）", key="search_linked", max_chars=MOST_CHARACTERS)
        if not columns[4].form_submit_button("检索", type="primary"):
            return None
    st.session_state.pop(_FOUND, None)
    try:
        return ArchiveSearch(purpose, case_no, title, file_no, category, year, linked_no)
    except JingcangError as error:
        st.warning(f"{error.what}。{error.remedy}。")
        return None


def _search(context: Context, asked: ArchiveSearch) -> None:
    try:
        result = search_archive(context.door, context.identity, workbench(), Home.resolve(), asked)
    except Forbidden as refused:
        st.warning(f"{refused.what}。{refused.remedy or '请重新登录'}。")
        return
    st.session_state[_FOUND] = _Found(asked, context.generation.name, result)


def _show(context: Context, found: _Found) -> None:
    result = found.result
    what = "、".join(KINDS[kind] for kind in found.asked.kinds)
    withheld = f"另有 {result.withheld:,} 件因密级不显示，请到档案室办理" if result.withheld else ""
    if not result.found:
        answer(
            f"按{what}没有可以显示的档案；{withheld}。已登记为第 {result.search_no} 号检索。"
            if withheld
            else f"按{what}没有找到档案，已登记为检索未果（第 {result.search_no} 号），计入检索未果率。"
        )
        if not withheld:
            states.empty(
                "可能是写法不同、还没有归档，或不归您的单位保管",
                "换一种写法或少写一项再查；仍找不到的，请档案员核对断号和应归未归",
            )
        return
    answer(
        f"按{what}找到 {result.found:,} 件"
        + (f"；{withheld}" if withheld else "")
        + f"。已登记为第 {result.search_no} 号检索。"
    )
    if result.found > MOST_SHOWN:
        st.caption(f"只列前 {MOST_SHOWN} 件，年度新的在前；请再加一项把范围缩小。")
    if not result.are_titles_shown:
        st.caption("题名已遮盖：目的选办案并写明您范围内的案件编号后显示。")
    st.subheader(f"找到的档案，截至 {context.as_of.isoformat()}：{result.files.height:,} 件")
    show_table(
        [
            ("档号",), ("题名",), ("门类",), ("年度",), ("单位",), ("所在",), ("载体",), ("密级",), ("页数",),
            ("全部数字化",), ("关联编号",),
        ],
        [
            [
                row["file_no"], row["title_text"] or None, row["category_label"],
                None if row["file_year"] is None else str(row["file_year"]), context.unit_name(row["unit_no"]),
                row["holding_label"], row["medium_label"], row["secrecy_label"], row["page_count"],
                row["is_digital"], row["linked_no"],
            ]
            for row in result.files.to_dicts()
        ],
        key="search",
        title="档案检索",
        is_exported=False,
    )  # fmt: skip


main()
