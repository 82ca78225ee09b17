"""Cases of 118 weeks for 案件办理, the counts of their stages and the limits of the open ones.

Planted: in 城北所 far more thefts are filed as 刑事 in the last four weeks; everything else varies by chance. Limits
are written by hand, one of every state in 城北所.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

import duckdb
from issue_tables import AS_OF, STATIONS

RISE_SINCE = AS_OF - timedelta(days=30)
CLASSES = [("criminal", "盗窃案", 0.5), ("criminal", "诈骗案", 0.4), ("administrative", "殴打他人", 0.5),
           ("administrative", "盗窃", 0.3)]  # fmt: skip
CODES = {"盗窃案": "050200", "诈骗案": "050300", "殴打他人": "Z30100", "盗窃": "Z40100"}
STAGES = {
    "accepted": "受案",
    "filed": "立案",
    "solved": "破案",
    "transferred": "移送起诉",
    "punished": "处罚或不予处罚",
    "mediated": "调解",
    "closed": "结案",
}


def cases(rng: random.Random) -> list[dict[str, object]]:
    """Return cases with their stages."""
    rows: list[dict[str, object]] = []
    for back in range(118 * 7, 0, -1):
        day = AS_OF - timedelta(back)
        for unit in STATIONS:
            for nature, label, mean in CLASSES:
                often = 5 * mean if unit == "S1" and label == "盗窃案" and day >= RISE_SINCE else mean
                for _ in range(int(often) + (rng.random() < often % 1)):
                    rows.append(_case(rng, len(rows), day, unit, nature, label))
    return rows


def _case(
    rng: random.Random, number: int, day: date, unit: str, nature: str, label: str
) -> dict[str, object]:
    def later(after: object, days: int, share: float) -> date | None:
        found = (
            after + timedelta(rng.randrange(days))
            if isinstance(after, date) and rng.random() < share
            else None
        )
        return found if found and found < AS_OF else None

    is_criminal = nature == "criminal"
    filed = later(day, 3, 0.95)
    solved = later(filed, 60, 0.4) if is_criminal else None
    transferred = later(solved, 60, 0.7)
    punished = None if is_criminal else later(filed, 30, 0.6)
    mediated = None if is_criminal or punished else later(filed, 30, 0.6)
    closed = transferred or punished or mediated
    return {
        "case_id": f"k{number}",
        "case_no": f"K{number:06d}",
        "unit_no": unit,
        "area_no": f"{unit}-A{1 + number % 3}",
        "lead_officer_no": "2001",
        "nature_code": nature,
        "nature_label": "刑事" if is_criminal else "治安",
        "class_code": CODES[label],
        "class_label": label,
        "class_level1_code": f"{CODES[label][:2]}0000",
        "class_level1_label": "侵犯财产" if "盗窃" in label or "诈骗" in label else "侵犯人身",
        "event_date": day,
        "status_label": "办理中",
        "is_open": closed is None,
        "days_open": 1,
        "accepted_date": day,
        "filed_date": filed,
        "solved_date": solved,
        "transferred_date": transferred,
        "terminated_date": None,
        "punished_date": punished,
        "mediated_date": mediated,
        "closed_date": closed,
        "_source_table": "case.aj_ajxx",
        "_source_key": f"K{number:06d}",
        "_source_file": "raw/case__aj_ajxx/b1.parquet",
        "_source_line": number,
        "_source_batch_id": "b1",
    }


LIMITS = [
    # number, unit, state, days left, extensions, over, excluded, suspended, start back
    ("L1", "S1", "risky", 3, 0, False, 0, None, 27),
    ("L2", "S1", "overdue", -2, 1, False, 5, None, 67),
    ("L3", "S1", "overdue", -200, 3, True, 0, None, 290),
    ("L4", "S1", "suspended", 12, 0, False, 9, "鉴定", 27),
    ("L6", "S1", "running", 20, 0, False, 0, None, 10),
    ("L7", "S2", "overdue", -40, 0, False, 0, None, 70),
]


def limits() -> list[dict[str, object]]:
    """Return the planted limits of open cases."""
    labels = {
        "risky": "临近期限",
        "overdue": "已逾期",
        "suspended": "期限暂停",
        "running": "期限内",
    }
    rows: list[dict[str, object]] = []
    for number, unit, state, left, extensions, over, excluded, suspended, back in LIMITS:
        start = AS_OF - timedelta(back)
        rows.append(
            {
                "case_limit_id": number,
                "case_id": number,
                "case_no": number,
                "unit_no": unit,
                "area_no": f"{unit}-A1",
                "lead_officer_no": "1001",
                "event_date": start,
                "nature_code": "administrative",
                "nature_label": "治安",
                "class_label": "殴打他人",
                "status_label": "办理中",
                "accepted_date": start,
                "filed_date": start,
                "limit_code": "order_handling_2025",
                "limit_label": "治安案件办理期限",
                "limit_days": 30,
                "extension_count": extensions,
                "is_over_extended": over,
                "excluded_days": excluded,
                "suspended_label": suspended,
                "start_date": start,
                "due_date": AS_OF + timedelta(left),
                "days_left": left,
                "limit_state_code": state,
                "limit_state_label": labels[state],
                "legal_reference": "治安管理处罚法（2025 年修订）第一百一十八条",
                "_source_table": "case.aj_ajxx",
                "_source_key": number,
                "_source_file": "raw/case__aj_ajxx/b1.parquet",
                "_source_line": 1,
            }
        )
    return rows


def write_counts(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the counts of stages from the planted cases."""
    parts = " union all ".join(
        f"select *, '{code}' as stage_code, '{label}' as stage_label, {code}_date as stage_date from fct_cases"
        for code, label in STAGES.items()
    )
    connection.execute(
        "create table rpt_case_counts as select unit_no, area_no, nature_code, nature_label, class_level1_code, "
        "class_level1_label, class_code, class_label, stage_code, stage_label, stage_date as event_date, "
        "count(*) as case_count, "
        f"0::bigint as unmapped_count from ({parts}) where stage_date is not null group by all"
    )
