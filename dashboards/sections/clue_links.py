"""线索, the links: one clue with every case that has it and the sentences, and the cases with similar ways of working.

Belongs here: how links look. Does not belong here: what may be shown (``jingcang.access``).
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from dashboards.components import states
from dashboards.components.frame import unit_names
from dashboards.components.label_quality import show_quality
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import clues
from jingcang.access.case_sentences import READERS, Place, Sentence, read_sentences
from jingcang.access.grounds import CaseGrounds
from jingcang.access.sealed_access import in_scope
from jingcang.home import Home

_STYLE = """
<style>
.jc-clue{border-left:3px solid #d5dbe3;padding:.15rem .8rem;margin:.3rem 0 .5rem;font-size:.95rem;line-height:1.7}
.jc-clue b{color:#1b2430}.jc-clue mark{background:#fde9a9;color:#1b2430;padding:0 .15em}
.jc-clue .jc-path{font-size:.82rem;color:#4b5968}
</style>
"""


@dataclass(frozen=True)
class Link:
    """A link seen from the case in hand.

    Args:
        reason: ``clue`` or ``mo``.
        other_id, other_no, other_unit, other_date: the other case.
        own_place, other_place: where the path stands in both narratives.
        label, label_code: the common label; None for a clue.
        permille: similarity; None for a clue.
    """

    reason: str
    other_id: str
    other_no: str
    other_unit: str | None
    other_date: date
    own_place: Place
    other_place: Place
    label: str | None
    label_code: str | None
    permille: int | None


def place_of(row: Mapping[str, Any]) -> Place:
    """Return the place of a clue of the case in hand."""
    return row["case_id"], row["evidence_from"], row["evidence_to"]


def read(context: Context, grounds: CaseGrounds) -> list[Link]:
    """Return the links of the case in hand, the most similar and the latest first."""
    found = []
    for row in context.door.run(clues.LINKS, context.identity, grounds=grounds).to_dicts():
        own, other = ("first", "second") if row["first_case_no"] == grounds.case_no else ("second", "first")
        found.append(
            Link(
                row["link_reason_code"], row[f"{other}_case_id"], row[f"{other}_case_no"], row[f"{other}_unit_no"],
                row[f"{other}_event_date"], _place(row, own), _place(row, other), row["label_zh"],
                row["label_code"], row["similarity_permille"],
            )
        )  # fmt: skip
    return found


def _place(row: Mapping[str, Any], side: str) -> Place:
    return row[f"{side}_case_id"], row[f"{side}_evidence_from"], row[f"{side}_evidence_to"]


def show_clue(context: Context, grounds: CaseGrounds, row: Mapping[str, Any], links: Sequence[Link]) -> None:
    """Show one clue: its sentence in this case and in every other case in scope, whom to ask about the rest.

    Args:
        context: the page's context.
        grounds: the case in hand.
        row: of the clues of the case.
        links: those by this clue.
    """
    st.subheader(f"{row['clue_kind_label']} {row['value_masked']}：" + (
        f"另见于 {len(links):,} 起案件" if links else "没有显示的其他案件"
    ))  # fmt: skip
    if row["is_hub"]:
        states.withheld(
            "出现它的案件", "这个值见于的案件数超过该种类的上限，多为客服、公用或代办号码，不能说明联系"
        )
    places = [place_of(row), *(link.other_place for link in links)]
    told = read_sentences(context.door, context.identity, Home.resolve(), grounds, places)
    names = unit_names(context.door, context.identity)
    mine = in_scope(context.door, context.identity, [link.other_no for link in links]) if links else set()
    blocks = [_block("本案", grounds.case_no, "", told.get(places[0]), context)]
    for link in links:
        unit = names.get(link.other_unit or "", link.other_unit or "未登记单位")
        where = f"{link.other_date.isoformat()}　{unit}"
        if link.other_no in mine:
            blocks.append(_block("范围内", link.other_no, where, told.get(link.other_place), context))
        else:
            blocks.append(
                f'<div class="jc-clue"><b>{html.escape(link.other_no)}</b>　{html.escape(where)}'
                f'<div class="jc-path">不在您的范围内，请向{html.escape(unit)}了解</div></div>'
            )
    st.html(_STYLE + "".join(blocks))


def _block(kind: str, case_no: str, where: str, sentence: Sentence | None, context: Context) -> str:
    if sentence is not None:
        words = (
            f"{html.escape(sentence.before)}<mark>{html.escape(sentence.found)}</mark>"
            f"{html.escape(sentence.after)}"
        )
    elif context.identity.role in READERS:
        words = "原文不可用"
    else:
        words = "数据管理员只看遮盖后的值，不看案情文字"
    return (
        f'<div class="jc-clue"><b>{html.escape(case_no)}</b>（{kind}）　{html.escape(where)}<br>{words}</div>'
    )


def show_ways(context: Context, ways: Sequence[Link]) -> None:
    """Show the cases with similar ways of working and the labels in common.

    Args:
        context: the page's context.
        ways: links of reason ``mo``, one a common label.
    """
    cases: dict[str, list[Link]] = {}
    for link in ways:
        cases.setdefault(link.other_id, []).append(link)
    st.subheader(f"作案方式相似的案件 {len(cases):,} 起" if cases else "没有作案方式相似的案件")
    if not cases:
        st.caption("要求至少两个共同标签、共同标签的信息量过半；标签少的案件列不出来。")
        return
    names = unit_names(context.door, context.identity)
    show_table(
        [("案件",), ("相似度 %",), ("共同标签",), ("日期",), ("单位",)],
        [
            [
                links[0].other_no, round((links[0].permille or 0) / 10), "、".join(str(link.label) for link in links),
                links[0].other_date, names.get(links[0].other_unit or "", links[0].other_unit or "未登记单位"),
            ]
            for links in cases.values()
        ],
        key="ways",
        title="作案方式相似的案件",
        help_texts={"相似度 %": "共同标签的信息量占两案全部标签信息量的比例；少见的标签信息量大"},
    )  # fmt: skip
    show_quality(context, [link.label_code for link in ways if link.label_code])
