"""Incidents with one real change: 盗窃 rises in 城北所 in the last four weeks, everything else varies by chance."""

from __future__ import annotations

import random
from datetime import date, timedelta

from issue_tables import AS_OF, STATIONS

CLASSES = [
    ("100000", "刑事警情", "100100", "盗窃", 1.1),
    ("100000", "刑事警情", "100600", "电信网络诈骗", 1.4),
    ("200000", "治安警情", "200100", "殴打他人", 1.2),
    ("J30000", "纠纷", "J30100", "邻里纠纷", 1.8),
    ("500000", "群众求助", "509900", "求助", 2.5),
]


def incidents(rng: random.Random) -> list[dict[str, object]]:
    """One row an incident over 118 weeks; the rise of 盗窃 in S1 is the only real change."""
    rows = []
    start = AS_OF - timedelta(weeks=118)
    for day_number in range((AS_OF - start).days):
        day = start + timedelta(day_number)
        for unit in STATIONS:
            for area in range(1, 4):
                for level1, level1_label, code, label, weight in CLASSES:
                    mean = weight / 9
                    if unit == "S1" and label == "盗窃" and day >= AS_OF - timedelta(days=30):
                        mean *= 8
                    for _ in range(_poisson(rng, mean)):
                        rows.append(
                            _incident(
                                rng,
                                len(rows),
                                day,
                                unit,
                                f"{unit}-A{area}",
                                level1,
                                level1_label,
                                code,
                                label,
                            )
                        )
    return rows


def _poisson(rng: random.Random, mean: float) -> int:
    count, total = 0, rng.expovariate(1.0)
    while total < mean:
        count, total = count + 1, total + rng.expovariate(1.0)
    return count


def _incident(
    rng: random.Random,
    number: int,
    day: date,
    unit: str,
    area: str,
    level1: str,
    level1_label: str,
    code: str,
    label: str,
) -> dict[str, object]:
    unmapped = rng.random() < 0.02
    return {
        "incident_id": f"i{number}",
        "incident_no": f"J{number:06d}",
        "source_system": "case",
        "unit_no": unit,
        "area_no": area,
        "geometry_area_no": area,
        "cell_id": f"{area}-{rng.randrange(6)}",
        "event_date": day,
        "event_hour": min(23, int(rng.triangular(0, 24, 20))),
        "record_count": 1,
        "report_channel_code": "phone_110",
        "class_code": None if unmapped else code,
        "class_label": "未映射" if unmapped else label,
        "initial_class_code": None if unmapped else code,
        "class_outcome": "unmapped" if unmapped else "mapped",
        "class_level1_code": None if unmapped else level1,
        "class_level1_label": "未映射" if unmapped else level1_label,
        "class_level2_code": None if unmapped else code,
        "class_level2_label": "未映射" if unmapped else label,
        "is_located": rng.random() < 0.95,
        "is_harassment": False,
        "is_area_disagreeing": False,
        "place_type_label": "居民小区",
        "outcome_code": "settled_on_site",
        "outcome_label": "现场处置",
        "address_match_level": "幢",
        "_source_table": "case.pj_jjdb",
        "_source_key": f"J{number:06d}",
        "_source_file": "raw/case__pj_jjdb/b1.parquet",
        "_source_line": number,
        "is_effective": True,
    }
