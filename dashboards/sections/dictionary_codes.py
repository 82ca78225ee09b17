"""数据字典, codes: what the codes of one published dictionary are called, where they come from and since when.

Belongs here: the choice of a dictionary and its table. Does not belong here: tables and columns (the page itself), what
source values mean (``字典映射``).
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import quality
from jingcang.labelling.dictionaries import dictionary_title

TITLE = "代码表"
_BUREAU, _OWN, _FOUND = "本局代码", "本产品自编", "公开代码"


def show(context: Context) -> None:
    """Show the codes of one dictionary, the bureau's own marked and ended ones with their last day.

    Args:
        context: the page's context, something published.
    """
    counts = {row["dictionary"]: row for row in context.run(quality.DICTIONARIES).to_dicts()}
    if not counts:
        st.info("发布的数据里还没有字典。")
        return
    chosen = st.selectbox(
        "哪一部字典", list(counts), key="code_dictionary",
        format_func=lambda id_: f"{dictionary_title(id_)}（{counts[id_]['code_count']:,} 个代码）",
    )  # fmt: skip
    wanted = st.text_input("查找代码", placeholder="代码、名称或别名的一部分", key="wanted_code")
    rows = context.run(quality.DICTIONARY_CODES, dictionary=chosen).to_dicts()
    found = [row for row in rows if wanted in f"{row['code']} {row['path_zh']} {row['aliases'] or ''}"]
    ended = sum(row["valid_to"] is not None for row in rows)
    st.subheader(
        f"{dictionary_title(chosen)}：{len(rows):,} 个代码，其中本局代码 {counts[chosen]['bureau_count']:,} 个、"
        f"有失效日期的 {ended:,} 个"
    )
    if not found:
        st.info(f"没有含“{wanted}”的代码。换一个词，或另选一部字典。")
        return
    show_table(
        [("代码",), ("名称",), ("全路径",), ("来历",), ("生效",), ("失效",), ("别名",), ("出处",), ("字典编号",)],
        [
            [
                row["code"], row["name_zh"], row["path_zh"], _origin(row), row["valid_from"], row["valid_to"],
                row["aliases"], row["standard_ref"], chosen,
            ]
            for row in found
        ],
        key="dictionary_codes",
        title=dictionary_title(chosen),
    )  # fmt: skip
    st.caption("失效的代码不再用于新的映射；旧记录仍按它的名称显示。")


def _origin(row: dict[str, Any]) -> str:
    if row["is_bureau_code"]:
        return _BUREAU
    return _OWN if row["is_own_code"] else _FOUND
