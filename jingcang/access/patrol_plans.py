"""Saving plans of patrols, taking in what the duty system says, and which plans a reader sees.

Belongs here: the one way from pages and commands to these decisions, with the right, the scope and the audit. Does not
belong here: keeping them (``jingcang.workbench.patrol_plans``) and how a plan is made (``jingcang.planning``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from jingcang.access.door import Door
from jingcang.access.identity import Identity
from jingcang.access.own_units import is_within, own_unit
from jingcang.access.query import Query
from jingcang.access.statements import Kind, may_state, refuse, require
from jingcang.planning.task_file import read_return
from jingcang.workbench import Workbench
from jingcang.workbench.patrol_plans import EXCHANGERS, PlanBook, PlanReturn, SavedPlan

KIND = Kind("patrol_plan", "个巡防方案", "本所的由所领导保存和导出，跨所的由分局领导保存和导出")

UNIT = Query(
    "巡防方案·单位名称",
    "select max(unit_name) as unit_name from {dim_unit} where unit_no = $unit_no",
    {"unit_no": str},
)


def saved_plan(
    door: Door, identity: Identity, workbench: Workbench, unit_no: str, week_start: dt.date
) -> SavedPlan | None:
    """Return the latest version of a station's plan, None without one or outside the reader's scope."""
    if not may_state(identity) or not is_within(door, identity, unit_no):
        return None
    return PlanBook(workbench).of_week(unit_no, week_start)


def save_plan(
    door: Door, identity: Identity, workbench: Workbench, *, unit_no: str, week_start: dt.date, weights_version: str,
    weights_digest: str, seed: int, changes: Sequence[Sequence[Any]], content: str, covered_pct: float,
    best_pct: float, reason: str, generation: str, number: int | None = None, seen_version: int = 0,
) -> int:  # fmt: skip
    """Keep a plan and return its number.

    Args:
        unit_no: the station planned for.
        week_start … best_pct, number, seen_version: see :meth:`~jingcang.workbench.patrol_plans.PlanBook.save`.
        reason: why it is saved or changed.
        generation: published data seen.

    Raises:
        Forbidden: no leader, or the station or the plan is not the person's; told alike and recorded.
        JingcangError: the store refuses, or the audit cannot be written.
    """
    require(door, identity, KIND, PlanBook(workbench), number)
    if not is_within(door, identity, unit_no):
        refuse(door, identity, KIND, number)
    door.record(
        identity, "patrol_plan_saved", str(number or "new"), version=seen_version + 1, generation=generation,
        week=week_start.isoformat(), changes=len(changes),
    )  # fmt: skip
    return PlanBook(workbench).save(
        planned_unit_no=unit_no, week_start=week_start, weights_version=weights_version,
        weights_digest=weights_digest, seed=seed, changes=changes, content=content, covered_pct=covered_pct,
        best_pct=best_pct, unit_no=own_unit(identity), reason=reason, by=identity.user_id, generation=generation,
        number=number, seen_version=seen_version,
    )  # fmt: skip


def plans_in_scope(door: Door, identity: Identity, workbench: Workbench) -> list[SavedPlan]:
    """Return the latest version of every plan whose task file the account may have, by number.

    Raises:
        Forbidden: the account has nothing to do with plans; recorded.
    """
    if identity.role not in EXCHANGERS:
        refuse(door, identity, KIND, None)
    latest = PlanBook(workbench).latest()
    return [one for _, one in sorted(latest.items()) if is_within(door, identity, one.planned_unit_no)]


def plan_of_number(
    door: Door, identity: Identity, workbench: Workbench, plan_no: int, version: int | None = None
) -> SavedPlan:
    """Return one version of a plan, the latest without ``version``, to a leader or the duty system.

    Raises:
        Forbidden: another role, no such plan, or not within the scope; told alike and recorded.
    """
    found = [
        item
        for item in PlanBook(workbench).versions()
        if item.plan_no == plan_no and version in (None, item.version)
    ]
    is_known = found and identity.role in EXCHANGERS
    if not is_known or not is_within(door, identity, found[-1].planned_unit_no):
        refuse(door, identity, KIND, plan_no)
    return found[-1]


def export_task(door: Door, identity: Identity, saved: SavedPlan) -> bytes:
    """Return the task file of a version, written to the audit trail as an export.

    Args:
        saved: of :func:`plan_of_number` or :func:`saved_plan`, so that it is the person's.

    Raises:
        JingcangError: the content is not what was saved, or the audit cannot be written.
    """
    name = door.run(UNIT, identity, unit_no=saved.planned_unit_no)["unit_name"][0]
    content = saved.task_file(name or saved.planned_unit_no)
    title = f"第 {saved.plan_no} 号方案第 {saved.version} 版"
    door.record(identity, "export", "task_file", kind="json", rows=len(saved.blocks()), title=title)
    return content


def take_return(door: Door, identity: Identity, workbench: Workbench, raw: bytes) -> PlanReturn:
    """Keep what a file of the duty system says.

    Raises:
        Forbidden: the plan is not the person's; recorded.
        JingcangError: the file is broken or does not fit the plan; nothing is kept.
    """
    made = read_return(raw)
    plan_of_number(door, identity, workbench, made.plan_no, made.version)
    door.record(
        identity, "patrol_plan_returned", str(made.plan_no), version=made.version, blocks=len(made.blocks)
    )
    return PlanBook(workbench).take_back(made, raw, by=identity.user_id)
