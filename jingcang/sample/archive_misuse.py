"""Uses of archive files that somebody should be asked about, and near misses that nobody should be asked about.

Belongs here: the planted rows of ``archive.da_jylog`` (padding, misuse, an officer who changes station) and the
identity numbers of officers that make a file one's own. Does not belong here: drawn uses (``archive``), mixes of
classes (``class_mix``), faults (``defects``).

All but the off-shift uses are by the ninth police of a station, whom nothing else makes use files: whatever is said of
those uses was planted. Each planted use shows one sign and no other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from jingcang.sample import world as w
from jingcang.sample.archive import Archive
from jingcang.sample.cases import Cases
from jingcang.sample.patrol import Shifts
from jingcang.sample.world import World, stream

ISO, STAMP = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"
LAST = w.day_number(w.LAST_DAY)
HOUR, DAY = 3_600, 86_400
FIRST_NO = 8_000_000_000
"""Log numbers from here on are planted; drawn ones begin at 1, copies with a fault at 9,000,000,000."""
UNLINKED, NOT_OPENED, QUICK, BACK_DATED, OWN, OFF_SHIFT = 12, 8, 10, 10, 4, 10
REPEATED_FILES, REPEATED_OPENS, ALLOWED_OPENS = 2, 8, 3
"""Uses of one file within 30 days; those beyond the third are asked about (archive_flag_rules)."""
HEAPED, MONTH_END, EACH_SIDE = 60, 30, 10
"""Loans returned on their last day; uses in the last three days of a month; uses on either side of a transfer."""
HEAPED_FROM = w.day_number(w.months_before(w.LAST_DAY, 9))
HEAPED_DAYS = 75
"""Loans from the first of the tenth month back: they fall due in the assessment year before the last."""
MONTH_END_LAST = w.day_number(w.months_before(w.LAST_DAY, 1)) - 1
"""Last day of the month before last."""


@dataclass(frozen=True)
class Planted:
    """The log with the planted uses, the officers with identity numbers, and what was planted.

    Args:
        uses, officers: the tables.
        told: for the truth file: ``flags`` (reason → log numbers), ``near_misses`` (log numbers), ``month_end`` (unit,
            month), ``heaped_returns`` (unit, first and last due day), ``transfer``.
    """

    uses: pl.DataFrame
    officers: pl.DataFrame
    told: dict[str, Any]


@dataclass
class _Log:
    """Rows in the making; ``files`` are (archived day, 档号, linked case) in the order of filing."""

    rng: np.random.Generator
    files: list[tuple[int, str, str]]
    case_nos: list[str]
    rows: list[dict[str, str | None]] = field(default_factory=list)
    flags: dict[str, list[str]] = field(default_factory=dict)
    near_misses: list[str] = field(default_factory=list)

    def file_nos(self, n: int, day: int) -> list[str]:
        """Return ``n`` different files that were there before a day and tell of no case."""
        there = [no for archived, no, linked in self.files if archived < day and not linked]
        return [there[int(place)] for place in self.rng.permutation(len(there))[:n]]

    def days(self, n: int, first: int, last: int) -> list[int]:
        """Return ``n`` days in order, as many of them different as the span allows."""
        return [int(day) for day in np.linspace(first, last, n).astype(np.int64)]

    def use(
        self,
        officer: str,
        unit: str,
        at: int,
        file_no: str,
        sign: str = "",
        *,
        is_near: bool = False,
        is_linked: bool = True,
        opened: int | None = 60,
        logged: int = 0,
        due: int = -1,
        returned: int = -1,
    ) -> str:
        """Add one use and return its number.

        Args:
            officer, unit: who, and the unit the log names.
            at: second of registration.
            file_no: the file.
            sign: the reason that must be given, "" where none may be.
            is_near: it just misses one.
            is_linked: with the number of a case.
            opened: seconds until it was opened; None never.
            logged: seconds until the server took it in.
            due, returned: days of a loan; without a due day it is no loan.
        """
        number = f"JY{FIRST_NO + len(self.rows) + 1}"
        case_no = self.case_nos[int(self.rng.integers(len(self.case_nos)))] if is_linked else None
        self.rows.append({
            "登记号": number, "档号": file_no, "利用人": officer, "利用单位": unit, "登记时间": _stamp(at),
            "利用方式": "阅览" if due < 0 else "借阅", "利用目的": "办案", "关联类型": "案件" if case_no else None,
            "关联编号": case_no, "调阅时间": None if opened is None else _stamp(at + opened), "应还日期": _date(due),
            "归还日期": _date(returned), "是否命中": "是", "录入时间": _stamp(at + logged),
        })  # fmt: skip
        if sign:
            self.flags.setdefault(sign, []).append(number)
        elif is_near:
            self.near_misses.append(number)
        return number


def _stamp(second: int) -> str:
    return str(w.text_of_seconds(np.array([second]), STAMP)[0])


def _date(day: int) -> str | None:
    return None if day < 0 else str(w.text_of_days(np.array([day]), ISO)[0])


def plant(
    world: World,
    kept: Archive,
    cases: Cases,
    persons: pl.DataFrame,
    residents: pl.DataFrame,
    officers: pl.DataFrame,
    shifts: Shifts,
) -> Planted:
    """Return the log and the officers with what was planted.

    Args:
        world: the town.
        kept: catalogue and drawn log.
        cases: the cases.
        persons: ``case.aj_sary``.
        residents: ``population.rk_syrk``.
        officers: ``organisation.jg_ryxx`` without identity numbers.
        shifts: the planned shifts.
    """
    rng = stream(world.seed, "archive_misuse")
    days = kept.items["归档日期"].str.replace_all("/", "-").str.to_date(ISO, strict=False)
    filed = sorted(
        (w.day_number(day), no, linked or "")
        for day, no, kind, linked in zip(
            days, kept.items["档号"], kept.items["关联类型"], kept.items["关联编号"], strict=True
        )
        if day is not None and (kind != "案件" or linked)
    )
    numbers = set(cases.table["AJBH"])
    log = _Log(
        rng, [(day, no, linked if linked in numbers else "") for day, no, linked in filed], sorted(numbers)
    )
    moved = officers.filter(pl.col("LZRQ").is_not_null()).row(0, named=True)
    others = [place for place in rng.permutation(6) if world.stations[place] != moved["DWBH"]]
    ninth = [(f"1{place + 1}0009", world.stations[place]) for place in others]
    _padding(log, *ninth[0])
    _month_end(log, *ninth[1])
    _habits(log, *ninth[2])
    _times(log, *ninth[3])
    own_ids = _own_files(log, *ninth[4], persons, residents)
    _off_shift(log, shifts, world.stations)
    told = {
        "flags": log.flags,
        "near_misses": log.near_misses,
        "month_end": {"unit_no": ninth[1][1], "month": str(_date(MONTH_END_LAST))[:7]},
        "heaped_returns": {"unit_no": ninth[0][1], "from": _date(HEAPED_FROM + 10)},
        "transfer": _transfer(log, moved, officers),
    }
    columns = [*kept.uses.columns[:-1], "录入时间", kept.uses.columns[-1]]
    at_once = kept.uses.with_columns(pl.col("登记时间").alias("录入时间")).select(columns)
    planted = pl.DataFrame(
        [{name: row.get(name) for name in columns} for row in log.rows],
        schema=dict.fromkeys(columns, pl.String),
    )
    return Planted(
        pl.concat([at_once, planted]), _identities(rng, officers, persons, residents, own_ids), told
    )


def _padding(log: _Log, officer: str, unit: str) -> None:
    """One officer opens the same files again and again, and returns loans on the last day, all of them."""
    first = LAST - 60
    for place, file_no in enumerate(log.file_nos(REPEATED_FILES, first)):
        for number, day in enumerate(log.days(REPEATED_OPENS, first, first + 25)):
            sign = "repeated" if number >= ALLOWED_OPENS else ""
            log.use(officer, unit, day * DAY + (9 + 2 * place) * HOUR, file_no, sign)
    day_of = log.days(HEAPED, HEAPED_FROM, HEAPED_FROM + HEAPED_DAYS)
    files = log.file_nos(HEAPED, HEAPED_FROM + 20)
    for number, day in enumerate(day_of):
        file_no = files[number % len(files)]
        log.use(officer, unit, day * DAY + 14 * HOUR, file_no, due=day + 10, returned=day + 10)


def _month_end(log: _Log, officer: str, unit: str) -> None:
    """Uses made up for a monthly figure: many in the last three days, each of another file."""
    for number, file_no in enumerate(log.file_nos(MONTH_END, MONTH_END_LAST - 3)):
        day = MONTH_END_LAST - number % 3
        log.use(officer, unit, day * DAY + 9 * HOUR + number // 3 * 40 * 60, file_no)


def _habits(log: _Log, officer: str, unit: str) -> None:
    """Uses for no case, loans never opened; beside them loans that were, and a file used three times in a month."""
    first = LAST - 150
    days = log.days(UNLINKED + 2 * NOT_OPENED, first, LAST - 40)
    for number, (day, file_no) in enumerate(zip(days, log.file_nos(len(days), first), strict=True)):
        at = day * DAY + 10 * HOUR
        if number < UNLINKED:
            log.use(officer, unit, at, file_no, "unlinked", is_linked=False)
        else:
            is_opened = number % 2 == 0
            log.use(
                officer, unit, at, file_no, "" if is_opened else "not_opened", is_near=is_opened,
                opened=60 if is_opened else None, due=day + 15, returned=day + 2 + number % 9,
            )  # fmt: skip
    (file_no,) = log.file_nos(1, LAST - 30)
    for day in log.days(ALLOWED_OPENS, LAST - 30, LAST - 5):
        log.use(officer, unit, day * DAY + 15 * HOUR, file_no, is_near=True)


def _times(log: _Log, officer: str, unit: str) -> None:
    """Files left within 10 s, and entries written days after the use; beside them ten seconds, and not quite a day."""
    first = LAST - 120
    for day in log.days(QUICK, first, LAST - 70):
        left, near, last = log.file_nos(3, day)
        at = day * DAY + 11 * HOUR
        log.use(officer, unit, at, left, "left_quickly")
        log.use(officer, unit, at + 9, near, is_near=True)
        log.use(officer, unit, at + 19, last, is_near=True)
    days = log.days(2 * BACK_DATED, LAST - 60, LAST - 20)
    for number, (day, file_no) in enumerate(zip(days, log.file_nos(len(days), first), strict=True)):
        is_near = number % 2 == 0
        late = DAY if is_near else int(log.rng.integers(3, 15)) * DAY + 5 * HOUR
        at = day * DAY + 11 * HOUR
        log.use(officer, unit, at, file_no, "" if is_near else "back_dated", is_near=is_near, logged=late)


def _own_files(
    log: _Log, officer: str, unit: str, persons: pl.DataFrame, residents: pl.DataFrame
) -> dict[str, str]:
    """Files of cases in which the officer or one of the household is reporter or victim; beside them files of others.

    Returns:
        警号 → identity number of the officer.
    """
    home = dict(
        residents.filter(pl.col("ZXRQ").is_null() & pl.col("ZJHM").is_not_null())
        .select("ZJHM", "DZBM")
        .rows()
    )
    by_case = {linked: (day, no) for day, no, linked in log.files if linked and day < LAST - 30}
    known = persons.filter(pl.col("ZJHM").is_not_null()).select("AJBH", "RYJSDM", "ZJHM").rows()
    met: dict[str, list[tuple[str, str]]] = {}
    for case_no, role, id_no in known:
        if case_no in by_case and role in ("01", "02") and id_no in home:
            met.setdefault(home[id_no], []).append((id_no, case_no))
    own_id, own_case, other_case = next(
        (id_no, case_no, other)
        for _, seen in sorted(met.items())
        for id_no, case_no in seen
        for other_id, other in seen
        if other_id != id_no and other != case_no
    )
    strangers = [
        no for case_no, (_, no) in sorted(by_case.items()) if not _knows(case_no, known, home, home[own_id])
    ]
    for case_no in (own_case, other_case):
        # three uses of one file in a month are nobody's habit
        for day in log.days(OWN // 2, LAST - 25, LAST - 10):
            log.use(
                officer,
                unit,
                day * DAY + (9 if case_no == own_case else 10) * HOUR,
                by_case[case_no][1],
                "own_file",
            )
    for day, file_no in zip(log.days(OWN, LAST - 25, LAST - 10), strangers, strict=False):
        log.use(officer, unit, day * DAY + 16 * HOUR, file_no, is_near=True)
    return {officer: own_id}


def _knows(case_no: str, known: Sequence[tuple[str, str, str]], home: dict[str, str], address: str) -> bool:
    return any(case == case_no and home.get(id_no) == address for case, _, id_no in known)


def _off_shift(log: _Log, shifts: Shifts, stations: Sequence[str]) -> None:
    """Officers who open files on a day of duty, hours after it; beside them exactly an hour after."""
    crews = shifts.table["CYJH"].str.split(",").list.first().to_list()
    starts: dict[str, list[int]] = {}
    for officer, start in zip(crews, shifts.start.tolist(), strict=True):
        starts.setdefault(officer, []).append(start)
    alone = [
        (start, officer)
        for officer, own in starts.items()
        for start in own
        # the early shift, with no other on the days around it
        if start % DAY == 8 * HOUR and LAST - 90 <= start // DAY < LAST - 3
        and not any(other != start and abs(other - start) < 2 * DAY for other in own)
    ]  # fmt: skip
    for number, (start, officer) in enumerate(sorted(alone)[: 2 * OFF_SHIFT]):
        is_near = number % 2 == 0
        late = HOUR if is_near else 3 * HOUR + 17
        (file_no,) = log.file_nos(1, start // DAY)
        log.use(
            officer, stations[int(officer[1]) - 1], start + 7 * HOUR + late - 1, file_no,
            "" if is_near else "off_shift", is_near=is_near, opened=1,
        )  # fmt: skip


def _transfer(log: _Log, moved: dict[str, Any], officers: pl.DataFrame) -> dict[str, Any]:
    """One officer changes station; the account in the archive keeps the old one. Returns what was planted."""
    after = officers.filter((pl.col("JH") == moved["JH"]) & (pl.col("RZRQ") == moved["LZRQ"])).row(
        0, named=True
    )
    changed = w.day_number(dt.date.fromisoformat(moved["LZRQ"]))
    told: dict[str, Any] = {
        "officer_no": moved["JH"], "from_unit_no": moved["DWBH"], "to_unit_no": after["DWBH"], "on": moved["LZRQ"],
    }  # fmt: skip
    for side, first, last in (
        ("before", changed - 40, changed - 1),
        ("after", changed, changed + 40),
    ):
        days = log.days(EACH_SIDE, first, last)
        files = log.file_nos(EACH_SIDE, changed - 40)
        told[side] = [
            log.use(moved["JH"], moved["DWBH"], day * DAY + 13 * HOUR, file_no)
            for day, file_no in zip(days, files, strict=True)
        ]
    return told


def _identities(
    rng: np.random.Generator,
    officers: pl.DataFrame,
    persons: pl.DataFrame,
    residents: pl.DataFrame,
    own_ids: dict[str, str],
) -> pl.DataFrame:
    """Return the officers with identity numbers, of residents whose household is in no case but for ``own_ids``."""
    at_home = residents.filter(pl.col("ZJHM").is_not_null())
    known = at_home.filter(pl.col("ZJHM").is_in(persons["ZJHM"].drop_nulls().implode()))["DZBM"]
    quiet = at_home.filter(
        ~pl.col("DZBM").is_in(known.implode())
        & (pl.col("CSRQ") > "1968-01-01") & (pl.col("CSRQ") < "2003-01-01")
    )["ZJHM"].unique(maintain_order=True)  # fmt: skip
    nos = sorted(set(officers["JH"]))
    places = rng.permutation(len(quiet))[: len(nos)]
    ids = {no: quiet[int(place)] for no, place in zip(nos, places, strict=False)} | own_ids
    return officers.with_columns(
        pl.col("JH").replace_strict(ids, default=None, return_dtype=pl.String).alias("SFZH")
    )
