"""What a briefing is made for: units, day, the two comparisons, names.

Belongs here: choosing the period and reading names through the door. Does not belong here: figures
(``values``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from jingcang.access import Door, Identity, Query
from jingcang.contracts.deployment import Deployment
from jingcang.errors import JingcangError
from jingcang.reports.briefing.values import Values
from jingcang.statistics.periods import Pair, Period, pair

MAKERS = ("leader_station", "leader_bureau")
"""Roles that may make and check briefings."""

_UNITS = Query(
    "简报·单位",
    "select unit_no, max(unit_name) as unit_name, max(parent_unit_no) as parent_unit_no, "
    "max(unit_kind_code) as unit_kind_code from {dim_unit} group by unit_no order by unit_no",
)
_AREAS = Query(
    "简报·责任区",
    """
    select area_no, max(area_name) as area_name
    from {dim_area}
    where is_current and (len($units) = 0 or list_contains($units, unit_no))
        and (area_level_code = 'beat' or area_level_code is null)
    group by area_no order by area_no
    """,
    {"units": list},
)


@dataclass(frozen=True)
class Request:
    """A briefing to be made.

    Args:
        as_of: day it is made for; the week before it is told.
        units: units asked for, empty for the whole scope.
        scope: every unit in scope of the reader; None for all.
        title: the units in words.
        places: number → name of the places of the appendix: 责任区 of one station, else stations.
        place_column: ``area_no`` or ``unit_no``.
        previous: the week and the week before.
        last_year: the week and the same week of the year before.
        deployment: what the profile knows.
    """

    as_of: date
    units: tuple[str, ...]
    scope: tuple[str, ...] | None
    title: str
    places: dict[str, str]
    place_column: str
    previous: Pair
    last_year: Pair
    deployment: Deployment

    @property
    def period(self) -> Period:
        return self.previous.current


def check_maker(door: Door, identity: Identity) -> None:
    """Refuse a reader who may not make or check briefings; the refusal is in the audit trail.

    Raises:
        JingcangError: another role.
    """
    if identity.role not in MAKERS:
        door.record(identity, "report_denied", "briefing", reason="role")
        raise JingcangError(
            f"{identity.role_label}不能生成或核对研判简报", where=identity.user_id, rule="briefing_role",
            remedy="请由派出所领导或分局领导的账号办理",
        )  # fmt: skip


def request_of(
    values: Values, door: Door, identity: Identity, as_of: date, deployment: Deployment
) -> Request:
    """Return the request for the last complete week before ``as_of``.

    Args:
        values: values of the reader for the units asked for.
        door: the door.
        identity: who asks.
        as_of: not later than the day the published generation was built for.
        deployment: what the profile knows.

    Raises:
        JingcangError: a later day, a unit out of scope.
    """
    newest = values.generation.as_of
    if newest is not None and as_of > newest:
        raise JingcangError(
            f"仓库数据截至 {newest.isoformat()}，出不了 {as_of.isoformat()} 的简报", rule="briefing_day",
            remedy="请改用更早的日期，或等数据更新后再生成",
        )  # fmt: skip
    scope = door.scope_units(identity)
    known = values.run(_UNITS)
    outside = [
        unit for unit in values.units
        if (scope is not None and unit not in scope) or unit not in {row["unit_no"] for row in known}
    ]  # fmt: skip
    if outside:
        door.record(identity, "report_denied", "briefing", reason="scope", units=outside)
        raise JingcangError(
            f"没有这个单位，或它不在您的范围内：{'、'.join(outside)}", rule="briefing_units",
            remedy="请核对单位编号；不写 --unit 时为本人范围内全部单位",
        )  # fmt: skip
    names = {row["unit_no"]: row["unit_name"] or f"单位 {row['unit_no']}" for row in known}
    inside = [row for row in known if (scope is None or row["unit_no"] in scope)]
    chosen = [row for row in inside if not values.units or row["unit_no"] in values.units]
    parents = {row["parent_unit_no"] for row in known}
    stations = [row["unit_no"] for row in chosen if row["unit_kind_code"] == "station"]
    stations = stations or [row["unit_no"] for row in chosen if row["unit_no"] not in parents]
    is_by_area = len(stations) <= 1
    places = (
        {row["area_no"]: row["area_name"] or row["area_no"] for row in values.run(_AREAS, units=stations)}
        if is_by_area
        else {unit: names[unit] for unit in stations}
    )
    week_start = values.week_start(as_of)
    both = [
        pair("week", comparison, as_of, week_start, has_festival=deployment.has_festival)
        for comparison in ("previous", "last_year")
    ]
    return Request(
        as_of, values.units, scope, _title(chosen, stations, names), places,
        "area_no" if is_by_area else "unit_no", both[0], both[1], deployment,
    )  # fmt: skip


def _title(chosen: Sequence[dict[str, str]], stations: Sequence[str], names: dict[str, str]) -> str:
    if len(stations) == 1:
        return names[stations[0]]
    top = [row for row in chosen if row["parent_unit_no"] not in {other["unit_no"] for other in chosen}]
    if len(top) == 1:
        return names[top[0]["unit_no"]]
    return f"{len(stations)} 个单位" if stations else "全部单位"


def short_days(period: Period) -> str:
    """Return a period as 6月22日至6月28日."""
    last = period.end - timedelta(1)
    return f"{period.start.month}月{period.start.day}日至{last.month}月{last.day}日"


def long_days(period: Period) -> str:
    """Return a period as 2026-06-22 至 2026-06-28."""
    return f"{period.start.isoformat()} 至 {(period.end - timedelta(1)).isoformat()}"
