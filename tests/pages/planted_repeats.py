"""Repeats as a run publishes them: one building of 城北所 far beyond chance, others within it, one event told twice.

Near repeats: burglaries come again nearby, damage does not, thefts from cars are too seldom located to be tested.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from issue_tables import AS_OF

BUILDINGS = {
    # building: unit, days ago of its incidents, (days ago of reports that tell of the one before)
    "DZ1": ("S1", [1, 5, 9, 20, 30, 41, 50, 66, 90, 200], [5]),
    "DZ2": ("S1", [3, 60], []),
    "DZ3": ("S1", [28, 29, 91], []),
    "DZ4": ("S2", [7, 8], []),
}
SIZES = {
    ("S1", 90): {0: 300, 1: 60, 2: 2, 9: 1},
    ("S1", 365): {0: 250, 1: 90, 2: 20, 3: 2, 10: 1},
    ("S2", 90): {0: 200, 1: 39, 2: 1},
    ("S2", 365): {0: 150, 1: 70, 2: 20},
}
_SOURCE = {
    "_source_system": "case", "_source_table": "case.pj_jjdb", "_source_batch_id": "b1",
    "_source_file": "raw/case__pj_jjdb/b1.parquet",
}  # fmt: skip


def repeat_tables() -> dict[str, list[dict[str, Any]]]:
    """Return the tables of the page 重复警情."""
    incidents = _incidents()
    return {
        "fct_repeat_incidents": incidents,
        "fct_repeat_clusters": _clusters(incidents),
        "rpt_repeat_places": [
            {
                "repeat_place_id": f"{unit}{span}{size}", "unit_no": unit, "area_no": f"{unit}-A1",
                "span_days": span, "event_count": size, "place_count": number,
            }
            for (unit, span), sizes in SIZES.items()
            for size, number in sizes.items()
        ],
        "rpt_repeat_persons": [
            {
                "repeat_person_id": f"{unit}{code}{times}", "unit_no": unit, "appearance_code": code,
                "appearance_label": label, "repeat_90d_count": times, "person_count": number,
            }
            for unit, code, label, times, number in (
                ("S1", "phone", "其他报警的电话", 1, 500),
                ("S1", "phone", "其他报警的电话", 2, 31),
                ("S1", "phone", "其他报警的电话", 4, 3),
                ("S1", "phone", "其他报警的电话", 12, 1),
                ("S1", "discreet_phone", "性侵、未成年人、家庭类报警的电话", 2, 6),
                ("S2", "victim", "案件受害人", 2, 2),
            )
        ],
        "rpt_repeat_bases": [
            {
                "repeat_base_id": unit, "unit_no": unit, "area_no": f"{unit}-A1", "incident_count": number,
                "discreet_count": 11, "not_placed_count": 40, "again_reported_count": again,
                "source_joined_count": 3,
            }
            for unit, number, again in (("S1", 130, 1), ("S2", 92, 0))
        ],
        "rpt_near_repeats": [
            row for scope, unit in (("bureau", "B"), ("unit", "S1")) for row in _near(scope, unit)
        ],
    }  # fmt: skip


def _incidents() -> list[dict[str, Any]]:
    rows = []
    for building, (unit, days, again) in BUILDINGS.items():
        for kind, ago, is_first in [
            *(("place", ago, True) for ago in days),
            *(("place", ago, False) for ago in again),
            *(("event", ago, True) for ago in again),
            *(("event", ago, False) for ago in again),
        ]:
            number = f"J{building}{ago}{'' if is_first else 'b'}"
            rows.append(
                {
                    "repeat_incident_id": f"{kind}{number}", "repeat_cluster_id": f"{kind}{building}",
                    "incident_id": number, "incident_no": number, "is_counted": is_first or kind == "event",
                    "unit_no": unit, "area_no": f"{unit}-A1", "event_date": AS_OF - timedelta(ago), "event_hour": 21,
                    "days_ago": ago, "class_level1_label": "治安", "class_label": "打架斗殴",
                    "outcome_label": "当场调解", "officer_no": "1001", "_source_key": number, "_source_line": ago,
                    **_SOURCE,
                }
            )  # fmt: skip
    return rows


def _clusters(incidents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for cluster in dict.fromkeys(row["repeat_cluster_id"] for row in incidents):
        mine = [row for row in incidents if row["repeat_cluster_id"] == cluster]
        latest = max(mine, key=lambda row: row["event_date"])
        kind, building = cluster[:5], cluster[5:]
        within = {
            days: sum(row["is_counted"] and row["days_ago"] <= days for row in mine)
            for days in (7, 28, 90, 365)
        }
        rows.append(
            {
                "repeat_cluster_id": cluster, "cluster_kind_code": kind,
                "cluster_kind_label": "一地" if kind == "place" else "一事多报", "unit_no": latest["unit_no"],
                "area_no": latest["area_no"], "building_address_no": building, "community_name": "文教社区",
                "road_name": "中山路", "compound_name": None if building == "DZ3" else "梧桐苑",
                "building_level": "幢", **{f"repeat_{days}d_count": count for days, count in within.items()},
                "report_90d_count": sum(row["days_ago"] <= 90 for row in mine), "class_90d_count": 1,
                "earliest_event_date": min(row["event_date"] for row in mine if row["days_ago"] <= 90),
                "last_event_date": latest["event_date"], "last_class_level1_label": "治安",
                "last_class_label": "打架斗殴", "last_outcome_label": "当场调解", "last_officer_no": "1001",
                "as_of_date": AS_OF,
            }
        )  # fmt: skip
    return rows


def _near(scope: str, unit: str) -> list[dict[str, Any]]:
    bins = [(0, 200, 0, 8), (0, 200, 8, 15), (200, 400, 0, 8)]
    classes = [
        # label, incidents, located, pairs and expected of the nearest bin, q, is told
        ("入室盗窃", 210, 200, 24, 12.5, 0.002, True),
        ("故意毁坏公私财物", 90, 88, 3, 2.5, 0.61, False),
        ("盗窃车内财物", 100, 60, 9, 2.0, 0.01, True),
    ]
    return [
        {
            "near_repeat_id": f"{scope}{label}{metres}{days}", "scope_code": scope, "unit_no": unit,
            "class_code": label, "class_label": label, "tested_from_date": AS_OF - timedelta(365),
            "tested_to_date": AS_OF - timedelta(1), "incident_count": incidents, "located_count": located,
            "metres_from": metres, "metres_to": metres_to, "days_from": days, "days_to": days_to,
            "pair_count": pairs, "expected_pair_count": expected, "pair_ratio": pairs / expected,
            "pair_p_value": q / 3, "pair_q_value": q if (metres, days) == (0, 0) else None,
            "is_nearest_bin": (metres, days) == (0, 0), "is_near_repeat": told and (metres, days) == (0, 0),
            "as_of_date": AS_OF,
        }
        for label, incidents, located, pairs, expected, q, told in classes
        for metres, metres_to, days, days_to in bins
    ]  # fmt: skip
