"""Who goes where when, and why: the blocks of a plan as lines of duty sheets.

Belongs here: crews, quarters of an hour and the reason of each block. Does not belong here: how a sheet looks
(``jingcang.reports``). Counts of 1 to 4 are never told in a reason: sheets leave the house.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from jingcang.planning.slots import Shift
from jingcang.planning.week import WeekPlan
from jingcang.statistics.planning import assign_crews
from jingcang.statistics.planning.allocation import BLOCK_MINUTES, Blocks

PLANNED, BY_LOT, BY_HAND = "planned", "random", "by_hand"
KINDS = {PLANNED: "按需求", BY_LOT: "抽签", BY_HAND: "手工"}
LEAST_TOLD = 5
Classes = Mapping[tuple[str, int], Sequence[tuple[str, float]]]
"""(责任区, hour of the day) → (class in words, incidents of the year), most first."""


@dataclass(frozen=True)
class DutyLine:
    """One block of a duty sheet.

    Args:
        block_no: its number within the plan, from 1, in order of time.
        date: of the shift; the small hours of a night shift belong to the day before.
        shift: kind, in words.
        crew: 第1组 and so on.
        starts_at, ends_at: local time.
        area_no, area_name: where.
        kind: key of :data:`KINDS`.
        reason: one sentence.
    """

    block_no: int
    date: dt.date
    shift: str
    crew: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    area_no: str
    area_name: str
    kind: str
    reason: str


def duty_lines(
    made: WeekPlan, blocks: Blocks, *, week_start: dt.date, names: Mapping[str, str], classes: Classes
) -> list[DutyLine]:
    """Return the blocks in order of time and crew.

    Args:
        made: the plan.
        blocks: its blocks, after changes by hand.
        week_start: first day of the week, by the configured week.
        names: 责任区 number → name.
        classes: what the need of an area and hour consists of.

    Raises:
        StatisticsInputError: an hour with more blocks than its crews have quarters.
    """
    ranks = _ranks(made)
    found: list[DutyLine] = []
    shifts: dict[Shift, list[int]] = {}
    for column, slot in enumerate(made.slots):
        shifts.setdefault(slot.shift, []).append(column)
    for shift, columns in shifts.items():
        crews = [f"第{number}组" for number in range(1, made.slots[columns[0]].crews + 1)]
        part = dataclasses.replace(made.plan, blocks=blocks[:, columns])
        seen: dict[tuple[int, int], int] = {}
        day = week_start + dt.timedelta((shift[0] - week_start.isoweekday()) % 7)
        placed = sorted(
            (place, quarter, crew, area)
            for crew, duties in assign_crews(part, crews).items()
            for area, place, quarter in duties
        )
        for place, quarter, crew, area in placed:
            slot, column = made.slots[columns[place]], columns[place]
            number = seen[area, column] = seen.get((area, column), 0) + 1
            begin = dt.datetime.combine(day, dt.time()) + dt.timedelta(
                hours=slot.hour, minutes=BLOCK_MINUTES * quarter
            )
            code = str(made.need.areas[area])
            kind = _kind(made, blocks, area, column, number)
            reason = _reason(made, ranks, area, slot.clock_hour, number, kind, classes)
            found.append(
                DutyLine(
                    0, day, shift[1], crew, begin, begin + dt.timedelta(minutes=BLOCK_MINUTES), code,
                    names.get(code, code), kind, reason,
                )
            )  # fmt: skip
    found.sort(key=lambda line: (line.starts_at, line.crew))
    return [dataclasses.replace(line, block_no=number) for number, line in enumerate(found, 1)]


def to_content(lines: Sequence[DutyLine]) -> str:
    """Return lines as the JSON a saved plan and a task file hold: dates and local times as text."""
    rows = [
        dataclasses.asdict(line)
        | {
            "date": line.date.isoformat(),
            "starts_at": line.starts_at.isoformat(timespec="minutes"),
            "ends_at": line.ends_at.isoformat(timespec="minutes"),
        }
        for line in lines
    ]
    return json.dumps(rows, ensure_ascii=False)


def from_content(content: str) -> list[DutyLine]:
    """Return the lines of a saved plan."""
    return [
        DutyLine(
            **row
            | {
                "date": dt.date.fromisoformat(row["date"]),
                "starts_at": dt.datetime.fromisoformat(row["starts_at"]),
                "ends_at": dt.datetime.fromisoformat(row["ends_at"]),
            }
        )
        for row in json.loads(content)
    ]


def _kind(made: WeekPlan, blocks: Blocks, area: int, column: int, number: int) -> str:
    """Blocks of an area and hour: those by lot first, then those of the plan, then those by hand."""
    if number <= min(made.plan.random[area, column], blocks[area, column]):
        return BY_LOT
    return PLANNED if number <= made.plan.blocks[area, column] else BY_HAND


def _ranks(made: WeekPlan) -> np.ndarray:
    """Return the place of each area and hour among all of the station, 1 has most; equal ones share a place."""
    flat = made.weighted.ravel()
    places = 1 + np.searchsorted(np.sort(-flat), -flat, side="left")
    return places.reshape(made.weighted.shape)


def _reason(
    made: WeekPlan, ranks: np.ndarray, area: int, hour: int, number: int, kind: str, classes: Classes
) -> str:
    if kind == BY_LOT:
        return "抽签抽到，不看警情多少：平时少去的地方也要去，才知道去了有没有用"
    count = float(made.need.equal[area, hour])
    told = f" {count:.0f} 起" if round(count) >= LEAST_TOLD else f"不足 {LEAST_TOLD} 起"
    text = f"近一年 {hour}–{hour + 1} 时{told}"
    if made.weighted is not made.need.equal:
        text += f"、危害量 {made.weighted[area, hour]:.0f}" if round(count) >= LEAST_TOLD else ""
    text += f"，在全所 {ranks.size} 个区时中排第 {ranks[area, hour]}"
    listed = [
        f"{label} {times:.0f}"
        for label, times in classes.get((str(made.need.areas[area]), hour), ())
        if round(times) >= LEAST_TOLD
    ][:2]
    text += f"，多为{'、'.join(listed)}" if listed else ""
    text += f"；本小时第 {number} 块" if number > 1 else ""
    return f"领导手工增加；{text}" if kind == BY_HAND else text
