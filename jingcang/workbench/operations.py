"""专项行动 that leaders declare: name, classes of incidents, places, days.

Belongs here: keeping declarations, append only, on the version that was seen, and their rows for landing. Does not
belong here: who may declare where (``jingcang.access.operations``), the rosters of a 专项 that a source delivers, and
the published operations of both (``fct_operations``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jingcang.workbench import tables
from jingcang.workbench.versioned import DECLARED, Declaration, DeclaredBook

RULE = "special_operation"
LONGEST_DAYS = 366
"""A longer one is no operation but the way things are done."""
Place = tuple[str, str]
"""Unit number and 责任区 number, "" for all of the unit."""


@dataclass(frozen=True)
class Operation(Declaration):
    """One version of one operation.

    Args:
        operation_no: its number.
        operation_name: its name.
        programme_no: the 专项 of the rosters it is, whose places and days the rosters tell; None without one.
        class_codes: codes of classes of incidents, comma-separated; "" for every class.
        places: ``unit/area`` comma-separated, the area empty for all of a unit.
        start_date, last_date: first and last day.
    """

    row_no: int
    operation_no: int
    operation_name: str
    programme_no: str | None
    class_codes: str
    places: str
    start_date: dt.date
    last_date: dt.date

    def place_pairs(self) -> list[Place]:
        """Return the places as (unit, area), the area "" for all of the unit."""
        pairs = [text.partition("/") for text in self.places.split(",")]
        return [(unit, area) for unit, _, area in pairs]


class OperationBook(DeclaredBook[Operation]):
    """Reads and writes declared operations."""

    table, number, noun, rule = tables.special_operations, "operation_no", "专项行动", RULE
    made = Operation

    def declare(
        self, *, name: str, programme_no: str | None, class_codes: Sequence[str], places: Sequence[Place],
        start: dt.date, last: dt.date, unit_no: str | None, reason: str, by: str, generation: str,
        number: int | None = None, seen_version: int = 0,
    ) -> int:  # fmt: skip
        """Write a new operation, or another version of one, and return its number.

        Args:
            name: its name.
            programme_no: the 专项 of the rosters, None without one.
            class_codes: classes of incidents, none for all.
            places: at least one; the caller has held them against the person's scope.
            start, last: first and last day.
            unit_no: unit whose leader declares, None for a leader of all.
            reason, by, generation: why, by whom, seeing which published data.
            number: the operation that is changed, None for a new one.
            seen_version: the version that was seen, 0 for a new one.

        Raises:
            JingcangError: no name, place or reason, days the wrong way round or too many, a text that cannot be kept,
                no right, another version came meanwhile.
        """
        name = name.strip()
        if not name or len(name) > 40:
            raise self._refused("专项行动要有名称，不超过 40 个字", "请填写名称")
        if not places:
            raise self._refused("专项行动要有地点", "请选单位或责任区")
        if last < start:
            raise self._refused(f"结束日期 {last} 早于开始日期 {start}", "请改正日期")
        if (last - start).days >= LONGEST_DAYS:
            raise self._refused(f"专项行动不能长于 {LONGEST_DAYS} 天", "请分期登记，或改正日期")
        stated = {
            "unit_no": unit_no, "state_code": DECLARED, "operation_name": name, "programme_no": programme_no or None,
            "class_codes": ",".join(sorted(set(class_codes))),
            "places": ",".join(sorted({f"{unit}/{area}" for unit, area in places})),
            "start_date": start, "last_date": last,
        }  # fmt: skip
        return self._write(number, seen_version, stated, reason=reason, by=by, generation=generation)


def landed_rows(versions: Iterable[Operation]) -> list[dict[str, Any]]:
    """Return the rows to land: one a version and place, keyed by their place in the log; the unit is the place's."""
    return [
        vars(item)
        | {
            "place_key": f"{item.row_no:09d}-{index:04d}",
            "declared_unit_no": item.unit_no,
            "unit_no": unit,
            "area_no": area or None,
        }
        for item in versions
        for index, (unit, area) in enumerate(item.place_pairs())
    ]
