"""数据字典: every table, column, rule and measure, compiled from the contracts the run itself obeys; every code.

Belongs here: the choice of a part. Does not belong here: the codes (``dictionary_codes``).
"""

from __future__ import annotations

import streamlit as st

from dashboards.context import current
from dashboards.sections import dictionary_codes
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


def main() -> None:
    context = current()
    st.header("数据字典：每张表、每一列、每条规则、每个代码的意思")
    pages = _sections()
    chosen = st.selectbox("哪一部分", [*pages, *([dictionary_codes.TITLE] if context.has_data else [])])
    if chosen == dictionary_codes.TITLE:
        dictionary_codes.show(context)
    else:
        _show_declared(chosen, pages[chosen])


def _show_declared(title: str, every: list[str]) -> None:
    wanted = st.text_input("查找", placeholder="表名、列名或中文名称的一部分")
    sections = [section for section in every if section.strip() and wanted in section]
    if not sections:
        st.info(f"“{title}”中没有含“{wanted}”的内容。换一个词，或另选一部分。")
    for section in sections[:SHOWN]:
        st.markdown(section)
    if len(sections) > SHOWN:
        st.caption(f"共 {len(sections)} 节，先列出 {SHOWN} 节；输入要找的词可缩小范围。")


main()
