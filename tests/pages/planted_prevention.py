"""Victims of fraud and publicity events for 精准宣防, and fraud that a test puts in place of that of the counts.

Planted: residents of 60–69 in S1 are victims far more often than others; S1-A2 has far more fraud than
the others. One campaign is old enough to be judged, one is not.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
from issue_tables import AS_OF

MONTH = AS_OF.replace(day=1)
"""First day after the twelve months shown."""
VICTIMS = (
    ("FR01", "刷单返利", "60_69", "60–69 岁", "2", "女性", 18),
    ("FR01", "刷单返利", "25_34", "25–34 岁", "1", "男性", 3),
    ("FR02", "虚假征信", "25_34", "25–34 岁", "2", "女性", 2),
    ("all", "全部类型", "60_69", "60–69 岁", "2", "女性", 18),
    ("all", "全部类型", "25_34", "25–34 岁", "1", "男性", 3),
    ("all", "全部类型", "25_34", "25–34 岁", "2", "女性", 2),
)
FRAUD = {"S1-A1": 10, "S1-A2": 40, "S1-A3": 1}
NO_FRAUD = "delete from rpt_incident_counts where class_code like '100600%'"
OLD, YOUNG = AS_OF - timedelta(150), AS_OF - timedelta(20)


def write_prevention(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the two tables that only 精准宣防 reads."""
    connection.execute(
        "create table rpt_fraud_victims (unit_no text, area_no text, fraud_type_code text, fraud_type_label text, "
        "age_band text, age_band_label text, gender_code text, gender_label text, event_date date, victim_count bigint)"
    )
    connection.executemany(
        "insert into rpt_fraud_victims values ('S1', 'S1-A1', ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*row[:-1], MONTH - timedelta(30), row[-1]) for row in VICTIMS],
    )
    connection.execute(
        "create table fct_publicity_events (unit_no text, area_no text, publicity_topic_code text, "
        "publicity_topic_label text, event_date date, attendee_count bigint)"
    )
    connection.executemany(
        "insert into fct_publicity_events values ('S1', ?, ?, ?, ?, 30)",
        [
            ("S1-A1", "fraud", "反诈防骗", OLD),
            ("S1-A1", "fraud", "反诈防骗", OLD + timedelta(7)),
            ("S1-A2", "fraud", "反诈防骗", YOUNG),
            ("S1-A2", "fire", "消防安全", OLD),
        ],
    )


def fraud_sql(counts: dict[str, int] | None = None, *, until: date = MONTH) -> str:
    """Return the statements that leave no fraud but some in S1, each area's spread over the twelve months."""
    rows = [
        f"('S1', '{area}', '10', '刑事警情', '100600.01.0{1 + number % 2}', "
        f"'{('刷单返利', '虚假网络投资理财')[number % 2]}', date '{until - timedelta(1 + number * 5)}')"
        for area, count in (FRAUD if counts is None else counts).items()
        for number in range(count)
    ]
    if not rows:
        return NO_FRAUD
    return (
        f"{NO_FRAUD}; insert into rpt_incident_counts by name "
        "select unit_no, area_no, class_level1_code, class_level1_label, class_code, class_label, event_date, "
        "'mapped' as class_outcome, 1 as record_count, 1 as located_count, "
        "0 as unmapped_count, 0 as unclassified_count, 0 as disagreeing_count "
        f"from (values {', '.join(rows)}) as t(unit_no, area_no, class_level1_code, class_level1_label, class_code, "
        "class_label, event_date)"
    )
