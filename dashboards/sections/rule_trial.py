"""规则试验, the trial: what a draft gains and loses on real cases, what rests on it, and the proposal.

Belongs here: showing a trial. Does not belong here: reading cases (``jingcang.access.label_rules``) and comparing
(``jingcang.labelling.trial``).
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components.decided import done
from dashboards.components.label_quality import show_quality
from dashboards.components.tables import show_table
from dashboards.consumers import titled
from dashboards.context import Context
from dashboards.sections.rule_form import DRAFT
from jingcang.access.label_rules import may_change_rules, propose_rule, try_draft
from jingcang.home import Home
from jingcang.labelling.rule_table import Row
from jingcang.labelling.trial import Example, Trial
from jingcang.workbench.label_rules import WRITTEN

MOST = 10
"""Examples of each kind."""
_KINDS = {"gained": "多标", "lost": "少标", "kept": "不变"}
_LABELS_IN_FACT = ("derived.case_labels", "label_code")


def show(
    context: Context, draft: Mapping[str, str], rows: Sequence[Row], labels: Mapping[str, Mapping[str, Any]]
) -> None:
    """Try the draft, tell what it does and offer to propose it.

    Args:
        context: the page's context.
        draft: a row that can stand.
        rows: the rules of the next run.
        labels: label code → row of ``dim_label``.
    """
    known = next((row for row in rows if row["rule_id"] == draft["rule_id"]), None)
    if known is not None and all(known[name] == draft[name] for name in WRITTEN):
        st.info("草稿与现行规则相同，还没有改动。改动任何一栏后再试。")
        return
    trial = show_result(context, draft, rows, labels, key="draft")
    _propose(context, draft, trial)


def show_result(
    context: Context, draft: Mapping[str, str], rows: Sequence[Row],
    labels: Mapping[str, Mapping[str, Any]], *, key: str,
) -> Trial:  # fmt: skip
    """Try a rule and tell what it does.

    Args:
        context: the page's context.
        draft: a row that can stand.
        rows: the rules of the next run.
        labels: label code → row of ``dim_label``.
        key: unique key on the page.

    Returns:
        The trial.
    """
    trial, numbers = _trial(context, draft, rows, f"rule_trial_{key}")
    name = labels[draft["label_code"]]["label_zh"] if draft["label_code"] in labels else draft["label_code"]
    _tell(trial, str(name))
    if trial.counts:
        _counts(trial, labels, key)
        show_quality(context, trial.counts)
        _examples(trial, draft["label_code"], numbers, labels)
    return trial


def _trial(
    context: Context, draft: Mapping[str, str], rows: Sequence[Row], kept_as: str
) -> tuple[Trial, dict[str, str]]:
    """Try the draft once; what it gave is kept in this session while neither draft, rules, scope nor data change."""
    asked = (draft, rows, context.generation.name, context.identity)
    if st.session_state.get(kept_as, (None,))[0] != asked:
        made = try_draft(
            context.door, context.identity, Home.resolve(), session.workbench(), draft, most=MOST
        )
        st.session_state[kept_as] = (asked, made)
    kept: tuple[Trial, dict[str, str]] = st.session_state[kept_as][1]
    return kept


def _tell(trial: Trial, name: str) -> None:
    gained, lost, kept = (sum(count[place] for count in trial.counts.values()) for place in range(3))
    if not trial.narratives:
        st.subheader("没有可试的案情")
        st.caption("您的权限范围内没有案件，或案件没有简要案情；仍可提出，由另一人审核。")
    elif gained or lost:
        st.subheader(f"试验结果：多标 {gained:,} 起，少标 {lost:,} 起，不变 {kept:,} 起")
        st.caption(
            f"看了 {trial.narratives:,} 起案件，其中 {trial.touched:,} 起含有新旧规则的词；"
            f"批准后只重新标注这 {trial.touched:,} 起。"
        )
    else:
        st.subheader(f"试验结果：没有一起案件的标签改变，“{name}”不变 {kept:,} 起")
        st.caption(f"看了 {trial.narratives:,} 起案件，其中 {trial.touched:,} 起含有新旧规则的词。")


def _counts(trial: Trial, labels: Mapping[str, Mapping[str, Any]], key: str) -> None:
    others = len(trial.counts) - 1
    if others > 0:
        st.caption(f"同组的词重叠或互斥，另有 {others:,} 个标签随之增减。")
    show_table(
        [("标签",), ("组",), ("多标",), ("少标",), ("不变",)],
        [
            [labels[code]["label_zh"] if code in labels else code,
             labels[code]["label_group"] if code in labels else None, *count]
            for code, count in sorted(trial.counts.items(), key=lambda item: -item[1][0] - item[1][1])
        ],
        key=f"rule_counts_{key}",
        title="规则试验",
        help_texts={
            "多标": "草稿给出而现行规则不给出的案件", "少标": "现行规则给出而草稿不给出的案件",
            "不变": "含有关词语、两边都给出的案件",
        },
    )  # fmt: skip


def _examples(
    trial: Trial, own: str, numbers: Mapping[str, str], labels: Mapping[str, Mapping[str, Any]]
) -> None:
    kinds = [kind for kind in _KINDS if getattr(trial, kind)]
    for tab, kind in zip(st.tabs([_KINDS[kind] for kind in kinds]), kinds, strict=True):
        found: Mapping[str, list[Example]] = getattr(trial, kind)
        place = list(_KINDS).index(kind)
        with tab:
            for code in sorted(found, key=lambda name: (name != own, name)):
                total = trial.counts[code][place]
                shown = f"，列前 {len(found[code])} 起" if total > len(found[code]) else ""
                name = html.escape(str(labels[code]["label_zh"] if code in labels else code))
                lines = "".join(_line(item, numbers) for item in found[code])
                st.html(
                    f"<div><b>{name}</b>：{_KINDS[kind]} {total:,} 起{shown}</div>"
                    f'<table style="width:100%;font-size:.92rem;line-height:1.7">{lines}</table>'
                )


def _line(item: Example, numbers: Mapping[str, str]) -> str:
    number = html.escape(numbers.get(item.case_id) or "（无案号）")
    before, evidence, after = (html.escape(part) for part in (item.before, item.evidence, item.after))
    mark = f'<mark style="background:#ffe3a3;color:#1b2430;font-weight:600">{evidence}</mark>'
    return (
        f'<tr><td style="white-space:nowrap;color:#4b5968;padding-right:1em;vertical-align:top">{number}</td>'
        f"<td>{before}{mark}{after}</td>"
        f'<td style="white-space:nowrap;color:#4b5968;vertical-align:top">{html.escape(item.rule_id)}</td></tr>'
    )


def _propose(context: Context, draft: Mapping[str, str], trial: Trial) -> None:
    rests = titled([_LABELS_IN_FACT])
    changed = sum(gained + lost for gained, lost, _ in trial.counts.values())
    st.subheader(f"提出：影响 {changed:,} 条标签，{rests.words()}")
    if not may_change_rules(context.identity):
        st.info("标签规则对全部单位相同，只有范围为全部单位的数据管理员可以提出；您可以把试验结果告诉他们。")
        return

    def write() -> str:
        number = propose_rule(
            context.door, context.identity, session.workbench(), draft, reason=reason,
            generation=context.generation.name,
        )  # fmt: skip
        st.session_state[DRAFT] = None
        return f"第 {number} 号规则改动等待另一名数据管理员审核。"

    with st.form(f"propose_{draft['rule_id']}", border=False):
        reason = st.text_input("理由（必填）", key=f"rule_why_{draft['rule_id']}", max_chars=500)
        asked = st.form_submit_button("提出，交另一人审核")
    if asked:
        done(write)
