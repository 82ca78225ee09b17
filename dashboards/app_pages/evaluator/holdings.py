"""馆藏与数字化: what stands in the archive, what is asked for and not digital, what is missing and what is due."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboards.components import short_list, states, wording
from dashboards.components.frame import answer
from dashboards.context import current
from dashboards.deployment import deployment
from dashboards.queries import holdings
from dashboards.sections import (
    filing_dues,
    holdings_demand,
    holdings_gaps,
    holdings_retention,
    holdings_searches,
)
from dashboards.sections.holdings_demand import Rows, name_of, total
from jingcang.access.filing_dues import UnitDues
from jingcang.access.filing_dues import filing_dues as due_lists
from jingcang.statistics.periods import day_label

COUNTED = (
    "在馆：已归档，没有销毁也没有移交；利用：调阅或命中，映射为不计的目的除外；"
    "全部数字化：载体本身是数字形态，或数字副本页数不少于页数"
)


def main() -> None:
    context = current()
    st.header(f"馆藏与数字化：{context.scope_words()}")
    if not deployment(context.generation.profile).has_source("archive_items"):
        states.empty("这里没有接入档案目录", "接入后本页列出馆藏、数字化和待归档的情况")
        return
    units = list(context.unit_nos)
    rows = context.run(holdings.HOLDINGS, units=units).to_dicts()
    until = context.as_of
    since = (until - timedelta(364)).replace(day=1)
    searches = context.run(holdings.SEARCHES, since=since, units=units).to_dicts()
    dues = due_lists(context.door, context.identity, units)
    unmapped = sum(
        row["archive_file_count"]
        for row in rows
        if row["category_code"] is None or row["medium_code"] is None
    )
    files = total(rows, "archive_file_count")
    context.foot = {
        "时段": f"利用 {day_label(until - timedelta(364))}至{day_label(until)}；检索 {day_label(since)}起",
        "n": f"在馆 {files:,} 件，利用 {total(rows, 'year_use_count'):,} 次",
        "口径": COUNTED,
        "门类或载体未映射": f"{unmapped:,} 件",
        "档案四性": "由数据管理员在“档案四性”页检查，本页不重复",
        **context.foot,
    }
    if not rows and not searches and not dues:
        states.empty("没有在馆档案，也没有检索和应归未归", "请换一个单位，或核对档案系统的数据是否到齐")
        return
    gaps = {
        bool(row["is_number_jump"]): row for row in context.run(holdings.GAP_COUNTS, units=units).to_dicts()
    }
    over = dict(context.run(holdings.RETENTION_COUNTS, units=units).rows())
    answer(_sentence(rows, searches, dues))
    short_list.show(_worth_a_look(rows, searches, dues, gaps.get(False), over.get(True, 0)))
    holdings_demand.show_demand(rows)
    holdings_demand.show_digitising(context, rows)
    holdings_searches.show_searches(searches, since, until)
    holdings_searches.show_never_used(rows, until)
    holdings_gaps.show(context, rows, gaps)
    holdings_retention.show(context, rows, over)
    filing_dues.show(context, dues)


def _sentence(rows: Rows, searches: Rows, dues: list[UnitDues]) -> str:
    parts = []
    if rows:
        pages, copied = total(rows, "page_count"), total(rows, "digitised_page_count")
        uses, waiting = total(rows, "year_use_count"), total(rows, "not_digital_use_count")
        parts.append(
            f"在馆 {total(rows, 'archive_file_count'):,} 件 {pages:,} 页，已数字化 {wording.share(copied, pages)}"
        )
        parts.append(
            f"近 12 个月利用 {uses:,} 次，其中利用未全部数字化档案的 {wording.share(waiting, uses)}"
            if uses
            else "近 12 个月没有利用"
        )
    else:
        parts.append("没有在馆档案")
    if asked := total(searches, "search_count"):
        parts.append(f"检索未果 {wording.share(total(searches, 'no_hit_count'), asked)}")
    volumes = sum(len(unit.volumes) for unit in dues)
    parts.append(f"应归未归 {volumes:,} 卷" if volumes else "没有应归未归的案卷")
    return "；".join(parts) + "。"


def _worth_a_look(
    rows: Rows, searches: Rows, dues: list[UnitDues], gaps: dict[str, int] | None, over: int
) -> list[str]:
    """Return at most five lines, what keeps somebody waiting first."""
    items = []
    if volumes := sum(len(unit.volumes) for unit in dues):
        overdue = sum(unit.overdue for unit in dues)
        items.append(f"**应归未归 {volumes:,} 卷**，其中逾期 {overdue:,} 卷：清单在页末，可导出给各单位")
    wanted = max(rows, key=lambda row: row["not_digital_use_count"], default=None)
    if wanted and wanted["not_digital_use_count"]:
        items.append(
            f"**先数字化{name_of(wanted)}**：{wanted['not_digital_file_count']:,} 件未全部数字化，"
            f"近 12 个月被利用 {wanted['not_digital_use_count']:,} 次"
        )
    missed = max(searches, key=lambda row: row["no_hit_count"], default=None)
    if missed and missed["no_hit_count"]:
        items.append(
            f"**检索未果最多的是“{missed['purpose_label']}”**（关联{missed['linked_kind_label']}）："
            f"{wording.share(missed['no_hit_count'], missed['search_count'])}，问一问要找的是什么档案"
        )
    if gaps:
        items.append(
            f"**断号 {gaps['gap_count']:,} 处**，共 {gaps['missing_number_count']:,} 个号没有档案："
            "核对是漏登、作废还是遗失"
        )
    if over:
        items.append(f"**保管期满 {over:,} 件**：由本单位组织鉴定，本产品不作销毁结论")
    return items


main()
