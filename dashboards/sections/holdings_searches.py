"""馆藏与数字化: searches that found nothing, and classes nobody asks for.

Belongs here: where archives may be missing and where they stand unused. Does not belong here: demand for what is there
(``holdings_demand``).
"""

from __future__ import annotations

from datetime import date

import streamlit as st

from dashboards.components import wording
from dashboards.components.shares import interval
from dashboards.components.tables import show_table
from dashboards.sections.holdings_demand import Rows, name_of, total
from jingcang.access.archive_search import KINDS
from jingcang.statistics.periods import day_label


def show_searches(searches: Rows, since: date, until: date) -> None:
    """Show the share of searches without a hit by purpose and kind of link."""
    asked, missed = total(searches, "search_count"), total(searches, "no_hit_count")
    span = f"{day_label(since)}至{day_label(until)}"
    if not asked:
        st.subheader(f"检索未果：{span}没有登记检索结果")
        return
    named = total(searches, "no_hit_file_no_count")
    st.subheader(f"检索未果：{span}的 {asked:,} 次检索里 {missed:,} 次没有找到")
    st.caption(
        "按利用人的单位计。借阅登记只写目的和关联种类，不写要找什么；在“档案检索”页检索的写明按什么查："
        f"从未果多的目的问起。未果而写明了档号的 {named:,} 次，档号可与断号对照。"
    )
    show_table(
        [("利用目的",), ("关联种类",), ("按什么查",), ("检索",), ("未果",), ("未果率",), ("95% 区间",)],
        [
            [
                row["purpose_label"],
                row["linked_kind_label"],
                "、".join(KINDS[kind] for kind in row["query_kinds"].split(",") if kind) or None,
                row["search_count"],
                row["no_hit_count"],
                wording.share(row["no_hit_count"], row["search_count"]),
                interval(row["no_hit_count"], row["search_count"], 1),
            ]
            for row in searches
        ],
        key="searches",
        title="检索未果：按目的和关联种类",
        help_texts={"95% 区间": "威尔逊区间；重叠的不分先后"},
    )


def show_never_used(rows: Rows, until: date) -> None:
    """Show what nobody used, by category and medium, with the years since the last use."""
    if not rows:
        return
    never = [row for row in rows if row["last_use_date"] is None]
    files, unused = total(rows, "archive_file_count"), total(rows, "never_used_file_count")
    st.subheader(
        f"从未利用：{len(never)} 类从来没有人利用，{wording.share(unused, files)}的在馆档案没有利用记录"
        if never
        else f"从未利用：每一类都有人利用过，{wording.share(unused, files)}的在馆档案没有利用记录"
    )
    st.caption("利用登记开始之前的利用不在其内：没有记录不等于没有用过。")
    aged = sorted(
        ((row, row["last_use_date"] or row["first_archived_date"]) for row in rows),
        key=lambda pair: (pair[0]["last_use_date"] is not None, pair[1], name_of(pair[0])),
    )
    show_table(
        [("门类",), ("载体",), ("在馆",), ("从未利用",), ("占比",), ("最近利用",), ("距今年数",)],
        [
            [
                row["category_label"],
                row["medium_label"],
                row["archive_file_count"],
                row["never_used_file_count"],
                wording.share(row["never_used_file_count"], row["archive_file_count"], 0),
                row["last_use_date"],
                round((until - since).days / 365.25, 1),
            ]
            for row, since in aged
        ],
        key="never_used",
        title="从未利用：按门类和载体",
        help_texts={"距今年数": "最近一次利用至数据截至日；从未利用的从最早一件归档算起"},
    )
