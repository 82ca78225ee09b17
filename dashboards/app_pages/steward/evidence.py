"""证据缺项: which required documents and goods the cases in scope lack, item by item, down to the cases."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.components import states, wording
from dashboards.components.checks import percent
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.context import Context, current
from dashboards.deployment import deployment
from dashboards.queries import evidence


def main() -> None:
    context = current()
    st.header("证据缺项")
    if not deployment(context.generation.profile).has_source("case_documents", "case_items"):
        states.empty("这里没有接入卷宗文书和涉案物品的来源", "接入后本页按证据模板列出各案缺的材料")
        return
    items = context.run(evidence.ITEMS).to_dicts()
    if not items:
        states.empty("没有适用证据模板的案件", "案件性质映射到字典后，本页按模板列出缺项")
        return
    missing = sum(item["missing_count"] for item in items)
    still_open = sum(item["open_missing_count"] for item in items)
    due = sum(item["due_count"] for item in items)
    answer(
        f"已到环节的必备材料中缺 {wording.share(missing, due)}，在办案件的有 {still_open:,} 项"
        + (f"；缺得最多的是“{items[0]['evidence_item_label']}”。" if missing else "。")
    )
    _items(items)
    _cases(context, [item for item in items if item["missing_count"]])
    context.foot = {
        "口径": "证据模板由本产品编制，依据写“本产品默认值”的须由本单位确认；以来源系统登记的文书和涉案物品为准",
        **context.foot,
    }


def _items(items: list[dict[str, Any]]) -> None:
    most = items[0]
    st.subheader(
        f"缺得最多的材料：“{most['evidence_item_label']}”缺 {wording.share(most['missing_count'], most['due_count'])}"
        if most["missing_count"]
        else "各项必备材料都不缺"
    )
    show_table(
        [
            ("材料",),
            ("案件性质",),
            ("应有环节",),
            ("缺（起）",),
            ("其中在办",),
            ("应有（起）",),
            ("缺 %",),
            ("要求依据",),
        ],
        [
            [
                item["evidence_item_label"],
                item["nature_label"],
                item["evidence_stage_label"],
                item["missing_count"],
                item["open_missing_count"],
                item["due_count"],
                percent(item["missing_count"], item["due_count"])
                if item["due_count"] >= wording.SMALLEST_BASE
                else None,
                item["evidence_basis"],
            ]
            for item in items
        ],
        key="evidence_items",
        title="各项证据材料的缺项",
        help_texts={"缺 %": "应有不足 10 起的不算百分比"},
    )


def _title(item: dict[str, Any]) -> str:
    """Return the name of an item that tells it from the same item of cases of another nature."""
    return f"{item['evidence_item_label']}（{item['nature_label']}，{item['evidence_stage_label']}）"


def _cases(context: Context, items: list[dict[str, Any]]) -> None:
    if not items:
        st.subheader("没有缺项的案件")
        return
    names = {item["evidence_item_code"]: item for item in items}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "材料",
            list(names),
            key="item",
            bind="query-params",
            width=420,
            format_func=lambda code: _title(names[code]),
        )
        open_only = st.toggle("只看在办案件", value=True, key="open_only")
    found = context.run(evidence.CASES, item=chosen, open_only=open_only)
    st.subheader(f"缺“{names[chosen]['evidence_item_label']}”的案件：{found.height:,} 起")
    headings = {
        "case_no": "案件编号",
        "unit_no": "单位",
        "lead_officer_no": "主办民警",
        "evidence_stage_date": "到达该环节",
        "is_open": "在办",
        "_source_table": "来源表",
        "_source_key": "来源主键",
    }
    rows = found.with_columns(found["unit_no"].map_elements(context.unit_name, str, skip_nulls=False))
    show_table(
        [(headings[name],) for name in found.columns],
        rows.rows(),
        key="evidence_cases",
        title="缺证据材料的案件",
        is_cut=found.height >= evidence.MOST_MISSING,
    )


main()
