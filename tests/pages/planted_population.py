"""Residents of 36 months by community, age band and sex, and how long ago they were verified.

Planted: third areas hold two persons a cell; floating residents of S1-A1 grow by one a cell and month; two in three
residents of S1-A2 were not verified within a year, one in ten elsewhere; three of S1-A1 were not found.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from issue_tables import AS_OF, STATIONS

BANDS = {"07_13": "7–13 岁", "25_34": "25–34 岁", "60_69": "60–69 岁"}
TYPES = {"registered": "户籍人口", "floating": "流动人口"}
GENDERS = {"1": "男性", "2": "女性"}
SIZES = {1: 40, 2: 12, 3: 2}
"""Residents of one cell by number of the area."""
MONTHS = 36


def month(back: int) -> date:
    """Return the first day of the month ``back`` months before that of the as-of day."""
    months = AS_OF.year * 12 + AS_OF.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def population() -> list[dict[str, Any]]:
    """Return the counts by month."""
    return [
        {
            "population_month_id": f"{unit}{area}{back}{kind}{band}{gender}",
            "community_no": f"{unit}-A{area}-C1",
            "area_no": f"{unit}-A{area}",
            "unit_no": unit,
            "month_start": month(back),
            "event_date": month(back),
            "residence_type_code": kind,
            "residence_type_label": kind_label,
            "age_band": band,
            "age_band_label": band_label,
            "gender_code": gender,
            "gender_label": gender_label,
            "resident_count": SIZES[area]
            + (MONTHS - back if (unit, area, kind) == ("S1", 1, "floating") else 0),
        }
        for back in range(MONTHS)
        for unit in STATIONS
        for area in SIZES
        for kind, kind_label in TYPES.items()
        for band, band_label in BANDS.items()
        for gender, gender_label in GENDERS.items()
    ]


VERIFICATION = {1: ("90 天内", False), 4: ("一年以上", True), 5: ("没有核实日期", True)}
"""Rank of a band → its label and whether it is stale."""


def freshness() -> list[dict[str, Any]]:
    """Return the counts of base records by band: residents of two officers an area, and some houses."""
    rows: list[dict[str, Any]] = []
    for unit in STATIONS:
        for area in SIZES:
            residents = [row for row in population() if row["area_no"] == f"{unit}-A{area}"]
            count = sum(row["resident_count"] for row in residents if row["month_start"] == month(0))
            stale = 2 * count // 3 if (unit, area) == ("S1", 2) else count // 10
            old, unknown = stale - stale // 4, stale // 4
            for rank, number in ((1, count - stale), (4, old), (5, unknown)):
                half = number // 2
                for officer, part in ((f"10{area:02d}", half), (f"20{area:02d}", number - half)):
                    rows.append(_fresh(unit, area, "resident", "实有人口", officer, rank, part))
            rows.append(_fresh(unit, area, "house", "实有房屋", f"10{area:02d}", 1, 30))
    rows[0]["not_found_count"] = 3
    return [row for row in rows if row["base_record_count"]]


def _fresh(
    unit: str, area: int, kind: str, label: str, officer: str, rank: int, count: int
) -> dict[str, Any]:
    return {
        "base_freshness_id": f"{unit}{area}{kind}{officer}{rank}",
        "unit_no": unit,
        "area_no": f"{unit}-A{area}",
        "record_kind_code": kind,
        "record_kind_label": label,
        "residence_type_code": "registered" if kind == "resident" else None,
        "residence_type_label": "户籍人口" if kind == "resident" else None,
        "officer_no": officer,
        "verification_band_code": f"b{rank}",
        "verification_band_label": VERIFICATION[rank][0],
        "band_rank": rank,
        "is_stale": VERIFICATION[rank][1],
        "event_date": AS_OF,
        "base_record_count": count,
        "not_found_count": 0,
    }
