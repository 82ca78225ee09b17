"""Cells, hours and key places as a run publishes them: one block of 城北所 far busier than the rest.

Nine cells in a block hold most of 城北所, the others one incident here and there; a tenth of the rows is of a discreet
class and has no cell. One key place has no coordinates.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
from issue_tables import AS_OF, STATIONS

from jingcang.addresses.cells import cells_over

WEEK = AS_OF - timedelta(AS_OF.weekday())
"""First day of the week that still runs."""
WEEKS = 80
BUSY_UNIT = "S1"


def map_tables(boundaries: dict[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of the page 一张图.

    Args:
        boundaries: unit → WKT of its areas, A1 first.
    """
    return {"rpt_cell_weeks": _cells(boundaries), "dim_place": _places(boundaries)}


def busy_block(cells: list[str]) -> list[str]:
    """Return the block of three by three cells in the middle of a unit's grid."""
    rows = sorted({int(cell.split("_")[0]) for cell in cells})
    columns = sorted({int(cell.split("_")[1]) for cell in cells})
    return [f"{row}_{column}" for row in rows[:3] for column in columns[3:6]]


def _cells(boundaries: dict[str, list[str]]) -> list[dict[str, Any]]:
    made = []
    for unit in STATIONS:
        cells = cells_over(boundaries[unit])
        block = busy_block(cells) if unit == BUSY_UNIT else []
        for back in range(1, WEEKS + 1):
            week = WEEK - timedelta(weeks=back)
            for place, cell in enumerate(cells):
                count = 1 + place % 2 if cell in block else int((place + back) % 9 == 0)
                if count:
                    made.append(_cell(unit, cell, week, "placed", count=count))
                if back <= 6 and place % 4 == 0:
                    made.append(_cell(unit, cell, week, "patrol", seconds=600 + 60 * place))
            made.append(_cell(unit, None, week, "discreet", count=2))
            made.append(_cell(unit, None, week, "not_located", count=1))
    return made


def _cell(
    unit: str, cell: str | None, week: date, kind: str, *, count: int = 0, seconds: int = 0
) -> dict[str, Any]:
    is_patrol = kind == "patrol"
    return {
        "cell_week_id": f"{unit}{cell}{week}{kind}", "unit_no": unit, "area_no": f"{unit}-A1",
        "class_level1_code": None if is_patrol else "100000", "class_level1_label": None if is_patrol else "刑事警情",
        "cell_id": cell, "week_start": week, "count_kind_code": kind, "incident_count": count,
        "patrol_found_count": 0,
        "presence_seconds": seconds,
    }  # fmt: skip


def _places(boundaries: dict[str, list[str]]) -> list[dict[str, Any]]:
    return [
        {
            "place_id": f"{unit}{number}", "place_no": f"{unit}{number}", "place_name": f"{unit}{kind}",
            "place_type_label": kind, "is_key_place": is_key, "area_no": f"{unit}-A1", "unit_no": unit,
            "cell_id": cells_over(boundaries[unit])[5] if has_place else None,
            "valid_from": date(2020, 1, 1), "valid_to": closed, "verified_date": AS_OF,
        }
        for unit in STATIONS
        for number, (kind, is_key, has_place, closed) in enumerate(
            [
                ("旅馆", True, True, None), ("旅馆", True, True, None), ("网吧", True, False, None),
                ("加油站", True, True, date(2025, 1, 1)), ("便利店", False, True, None),
            ]
        )
    ]  # fmt: skip


def write_hours(connection: duckdb.DuckDBPyConnection) -> None:
    """Write the hours from the planted incidents: every tenth is spread over the two hours before its call."""
    connection.execute(
        """
        create table rpt_incident_week_hours as
        with spread as (
            select *, row_number() over (order by incident_id) % 10 = 0 and event_hour >= 2 as is_window
            from fct_incidents where is_effective
        ),
        pieces as (
            select *, 'known' as time_state_code, event_hour as hour, 1000000 * record_count as millionths
            from spread where not is_window and event_hour is not null
            union all
            select *, 'spread', event_hour - 1, 500000 * record_count from spread where is_window
            union all
            select *, 'spread', event_hour - 2, 500000 * record_count from spread where is_window
            union all
            select *, 'absent', null, 1000000 * record_count from spread where event_hour is null
        )
        select unit_no, area_no, class_level1_code, class_level1_label,
            cast(date_trunc('week', event_date) as date) as week_start, time_state_code,
            case when hour is not null then isodow(event_date) end as weekday_number, hour as event_hour,
            cast(sum(millionths) as bigint) as incident_millionths
        from pieces group by all
        """
    )
