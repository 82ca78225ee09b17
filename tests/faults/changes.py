"""One day of changes in every source: what the tests of kills and disks let a run stumble over."""

from __future__ import annotations

from tests.faults.records import (
    DISPATCHES,
    INCIDENTS,
    POINTS,
    SHIFTS,
    USES,
    dispatch,
    incident,
    points,
    shift,
    use,
)
from tests.faults.world import World

LATER = "20260629230000"


def apply(world: World) -> None:
    """New, corrected, late and deleted calls; a new dispatch, shift, file of positions and file of uses."""
    if INCIDENTS in world.tables:
        world.insert(INCIDENTS, [incident(100, 19, GXSJ=LATER), incident(101, 2, GXSJ=LATER)])
        world.sql(
            INCIDENTS,
            f"update pj_jjdb set SSRS = '2', GXSJ = '{LATER}' where JJDBH = '{incident(7)['JJDBH']}'",
            f"delete from pj_jjdb where JJDBH = '{incident(50)['JJDBH']}'",
        )
    if DISPATCHES in world.tables:
        world.insert(DISPATCHES, [dispatch(45, GXSJ=LATER)])
    if SHIFTS in world.tables:
        world.set_shifts([*world.shifts(), shift(30, GXSJ="2026-06-29T23:00:00")])
    if POINTS in world.tables:
        world.drop_points(5, points(5))
    if USES in world.tables:
        world.drop_uses("借阅登记_02.csv", [use(20), use(21, 登记时间="不详")])
