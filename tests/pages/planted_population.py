"""Residents of 36 months by community, age band and sex, and how long ago each was verified.

Planted: third areas hold one or two persons a cell; floating residents of S1-A1 grow by one a cell and month; in S2
no resident was verified within two years.
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
