"""诚信审计, blind second coding: the next drawn use, the form, and what the codings of both people say.

Belongs here: the order of work, the form, the table. Does not belong here: which uses are drawn
(``fct_archive_recodings``), what a coder may see and code (``jingcang.access.archive_recodings``), the figures
(``jingcang.kpis.recoding``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import states, wording
from dashboards.components.decided import done, show_done
from dashboards.components.tables import show_table
from dashboards.context import Context
from dashboards.queries import integrity
from jingcang.access.archive_recodings import BLIND, CODES, recode
from jingcang.kpis.recoding import (
    DOWN,
    FEWEST_CODED,
    UP,
    CodedUse,
    Recoded,
    judge_recoding,
)
from jingcang.workbench.archive_recodings import EXTRA_LABELS, RecodingBook

_WHOLE = "周期合计"


def show(context: Context, filters: Mapping[str, Any]) -> None:
    """Show the work that waits and the results of the chosen period.

    Args:
        context: of the page.
        filters: ``start``, ``end`` and ``units`` of the page's queries.
    """
    drawn = [
        row for row in context.run(BLIND, units=filters["units"]).to_dicts()
        if filters["start"] <= row["month_start"] <= filters["end"]
    ]  # fmt: skip
    if not drawn:
        st.subheader("复核编码：这个周期还没有满一个月的利用可抽")
        return
    coded = RecodingBook(session.workbench()).by_use()
    waiting = [
        row for row in drawn
        if row["archive_use_id"] not in coded
        and not (context.identity.officer_no and row["user_officer_no"] == context.identity.officer_no)
    ]  # fmt: skip
    rows = context.run(integrity.RECODED, **filters).to_dicts()
    whole = judge_recoding(_uses(rows))
    st.subheader(_sentence(len(drawn), len(drawn) - len(waiting), whole))
    st.caption(
        "每月每个单位随机抽取，名单由运行按编号的散列值定，谁也不能挑；复核人看不到原来登记的目的。"
        "目的只是查找、或不算利用的，不计入考核：原编码计入而复核不计入的是高估，反之是低估。"
    )
    show_done()
    if waiting:
        _form(context, waiting[0], len(waiting))
    else:
        states.empty("抽中的都已复核", "下个月的样本随运行自动抽取")
    _results(context, rows, whole)


def _uses(rows: Sequence[Mapping[str, Any]]) -> list[CodedUse]:
    return [
        CodedUse(
            row["purpose_code"], row["recoded_purpose_code"], row["recoding_result_code"],
            f"{row['unit_no']} {row['month_start']}", row["month_use_count"],
        )
        for row in rows
        for _ in range(row["use_count"])
    ]  # fmt: skip


def _sentence(drawn: int, coded: int, whole: Recoded) -> str:
    start = f"复核编码：抽中 {drawn:,} 次，已复核 {coded:,} 次"
    if whole.share is None:
        return f"{start}；计入结果的 {whole.judged:,} 次不足 {FEWEST_CODED} 次，暂不计误分率"
    tail = {UP: "，偏向高估", DOWN: "，偏向低估"}.get(whole.direction, "，看不出偏向哪一边")
    return f"{start}；误分 {_share(whole)}{tail}"


def _share(found: Recoded) -> str:
    if found.share is None or found.low is None or found.high is None:
        return "样本不足"
    return f"{100 * found.share:.1f}%（{100 * found.low:.1f}%–{100 * found.high:.1f}%）"


def _form(context: Context, use: Mapping[str, Any], left: int) -> None:
    """Show one use without its purpose and take a code."""
    linked = f"{use['linked_kind_label'] or '编号'} {use['linked_no']}" if use["linked_no"] else "没有登记"
    if use["linked_no"] and not use["is_link_valid"]:
        linked += "（查不到）"
    st.markdown(f"**下一次（还有 {left:,} 次）：登记号 {use['use_no']}**，请对照登记簿或案卷")
    show_table(
        [("单位",), ("日期",), ("方式",), ("档号",), ("门类",), ("关联",), ("关联案件类别",), ("是否调阅",)],
        [[
            context.unit_name(use["unit_no"]), use["event_date"], use["use_kind_label"], use["file_no"],
            use["category_label"], linked, use["linked_class_label"], "是" if use["is_opened"] else "否",
        ]],
        key="recoding_use",
        title="复核编码：待编的一次利用",
        is_exported=False,
    )  # fmt: skip
    names = dict(context.run(CODES).rows()) | EXTRA_LABELS
    with st.form(f"recoding_{use['archive_use_id']}", border=False):
        code = st.radio(
            "这次利用是为了什么", list(names), index=None, format_func=names.__getitem__, horizontal=True,
            key=f"recoding_code_{use['archive_use_id']}",
        )  # fmt: skip
        reason = st.text_input("依据（必填）", max_chars=500, key=f"recoding_reason_{use['archive_use_id']}")
        if st.form_submit_button("记下，看下一次"):
            done(lambda: _write(context, use, code, reason))


def _write(context: Context, use: Mapping[str, Any], code: str | None, reason: str) -> str:
    recode(
        context.door, context.identity, session.workbench(), use["archive_use_id"], code or "", seen_version=0,
        reason=reason,
    )  # fmt: skip
    return f"{use['use_no']} 的复核编码已记下，下一次运行起计入结果。"


def _results(context: Context, rows: Sequence[Mapping[str, Any]], whole: Recoded) -> None:
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        unit = context.unit_name(row["unit_no"])
        groups.setdefault((unit, _WHOLE), []).append(row)
        groups.setdefault((unit, f"{row['month_start']:%Y-%m}"), []).append(row)
    # Rows come by unit and month, and a unit's whole is met before its first month.
    lines = [_line(unit, month, judge_recoding(_uses(own))) for (unit, month), own in groups.items()]
    st.markdown("**复核结果：按单位和月份**（月份按其第一天归入考核周期）")
    show_table(
        [
            ("单位",), ("月份",), ("抽中",), ("已判",), ("看不出",), ("误分", "次数"), ("误分", "率和 95% 区间"),
            ("方向", "高估"), ("方向", "低估"), ("方向", "结论"), ("一致性", "kappa"), ("一致性", "95% 区间"),
        ],
        [_line("全部", _WHOLE, whole), *lines],
        key="recoding_results",
        title="复核编码结果",
        help_texts={
            "月份": "周期合计的误分率按各单位各月的利用多少加权；次数、方向和 kappa 是抽中的合在一起",
            "已判": "两次编码都有的；看不出的另列，不进误分率",
            "率和 95% 区间": f"两次编码不同的；不足 {FEWEST_CODED} 次不计率。威尔逊区间",
            "结论": "高估与低估各半时的精确符号检验；各单位不排名",
            "kappa": "Cohen kappa：0.80 及以上可靠，0.67 及以上可暂用",
        },
    )  # fmt: skip


def _line(unit: str, month: str, found: Recoded) -> list[Any]:
    kappa, limits = wording.MISSING, wording.MISSING
    if found.agreement is not None and found.agreement.estimate == found.agreement.estimate:
        kappa = f"{found.agreement.estimate:.2f}"
        limits = f"{found.agreement.ci_low:.2f}–{found.agreement.ci_high:.2f}"
    return [
        unit, month, found.drawn, found.judged, found.unclear, found.wrong, _share(found), found.overstated,
        found.understated, found.direction, kappa, limits,
    ]  # fmt: skip
