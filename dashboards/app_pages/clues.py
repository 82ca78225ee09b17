"""线索: the clues of one case in hand, all cases with the same value, and cases with similar ways of working."""

from __future__ import annotations

import streamlit as st

from dashboards.components import states
from dashboards.components.decided import show_done
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.queries import clues
from dashboards.sections import clue_links, sealed_requests
from dashboards.sections.clue_links import Link
from jingcang.access.door import Forbidden
from jingcang.access.grounds import MOST_CHARACTERS, PURPOSES, CaseGrounds
from jingcang.errors import JingcangError

_GROUNDS = "clue_grounds"


def main() -> None:
    context = current()
    st.header("线索：一起案件的线索，还有哪些案件有")
    show_done()
    grounds = _ask()
    if grounds is not None:
        _show(context, grounds)
    else:
        answer("填写在办案件的编号、目的和说明后查询；每次查询都连同目的记入审计日志。")
    sealed_requests.show_waiting(context)
    context.foot = {
        "关联": "同一线索值或作案方式相似只是线索，不等于同一人所为；案件从不合并",
        "封存": "依法封存的记录和经过它的联系，未经审批不显示，也不计入本页的数",
        **context.foot,
    }


def _ask() -> CaseGrounds | None:
    """Return the grounds given; they stay in the session, never in the address."""
    with st.form("grounds", border=False):
        first, second, third, last = st.columns([1.6, 1.1, 3, 0.7], vertical_alignment="bottom")
        case_no = first.text_input("案件编号", key="clue_case_no", max_chars=64)
        purpose = second.selectbox(
            "目的", list(PURPOSES), format_func=PURPOSES.__getitem__, key="clue_purpose"
        )
        statement = third.text_input(
            "说明（查什么、为什么，不写个人信息）", key="clue_statement", max_chars=MOST_CHARACTERS
        )
        if last.form_submit_button("查询", type="primary"):
            st.session_state.pop(_GROUNDS, None)
            try:
                st.session_state[_GROUNDS] = CaseGrounds(case_no.strip(), purpose, statement.strip())
            except JingcangError as error:
                st.warning(f"{error.what}。{error.remedy}。")
    found: CaseGrounds | None = st.session_state.get(_GROUNDS)
    return found


def _show(context: Context, grounds: CaseGrounds) -> None:
    try:
        found = context.door.run(clues.OF_CASE, context.identity, grounds=grounds).to_dicts()
        links = clue_links.read(context, grounds)
    except Forbidden as refused:
        st.warning(f"{refused.what}。{refused.remedy or '请重新登录'}。")
        return
    by_clue = [link for link in links if link.reason == "clue"]
    ways = [link for link in links if link.reason == "mo"]
    others = {link.other_id for link in by_clue}
    shared = {link.own_place for link in by_clue}
    answer(
        f"案件 {grounds.case_no} 有 {sum(row['is_linking'] and not row['is_hub'] for row in found):,} 条可关联线索，"
        + (
            f"其中 {len(shared):,} 条见于另外 {len(others):,} 起案件；"
            if others
            else "没有一条见于其他案件；"
        )
        + (
            f"另有 {len({link.other_id for link in ways}):,} 起案件作案方式相似。"
            if ways
            else "没有作案方式相似的案件。"
        )
    )
    sealed_requests.show_own(context, grounds)
    if not found and not links:
        states.empty(
            "没有可以显示的线索",
            "案情里可能没有号码、账号、车牌等线索；依法封存的，由所领导或分局领导审批后可看",
        )
        return
    left, right = st.columns([1.7, 1])
    with left:
        _clues(context, grounds, found, by_clue)
    with right:
        clue_links.show_ways(context, ways)


def _clues(
    context: Context, grounds: CaseGrounds, found: list[dict[str, object]], by_clue: list[Link]
) -> None:
    st.subheader("本案线索：点一行看所有出现它的案件" if found else "本案没有线索")
    if not found:
        return
    counts = {
        place: len({link.other_id for link in by_clue if link.own_place == place})
        for place in {link.own_place for link in by_clue}
    }
    ordered = sorted(found, key=lambda row: -counts.get(clue_links.place_of(row), 0))
    picked = show_table(
        [("种类",), ("值（遮盖）",), ("校验",), ("另见于案件数",), ("说明",)],
        [
            [
                row["clue_kind_label"], row["value_masked"],
                {True: "通过", False: "不符"}.get(row["is_checksum_valid"]),  # type: ignore[call-overload]
                counts.get(clue_links.place_of(row), 0) if row["is_linking"] and not row["is_hub"] else None,
                _words(row, counts.get(clue_links.place_of(row), 0)),
            ]
            for row in ordered
        ],
        key="clues",
        title="本案线索",
        pick="one",
    )  # fmt: skip
    row = ordered[picked[0] if picked else 0]
    clue_links.show_clue(
        context, grounds, row, [link for link in by_clue if link.own_place == clue_links.place_of(row)]
    )


def _words(row: dict[str, object], count: int) -> str:
    if not row["is_linking"]:
        return "金额相同不说明联系"
    if row["is_hub"]:
        return "见于很多案件，属公用号码，不作关联"
    return "见于其他案件" if count else "没有显示的其他案件"


main()
