"""The same patrol time as presence in cells tells, by street segment, by area and as visits; and its GPS points."""

from __future__ import annotations

from datetime import date

_KEPT = ("patrol_unit_id", "unit_no", "event_date", "event_hour")
_TIMES = ("presence_seconds", "device_seconds", "presence_minutes")


def in_area(presence: dict[str, object], number: int) -> dict[str, object]:
    """Return the same time as spent in the crew's own area for numbers below 6, in another of its station's for 6 and
    7, outside every boundary for 8 and 9."""
    own = str(presence["area_no"])
    other = own[:-1] + str(int(own[-1]) % 3 + 1)
    return {
        "area_presence_id": presence["presence_id"],
        **{name: presence[name] for name in _KEPT},
        "shift_area_no": own,
        "geometry_area_no": own if number < 6 else other if number < 8 else None,
        **{name: presence[name] for name in _TIMES},
    }


def on_street(presence: dict[str, object], number: int) -> dict[str, object]:
    """Return the same time as spent on a segment, on none for number 0."""
    return {
        "street_presence_id": presence["presence_id"],
        **{name: presence[name] for name in (*_KEPT, "area_no")},
        "street_segment_id": f"l{number}" if number else None,
        "street_segment_no": f"L{number:02}" if number else None,
        **{name: presence[name] for name in _TIMES},
    }


def visit(presence: dict[str, object]) -> dict[str, object]:
    """Return the visit that a row of presence is made of."""
    seconds = int(str(presence["presence_seconds"]))
    return {
        **{
            name: presence[name] for name in ("patrol_unit_id", "unit_no", "area_no", "cell_id", "event_date")
        },
        "visit_id": f"v{presence['presence_id']}",
        "event_hour": presence["event_hour"],
        "visit_started_at": f"{presence['event_date']} 02:00:00+00",
        "visit_ended_at": f"{presence['event_date']} 02:40:00+00",
        "visit_seconds": seconds,
        "presence_seconds": seconds,
        "gap_seconds": None if seconds % 3 else seconds * 4,
        "is_koper_length": 600 <= seconds <= 960,
        "visit_minutes": round(seconds / 60, 2),
    }


def points(unit_no: str | None, day: date) -> dict[str, object]:
    """Return what became of a thousand points of one unit's terminals on one day; none names no unit."""
    left_out = {
        "unplaced_point_count": 7,
        "inaccurate_point_count": 21 if unit_no == "S1" else 0,
        "duplicate_point_count": 2,
        "jump_point_count": 0,
    }
    return {
        "patrol_point_count_id": f"{unit_no}{day}",
        "unit_id": None,
        "unit_no": unit_no,
        "source_system": "gps",
        "event_date": day,
        "point_count": 1000,
        **left_out,
        "used_point_count": 1000 - sum(left_out.values()),
    }
