"""下周建议, what it rests on: the station chosen, its need, capacity, weights and plan.

Belongs here: from the marts to the plan of one station, and why there is none. Does not belong here: how it is shown
(``plan_shown``), changed by hand (``plan_adjust``), exported (``plan_files``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import streamlit as st

from dashboards.components import states
from dashboards.context import Context
from dashboards.deployment import deployment
from dashboards.queries import common, planning
from jingcang.contracts.deployment import profile_of
from jingcang.contracts.harm_weights import HarmWeights
from jingcang.planning import (
    NEED_WEEKS,
    ROSTER_WEEKS,
    Comparison,
    WeekPlan,
    compare,
    plan_week,
    seed_of,
    slots_of,
)  # fmt: skip
from jingcang.planning.duty import Classes
from jingcang.planning.held_out import HELD_OUT_WEEKS, PATROL_WEEKS
from jingcang.planning.slots import HOURS_A_WEEK
from jingcang.statistics.inputs import Array
from jingcang.statistics.planning import HarmTable, Need, patrol_need


@dataclass(frozen=True)
class Loaded:
    """One station's week.

    Args:
        unit_no, week: which; the week's first day.
        names: 责任区 number → name.
        made: the plan.
        weights: table of the profile, signed or not; None without one.
        classes: what the need of an area and hour consists of.
        discreet: incidents left out because their place is never shown.
    """

    unit_no: str
    week: date
    names: dict[str, str]
    made: WeekPlan
    weights: HarmWeights | None
    classes: Classes
    discreet: int

    @property
    def is_weighted(self) -> bool:
        """Whether the plan is made with a signed table."""
        return bool(self.made.need.harm_digest)

    @property
    def weights_version(self) -> str:
        """Version of the signed table, "" for equal weights."""
        return self.weights.version if self.weights is not None and self.is_weighted else ""


def station(context: Context) -> str | None:
    """Return the station planned for; a reader of several chooses one, None where there is none."""
    rows = context.run(common.AREAS, units=list(context.unit_nos)).to_dicts()
    with_areas = {row["unit_no"] for row in rows}
    units = [unit for unit in (context.unit_nos or context.units) if unit in with_areas]
    if len(units) < 2:
        return units[0] if units else None
    return st.selectbox("给哪个所排", units, format_func=context.unit_name, key="plan_unit", width=320)


def say_missing(context: Context, what: str, remedy: str) -> None:
    """Say what a plan lacks; where no source delivers rosters that comes first."""
    if deployment(context.generation.profile).has_source("patrol_shifts"):
        states.empty(what, remedy)
    else:
        states.empty("这里没有接入勤务排班的来源", "接入后本页按各班次的警力排出下周的巡逻块")


def load(context: Context, unit_no: str) -> Loaded | None:
    """Return the plan of a station for the week ahead; None after saying why there is none."""
    this_week = context.week_start
    roster = context.run(
        planning.ROSTER, unit=unit_no, start=this_week - timedelta(weeks=ROSTER_WEEKS), end=this_week
    ).to_dicts()
    slots = slots_of(roster)
    if not slots:
        say_missing(
            context,
            f"此前 {ROSTER_WEEKS} 周没有可用的勤务排班，不知道下周有多少警力可排",
            "请核对勤务系统的排班是否到齐；备勤和专项班次不算",
        )
        return None
    names = {
        row["area_no"]: row["area_name"] or row["area_no"]
        for row in context.run(common.AREAS, units=[unit_no]).to_dicts()
    }
    weights = _weights(context)
    rows = _rows(context, unit_no, this_week)
    need = _need(rows, sorted(names), weights)
    if not need.equal.sum():
        states.empty(f"此前 {NEED_WEEKS} 周没有带责任区和钟点的警情", "请核对接处警数据是否到齐")
        return None
    week = this_week + timedelta(weeks=1)
    made = plan_week(need, slots, seed_of(unit_no, week.isoformat()))
    if made.is_too_thin:
        states.withheld(
            "巡逻块的安排",
            f"此前 {NEED_WEEKS} 周可排的警情只有 {need.equal.sum():,.0f} 起，{need.equal.size} 个区时平均不到 1 起，"
            "分不出哪个钟点更需要；请按“一张图”的热点和“态势”安排",
        )
        return None
    discreet = rows.filter(pl.col("need_kind_code") == "discreet")["incident_count"].sum()
    return Loaded(unit_no, week, names, made, weights, _classes(rows), round(discreet))


def look_back(context: Context, loaded: Loaded) -> Comparison | str:
    """Return plan, last month's patrols and chance on the last weeks, or why they cannot be compared."""
    until = context.week_start
    since = until - timedelta(weeks=HELD_OUT_WEEKS)
    first = context.run(planning.FIRST_WEEK, unit=loaded.unit_no)["week_start"][0]
    if first is None or first > since - timedelta(weeks=NEED_WEEKS):
        return f"警情不足 {NEED_WEEKS + HELD_OUT_WEEKS} 周，留不出没有用来做方案的 {HELD_OUT_WEEKS} 周"
    areas = [str(area) for area in loaded.made.need.areas]
    need = _need(_rows(context, loaded.unit_no, since), areas, loaded.weights)
    if not need.equal.sum():
        return f"{since.isoformat()} 以前没有可用的警情"
    before = plan_week(need, loaded.made.slots, loaded.made.seed)
    found = context.run(
        planning.WEEK_HOURS, unit=loaded.unit_no, start=since - timedelta(weeks=PATROL_WEEKS), end=until
    ).to_dicts()
    events = np.zeros((HELD_OUT_WEEKS, len(areas), HOURS_A_WEEK))
    patrol = np.zeros((len(areas), HOURS_A_WEEK))
    rows = {area: number for number, area in enumerate(areas)}
    for row in found:
        if (area := rows.get(row["area_no"])) is None:
            continue
        column = (row["weekday_number"] - 1) * 24 + row["event_hour"]
        if row["need_kind_code"] == "patrol" and row["week_start"] < since:
            patrol[area, column] += row["presence_seconds"]
        elif row["need_kind_code"] == "need" and row["week_start"] >= since:
            events[(row["week_start"] - since).days // 7, area, column] += row["incident_count"]
    compared = compare(before, events, patrol if patrol.sum() else None, loaded.made.seed)
    return compared or f"留出的 {HELD_OUT_WEEKS} 周只有 {events.sum():,.0f} 起警情，比不出高下"


def _rows(context: Context, unit_no: str, until: date) -> pl.DataFrame:
    return context.run(planning.NEED, unit=unit_no, start=until - timedelta(weeks=NEED_WEEKS), end=until)


def _weights(context: Context) -> HarmWeights | None:
    profile = profile_of(context.generation.profile)
    return profile.harm_weights if profile else None


def _need(rows: pl.DataFrame, areas: Sequence[str], weights: HarmWeights | None) -> Need:
    table = None
    if weights is not None and weights.is_signed:
        table = HarmTable(weights.by_second_level(), weights.version, weights.signed_by, weights.signed_on)
    counted = rows.filter(pl.col("need_kind_code") != "discreet").with_columns(
        is_patrol_found=pl.col("need_kind_code") == "patrol_found"
    )
    return patrol_need(
        counted, area="area_no", hour="event_hour", areas=areas, kind="class_level2_code", harm=table,
        patrol_generated="is_patrol_found", count="incident_count",
    )  # fmt: skip


def _classes(rows: pl.DataFrame) -> dict[tuple[str, int], list[tuple[str, float]]]:
    found: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    for row in rows.filter(
        (pl.col("need_kind_code") == "need")
        & pl.col("event_hour").is_not_null()
        & pl.col("area_no").is_not_null()
    ).to_dicts():
        label = row["class_level2_label"] or "类别未明"
        known = found[row["area_no"], row["event_hour"]]
        known[label] = known.get(label, 0.0) + row["incident_count"]
    return {
        place: sorted(classes.items(), key=lambda item: (-item[1], item[0]))
        for place, classes in found.items()
    }


def weekly(values: Array, made: WeekPlan) -> Array:
    """Return blocks by area and hour of the day, the days of the week added up, shape (areas, 24)."""
    found: Array = np.zeros((values.shape[0], 24))
    for column, slot in enumerate(made.slots):
        found[:, slot.clock_hour] += values[:, column]
    return found


def cell_words(loaded: Loaded, area: int, hour: int) -> str:
    """Return a place and hour in words."""
    code: Any = loaded.made.need.areas[area]
    return f"{loaded.names.get(code, code)} {hour}–{hour + 1} 时"
