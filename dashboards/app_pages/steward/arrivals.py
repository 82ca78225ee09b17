"""到数与对账: what arrived on which day, and does every row read have exactly one outcome."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboards.components.frame import answer
from dashboards.context import Context, current
from dashboards.queries import quality
from dashboards.sections import quality_arrivals


def main() -> None:
    context = current()
    st.header("到数与对账")
    until = context.as_of
    found = quality_arrivals.arrivals(context, until - timedelta(quality_arrivals.DAYS_SHOWN), until)
    _answer(context, found)
    quality_arrivals.show_days(found)
    quality_arrivals.show_books(context)


def _answer(context: Context, found: quality_arrivals.Arrivals) -> None:
    books = context.run(quality.BOOKS).to_dicts()
    broken = sum(not row["is_balanced"] for row in books)
    read = sum(row["rows_read"] for row in books)
    balance = (
        f"{broken} 张来源表对不上账，发布已停止"
        if broken
        else f"{len(books)} 张来源表读到的 {read:,} 行都有去向"
    )
    late = f"有 {len(found.late)} 个来源缺该到的日子" if found.late else "没有缺该到的日子"
    answer(f"{balance}；近 {quality_arrivals.DAYS_SHOWN} 天{late}。")


main()
