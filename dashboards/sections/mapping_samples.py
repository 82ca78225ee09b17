"""字典映射, confirming in place: published rows of a decided mapping, and what was found in them.

Belongs here: the rows and the two buttons. Does not belong here: finding rows (``jingcang.access.mapping_samples``)
and the list of decisions (``mapping_decisions``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboards import session
from dashboards.components import checks
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from jingcang.access.mapping_samples import Published, Samples, confirm_meaning, sample_rows
from jingcang.contracts import load_marts
from jingcang.home import Home
from jingcang.workbench.code_mappings import DeclaredMapping, standing
from jingcang.workbench.mapping_confirmations import VERDICTS, Confirmation

WAITING = "下一次运行后生效"


def effect_words(declared: Sequence[DeclaredMapping], published: Mapping[int, Published]) -> dict[int, str]:
    """Return mapping number → whether the published data has the decision, for those that should or still do.

    Args:
        declared: every mapping with its latest state.
        published: since when each is published.
    """
    stand = {item.mapping_no for item in standing(declared)}
    words = {}
    for item in declared:
        since = published.get(item.mapping_no)
        if item.mapping_no in stand:
            words[item.mapping_no] = _since(since) if since else WAITING
        elif item.state_code == "approved":
            words[item.mapping_no] = "已被后来的决定取代"
        elif since:
            words[item.mapping_no] = "下一次运行后恢复原状"
    return words


def _since(since: Published) -> str:
    number = f"第 {int(since.generation.removeprefix('g')):,} 代"
    return f"{number}或更早已生效" if since.is_oldest else f"自{number}起生效"


def found_words(found: Confirmation | None) -> str | None:
    """Return the last finding about a mapping in one line, None while nobody looked."""
    if found is None:
        return None
    said = f"：{found.note}" if found.note else ""
    return f"{VERDICTS[found.verdict]}{said}（{found.user_id}，{found.acted_at.astimezone():%Y-%m-%d %H:%M}）"


def show(context: Context, item: DeclaredMapping, effect: str, found: Confirmation | None) -> None:
    """Show published rows that hold the value of one approved mapping, and take down what was found.

    Args:
        context: the page's context.
        item: the mapping.
        effect: of :func:`effect_words`.
        found: the last finding.
    """
    samples = sample_rows(context.door, context.identity, Home.resolve(), item)
    agreeing = sum(row.is_as_decided for row in samples.rows)
    said = (
        "下面还是生效前的样子，生效后再核对。"
        if effect == WAITING and samples.rows
        else _answer(samples, agreeing)
    )
    st.markdown(f"**抽样核对**　{effect}。{said}")
    if samples.rows:
        show_table(
            [("日期",), ("单位",), ("来源主键",), ("来源代码",), ("发布的代码",), ("发布的名称",), ("与决定一致",)],
            [
                [
                    row.event_date, context.unit_name(row.unit_no), row.source_key, item.source_value, row.code,
                    row.label, "是" if row.is_as_decided else "否",
                ]
                for row in samples.rows
            ],
            key="mapping_samples",
            title=f"第 {item.mapping_no} 号映射抽样",
            is_exported=False,
        )  # fmt: skip
        st.caption(
            f"表 {samples.mart}（{load_marts()[samples.mart or ''].title_zh}）中含这个来源代码的最新几行，"
            "只含您单位范围内的；查看已记入审计日志。"
        )
    if found is not None:
        st.caption(f"上一次核对：{checks.plain(found_words(found) or '')}。")
        if found.verdict == "doubted":
            st.warning("有人指出这条映射有问题：请在下面写明理由后撤销，或者看过样本后确认无误。")
    _offer(context, item, may_confirm=bool(samples.rows) and effect != WAITING)


def _answer(samples: Samples, agreeing: int) -> str:
    if samples.mart is None:
        return "这个栏目没有逐条发布的表，或您的角色不看它，请到态势和质量页看合计。"
    if not samples.rows:
        return "您的单位范围内没有含这个来源代码的已发布记录。"
    if agreeing == len(samples.rows):
        return f"最新 {len(samples.rows)} 行都按决定发布。"
    return (
        f"最新 {len(samples.rows)} 行中 {agreeing} 行按决定发布；"
        "其余的或者还没有重算，或者以同一记录里更晚登记的代码为准。"
    )


def _offer(context: Context, item: DeclaredMapping, *, may_confirm: bool) -> None:
    if context.identity.role != "steward":
        return
    note = st.text_input("核对说明（有问题时必填）", key=f"mapping_note_{item.mapping_no}", max_chars=500)

    def write(verdict: str) -> str:
        confirm_meaning(
            context.door, context.identity, session.workbench(), item.mapping_no, verdict,
            field_name=item.field_name, note=note, generation=context.generation.name,
        )  # fmt: skip
        after = "" if verdict == "confirmed" else "；请撤销它或另行决定"
        return f"第 {item.mapping_no} 号映射：已记录“{VERDICTS[verdict]}”{after}。"

    with st.container(horizontal=True):
        if st.button("确认无误", key="mapping_confirmed", shortcut="g", disabled=not may_confirm):
            done(lambda: write("confirmed"))
        if st.button("有问题", key="mapping_doubted", shortcut="p"):
            done(lambda: write("doubted"))
