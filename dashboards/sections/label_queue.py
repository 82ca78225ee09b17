"""标签审核, the week's sample: what a person still has to judge, how far all are, and where two differ.

Belongs here: the order of work and the lists. Does not belong here: one item (``label_task``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components.decided import done
from dashboards.components.tables import show_table
from dashboards.context import Context
from jingcang.access.label_reviews import judge, open_task
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.labelling.review import SampleItem, Stratum, Verdict, label_reviews, standing
from jingcang.labelling.review.opinions import judged_items
from jingcang.workbench.label_reviews import REVIEWERS_OF_OVERLAP

Strata = Mapping[int, Stratum]


def finished_by(log: Sequence[Verdict]) -> dict[int, set[str]]:
    """Return item → people who have finished it."""
    return {
        number: {user_id for user_id, one in people.items() if one.is_closed}
        for number, people in judged_items(standing(log)).items()
    }


def waiting_for(
    user_id: str,
    items: Sequence[SampleItem],
    strata: Strata,
    log: Sequence[Verdict],
    skipped: Collection[int] = (),
) -> list[SampleItem]:
    """Return the items a person has to judge, in the order of work.

    Labels of one group stand together, so that one definition is in mind; people begin with different groups, so
    that they seldom meet. Skipped items come last.
    """
    finished = finished_by(log)
    open_items = []
    for item in items:
        people = finished.get(item.sample_no, set())
        needed = REVIEWERS_OF_OVERLAP if item.is_overlap else 1
        if user_id not in people and len(people) < needed:
            open_items.append(item)

    def order(item: SampleItem) -> tuple[bool, str, str, int]:
        stratum = strata[item.stratum_no]
        start = hashlib.sha256(f"{user_id}|{stratum.label_group}".encode()).hexdigest()
        return item.sample_no in skipped, start, stratum.stratum_code, item.sample_no

    return sorted(open_items, key=order)


def show_progress(
    context: Context, items: Sequence[SampleItem], strata: Strata, log: Sequence[Verdict]
) -> None:
    """Show how far every group is, and who else works on the sample."""
    finished, numbers = finished_by(log), {item.sample_no for item in items}
    groups: dict[str, list[SampleItem]] = {}
    for item in items:
        groups.setdefault(strata[item.stratum_no].label_group, []).append(item)
    lines = []
    for group, inside in sorted(groups.items()):
        overlap = [item for item in inside if item.is_overlap]
        lines.append([
            group, len(inside), sum(bool(finished.get(item.sample_no)) for item in inside), len(overlap),
            sum(len(finished.get(item.sample_no, ())) >= REVIEWERS_OF_OVERLAP for item in overlap),
        ])  # fmt: skip
    people: dict[str, list[Verdict]] = {}
    for verdict in standing(log):
        if verdict.sample_no in numbers:
            people.setdefault(verdict.user_id, []).append(verdict)
    others = [
        f"{user_id} 判了 {len({v.sample_no for v in said}):,} 条，最近 {said[-1].decided_at.astimezone():%m-%d %H:%M}"
        for user_id, said in sorted(people.items())
        if user_id != context.identity.user_id and said[-1].decided_at is not None
    ]  # fmt: skip
    st.subheader(f"进度：{sum(line[2] for line in lines):,}/{len(items):,} 条已有人判")
    st.caption(f"同时在审的人：{'；'.join(others)}。" if others else "本周还没有别人在审。")
    show_table(
        [("标签组",), ("本周抽取",), ("已有人判",), ("须两人各判",), ("两人都判完",)], lines, key="label_progress",
        title="标签审核进度",
    )  # fmt: skip


def show_disputes(
    context: Context, items: Sequence[SampleItem], strata: Strata, log: Sequence[Verdict],
    definitions: Sequence[dict[str, Any]],
) -> None:  # fmt: skip
    """Show the labels on which two people differ, and let one be decided."""
    digests = {verdict.case_id: verdict.text_digest for verdict in log}
    by_case = {(item.case_id, strata[item.stratum_no].label_group): item for item in items}
    apart = [
        row for row in label_reviews(log, digests)
        if row.review_state == "disputed" and (row.case_id, row.label_group) in by_case
    ]  # fmt: skip
    if not apart:
        return
    names = {row["label_code"]: row["label_zh"] for row in definitions}
    st.subheader(f"{len(apart):,} 处两人判得不同，请定夺；未定之前不计入准确率和召回率")
    row = st.selectbox(
        "分歧", apart, format_func=lambda row: f"{names.get(row.label_code, row.label_code)}，案件键 {row.case_id[:8]}",
        key="label_dispute",
    )  # fmt: skip
    item = by_case[row.case_id, row.label_group]
    said = [
        f"{user_id}：{ {'yes': '有', 'no': '没有', 'unsure': '不确定'}[one.opinion(row.label_code) or 'unsure'] }"
        for user_id, one in judged_items(standing(log)).get(item.sample_no, {}).items()
    ]
    st.caption("；".join(said))
    comment = st.text_input("定夺的理由（必填）", key="label_dispute_comment", max_chars=500)
    with st.container(horizontal=True):
        for verdict, label in (("correct", "定为有"), ("wrong", "定为没有")):
            if st.button(label, key=f"label_decide_{verdict}"):
                _decide(context, item, strata[item.stratum_no], row.label_code, verdict, comment)


def _decide(
    context: Context, item: SampleItem, stratum: Stratum, code: str, verdict: str, comment: str
) -> None:
    def write() -> str:
        if not comment.strip():
            raise JingcangError("请写明理由", remedy="理由会随定夺一起留存")
        task = open_task(context.door, context.identity, Home.resolve(), item, stratum)
        if task is None:
            raise JingcangError("这起案件已不在您的范围内", remedy="请刷新页面")
        judge(
            context.door, context.identity, Home.resolve(), session.workbench(), task, verdict, seen_version=0,
            label_code=code, purpose="adjudication", comment=comment,
        )  # fmt: skip
        return "已定夺，下一次运行起计入。"

    done(write)


def without_old_definitions(
    items: Sequence[SampleItem], strata: Strata, latest: Mapping[str, str]
) -> list[SampleItem]:
    """Return the items drawn under the newest definition of their group.

    Args:
        items, strata: the week's sample.
        latest: group → definition drawn last.
    """
    return [
        item for item in items
        if latest[strata[item.stratum_no].label_group] == strata[item.stratum_no].definition_version
    ]  # fmt: skip
