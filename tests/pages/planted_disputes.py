"""Disputes as a run publishes them: one of each reason to escalate in 城北所, outcomes with large and small bases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
from issue_tables import AS_OF

OPEN = [
    # number, unit, kind, days since registration, earlier calls, label
    ("D1", "S1", "邻里纠纷", 12, 3, "刀具"),
    ("D2", "S1", "债务纠纷", 41, 0, None),
    ("D3", "S1", "婚恋家庭纠纷", 5, 1, None),
    ("D4", "S1", "邻里纠纷", 25, 0, None),
    ("D5", "S1", "消费纠纷", 2, 0, None),
    ("D6", "S2", "邻里纠纷", 60, 2, None),
]
CLOSED = [
    # unit, kind, number, of them recurred, followed 180 days, turned criminal
    ("S1", "邻里纠纷", 20, 5, 12, 1),
    ("S1", "债务纠纷", 6, 2, 4, 0),
    ("S2", "邻里纠纷", 30, 3, 20, 2),
]


def dispute_tables() -> dict[str, list[dict[str, Any]]]:
    """Return the ledger of disputes and the counts of feedback."""
    rows = [_open(*item) for item in OPEN]
    for unit, kind, number, recurred, followed, turned in CLOSED:
        rows += [
            _row(f"C{unit}{kind}{index}", unit, kind, 200 if index < followed else 120)
            | {
                "is_open": False, "dispute_stage_code": "closed", "dispute_stage_label": "调解成功",
                "is_recurrence_followed": True, "has_recurred": index < recurred,
                "is_turn_followed": index < followed, "has_turned_criminal": index < turned,
            }
            for index in range(number)
        ]  # fmt: skip
    said = [
        # unit, area, kind, label, number, answered, scored, points
        ("S1", "S1-A1", "satisfaction_call", "满意度回访", 30, 25, 20, 86),
        ("S1", "S1-A2", "satisfaction_call", "满意度回访", 9, 8, 8, 30),
        ("S1", "S1-A1", "complaint", "投诉", 7, 7, 0, 0),
        ("S1", "S1-A2", "complaint", "投诉", 2, 2, 0, 0),
        ("S2", "S2-A1", "complaint", "投诉", 6, 6, 0, 0),
    ]
    return {
        "fct_dispute_risks": rows,
        "rpt_feedback_counts": [
            {
                "feedback_count_id": f"{area}{kind}", "unit_no": unit, "area_no": area, "feedback_kind_code": kind,
                "feedback_kind_label": label, "event_date": AS_OF - timedelta(9), "feedback_count": number,
                "answered_count": answered, "scored_count": scored, "satisfaction_points": points,
            }
            for unit, area, kind, label, number, answered, scored, points in said
        ],
    }  # fmt: skip


def _open(number: str, unit: str, kind: str, days: int, earlier: int, label: str | None) -> dict[str, Any]:
    left = 30 - days
    state = "overdue" if left < 0 else "risky" if left <= 7 else "running"
    return _row(number, unit, kind, days) | {
        "is_open": True, "dispute_stage_code": "mediating", "dispute_stage_label": "调解中", "days_left": left,
        "due_date": AS_OF + timedelta(left), "limit_state_code": state,
        "limit_state_label": {"overdue": "已逾期", "risky": "临近期限", "running": "期限内"}[state],
        "earlier_dispute_count": earlier, "escalation_label": label,
        "is_escalated": bool(earlier or label or left < 0),
    }  # fmt: skip


def _row(number: str, unit: str, kind: str, days: int) -> dict[str, Any]:
    day = AS_OF - timedelta(days)
    return {
        "dispute_id": number, "dispute_no": number, "unit_no": unit, "area_no": f"{unit}-A1", "officer_no": "1001",
        "event_date": day, "registered_date": day, "dispute_kind_code": None, "dispute_kind_label": kind,
        "risk_level_label": "低", "mediation_count": 1, "due_date": None, "days_left": None,
        "limit_state_code": None, "limit_state_label": None, "legal_reference": "人民调解工作若干规定第三十三条",
        "earlier_dispute_count": 0, "escalation_label": None, "is_escalated": False,
        "is_recurrence_followed": False, "has_recurred": False, "is_turn_followed": False,
        "has_turned_criminal": False, "_source_table": "case.md_jfxx", "_source_key": number,
        "_source_file": "raw/case__md_jfxx/b1.parquet", "_source_line": days,
    }  # fmt: skip


def write_dispute_counts(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the counts of disputes from the planted ledger."""
    connection.execute(
        "create table rpt_dispute_counts as select unit_no, area_no, dispute_kind_label, registered_date, "
        "count(*) as dispute_count, count(*) filter (is_open) as open_count, "
        "count(*) filter (limit_state_code = 'overdue') as overdue_count, "
        "count(*) filter (is_recurrence_followed) as recurrence_followed_count, "
        "count(*) filter (has_recurred) as recurred_count, count(*) filter (is_turn_followed) as turn_followed_count, "
        "count(*) filter (has_turned_criminal) as turned_criminal_count from fct_dispute_risks group by all"
    )
