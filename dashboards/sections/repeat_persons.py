"""重复警情, 一人: how many phones and victims appeared how often. Counts only; nobody is named, listed or ranked.

Belongs here: the table of counts, and where a single person is looked up under a case number and a purpose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards.components import states
from dashboards.components.small_counts import hidden
from dashboards.components.tables import show_table
from dashboards.context import Context

BANDS = ((2, 2, "2 次"), (3, 4, "3–4 次"), (5, 9, "5–9 次"), (10, 10**9, "10 次以上"))


def banded(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Return by way of appearing the numbers of phones or persons in each band."""
    counts: dict[str, list[int]] = {}
    for row in rows:
        mine = counts.setdefault(row["appearance_label"], [0] * len(BANDS))
        for place, (least, most, _) in enumerate(BANDS):
            if least <= row["repeat_90d_count"] <= most:
                mine[place] += row["person_count"]
    return counts


def show(context: Context, rows: Sequence[Mapping[str, Any]]) -> None:
    """Show the counts, or that the sources tell of no phone and no victim."""
    if not rows:
        states.empty("一人：90 天内没有报警电话和案件受害人", "来源没有报警电话时，看不出同一人反复报警")
        return
    counts = banded(rows)
    again = sum(map(sum, counts.values()))
    st.subheader(
        f"一人：90 天内反复出现的电话和受害人 {again:,} 个，只计数"
        if again
        else "一人：90 天内没有电话或受害人出现 2 次以上"
    )
    area = "按单位计，不分责任区。" if context.area else ""
    st.caption(
        f"{area}同一电话未必同一人（单位、物业、公用电话）；出现多不等于有问题，多半是需要帮助的人。"
        "本页不列、不排任何人；办案需要时，在“线索”页写明案件编号和目的后按案件查。"
    )
    table = [[label, *numbers] for label, numbers in sorted(counts.items())]
    show_table(
        [("出现方式",), *((label,) for *_, label in BANDS)],
        table,
        key="repeat_persons",
        title="一人：90 天内出现次数",
        export_rows=hidden(table, range(1, len(BANDS) + 1)),
    )
