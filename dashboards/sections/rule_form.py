"""规则试验, the draft: which rule, and its columns in plain words.

Belongs here: choosing and editing. Does not belong here: what a row may say (``jingcang.labelling.rule_checks``) and
what the draft does (``rule_trial``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from jingcang.labelling.rule_checks import NUMBERS, problems_of
from jingcang.labelling.rule_table import Row
from jingcang.workbench.label_rules import FIRST_VERSION, DeclaredRule

_NEW = "新增一条规则"
_BLANK = {
    "terms": "", "context": "", "context_reach": "0", "exclusions": "", "exclusion_reach": "0",
    "counts_in_claim": "false", "priority": "60", "confidence_pct": "80", "status": "active",
}  # fmt: skip
_WORDS_HELP = "每行一个词，也可用竖线 | 分隔；[撬/砸]门 表示撬门或砸门，报[了/]案 表示报了案或报案"
_USES = {"active": "启用", "retired": "停用（不再给出标签）"}
DRAFT = "rule_draft"


def show(
    rows: Sequence[Row], labels: Mapping[str, Mapping[str, Any]], declared: Sequence[DeclaredRule]
) -> dict[str, str] | None:
    """Let a rule be chosen and changed.

    Args:
        rows: the rules of the next run.
        labels: label code → row of ``dim_label``.
        declared: every decided rule, so that a new rule gets a number of its own.

    Returns:
        The draft last tried, None before the first trial of the chosen rule or while a column cannot stand.
    """
    st.subheader("改哪条规则")
    left, right = st.columns(2)
    code = left.selectbox(
        "标签（可输入名称查找）", list(labels), key="rule_label",
        format_func=lambda name: f"{labels[name]['label_zh']}（{labels[name]['label_group']}，{name}）",
    )  # fmt: skip
    own = {row["rule_id"]: row for row in rows if row["label_code"] == code}
    chosen = right.selectbox(
        "规则", [*own, _NEW], key=f"rule_of_{code}",
        format_func=lambda name: _title(own[name]) if name in own else name,
    )  # fmt: skip
    st.caption(f"标签含义：{labels[code]['definition_zh'] or '未写定义'}")
    if chosen == _NEW:
        taken = {row["rule_id"] for row in rows} | {item.rule_id for item in declared}
        number = next(n for n in range(1, len(taken) + 2) if f"{code}-{n}" not in taken)
        known: Mapping[str, str] = {**_BLANK, "rule_id": f"{code}-{number}", "rule_version": FIRST_VERSION}
    else:
        known = own[chosen]
    edited = _form(known, str(code))
    if edited is not None:
        edited |= {"rule_id": known["rule_id"], "label_code": str(code), "rule_version": known["rule_version"],
                   "label_group": str(labels[code]["label_group"])}  # fmt: skip
        problems = problems_of(edited)
        for problem in problems:
            st.error(f"{problem.words}。")
        st.session_state[DRAFT] = None if problems else edited
    draft = st.session_state.get(DRAFT)
    return draft if draft and draft["rule_id"] == known["rule_id"] else None


def _title(row: Row) -> str:
    first = row["terms"].split("|")[0]
    state = "" if row["status"] == "active" else "，未启用"
    return f"{row['rule_id']}：{first} 等（版本 {row['rule_version']}{state}）"


def _form(known: Mapping[str, str], code: str) -> dict[str, str] | None:
    """Return the columns as written when a trial was asked for."""
    key = f"{code}_{known.get('rule_id', '')}_{known.get('rule_version', '')}"
    edited: dict[str, str] = {}
    with st.form(f"rule_{key}", border=False):
        left, middle, right = st.columns([3, 2, 2])
        edited["terms"] = _area(left, "触发词：案情里出现其中之一", known["terms"], f"terms_{key}")
        edited["context"] = _area(
            middle, "上下文词：附近还须有其中之一（可空）", known["context"], f"context_{key}"
        )
        edited["exclusions"] = _area(
            right, "排除词：附近有其中之一就不算（可空）", known["exclusions"], f"exclusions_{key}"
        )
        edited["context_reach"] = _number(
            middle, "上下文范围（字）", known, "context_reach", key,
            "触发词前后多少字以内，限同一句；超过 60 时可跨句",
        )  # fmt: skip
        edited["exclusion_reach"] = _number(
            right, "排除范围（字）", known, "exclusion_reach", key, "触发词前后多少字以内，限同一句"
        )
        with left.container(horizontal=True):
            edited["priority"] = _number(
                st, "优先级", known, "priority", key, "同组两个标签的词重叠时，优先级高的得到这处文字"
            )
            edited["confidence_pct"] = _number(
                st, "把握 %", known, "confidence_pct", key, "在审核测出准确率之前与标签一起显示"
            )
        first, second, third = st.columns([3, 2, 2], vertical_alignment="bottom")
        status = known["status"] if known["status"] in _USES else "active"
        edited["status"] = first.radio(
            "状态", list(_USES), index=list(_USES).index(status), format_func=_USES.__getitem__,
            horizontal=True, key=f"status_{key}",
        )  # fmt: skip
        claimed = second.checkbox(
            "谎称也算", known["counts_in_claim"] == "true", key=f"claim_{key}",
            help="诈骗类用：谎称、冒充本身就是手段；其他标签里，案情说是谎称的不算",
        )  # fmt: skip
        edited["counts_in_claim"] = "true" if claimed else "false"
        asked = third.form_submit_button("在真实案件上试一试", type="primary")
    return edited if asked else None


def _area(place: Any, title: str, text: str, key: str) -> str:
    written = place.text_area(title, text.replace("|", "\n"), key=key, height=150, help=_WORDS_HELP)
    return "|".join(word for line in str(written).split("\n") if (word := line.strip()))


def _number(place: Any, title: str, known: Mapping[str, str], name: str, key: str, help_text: str) -> str:
    least, most = NUMBERS[name]
    return str(
        int(place.number_input(title, least, most, int(known[name]), key=f"{name}_{key}", help=help_text))
    )
