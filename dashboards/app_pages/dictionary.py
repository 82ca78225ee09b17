"""数据字典: what every table, column, rule and measure means, compiled from the contracts the run itself obeys."""

from __future__ import annotations

import streamlit as st

from jingcang.contracts.dictionary_pages import dictionary_pages

SHOWN = 12
"""Sections shown at once; a whole page of marts is 35 tables long."""


@st.cache_data(show_spinner=False)
def _sections() -> dict[str, list[str]]:
    """Return title of a dictionary page → its sections, each beginning with its heading."""
    found = {}
    for text in dictionary_pages().values():
        title, *sections = text.removeprefix("# ").split("\n## ")
        heading, _, rest = title.partition("\n")
        found[heading.removeprefix("数据字典：")] = [rest, *(f"## {section}" for section in sections)]
    return found


st.header("数据字典：每张表、每一列、每条规则的意思")
pages = _sections()
chosen = st.selectbox("哪一部分", list(pages))
wanted = st.text_input("查找", placeholder="表名、列名或中文名称的一部分")
sections = [section for section in pages[chosen] if section.strip() and wanted in section]
if not sections:
    st.info(f"“{chosen}”中没有含“{wanted}”的内容。换一个词，或另选一部分。")
for section in sections[:SHOWN]:
    st.markdown(section)
if len(sections) > SHOWN:
    st.caption(f"共 {len(sections)} 节，先列出 {SHOWN} 节；输入要找的词可缩小范围。")
