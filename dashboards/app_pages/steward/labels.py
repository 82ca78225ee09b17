"""标签审核: are the labels right, and what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import states
from dashboards.components.decided import show_done
from dashboards.components.frame import answer
from dashboards.components.label_quality import NOT_REVIEWED, kappa_words, measure_words
from dashboards.components.tables import show_table
from dashboards.context import current
from dashboards.queries import labels
from dashboards.sections import label_queue, label_task
from jingcang.access.label_reviews import DEFINITIONS, items_in_scope
from jingcang.labelling.review import SampleItem
from jingcang.statistics.periods import day_label
from jingcang.workbench.label_reviews import ReviewBook

_ALL = "全部标签组"


def main() -> None:
    context = current()
    st.header("标签审核")
    book = ReviewBook(session.workbench())
    week, quality = book.latest_week(), context.run(labels.QUALITY, labels=[]).to_dicts()
    strata = {stratum.stratum_no: stratum for stratum in book.strata()}
    items: list[SampleItem] = []
    if week is not None:
        latest = {s.label_group: s.definition_version for s in strata.values() if s.week_start == week}
        items = label_queue.without_old_definitions(book.items(week), strata, latest)
        items = items_in_scope(context.door, context.identity, items)
    log, definitions = book.verdicts(), context.run(DEFINITIONS).to_dicts()
    user_id = context.identity.user_id
    mine = label_queue.waiting_for(user_id, items, strata, log, st.session_state.get(label_task.SKIPPED, ()))
    _answer(items, mine, quality)
    show_done()
    if week is None:
        states.empty("还没有抽取样本", "下一次运行发布后自动抽取本周样本")
    elif not items:
        states.empty("本周样本里没有您范围内的案件", "下周样本随运行自动抽取")
    else:
        if mine:
            item = _group(mine, strata)[0]
            label_task.show(context, item, strata[item.stratum_no], log, definitions, items)
        else:
            st.subheader("您这里的都判完了")
            with st.container(horizontal=True):
                label_task.show_undo(context, items)
        label_queue.show_disputes(context, items, strata, log, definitions)
        label_queue.show_progress(context, items, strata, log)
    _quality(quality)
    context.foot = {
        "样本": (f"{day_label(week)}起一周；" if week else "")
        + "每个标签一层，没有该组标签的案件另成一层，层内随机，抽取概率留存",
        "案情": "读取逐条留痕；号码和姓名已遮盖，位置与原文一致",
        "生效": "判定自下一次运行起计入；规则改版后准确率、召回率重新计",
        **context.foot,
    }


def _answer(
    items: Sequence[SampleItem], mine: Sequence[SampleItem], quality: Sequence[dict[str, Any]]
) -> None:
    known = {row["label_code"] for row in quality}
    seen = {row["label_code"] for row in quality if row["measure"] == "precision" and row["reviewed_count"]}
    answer(
        (f"本周样本 {len(items):,} 条，等您判的还有 {len(mine):,} 条；" if items else "没有等您判的标签；")
        + f"{len(known):,} 个标签中 {len(seen):,} 个已有审核结果，其余{NOT_REVIEWED}。"
    )


def _group(mine: Sequence[SampleItem], strata: label_queue.Strata) -> list[SampleItem]:
    """Return the items of the chosen group; a group that is done gives way to all."""
    groups: dict[str, list[SampleItem]] = {}
    for item in mine:
        groups.setdefault(strata[item.stratum_no].label_group, []).append(item)
    options = [_ALL, *groups]
    if st.session_state.get("label_group") not in options:
        st.session_state["label_group"] = _ALL
    chosen = st.selectbox(
        "标签组", options, key="label_group", width=260,
        format_func=lambda name: f"{name}（{len(mine) if name == _ALL else len(groups[name]):,}）",
    )  # fmt: skip
    return list(mine) if chosen == _ALL else groups[chosen]


def _quality(rows: Sequence[dict[str, Any]]) -> None:
    by_label: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        by_label.setdefault(row["label_code"], {})[row["measure"]] = row
    # Reviewed labels first, the least precise of them on top.
    ordered = sorted(
        by_label.values(),
        key=lambda found: (
            not found["precision"]["reviewed_count"],
            2 if found["precision"]["estimate"] is None else float(found["precision"]["estimate"]),
            found["precision"]["label_code"],
        ),
    )
    seen = sum(bool(found["precision"]["reviewed_count"]) for found in ordered)
    worst = ordered[0]["precision"] if seen else None
    st.subheader(
        f"标签质量：准确率最低的是“{worst['label_zh']}”，{measure_words(worst)}" if worst
        else "标签质量：还没有审核结果，用到标签的图表旁都注明尚未审核"
    )  # fmt: skip
    show_table(
        [("标签组",), ("标签",), ("准确率",), ("召回率",), ("两人一致性（组）",), ("未定",), ("有此标签的案件",)],
        [
            [
                found["precision"]["label_group"], found["precision"]["label_zh"], measure_words(found["precision"]),
                measure_words(found.get("recall")), kappa_words(found.get("kappa")),
                found["precision"]["undecided_count"], found["precision"]["covered_count"],
            ]
            for found in ordered
        ],
        key="label_quality",
        title="标签质量",
        help_texts={
            "准确率": "判对的 ÷ 已判的有此标签的案件",
            "召回率": "应有此标签的案件中已有的比例；漏标数由没有此标签的样本加权推算",
            "两人一致性（组）": "Cohen kappa：0.80 及以上可靠，0.67 及以上可暂用",
        },
    )  # fmt: skip


main()
