"""标签审核, one item: the text with its evidence, one key a verdict.

Belongs here: what is shown of an item and the buttons. Does not belong here: who may judge what
(``jingcang.access.label_reviews``) and which item comes next (``label_queue``).
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import checks
from dashboards.components.decided import done
from dashboards.context import Context
from jingcang.access.label_reviews import Task, judge, open_task, undo
from jingcang.errors import JingcangError
from jingcang.home import Home
from jingcang.labelling.review import VERDICTS, SampleItem, Stratum, Verdict
from jingcang.workbench.label_reviews import version_for

_TASK, _MISSING, SKIPPED = "label_task", "label_missing", "label_skipped"
_SENTENCE = re.compile("[^。；！？\n]+[。；！？\n]?")
_OWN, _OTHER = "background:#fde3cf;font-weight:600", "background:#e3edf5"


def show(
    context: Context, item: SampleItem, stratum: Stratum, log: Sequence[Verdict],
    definitions: Sequence[dict[str, Any]], mine: Sequence[SampleItem],
) -> None:  # fmt: skip
    """Show one item and take a verdict on it.

    Args:
        context: the page's context.
        item, stratum: the item.
        log: all verdicts.
        definitions: rows of the labels in use.
        mine: items among which the reader's last verdict can be taken back.
    """
    task = _task(context, item, stratum)
    if task is None:
        st.info("这起案件已不在您的范围内，请看下一条。")
    else:
        names = {row["label_code"]: row for row in definitions}
        own = names.get(task.label_code or "")
        st.subheader(
            f"这起案件的“{own['label_zh']}”标得对不对？" if own
            else f"这起案件没有{stratum.label_group}标签，有没有漏标？"
        )  # fmt: skip
        kind = checks.plain(task.text.class_label or "类别未登记")
        st.caption(
            (f"{own['label_zh']}：{own['definition_zh'] or '（无定义）'}。" if own else "")
            + f"{stratum.label_group}组；案件 {task.text.case_no}，{kind}，{task.text.event_date}"
            + ("；本条由两人各自判，互不可见" if item.is_overlap else "")
        )
        _text(task)
        said = [v for v in log if v.sample_no == item.sample_no and v.user_id == context.identity.user_id]
        if task.text.text == "":
            st.warning("这起案件的案情文字现在读不到，请跳过。")
        _buttons(context, task, log, mine)
        if st.session_state.get(_MISSING) == item.sample_no:
            _missing(context, task, version_for(item, log, context.identity.user_id), definitions)
        elif said and said[-1].verdict == "missing":
            st.caption("漏标已记下；本条看完后请按“对”或“错”结束。")


def _task(context: Context, item: SampleItem, stratum: Stratum) -> Task | None:
    """Return the item as it was first shown to this reader.

    A text is read, and its reading recorded, once; and a verdict is held against what was shown, whatever has been
    published since.
    """
    known = st.session_state.get(_TASK)
    if known is None or known[0] != item.sample_no:
        task = open_task(context.door, context.identity, Home.resolve(), item, stratum)
        st.session_state[_TASK] = known = (item.sample_no, task)
    found: Task | None = known[1]
    return found


def _text(task: Task) -> None:
    """Show the narrative; the judged label's evidence strong, that of the group's other labels light."""
    text, marks = task.text.text, []
    for row in task.labels:
        is_own = task.label_code == row["label_code"]
        marks.append((int(row["evidence_from"]), int(row["evidence_to"]), is_own, row["label_zh"] or ""))
    parts, place = [], 0
    for start, end, is_own, name in sorted(marks, key=lambda mark: (mark[0], not mark[2])):
        if start < place or end > len(text):
            continue
        title = html.escape(name, quote=True)
        parts.append(html.escape(text[place:start]))
        parts.append(
            f'<mark title="{title}" style="{_OWN if is_own else _OTHER}">{html.escape(text[start:end])}</mark>'
        )
        place = end
    parts.append(html.escape(text[place:]))
    st.html(
        '<div lang="zh" style="font-size:1.05rem;line-height:1.9;border:1px solid #d5dbe3;padding:.7rem 1rem;'
        f'max-width:60rem">{"".join(parts)}</div>'
    )


def _buttons(context: Context, task: Task, log: Sequence[Verdict], mine: Sequence[SampleItem]) -> None:
    offered = [("correct", "1", "对" if task.label_code else "没有漏标")]
    offered += [("wrong", "2", "错")] if task.label_code else []
    offered += [("uncertain", "3", "不确定")]
    with st.container(horizontal=True):
        for verdict, key, label in offered:
            if st.button(label, key=f"label_{verdict}", shortcut=key, disabled=task.text.text == ""):
                _say(context, task, log, verdict)
        if st.button("漏标", key="label_missing_open", shortcut="4", disabled=task.text.text == ""):
            st.session_state[_MISSING] = task.item.sample_no
        if st.button("跳过", key="label_skip", shortcut="n"):
            st.session_state.setdefault(SKIPPED, []).append(task.item.sample_no)
            st.rerun()
        show_undo(context, mine)
    st.caption("漏了同组别的标签，请先记漏标，再判本条。")


def show_undo(context: Context, mine: Sequence[SampleItem]) -> None:
    """Offer to take back the reader's last verdict."""
    if st.button("撤销上一条", key="label_undo", shortcut="z"):

        def write() -> str:
            gone = undo(context.door, context.identity, session.workbench(), mine)
            st.session_state.pop(SKIPPED, None)
            if gone is None:
                raise JingcangError("您本周没有可撤销的判定", remedy="请继续判下一条")
            return f"已撤销：{VERDICTS[gone.verdict]}。"

        done(write)


def _say(context: Context, task: Task, log: Sequence[Verdict], verdict: str) -> None:
    def write() -> str:
        st.session_state.pop(_TASK, None)
        judge(
            context.door, context.identity, Home.resolve(), session.workbench(), task, verdict,
            seen_version=version_for(task.item, log, context.identity.user_id),
        )  # fmt: skip
        return f"已记“{VERDICTS[verdict]}”，下一次运行起计入；按 Z 撤销。"

    done(write)


def _missing(context: Context, task: Task, version: int, definitions: Sequence[dict[str, Any]]) -> None:
    """Take a label the case lacks and the place that supports it: a sentence, or words of the text."""
    group, text = task.stratum.label_group, task.text.text
    given = {*task.item.labels, *(row["label_code"] for row in task.labels)}
    names = {
        row["label_code"]: row["label_zh"]
        for row in definitions if row["label_group"] == group and row["label_code"] not in given
    }  # fmt: skip
    sentences = [found.span() for found in _SENTENCE.finditer(text)]
    with st.form(f"label_missing_{task.item.sample_no}_{version}", border=False):
        code = st.selectbox(
            f"漏了哪个{group}标签", list(names), index=None, placeholder="请选择（可输入查找）",
            format_func=names.__getitem__, key=f"label_missing_code_{task.item.sample_no}",
        )  # fmt: skip
        sentence = st.radio(
            "依据在哪一句", sentences, format_func=lambda span: text[span[0] : span[1]],
            key=f"label_missing_sentence_{task.item.sample_no}",
        )  # fmt: skip
        words = st.text_input(
            "更准的依据：照抄这几个字（可不填）",
            key=f"label_missing_words_{task.item.sample_no}",
            max_chars=100,
        ).strip()
        if st.form_submit_button("记下漏标"):

            def write() -> str:
                if code is None:
                    raise JingcangError("请选择漏了哪个标签", remedy="在列表里选一个")
                start = text.find(words) if words else -1
                if words and start < 0:
                    raise JingcangError("案情里没有这几个字", remedy="请照抄案情中的字，或留空用整句")
                st.session_state.pop(_MISSING, None)
                evidence = (start, start + len(words)) if words else (int(sentence[0]), int(sentence[1]))
                judge(
                    context.door, context.identity, Home.resolve(), session.workbench(), task, "missing",
                    seen_version=version, label_code=code, evidence=evidence,
                )  # fmt: skip
                return f"已记漏标“{names[code]}”，看完请按“对”或“错”结束本条。"

            done(write)
