"""Patrols: shifts, fixes of the terminals, place checks, visits, publicity events and hours in the community.

Belongs here: the patrol API's tables and the day files of fixes.
Does not belong here: the HTTP server (``patrol_api``), incidents, faults (``defects``).

Fixes lie only within shifts. Stations 1–5 carry terminals of the first make (Parquet), station 6 those of the
second (CSV) during the last 60 days. The programme ZX01 is carried out in its areas; ZX02 is planned only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from jingcang.sample import people, yards
from jingcang.sample import world as w
from jingcang.sample.incidents import Plan
from jingcang.sample.people import text
from jingcang.sample.world import World, stream

ISO = "%Y-%m-%dT%H:%M:%S"
LAST = w.day_number(w.LAST_DAY)
CSV_DAYS = 60
START_HOURS = np.array([8, 14, 20])


@dataclass(frozen=True)
class Shifts:
    """Planned shifts: ``table`` is ``patrol.qw_pbxx``; arrays of its rows: station, beat, start second, group.

    ``delivered`` is false where no terminal was on duty.
    """

    table: pl.DataFrame
    station: np.ndarray
    beat: np.ndarray
    start: np.ndarray
    group: np.ndarray
    delivered: np.ndarray


def shifts(world: World, plan: Plan) -> Shifts:
    """Return the planned shifts, programmes included."""
    rng = stream(world.seed, "shifts")
    first = w.day_number(w.first_day(world.size.patrol_months))
    days = np.arange(first, LAST + 1)
    per_day = world.size.shifts_per_day
    slots = np.array([rng.permutation(18)[:per_day] for _ in days])
    day = np.repeat(days, per_day)
    slot = slots.ravel()
    station, kind = slot % 6, slot // 6
    beat = station * 6 + rng.integers(0, 6, len(day))
    programme = np.full(len(day), "", dtype="U4")
    extra = []
    for label, beats, (begin, end) in (
        ("ZX01", plan.treated, plan.programme),
        ("ZX02", plan.idle_beats, plan.idle),
    ):
        for place in beats:
            run = np.arange(begin, end + 1)
            extra.append((label, np.full(len(run), place), run))
    day = np.concatenate([day, *[run for _, _, run in extra]])
    beat = np.concatenate([beat, *[place for _, place, _ in extra]])
    station = beat // 6
    kind = np.concatenate([kind, *[np.full(len(run), 2) for _, _, run in extra]])
    programme = np.concatenate([programme, *[np.full(len(run), label) for label, _, run in extra]])
    n = len(day)
    order = np.lexsort((beat, kind, day))
    day, beat, station, kind, programme = (
        day[order],
        beat[order],
        station[order],
        kind[order],
        programme[order],
    )
    # of one station, group g works slot g of a day: no group is ever in two places
    same = (
        pl.DataFrame({"d": day, "s": station, "k": kind})
        .select(pl.int_range(pl.len()).over("d", "s"))
        .to_series()
    )
    group = same.to_numpy() + 1
    start = day * 86_400 + START_HOURS[kind] * 3600
    delivered = (programme != "ZX02") & (rng.random(n) > 0.03)
    crew = np.char.add(
        np.char.add(people.police_nos(station, rng), ","),
        np.char.add(
            np.char.add("2", (station + 1).astype(str)), np.char.zfill(rng.integers(10, 17, n).astype(str), 4)
        ),
    )
    table = pl.DataFrame(
        {
            "PBID": text(np.char.add("PB", np.char.zfill(np.arange(1, n + 1).astype(str), 10))),
            "XZBH": text(group_nos(station, group)),
            "DWBH": text(np.array(world.stations)[station]),
            "ZRQBH": text(w.BEAT_NOS[beat]),
            "BCLX": text(np.where(programme != "", "5", (kind + 1).astype(str))),
            "JHKSSJ": w.text_of_seconds(start, ISO),
            "JHJSSJ": w.text_of_seconds(start + 7 * 3600, ISO),
            "CYJH": text(crew),
            "ZXBH": text(programme),
            "GXSJ": w.text_of_seconds(start - 3 * 86_400 + rng.integers(0, 40_000, n), ISO),
        }
    )
    return Shifts(table, station, beat, start, group, delivered)


def group_nos(station: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return 巡组 numbers of station indices and group numbers."""
    return np.char.add(np.char.add("XZ5", (station + 1).astype(str)), np.char.zfill(group.astype(str), 2))


def fixes(world: World, shifts: Shifts, first: int, last: int) -> pl.DataFrame:
    """Return the fixes of shifts that begin on day numbers ``first`` to ``last``.

    Returns:
        Text rows in the columns of ``gps.qw_gpsd`` plus ``day`` (of the fix) and ``csv`` (second make),
        ordered by terminal and time. Speeds and accuracies are plausible throughout.
    """
    rng = stream(world.seed, f"fixes{first}")
    begin = shifts.start // 86_400
    which = np.flatnonzero(shifts.delivered & (begin >= first) & (begin <= last))
    n, steps = len(which), world.size.points_per_shift
    legs = 14
    beat = shifts.beat[which]
    inside = rng.random((n, legs)) < 0.8
    other = (beat // 6 * 6)[:, None] + rng.integers(0, 6, (n, legs))
    goal_beat = np.where(inside, beat[:, None], other).ravel()
    goals = world.points(goal_beat, rng).reshape(n, legs, 2)
    hot = np.full(36, -1)
    hot[world.hot_beats] = np.arange(len(world.hot_beats))
    near = hot[goal_beat].reshape(n, legs)
    to_hot = (near >= 0) & (rng.random((n, legs)) < 0.45)
    goals[to_hot] = world.hot_points[near[to_hot]] + rng.normal(0, 0.0006, (int(to_hot.sum()), 2))
    position = np.linspace(0, legs - 1.0001, steps)
    leg, part = position.astype(int), (position % 1)[None, :, None]
    path = goals[:, leg] * (1 - part) + goals[:, leg + 1] * part + rng.normal(0, 0.00004, (n, steps, 2))
    station, in_yard = shifts.station[which], yards.fix_counts(world, shifts)[which]
    yards.begin_in_yard(world, path, station, in_yard, str(first))
    second = shifts.start[which][:, None] + rng.integers(0, 300, n)[:, None] + np.arange(steps)[None, :] * 60
    second = second + rng.integers(0, 8, (n, steps))
    second = np.minimum(second, (shifts.start[which] + 7 * 3600 - 1)[:, None])
    lost_from = rng.integers(0, steps, n)
    lost = rng.integers(0, max(steps // 6, 1), n)
    index = np.arange(steps)[None, :]
    seen = (index < lost_from[:, None]) | (index >= (lost_from + lost)[:, None])
    keep = (seen | (index <= in_yard[:, None]) & (in_yard > 0)[:, None]).ravel()
    group = shifts.group[which]
    terminal = np.char.add(np.char.add("ZD5", (station + 1).astype(str)), np.char.zfill(group.astype(str), 4))
    total = n * steps
    speed = np.minimum(rng.gamma(2.5, 6, total), 88).astype(np.int32)
    accuracy = np.minimum(rng.gamma(2, 6, total) + 2, 160).astype(np.int32)
    state = 1 + np.searchsorted(np.cumsum([0.82, 0.1, 0.03]), rng.random(total), side="right")
    accuracy, state = yards.as_in_yard(in_yard, steps, accuracy, state)
    frame = pl.DataFrame(
        {
            "shift": np.repeat(np.arange(n, dtype=np.int32), steps),
            "second": second.ravel(),
            "JD": w.degrees_text(path[:, :, 0].ravel()),
            "WD": w.degrees_text(path[:, :, 1].ravel()),
            "DWJD": accuracy,
            "SD": speed,
            "QWZT": state,
        }
    ).filter(pl.Series(keep))
    names = pl.DataFrame(
        {
            "shift": np.arange(n, dtype=np.int32),
            "ZDBH": text(terminal),
            "XZBH": text(group_nos(station, group)),
            "DWBH": text(np.array(world.stations)[station]),
            "six": station == 5,
        }
    )
    day = pl.col("second") // 86_400
    return (
        frame.join(names, on="shift", maintain_order="left")
        .with_columns(day.alias("day"), (pl.col("six") & (day > LAST - CSV_DAYS)).alias("csv"))
        .filter(pl.col("day") <= LAST)
        .with_columns(
            pl.from_epoch("second", time_unit="s").dt.strftime("%Y%m%d%H%M%S").alias("DWSJ"),
            pl.col("DWJD", "SD", "QWZT").cast(pl.String),
        )
        .select("day", "csv", "ZDBH", "XZBH", "DWBH", "DWSJ", "JD", "WD", "DWJD", "SD", "QWZT")
    )


def place_checks(world: World, places: pl.DataFrame) -> pl.DataFrame:
    """Return ``patrol.qw_csjc``: checks of open places by the police of their station."""
    rng = stream(world.seed, "place_checks")
    months = world.size.other_months
    n = world.size.checks_per_month * months
    at = _times(world, rng, n, months)
    which = rng.integers(0, len(places), n)
    station = places["DWBH"].str.slice(7, 1).cast(pl.Int64).to_numpy()[which] - 1
    problems = np.where(rng.random(n) < 0.22, rng.integers(1, 6, n), 0)
    result = np.where(problems > 0, rng.choice(np.array(["2", "3"]), n, p=[0.7, 0.3]), "1")
    result = np.where((problems == 0) & (rng.random(n) < 0.004), "7", result)
    return pl.DataFrame(
        {
            "JCID": text(np.char.add("JC", np.char.zfill(np.arange(1, n + 1).astype(str), 10))),
            "CSBH": places["CSBH"][which],
            "DWBH": places["DWBH"][which],
            "JCRJH": text(people.police_nos(station, rng)),
            "JCSJ": w.text_of_seconds(at, ISO),
            "WTS": text(problems.astype(str)),
            "JCJG": text(result),
            "GXSJ": w.text_of_seconds(at + rng.integers(300, 6_000, n), ISO),
        }
    )


def _times(world: World, rng: np.random.Generator, n: int, months: int) -> np.ndarray:
    first = w.day_number(w.first_day(months))
    return np.sort(rng.integers(first, LAST + 1, n)) * 86_400 + rng.integers(8 * 3600, 21 * 3600, n)


VISITS = {"01": 30, "02": 30, "03": 90, "04": 30, "05": 30, "06": 15, "07": 60, "08": 30, "09": 90}
"""Category → longest interval in days; this simulator's own. Category 09 is left unmapped on purpose."""
LISTED = 4
"""People on the list of one category of one beat."""
PLANNED, OVERDUE_DAYS, AHEAD_DAYS = 0.5, 12, 25
"""Visits planned and not made, as a share of a month's; due up to so many days before and after the last day."""


def home_visits(world: World) -> pl.DataFrame:
    """Return ``patrol.qw_zfjl``: visits by statutory lists, some made after their due date, and planned ones."""
    rng = stream(world.seed, "visits")
    months = world.size.other_months
    n = world.size.visits_per_month * months
    at = _times(world, rng, n, months)
    kind = rng.choice(np.array(list(VISITS)), n, p=[0.15, 0.1, 0.15, 0.1, 0.08, 0.2, 0.14, 0.07, 0.01])
    interval = np.array([VISITS[str(code)] for code in kind])
    beat = rng.choice(36, n, p=world.weights)
    due = at // 86_400 + rng.choice(np.array([0, 1, 3, 6, -2, -9]), n, p=[0.3, 0.25, 0.2, 0.1, 0.1, 0.05])
    own = stream(world.seed, "visited people")
    listed = people.names(36 * len(VISITS) * LISTED, own)
    place = (beat * len(VISITS) + kind.astype(int) - 1) * LISTED + own.integers(0, LISTED, n)
    made = pl.DataFrame(
        {
            "ZFID": _visit_ids(1, n),
            "ZFLB": text(kind),
            "JGTS": text(interval.astype(str)),
            "DWBH": text(w.STATION_NOS[beat]),
            "ZRQBH": text(w.BEAT_NOS[beat]),
            "ZFRJH": text(people.police_nos(beat // 6, rng)),
            "ZFDXXM": text(listed[place]),
            "YZRQ": w.text_of_days(due, "%Y-%m-%d"),
            "ZFSJ": w.text_of_seconds(at, ISO),
            "ZFJG": text(rng.choice(np.array(["1", "2", "3"]), n, p=[0.85, 0.1, 0.05])),
            "GXSJ": w.text_of_seconds(at + rng.integers(300, 6_000, n), ISO),
        }
    )
    return pl.concat([made, _planned_visits(world, made)])


def _visit_ids(first: int, n: int) -> pl.Series:
    return text(np.char.add("ZF", np.char.zfill(np.arange(first, first + n).astype(str), 10)))


def _planned_visits(world: World, made: pl.DataFrame) -> pl.DataFrame:
    """Return the next visits of some people visited before: due around the last day, by the same officer."""
    rng = stream(world.seed, "planned visits")
    n = int(world.size.visits_per_month * PLANNED)
    before = made[np.sort(rng.choice(made.height, n, replace=False)).tolist()]
    due = LAST + rng.integers(-OVERDUE_DAYS, AHEAD_DAYS + 1, n)
    entered = np.minimum(due - before["JGTS"].cast(pl.Int64).to_numpy(), LAST - 1) * 86_400
    return before.with_columns(
        ZFID=_visit_ids(made.height + 1, n),
        YZRQ=w.text_of_days(due, "%Y-%m-%d"),
        ZFSJ=pl.lit(None, pl.String),
        ZFJG=pl.lit(None, pl.String),
        GXSJ=w.text_of_seconds(entered + rng.integers(8 * 3600, 18 * 3600, n), ISO),
    )


def publicity(world: World) -> pl.DataFrame:
    """Return ``patrol.qw_xchd``: publicity events of the communities."""
    rng = stream(world.seed, "publicity")
    months = world.size.other_months
    n = world.size.publicity_per_month * months
    at = _times(world, rng, n, months)
    beat = rng.choice(36, n)
    return pl.DataFrame(
        {
            "HDID": text(np.char.add("HD", np.char.zfill(np.arange(1, n + 1).astype(str), 10))),
            "ZT": text(
                rng.choice(
                    np.array(["1", "2", "3", "4", "5", "6", "7"]),
                    n,
                    p=[0.45, 0.15, 0.08, 0.12, 0.1, 0.05, 0.05],
                )
            ),
            "DWBH": text(w.STATION_NOS[beat]),
            "ZRQBH": text(w.BEAT_NOS[beat]),
            "ZZRJH": text(people.police_nos(beat // 6, rng)),
            "JBSJ": w.text_of_seconds(at, ISO),
            "CJRS": text(rng.integers(8, 220, n).astype(str)),
            "GXSJ": w.text_of_seconds(at + 7_200, ISO),
        }
    )


def officer_hours(world: World) -> pl.DataFrame:
    """Return ``patrol.qw_gslb``: hours of each beat's officer on weekdays, in the community and on other duties."""
    rng = stream(world.seed, "officer_hours")
    first = w.day_number(w.first_day(world.size.other_months))
    days = np.arange(first, LAST + 1)
    days = days[(days + 3) % 7 < 5]  # day 0 was a Thursday
    beat, day = (grid.ravel() for grid in np.meshgrid(np.arange(36), days, indexing="ij"))
    present = rng.random(len(day)) < 0.9
    beat, day = beat[present], day[present]
    n = len(day)
    other = np.round(rng.gamma(2, 0.6, n) * 2) / 2
    hours = np.clip(np.round((rng.normal(4.5, 1.2, n) - other / 2) * 2) / 2, 0, 10)
    number = np.char.add(
        np.char.add("1", (beat // 6 + 1).astype(str)), np.char.zfill((beat % 6 + 1).astype(str), 4)
    )
    return pl.DataFrame(
        {
            "GSID": text(np.char.add("GS", np.char.zfill(np.arange(1, n + 1).astype(str), 10))),
            "DWBH": text(w.STATION_NOS[beat]),
            "ZRQBH": text(w.BEAT_NOS[beat]),
            "JH": text(number),
            "RQ": w.text_of_days(day, "%Y-%m-%d"),
            "XSQGS": text(hours.astype(str)),
            "FJWGS": text(np.minimum(other, 8).astype(str)),
            "GXSJ": w.text_of_seconds(day * 86_400 + rng.integers(64_000, 80_000, n), ISO),
        }
    )
