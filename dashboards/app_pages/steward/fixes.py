"""先修什么: which single fix heals most; what each unit enters wrongly; what stands before the month is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards.components import checks, states
from dashboards.components.frame import answer
from dashboards.components.tables import show_table
from dashboards.consumers import Consumers, titled
from dashboards.context import Context, current
from dashboards.queries import quality, steward
from dashboards.sections import closing, issue_list
from jingcang.contracts import load_fields

MOST_FIXES = 500


@dataclass(frozen=True)
class Fix:
    """One thing to mend.

    Args:
        what: the fix, one line.
        kind: 来源更正, 补映射 or 恢复运行.
        rows: rows or records it heals.
        consumers: KPIs and pages that become right with it.
        check_id: the check whose rows to open, "" for a mapping.
        field_name: the field whose value has no mapping, "" for a check.
    """

    what: str
    kind: str
    rows: int
    consumers: Consumers
    check_id: str = ""
    field_name: str = ""

    @property
    def weight(self) -> int:
        """Rows times the readers who see them: one for the table itself, one a KPI, one a page."""
        return self.rows * (1 + len(self.consumers.kpis) + len(self.consumers.pages))


def main() -> None:
    context = current()
    st.header("先修什么")
    fixes = _fixes(context)
    if context.run(quality.CHECKS).is_empty():
        states.empty("还没有检查结果", "运行一次 jingcang run 后这里列出要修的")
    elif not fixes:
        states.empty("没有要修的", "适用的检查都在限内，代码都已映射")
    else:
        _answer(fixes)
        _look_at(fixes)
        _table(fixes)
    _entry_guide(context)
    closing.show(context)
    context.foot = {
        "排序": "行数 ×（1＋用到它的指标数＋页面数）；执行错误的检查行数未知，按 1 行计",
        "影响": "来源更正按表推算：指标和页面用到这张表即计入，未必用到出错的栏目；补映射按字段推算",
        **context.foot,
    }


def _fixes(context: Context) -> list[Fix]:
    profile = context.generation.profile
    found = [
        Fix(
            f"{checks.object_title(profile, issue.row['object_name'])}：{issue.title}",
            "恢复运行" if issue.row["status"] == "error" else "来源更正",
            max(issue.row["rows_violated"] or 0, 1),
            issue.consumers,
            issue.row["check_id"],
        )
        for issue in issue_list.load(context)
        if issue.published.is_open
    ]
    fields = load_fields()
    for row in context.run(quality.UNMAPPED).to_dicts():
        entity, _, column = row["field_name"].partition(".")
        name = fields[column].name_zh if column in fields else row["field_name"]
        found.append(
            Fix(
                f"{name}的代码 {row['source_value']} 未映射",
                "补映射",
                row["record_count"],
                titled({(f"landed.{entity}", column)}),
                field_name=row["field_name"],
            )
        )
    return sorted(found, key=lambda fix: (-fix.weight, fix.what))


def _answer(fixes: Sequence[Fix]) -> None:
    rows = sum(fix.rows for fix in fixes)
    first = fixes[:10]
    share = 100 * sum(fix.rows for fix in first) / rows
    healed = "不到 1%" if share < 1 else f"{share:.0f}%"
    kpis = {name for fix in first for name in fix.consumers.kpis}
    answer(
        f"共 {len(fixes):,} 处要修，涉及 {rows:,} 行次；修好前 {len(first)} 处，可消除其中 {healed}，"
        f"{len(kpis)} 个指标的数据随之变好。"
    )


def _look_at(fixes: Sequence[Fix]) -> None:
    st.markdown("**先修这几处**")
    with st.container(gap=None):
        for number, fix in enumerate(fixes[:5], 1):
            label = f"{number}. {checks.plain(fix.what)}：{fix.rows:,} 行，{len(fix.consumers.kpis)} 个指标"
            if fix.check_id:
                st.page_link("app_pages/steward/rows.py", label=label, query_params={"check": fix.check_id})
            else:
                st.page_link("app_pages/steward/mappings.py", label=label)


def _table(fixes: Sequence[Fix]) -> None:
    st.subheader(f"全部要修的，按修好后的好处排列：{len(fixes):,} 处")
    show_table(
        [("要修什么",), ("怎么修",), ("行数",), ("指标",), ("页面",), ("指标和页面",), ("检查编号或字段",)],
        [
            [
                fix.what,
                fix.kind,
                fix.rows,
                len(fix.consumers.kpis),
                len(fix.consumers.pages),
                "、".join((*fix.consumers.kpis, *fix.consumers.pages)) or None,
                fix.check_id or fix.field_name,
            ]
            for fix in fixes[:MOST_FIXES]
        ],
        key="fixes",
        title="先修什么",
        is_cut=len(fixes) > MOST_FIXES,
    )


def _entry_guide(context: Context) -> None:
    rows = context.run(steward.UNIT_ERRORS).to_dicts()
    units = {row["unit_no"]: 0 for row in rows if row["unit_no"]}
    for row in rows:
        if row["unit_no"]:
            units[row["unit_no"]] += row["rows_violated"]
    if not units:
        st.subheader("录入提示：没有单位反复填错")
        return
    order = sorted(units, key=lambda unit: (-units[unit], unit))
    slot = st.container()
    unit = st.selectbox("单位", order, format_func=context.unit_name, key="guide_unit")
    mine = [row for row in rows if row["unit_no"] == unit]
    titles = {item["check_id"]: item for item in context.run(quality.CHECKS).to_dicts()}
    slot.subheader(f"录入提示：{context.unit_name(unit)}常错 {len(mine):,} 种，共 {units[unit]:,} 行次")
    show_table(
        [("来源表",), ("规则说明",), ("行数",), ("录入行数",), ("占比 %",), ("后果",), ("编号",)],
        [
            [
                checks.object_title(context.generation.profile, row["object_name"]),
                checks.title(titles.get(row["check_id"], {"check_id": row["check_id"], "note": None})),
                row["rows_violated"],
                row["rows_checked"],
                checks.percent(row["rows_violated"], row["rows_checked"]),
                "不进统计" if row["severity"] == "quarantine" else "照常统计，供核对",
                row["check_id"],
            ]
            for row in sorted(mine, key=lambda row: (-row["rows_violated"], row["check_id"]))
        ],
        key="guide",
        title=f"录入提示：{context.unit_name(unit)}",
        digits={"占比 %": 2},
    )


main()
