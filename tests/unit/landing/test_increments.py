"""How far increments reach back: silent changes, late rows of any age, overlap, periodic full comparison."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jingcang.errors import JingcangError
from jingcang.landing import current_cut, reconcile
from jingcang.landing.increments import compared_on, pull_since

from .conftest import AS_OF, Scene, call
from .test_http import Api, api  # noqa: F401 - the fixture of a misbehaving interface


def _day(number: int) -> dt.date:
    return AS_OF + dt.timedelta(days=number)


def test_change_without_a_new_watermark_is_found_by_the_full_comparison(scene: Scene, law) -> None:
    """The row keeps its update time: the increment cannot see it, seven days later the comparison does."""
    scene.sqlite(
        rows=[call("J1", "2025-03-01 08:00:00", updated="2025-03-01 09:00:00"),
              call("J2", updated="2026-05-02 00:00:00")]
    )  # fmt: skip
    scene.land(as_of=_day(0))
    scene.sqlite("update calls set AJLB = '77' where JJDBH = 'J1'")
    for day in range(1, 7):
        assert scene.land(as_of=_day(day)).batches == ()
        scene.sqlite("vacuum")  # the file looks changed every day, so every day the table is asked
    assert scene.in_force() == [("J1", "10"), ("J2", "10")]
    result = scene.land(as_of=_day(7))
    assert (result.accepted, result.repeated) == (1, 1)
    assert result.affected == {"incidents": {dt.date(2025, 3, 1)}}
    assert scene.in_force() == [("J1", "77"), ("J2", "10")]
    law(scene)
    assert reconcile(scene.home, current_cut(scene.home))[1] == []


def test_declared_days_decide_and_zero_is_never(scene: Scene) -> None:
    scene.custom |= {"full_compare_days": 0}
    scene.sqlite(
        rows=[
            call("J1", updated="2025-03-01 09:00:00"),
            call("J2", updated="2026-05-02 00:00:00"),
        ]
    )
    scene.land(as_of=_day(0))
    scene.sqlite("update calls set AJLB = '77' where JJDBH = 'J1'")
    assert scene.land(as_of=_day(400)).batches == ()
    scene.custom |= {"full_compare_days": 1}
    scene.sqlite("vacuum")
    scene.land(as_of=_day(401))
    assert scene.in_force() == [("J1", "77"), ("J2", "10")]


def test_a_row_years_late_lands_at_the_next_pull(scene: Scene) -> None:
    scene.sqlite(rows=[call("J1", updated="2026-06-01 00:00:00")])
    scene.land(as_of=_day(0))
    scene.sqlite(rows=[call("J0", "1999-05-01 00:00:00", updated="1999-05-01 00:00:00")])
    assert scene.land(as_of=_day(1)).affected == {"incidents": {dt.date(1999, 5, 1)}}


def test_an_update_committed_late_inside_the_overlap_is_seen(scene: Scene) -> None:
    """A long transaction commits with a time before the watermark: only the overlap re-reads it in time."""
    scene.custom |= {"overlap_minutes": 60}
    scene.sqlite(
        rows=[
            call("J1", updated="2026-06-01 10:00:00"),
            call("J2", updated="2026-06-01 12:00:00"),
        ]
    )
    scene.land()
    scene.sqlite("update calls set AJLB = '55', GXSJ = '2026-06-01 11:30:00' where JJDBH = 'J1'")
    assert scene.land().accepted == 1
    assert scene.in_force() == [("J1", "55"), ("J2", "10")]


@pytest.mark.parametrize(
    ("custom", "key"),
    [
        ({"strategy": "snapshot", "full_compare_days": 3}, "full_compare_days"),
        ({"overlap_minutes": -5}, "overlap_minutes"),
        ({"watermark": "AJLB", "overlap_minutes": 5}, "overlap_minutes"),
    ],
)
def test_a_declaration_that_means_nothing_is_refused(scene: Scene, custom: dict[str, Any], key: str) -> None:
    scene.custom |= custom
    with pytest.raises(JingcangError, match=key):
        scene.profile()


def test_interface_compares_in_full_only_where_declared(api: tuple[Api, Scene], law) -> None:  # noqa: F811
    interface, scene = api
    scene.land(as_of=_day(0))
    interface.records[0]["AJLB"] = "88"
    del interface.records[1]
    late = dict(zip(interface.records[0], call("J-late", updated="2024-01-01 00:00:00"), strict=True))
    interface.records.append(late)
    assert scene.land(as_of=_day(30)).accepted == 0
    scene.custom |= {"full_compare_days": 1}
    assert scene.land(as_of=_day(31)).tombstoned == 1
    assert scene.in_force() == [
        ("J-late", "10"), ("J0", "88"), ("J2", "10"), ("J3", "10"), ("J4", "10"), ("J5", "10"), ("J6", "10"),
    ]  # fmt: skip
    assert "since" not in interface.requests[-1]
    assert scene.land(as_of=_day(31)).batches == ()
    assert "since" in interface.requests[-1]
    law(scene)


def test_a_moved_back_clock_compares_too_and_the_day_is_carried(scene: Scene) -> None:
    table = scene.table()
    cursor = {"watermark": "2026-05-01 09:00:00", "watermark_version": "2026-05-01 09:00:00.000000"}
    assert pull_since(table, cursor, AS_OF) is None, "never compared"
    cursor |= compared_on(cursor, None, AS_OF)
    assert pull_since(table, cursor, AS_OF) == "2026-05-01 09:00:00"
    assert pull_since(table, cursor, _day(-7)) is None
    assert compared_on(cursor, "2026-05-01 09:00:00", _day(3)) == {"compared": AS_OF.isoformat()}
