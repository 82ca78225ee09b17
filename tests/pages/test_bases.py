"""态势: the period beside the one before it, last year and the mean of three years, counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
from reading import Open, page, words

START = date(2026, 6, 1)
"""The last four complete weeks before 2026-06-30 begin here."""


def test_counts_and_words_of_the_three_bases(
    open_page: Open,
    serving_copy: Path,
) -> None:
    app = open_page("leader_station", page("situation"))
    table = next(table.value for table in app.dataframe if "上一期·起" in table.value.columns)
    with duckdb.connect(str(serving_copy), read_only=True) as connection:

        def counted(start: date) -> int:
            row = connection.execute(
                "select coalesce(sum(record_count), 0) from fct_incidents where is_effective and unit_no = 'S1' "
                "and event_date >= ? and event_date < ?",
                [start, start + timedelta(28)],
            ).fetchone()
            assert row is not None
            return int(row[0])

        now, before = counted(START), counted(START - timedelta(28))
        # 52 and 104 weeks back; the year before those begins ahead of the first record, 2024-03-26.
        last, earlier = counted(START - timedelta(364)), counted(START - timedelta(728))
    total = table.iloc[0]
    assert (total["大类"], total["本期·起"], total["上一期·起"]) == ("合计", now, before)
    assert (total["去年同期·起"], total["两年均值·起"]) == (last, round((last + earlier) / 2, 1))
    assert min(before, last, earlier) > 0
    shown = words(app)
    assert "两年均值为2025-06-02 起 28 天、2024-06-03 起 28 天" in shown
    # The planted rise of 盗窃 in S1 is told against each of them.
    assert "与上一期、去年同期、两年均值并列：" in shown, "no mean of three years is shown"
    assert "刑事警情比上一期明显上升" in shown


def test_nothing_is_said_of_chance_where_nothing_is_compared(open_changed: Open) -> None:
    late = "where event_date between date '2026-06-18' and date '2026-06-25'"
    shown = words(open_changed("situation", f"delete from rpt_incident_counts {late}"))
    assert "与上期、去年和三年均值的并列暂不显示：本期缺 8 天的数，不作比较。" in shown
    assert "并列：" not in shown
