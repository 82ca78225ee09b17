"""专项行动 as pages see them now: of the rosters and as declared, landed or not; their marks on charts.

Belongs here: joining both, and which operations cover the place and class a chart shows. Does not belong here:
declaring (``operation_form``), drawing (``series_chart``), the rule that joins rosters and declarations
(``fct_operations``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dashboards import session
from dashboards.context import Context
from dashboards.queries import common, handover
from jingcang.access.operations import declared_operations
from jingcang.access.own_units import is_within
from jingcang.contracts.code_trees import load_code_trees
from jingcang.workbench.operations import Operation

ROSTERED = "rostered"
NAMELESS = "专项 "
"""Before the number of a rostered operation that nobody has named, as ``fct_operations`` writes it."""
Mark = tuple[date, date, str]
"""First and last day, and the words."""


@dataclass(frozen=True)
class Placed:
    """One operation at one unit or 责任区.

    Args:
        name: its name.
        unit_no: the unit.
        area_no: the 责任区, None for all of the unit.
        start, last: first and last day.
        class_codes: classes of incidents it is about, none for all.
        programme_no: the 专项 of the rosters, None without one.
        is_rostered: the rosters tell its places and days.
        shift_count, planned_seconds, delivered_seconds: what the rosters planned and the tracks delivered.
        declared: what a leader declared, None where nobody did or the workbench does not hold it any more.
        is_published: this version is in the published data.
    """

    name: str
    unit_no: str | None
    area_no: str | None
    start: date
    last: date
    class_codes: tuple[str, ...]
    programme_no: str | None
    is_rostered: bool
    shift_count: int = 0
    planned_seconds: int = 0
    delivered_seconds: int = 0
    declared: Operation | None = None
    is_published: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """What makes rows one operation."""
        return (self.programme_no or "", str(self.declared.operation_no) if self.declared else self.name)


def load(context: Context) -> list[Placed]:
    """Return the operations in the reader's scope, the latest first, with declarations no run has taken in yet."""
    latest = {
        item.operation_no: item
        for item in declared_operations(context.door, context.identity, session.workbench())
    }
    rows = context.run(handover.OPERATIONS).to_dicts() if context.door.has_table("fct_operations") else []
    rostered = [row for row in rows if row["operation_origin_code"] == ROSTERED]
    programmes = {row["programme_no"] for row in rostered}
    named = {
        item.programme_no: item for item in sorted(latest.values(), key=lambda item: item.operation_no)
        if item.is_standing and item.programme_no
    }  # fmt: skip
    versions = {row["operation_no"]: row["operation_version"] for row in rows}
    placed = [_rostered(row, named.get(row["programme_no"]), latest) for row in rostered]
    for item in latest.values():
        if not item.is_standing or item.programme_no in programmes:
            continue
        is_published = versions.get(item.operation_no) == item.version
        placed += [
            _declared(item, unit, area or None, is_published=is_published)
            for unit, area in item.place_pairs()
            if is_within(context.door, context.identity, unit)
        ]
    placed += [
        _kept(row) for row in rows
        if row["operation_origin_code"] != ROSTERED and row["operation_no"] not in latest
    ]  # fmt: skip
    return sorted(placed, key=lambda item: (item.start, item.name, item.unit_no or ""), reverse=True)


def _rostered(row: Mapping[str, Any], named: Operation | None, latest: Mapping[int, Operation]) -> Placed:
    name, classes = f"{NAMELESS}{row['programme_no']}", ""
    is_published = True
    if named is not None:
        name, classes = named.operation_name, named.class_codes
        is_published = (named.operation_no, named.version) == (row["operation_no"], row["operation_version"])
    elif row["operation_no"] is not None and row["operation_no"] not in latest:
        name, classes = row["operation_name"], row["class_codes"]
    return Placed(
        name, row["unit_no"], row["area_no"], row["operation_start_date"], row["operation_last_date"],
        _codes(classes), row["programme_no"], True, row["shift_count"], row["planned_seconds"],
        row["delivered_seconds"], named, is_published,
    )  # fmt: skip


def _declared(item: Operation, unit: str, area: str | None, *, is_published: bool) -> Placed:
    return Placed(
        item.operation_name, unit, area, item.start_date, item.last_date, _codes(item.class_codes),
        item.programme_no, False, declared=item, is_published=is_published,
    )  # fmt: skip


def _kept(row: Mapping[str, Any]) -> Placed:
    """Return a published operation that the workbench does not hold any more."""
    return Placed(
        row["operation_name"], row["unit_no"], row["area_no"], row["operation_start_date"],
        row["operation_last_date"], _codes(row["class_codes"]), row["programme_no"], False,
    )  # fmt: skip


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for code in text.split(",") if code)


def marks(
    context: Context, *, units: Sequence[str] | None = None, area: str | None = None, class_code: str = "",
    class_label: str = "",
) -> list[Mark]:  # fmt: skip
    """Return the marks of a chart: operations that cover all of its place and touch its class.

    Args:
        context: of the page.
        units: units of the chart, the chosen ones by default; none for all in scope.
        area: its 责任区, the chosen one by default, "" for none.
        class_code: class of incidents it shows with all below it, "" for all.
        class_label: the same by its name, where the page knows no code.
    """
    placed = load(context)
    if not placed:
        return []
    area = context.area if area is None else area
    units = list(context.unit_nos if units is None else units) or list(context.units)
    areas: dict[str, set[str]] = defaultdict(set)
    for row in context.run(common.AREAS, units=[]).to_dicts():
        areas[row["unit_no"]].add(row["area_no"])
    wanted = {area} if area else None
    units = [unit for unit in areas if area in areas[unit]] if area else units
    if class_label and not class_code:
        class_code = _code_of(context, class_label)
    found = []
    for one in operations(item for item in placed if touches(item.class_codes, class_code)):
        if all(_covers(one, unit, wanted or areas[unit]) for unit in units) and units:
            about = "" if class_code or not one[0].class_codes else "（部分类别）"
            name = one[0].name.removeprefix(NAMELESS)  # charts write the kind before each name
            found.append((min(p.start for p in one), max(p.last for p in one), f"{name}{about}"))
    return sorted(found)


def operations(placed: Iterable[Placed]) -> list[list[Placed]]:
    """Return the places of each operation together: those whose days touch or follow within a fortnight."""
    by_key: dict[tuple[str, str], list[Placed]] = defaultdict(list)
    for item in placed:
        by_key[item.key].append(item)
    found: list[list[Placed]] = []
    for items in by_key.values():
        spell: list[Placed] = []
        for item in sorted(items, key=lambda item: item.start):
            if spell and item.start > max(one.last for one in spell) + timedelta(14):
                found.append(spell)
                spell = []
            spell.append(item)
        found.append(spell)
    return found


def _covers(one: Sequence[Placed], unit: str, areas: set[str]) -> bool:
    """Return whether an operation covers 责任区 of a unit: the unit as a whole, or each of them."""
    mine = [item for item in one if item.unit_no == unit]
    if any(item.area_no is None for item in mine):
        return True
    return bool(areas) and areas <= {item.area_no for item in mine}


def touches(codes: Sequence[str], class_code: str) -> bool:
    """Return whether classes and a class have one above or below the other; no class stands for all of them."""
    if not codes or not class_code:
        return True
    tree = load_code_trees()["incident_class"]
    return class_code in tree.below(tuple(codes)) or bool(set(codes) & set(tree.below((class_code,))))


def _code_of(context: Context, label: str) -> str:
    rows = context.run(handover.CLASSES, since=context.as_of - timedelta(365)).to_dicts()
    for level in ("class_level1", "class_level2"):
        for row in rows:
            if row[f"{level}_label"] == label and row[f"{level}_code"]:
                return str(row[f"{level}_code"])
    return ""
