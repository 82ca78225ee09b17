"""诚信审计: uses of archive files there is a reason to ask about, for the integrity reviewer only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboards import session
from dashboards.components import states
from dashboards.components.frame import answer
from dashboards.components.shares import interval
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.queries import integrity
from dashboards.sections import period_choice, recoding
from jingcang.access.archive_recodings import blinded
from jingcang.kpis import FEWEST_USES, MORE, UnitMonth, judge_months
from jingcang.statistics.month_end import LAST_DAYS
from jingcang.statistics.periods import day_label

EVERY = "全部理由"
HIDDEN = "待复核编码"
NOT_CHECKED = (
    "本人或同户：人员系统没有登记证件号码的民警、没有关联案件的档案不比对，已封存的记录不比对；"
    "事后补录：没有服务器录入时间的登记不判断；没有排班的日子不判断是否当班"
)


def main() -> None:
    context = current()
    st.header(f"诚信审计：{context.scope_words()}")
    periods = period_choice.found(context, "archive_uses", "接入后本页列出需要核查的利用")
    if not periods:
        return
    start, end = period_choice.box(periods)
    until = min(end, context.as_of)
    filters = {"start": start, "end": until, "units": list(context.unit_nos)}
    span = f"{day_label(start)}至{day_label(until)}"
    uses = dict(context.run(integrity.USES, **filters).rows())
    total = sum(uses.values())
    context.foot = {
        "时段": span,
        "n": f"{total:,} 次利用",
        "未能核查": NOT_CHECKED,
        **context.foot,
    }
    if not total:
        states.empty("这个周期、这个单位没有利用登记", "请换一个周期或单位")
        return
    flagged = dict(context.run(integrity.FLAGGED, **filters).rows())
    reasons = context.run(integrity.REASONS, **filters).to_dicts()
    months = _months(context, filters)
    answer(_sentence(total, sum(flagged.values()), reasons, months))
    st.caption("列出的是需要问一问的利用，不是结论；先看利用目的和当时的工作，再找本人了解。各单位不排名。")
    _by_reason(reasons, total, span)
    _by_unit(context, uses, flagged, reasons, span)
    _by_month(context, months)
    _rows(context, filters, reasons)
    recoding.show(context, filters)


def _sentence(
    total: int, flagged: int, reasons: Sequence[Mapping[str, Any]], months: Sequence[Sequence[Any]]
) -> str:
    unlinked = sum(row["use_count"] for row in reasons if row["flag_code"] == integrity.UNLINKED)
    counts = _counts([row for row in reasons if row["flag_code"] != integrity.UNLINKED])
    parts = []
    if flagged:
        most = max(counts, key=lambda label: counts[label])
        parts.append(
            f"{total:,} 次利用中有 {flagged:,} 次（{100 * flagged / total:.1f}%）在用法上需要核查，"
            f"最多的是“{most}”（{counts[most]:,} 次）"
        )
    else:
        parts.append(f"{total:,} 次利用在用法上没有需要核查的")
    parts.append(f"没有有效关联的 {unlinked:,} 次（{100 * unlinked / total:.1f}%）")
    sentence = "；".join(parts)
    heaped = sum(row[-1] == MORE for row in months)
    if heaped:
        return f"{sentence}；另有 {heaped} 个单位月份在月末 {LAST_DAYS} 天里登记得多于偶然。"
    return f"{sentence}；月末没有多于偶然的集中登记。"


def _counts(reasons: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in reasons:
        counts[row["flag_label"]] = counts.get(row["flag_label"], 0) + row["use_count"]
    return counts


def _share(count: int, total: int) -> tuple[float, str]:
    return 100 * count / total, interval(count, total, 1)


def _by_reason(reasons: Sequence[Mapping[str, Any]], total: int, span: str) -> None:
    st.subheader(f"按理由：{span}的 {total:,} 次利用里各有多少次")
    notes = {row["flag_label"]: row["flag_note"] for row in reasons}
    if not notes:
        states.empty("没有需要核查的利用", "规则见数据字典“档案利用核查”")
        return
    rows = [[label, count, *_share(count, total), notes[label]] for label, count in _counts(reasons).items()]
    show_table(
        [("理由",), ("次数",), ("占利用 %",), ("95% 区间",), ("规则",)],
        rows,
        key="reasons",
        title="档案利用核查：按理由",
        help_texts={"次数": "一次利用可以有几条理由", "95% 区间": "威尔逊区间"},
    )


def _by_unit(
    context: Context,
    uses: Mapping[str, int],
    flagged: Mapping[str, int],
    reasons: Sequence[Mapping[str, Any]],
    span: str,
) -> None:
    st.subheader(f"按单位：{span}，用法上需要核查的占本单位利用多少")
    labels = list(_counts([row for row in reasons if row["flag_code"] != integrity.UNLINKED]))
    by_place = {(row["unit_no"], row["flag_label"]): row["use_count"] for row in reasons}
    unlinked = {row["unit_no"]: row["use_count"] for row in reasons if row["flag_code"] == integrity.UNLINKED}
    rows = [
        [
            context.unit_name(unit), count, flagged.get(unit, 0), *_share(flagged.get(unit, 0), count),
            *(by_place.get((unit, label), 0) for label in labels), unlinked.get(unit, 0),
        ]
        for unit, count in uses.items()
    ]  # fmt: skip
    show_table(
        [
            ("单位",),
            ("利用",),
            ("需核查",),
            ("占比 %",),
            ("95% 区间",),
            *(("其中", label) for label in labels),
            ("无有效关联",),
        ],
        rows,
        key="units",
        title="档案利用核查：按单位",
        help_texts={
            "需核查": "至少有一条理由的利用，没有有效关联的另列",
            "占比 %": "区间重叠的不分先后",
            "95% 区间": "威尔逊区间",
        },
    )


def _months(context: Context, filters: Mapping[str, Any]) -> list[list[Any]]:
    """Return unit, month, uses, uses of its last days, expected ones, interval, words."""
    rows = []
    months = [UnitMonth(**row) for row in context.run(integrity.MONTHS, **filters).to_dicts()]
    for judged in judge_months(months, filters["start"], filters["end"]):
        month, found = judged.month, judged.found
        limits = f"{100 * found.ci_low:.0f}–{100 * found.ci_high:.0f}" if found else None
        rows.append([
            month.unit_no, f"{month.month_start:%Y-%m}", month.use_count, month.last_count,
            found.expected if found else None, limits, judged.word,
        ])  # fmt: skip
    return rows


def _by_month(context: Context, months: Sequence[Sequence[Any]]) -> None:
    heaped = [row for row in months if row[-1] == MORE]
    st.subheader(
        f"月末：{len(heaped)} 个单位月份在最后 {LAST_DAYS} 天集中登记"
        if heaped
        else f"月末：没有一个单位月份在最后 {LAST_DAYS} 天集中登记"
    )
    show_table(
        [
            ("单位",),
            ("月份",),
            ("利用",),
            ("月末", "次数"),
            ("月末", "平均应有"),
            ("月末", "占比 95% 区间 %"),
            ("结论",),
        ],
        [[context.unit_name(row[0]), *row[1:]] for row in months],
        key="months",
        title="档案利用核查：月末集中登记",
        help_texts={
            "平均应有": "全月平均分布时月末应有的次数",
            "结论": f"精确二项检验，各单位各月一起作多重比较校正；不足 {FEWEST_USES} 次的月份不判断",
        },
    )


def _rows(context: Context, filters: Mapping[str, Any], reasons: Sequence[Mapping[str, Any]]) -> None:
    if not reasons:
        return
    st.subheader("逐条核查：利用、理由与来源")
    codes = {EVERY: "", **{row["flag_label"]: row["flag_code"] for row in reasons}}
    chosen = st.selectbox("理由", list(codes), key="reason", bind="query-params", width=320)
    if not st.toggle("显示记录（查看会记入审计）", key="rows_shown"):
        return
    rows = context.run(integrity.ROWS, **filters, flag_code=codes[chosen]).to_dicts()
    context.door.record(
        context.identity, "integrity_review", "fct_archive_use_flags", reason=codes[chosen], rows=len(rows)
    )
    kept = blinded(context.door, context.identity, session.workbench(), context.as_of)
    hidden = [row for row in rows if kept.holds(row["archive_use_id"], row["event_date"])]
    for row in hidden:
        row["purpose_label"] = HIDDEN
    if hidden:
        st.caption(f"有 {len(hidden):,} 条的目的暂不显示：已抽中而未复核编码，或所在月份还没有抽样。")
    headings = {
        "use_no": "登记号", "flag_label": "理由", "evidence": "依据", "file_no": "档号",
        "user_officer_no": "利用人警号", "unit_no": "单位", "event_date": "日期", "use_kind_label": "方式",
        "purpose_label": "目的", "linked_no": "关联编号", "_source_table": "来源表", "_source_key": "来源主键",
        "_source_file": "来源文件", "_source_line": "行号",
    }  # fmt: skip
    show_table(
        [(heading,) for heading in headings.values()],
        [
            [context.unit_name(row[name]) if name == "unit_no" else row[name] for name in headings]
            for row in rows
        ],
        key="flags",
        title=f"档案利用核查：{chosen}",
        is_cut=len(rows) == integrity.MOST_ROWS,
    )


main()
