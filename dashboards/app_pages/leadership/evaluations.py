"""成效评估: what was tried with patrols, was it carried out, and what can be said of it."""

from __future__ import annotations

import streamlit as st

from dashboards.components import choices, states
from dashboards.components.decided import show_done
from dashboards.components.frame import answer
from dashboards.context import current
from dashboards.sections import evaluation_form, evaluation_list, evaluation_result
from dashboards.sections.evaluation_list import Item

EVERY = ""


def main() -> None:
    context = current()
    st.header(f"成效评估：{context.scope_words()}")
    show_done()
    items = [
        item for item in evaluation_list.load(context)
        if not context.unit_nos or item.unit_no in context.unit_nos or item.unit_no is None
    ]  # fmt: skip
    shown = evaluation_list.latest(items)
    context.foot = {
        "口径": "结论由每次运行按登记的设计计算：未执行、无法判断、明显下降、可能下降、无明显变化、上升；区间为 95%",
        **context.foot,
    }
    if not shown:
        states.empty("还没有评估", "在下面登记一项，下一次运行给出结果")
        evaluation_form.show_new(context, 0, is_first=True)
        return
    chosen = choices.choose(
        "看哪一项", [EVERY, *shown], param="evaluation",
        words=lambda code: f"{shown[code].name}：{shown[code].word}" if code else f"全部 {len(shown)} 项",
    )  # fmt: skip
    if chosen == EVERY:
        answer(evaluation_list.sentence(list(shown.values())))
        evaluation_list.show(context, list(shown.values()))
        number = sum(item.stated is not None for item in items)
        evaluation_form.show_new(context, number, is_first=False)
        return
    item = _version(items, shown[chosen])
    evaluation_result.show(context, item)
    evaluation_form.show_steps(context, item)


def _version(items: list[Item], newest: Item) -> Item:
    """Return the version chosen, the newest unless the address names another."""
    versions = sorted(
        (item for item in items if item.code == newest.code), key=lambda item: item.version, reverse=True
    )
    if len(versions) == 1:
        return newest
    known = {str(item.version): item for item in versions}
    words = {no: f"第 {no} 版" + ("（已发布）" if item.published else "") for no, item in known.items()}
    return known[choices.choose("版本", list(known), param="version", words=words.__getitem__)]


main()
