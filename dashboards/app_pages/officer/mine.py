"""我的: the officer's own figures and the records behind them; nobody else's."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import polars as pl
import streamlit as st

from dashboards.components import states
from dashboards.components.decided import show_done
from dashboards.components.frame import answer
from dashboards.components.kpis import in_force, measure
from dashboards.components.records import show_measures, show_records
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.deployment import deployment
from dashboards.queries import archive, evidence
from dashboards.sections import own_appeals, own_visits, period_choice
from jingcang.statistics.periods import day_label


def main() -> None:
    context = current()
    st.header(f"我的：{context.identity.display_name}")
    show_done()
    known = deployment(context.generation.profile)
    has_files = known.has_source("archive_items", "archive_uses", "cases")
    has_visits = known.has_source("home_visits")
    if not (has_files or has_visits):
        states.empty(
            "这里没有接入案件、档案和走访的来源", "接入后本页列出您应归的案卷、在办案件、走访和各项数字"
        )
        return
    files = _read_files(context) if has_files else None
    visits = own_visits.read(context) if has_visits else None
    answer(
        (_files_words(files, context.as_of) if files is not None else "")
        + (own_visits.words(visits) if visits is not None else "")
    )
    if files is not None:
        _due(files.due, context.as_of)
    if visits is not None:
        own_visits.show(context, visits)
    if files is not None:
        _files(context, files)
    context.foot = {"范围": f"只含警号 {context.identity.officer_no} 的记录", **context.foot}


class _Files(NamedTuple):
    """Volumes due, open cases, and the required items these lack."""

    due: pl.DataFrame
    cases: pl.DataFrame
    missing: pl.DataFrame


def _read_files(context: Context) -> _Files:
    return _Files(*map(context.run, (archive.MY_DUE, archive.MY_CASES, evidence.MY_MISSING)))


def _files_words(files: _Files, as_of: date) -> str:
    due, cases, missing = files
    overdue = due.filter(pl.col("due_date") < as_of).height
    return (
        f"应归未归的案卷 {due.height:,} 卷，其中逾期 {overdue:,} 卷；"
        if due.height
        else "没有应归未归的案卷；"
    ) + (f"在办案件 {cases.height:,} 起，{_missing_words(missing)}。" if cases.height else "没有在办案件。")


def _files(context: Context, files: _Files) -> None:
    """Figures of the period, cases, files and uses, behind what has to be done first."""
    _kpis(context, context.run(archive.PERIODS).rows())
    _table("在办案件", files.cases, _CASES, "没有在办案件。", "cases", archive.MOST_CASES)
    _missing(files.missing)
    _relations(context)
    _table(
        "我经手的档案", context.run(archive.MY_FILES), _FILES, "没有经手的档案。", "files", archive.MOST_MINE
    )
    _table(
        "我的查询和借阅",
        context.run(archive.MY_USES),
        _USES,
        "没有查询或借阅记录。",
        "uses",
        archive.MOST_MINE,
    )


def _due(due: pl.DataFrame, as_of: date) -> None:
    if due.height:
        first = due["due_date"].min()
        late = f"，最早的一卷已逾期 {(as_of - first).days:,} 天" if first and first < as_of else ""
        st.subheader(f"应归未归 {due.height:,} 卷{late}")
        st.caption("按应归日期排列，从第一行办起。")
    else:
        st.subheader("没有应归未归的案卷")
    if due.height:
        headings = {
            "record_no": "编号",
            "due_date": "应归日期",
            "evidence": "依据",
            "_source_table": "来源表",
            "_source_key": "来源主键",
        }
        show_table([(headings[name],) for name in due.columns], due.rows(), key="due", title="应归未归的案卷")


def _kpis(context: Context, periods: list[tuple[date, date]]) -> None:
    if not periods:
        states.empty("还没有您的考核记录", "有案卷办结或档案利用后，这里列出各项数字")
        return
    start, end = period_choice.box(periods)
    rows = {row["kpi_code"]: row for row in context.run(archive.MY_KPIS, period_start=start).to_dicts()}
    measured = [measure(kpi, rows[code]) for code, kpi in in_force(start).items() if code in rows]
    st.subheader("本期的数字：分子、分母和说明")
    st.caption("件数少时区间很宽，只看记录，不看比率。对记录有异议，公示和申诉期间可在下面提出申诉。")
    show_measures(measured, key="my_kpis", title="我的考核数字", is_own=True)
    with st.expander("看依据：每一条记录"):
        names = {m.kpi.name_zh: m.kpi.kpi_code for m in measured}
        chosen = st.selectbox("指标", list(names), key="kpi", bind="query-params")
        if chosen and st.toggle("显示记录", key="records_shown"):
            records = context.run(
                archive.RECORDS, period_start=start, kpi_code=names[chosen], units=[], officer_no=""
            ).drop("unit_no", "officer_no")
            show_records(records, chosen)
    own_appeals.show(context, (start, end))
    context.foot["考核周期"] = f"{day_label(start)}至{day_label(end)}"


def _missing_words(missing: pl.DataFrame) -> str:
    if not missing.height:
        return "必备的证据材料都有"
    return f"其中 {missing['case_no'].n_unique():,} 起缺 {missing.height:,} 项必备的证据材料"


def _missing(missing: pl.DataFrame) -> None:
    """The required items of own open cases that are not there though their stage is reached."""
    if not missing.height:
        st.subheader("在办案件不缺必备的证据材料")
        return
    st.subheader(f"在办案件缺 {missing.height:,} 项必备的证据材料")
    st.caption(
        "按应有的日期排列。以办案系统登记的文书和涉案物品为准：已制作而没有登记的，请先在办案系统登记。"
        "依据写“本产品默认值”的，由本单位确认是否必备。"
    )
    show_table(
        [(_MISSING[name],) for name in missing.columns],
        missing.rows(),
        key="missing",
        title="在办案件缺的证据材料",
        is_cut=missing.height >= evidence.MOST_MISSING,
    )


def _relations(context: Context) -> None:
    """Relations the narratives of own open cases state; read only when asked for, since every read is recorded."""
    with st.expander("案情中的关系：由规则从在办案件的简要案情得出"):
        st.caption(
            "只列原文写明的关系，号码遮盖，人员只写角色；位置是依据在简要案情中的起始字数。规则会漏，也会错，以原文为准。"
            "每次查看都有记录。"
        )
        if not st.toggle("显示关系", key="relations_shown"):
            return
        found = context.run(evidence.MY_RELATIONS)
        if not found.height:
            st.caption("在办案件的简要案情没有写明关系。")
            return
        show_table(
            [(_RELATIONS[name],) for name in found.columns],
            found.rows(),
            key="relations",
            title="在办案件案情中的关系",
            is_cut=found.height >= evidence.MOST_MISSING,
        )


_RELATIONS = {
    "case_no": "案件编号",
    "relation_label": "关系",
    "object_kind_label": "客体",
    "object_masked": "内容（遮盖）",
    "evidence_from": "位置",
    "rule_id": "规则",
}
_MISSING = {
    "case_no": "案件编号",
    "evidence_item_label": "缺的材料",
    "evidence_stage_label": "应有环节",
    "evidence_stage_date": "到达该环节",
    "evidence_basis": "要求依据",
}
_CASES = {
    "case_no": "案件编号",
    "nature_label": "性质",
    "class_label": "类别",
    "event_date": "日期",
    "status_label": "状态",
    "days_open": "已办天数",
}
_FILES = {
    "file_no": "档号",
    "category_label": "门类",
    "made_date": "形成日期",
    "due_date": "应归日期",
    "archived_date": "归档日期",
    "is_archived_in_time": "按期",
    "missing_document_count": "缺文书",
    "page_count": "页数",
    "digitised_page_count": "已数字化页数",
}
_USES = {
    "use_no": "编号",
    "event_date": "日期",
    "file_no": "档号",
    "use_kind_label": "方式",
    "purpose_label": "目的",
    "linked_no": "关联编号",
    "is_link_valid": "关联有效",
    "is_opened": "已打开",
    "due_date": "应还日期",
    "returned_date": "归还日期",
    "effect_verdict_label": "成效判定",
}


def _table(
    title: str, rows: pl.DataFrame, headings: dict[str, str], nothing: str, key: str, limit: int
) -> None:
    is_cut = rows.height >= limit
    st.subheader(f"{title}：{'最近 ' if is_cut else ''}{rows.height:,} 条")
    if not rows.height:
        st.caption(nothing)
        return
    show_table([(headings[name],) for name in rows.columns], rows.rows(), key=key, title=title)


main()
