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
    _answer(context)
    quality_arrivals.show_days(context)
    quality_arrivals.show_books(context)


def _answer(context: Context) -> None:
    books = context.run(quality.BOOKS).to_dicts()
    days = context.run(
        quality.FRESHNESS_DAYS,
        since=context.as_of - timedelta(quality_arrivals.DAYS_SHOWN),
        until=context.as_of,
    )
    missing = {(row["source_system"], row["source_table"]) for row in days.to_dicts() if row["missing_units"]}
    broken = sum(not row["is_balanced"] for row in books)
    read = sum(row["rows_read"] for row in books)
    balance = (
        f"{broken} 张来源表对不上账，发布已停止"
        if broken
        else f"{len(books)} 张来源表读到的 {read:,} 行都有去向"
    )
    late = f"有 {len(missing)} 张来源表缺该到的日子" if missing else "没有缺该到的日子"
    answer(f"{balance}；近 {quality_arrivals.DAYS_SHOWN} 天{late}。")


main()
