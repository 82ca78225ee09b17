"""Incidents and dispatches: the call-taking half of the case system.

Belongs here: drawing incidents with planted patterns, and what the dispatches to them look like.
Does not belong here: classes and texts (``incident_classes``), cases (``cases``), faults (``defects``).

Planted truth: season and Spring Festival by class, one real rise, one real fall, series that vary by chance
only, hot places, near repeats of burglaries, repeats at one building, of one event and from one phone, and the effect
of one patrol programme.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from jingcang.sample import people, repeats
from jingcang.sample import world as w
from jingcang.sample.incident_classes import CLASSES, HOUR_SHARES, source_levels
from jingcang.sample.world import World, stream

STAMP = "%Y%m%d%H%M%S"
NIGHT = w.day_number(w.AS_OF) * 86_400 + 18_000
"""Local seconds of the nightly hand-over on the run date; nothing is updated after it."""
PATROLLABLE = ("100100.04.01", "100100.04.02", "100100.03", "200100", "200500")
"""Classes on which street patrol works."""
CODES = np.array([c.code for c in CLASSES])
UNLOCATED = np.isin(CODES, ["J10100", "J10300", "J20100", "J20200"])


@dataclass(frozen=True)
class Plan:
    """The planted effects of one seed; day numbers since 1970.

    Args:
        rise, fall: (class, station, first day, factor).
        treated, control: beats of the programme and of its control area, same station.
        programme: (first day, last day) and ``cut``, the factor on patrollable classes.
        idle_beats, idle: beats and days of the programme that is planned and not carried out.
        repeat_share: share of burglaries that are followed by another within 200 m and 7 days.
        hot_share: share of patrollable incidents that happen within 100 m of a hot place of their beat.
    """

    rise: tuple[str, int, int, float]
    fall: tuple[str, int, int, float]
    treated: tuple[int, ...]
    control: tuple[int, ...]
    programme: tuple[int, int]
    cut: float
    idle_beats: tuple[int, ...]
    idle: tuple[int, int]
    repeat_share: float
    hot_share: float

    def describe(self) -> dict[str, Any]:
        """Return the effects as plain values with ISO dates."""

        def day(number: int) -> str:
            return (w.EPOCH + dt.timedelta(days=number)).isoformat()

        def change(effect: tuple[str, int, int, float]) -> dict[str, Any]:
            code, station, first, factor = effect
            return {
                "class_code": code,
                "unit_no": f"9999015{station + 1}0000",
                "from": day(first),
                "factor": factor,
            }

        return {
            "rise": change(self.rise),
            "fall": change(self.fall),
            "chance_only": [
                {"class_code": c, "unit_no": f"9999015{s + 1}0000"} for c, s in self.chance_only()
            ],
            "patrol_programme": {
                "programme_no": "ZX01",
                "areas": [w.beat_no(b) for b in self.treated],
                "control_areas": [w.beat_no(b) for b in self.control],
                "from": day(self.programme[0]),
                "to": day(self.programme[1]),
                "classes": list(PATROLLABLE),
                "factor": self.cut,
            },
            "idle_programme": {
                "programme_no": "ZX02",
                "areas": [w.beat_no(b) for b in self.idle_beats],
                "from": day(self.idle[0]),
                "to": day(self.idle[1]),
                "delivered_minutes": 0,
                "factor": 1.0,
            },
            "near_repeats": {
                "class_code": "100100.01.01",
                "share": self.repeat_share,
                "metres": 200,
                "days": 7,
            },
            "hot_places": {"share": self.hot_share, "classes": list(PATROLLABLE), "metres": 100},
            "season": {c.code: {"amplitude": c.season[0], "peak_month": c.season[1]} for c in CLASSES},
            "spring_festival": {c.code: {"factor": c.festival, "days": [-15, 6]} for c in CLASSES},
        }

    def chance_only(self) -> list[tuple[str, int]]:
        """Return three (class, station) series without any planted change."""
        other = (self.rise[1] + 1) % 6
        return [("300100.01.01", self.rise[1]), ("509900", other), ("J30100", (other + 1) % 6)]


def plan(world: World) -> Plan:
    """Return the planted effects of the world's seed."""
    rng = stream(world.seed, "plan")
    stations = rng.permutation(6)
    last = w.day_number(w.LAST_DAY)
    beats = rng.permutation(6)
    target, idle = int(stations[2]) * 6, int(stations[3]) * 6
    # programmes go where most happens: the four busiest beats, the busiest and the fourth against the others
    busy = np.argsort(-world.weights[target : target + 6], kind="stable")
    length = int(rng.integers(8, 11)) * 7 if world.size.patrol_months > 6 else 42
    end = (
        last - int(rng.integers(3, 12)) if world.size.patrol_months <= 6 else last - int(rng.integers(20, 60))
    )
    return Plan(
        rise=(
            "100100.04.01",
            int(stations[0]),
            last - int(rng.integers(70, 110)),
            round(float(rng.uniform(1.7, 2.2)), 2),
        ),
        fall=(
            "100600.01.01",
            int(stations[1]),
            last - int(rng.integers(150, 220)),
            round(float(rng.uniform(0.4, 0.55)), 2),
        ),
        treated=tuple(sorted(target + int(b) for b in busy[[0, 3]])),
        control=tuple(sorted(target + int(b) for b in busy[[1, 2]])),
        programme=(end - length, end),
        cut=round(float(rng.uniform(0.55, 0.7)), 2),
        idle_beats=(idle + int(beats[0]),),
        idle=(end - 42, end - 7),
        repeat_share=round(float(rng.uniform(0.12, 0.22)), 2),
        hot_share=round(float(rng.uniform(0.35, 0.5)), 2),
    )


@dataclass(frozen=True)
class Events:
    """Drawn incidents, sorted by time; arrays of one length.

    ``klass`` indexes CLASSES, ``second`` is local seconds since 1970, ``home`` indexes the addresses or is -1,
    ``recorded`` is the beat in force and as recorded; ``repeats`` are the planted ones.
    """

    klass: np.ndarray
    second: np.ndarray
    beat: np.ndarray
    recorded: np.ndarray
    point: np.ndarray
    home: np.ndarray
    repeats: repeats.Repeats

    def __len__(self) -> int:
        return len(self.klass)


def draw(world: World, effects: Plan, where: dict[str, np.ndarray]) -> Events:
    """Return the incidents of the world with all planted patterns."""
    rng = stream(world.seed, "incidents")
    first, last = w.day_number(w.first_day(world.size.incident_months)), w.day_number(w.LAST_DAY)
    days = np.arange(first, last + 1)
    weekday = (days + 3) % 7
    year_day = (pl.Series(days.astype(np.int32)).cast(pl.Date).dt.ordinal_day().to_numpy() - 15) / 365.25
    festival = w.festival_offset(days)
    near = (festival >= -15) & (festival <= 6)
    total = sum(c.share for c in CLASSES)
    klass, day = [], []
    for index, c in enumerate(CLASSES):
        rate = np.full(len(days), c.share / total * world.size.incidents_per_day)
        rate = rate * (1 + c.season[0] * np.cos(2 * np.pi * (year_day - (c.season[1] - 1) / 12)))
        rate = rate * np.where(weekday >= 5, c.weekend, 1.0) * np.where(near, c.festival, 1.0)
        counts = rng.poisson(rate)
        klass.append(np.full(counts.sum(), index))
        day.append(np.repeat(days, counts))
    k, d = np.concatenate(klass), np.concatenate(day)
    beat = rng.choice(36, len(k), p=world.weights)
    k, d, beat = _apply(effects, rng, k, d, beat)
    k, d, beat, follows = _near_repeats(effects, rng, k, d, beat, last)
    second = d * 86_400 + _clock(rng, k)
    home = _homes(rng, beat, where)
    u, v = rng.uniform(0.04, 0.96, (2, len(k)))
    point = world.at(beat, u, v)
    at_home = rng.random(len(k)) < 0.62
    point = np.where(at_home[:, None], where["point"][home] + rng.normal(0, 0.00008, (len(k), 2)), point)
    u = np.where(at_home, where["u"][home], u)
    home = np.where(at_home, home, -1)
    hot = _hot_points(world, effects, rng, k, beat)
    chosen = hot >= 0
    point[chosen] = world.hot_points[hot[chosen]] + rng.normal(0, 0.00035, (int(chosen.sum()), 2))
    home = np.where(chosen, -1, home)
    u = np.where(chosen, 1.0, u)
    child = follows >= 0
    point[child] = point[follows[child]] + rng.uniform(-0.0009, 0.0009, (int(child.sum()), 2))
    home[child] = -1
    movable = np.isin(CODES[k], repeats.MOVABLE) & ~child
    planted = repeats.choose(world, movable, second, beat, where)
    at_random = _homes(rng, beat, where)
    moved = repeats.move(planted, rng, k, second, home, at_random)
    d[moved] = second[moved] // 86_400
    point[moved] = where["point"][home[moved]] + rng.normal(0, 0.00008, (len(moved), 2))
    u[moved] = where["u"][home[moved]]
    order = np.argsort(second, kind="stable")
    recorded = w.recorded_beats(world, beat, u, d)
    return Events(
        k[order], second[order], beat[order], recorded[order], np.round(point[order], 6), home[order],
        repeats.in_order(planted, order),
    )  # fmt: skip


def _apply(
    effects: Plan, rng: np.random.Generator, k: np.ndarray, d: np.ndarray, beat: np.ndarray
) -> tuple[np.ndarray, ...]:
    """Add the rise, thin the fall and the programme's classes."""
    code, station, since, factor = effects.rise
    rising = (CODES[k] == code) & (beat // 6 == station) & (d >= since)
    again = np.flatnonzero(rising)
    again = (
        again[rng.random(len(again)) < factor - 1]
        if factor < 2
        else np.concatenate([again, again[rng.random(len(again)) < factor - 2]])
    )
    code, station, since, factor = effects.fall
    lost = (CODES[k] == code) & (beat // 6 == station) & (d >= since) & (rng.random(len(k)) > factor)
    first, last = effects.programme
    patrolled = np.isin(CODES[k], PATROLLABLE) & np.isin(beat, effects.treated) & (d >= first) & (d <= last)
    lost |= patrolled & (rng.random(len(k)) > effects.cut)
    keep = np.concatenate([np.flatnonzero(~lost), again])
    return k[keep], d[keep], beat[keep]


def _near_repeats(
    effects: Plan, rng: np.random.Generator, k: np.ndarray, d: np.ndarray, beat: np.ndarray, last: int
) -> tuple[np.ndarray, ...]:
    parents = np.flatnonzero((CODES[k] == "100100.01.01") & (d <= last - 8))
    parents = parents[rng.random(len(parents)) < effects.repeat_share]
    n = len(k)
    follows = np.concatenate([np.full(n, -1), parents])
    return (
        np.concatenate([k, k[parents]]),
        np.concatenate([d, d[parents] + rng.integers(1, 8, len(parents))]),
        np.concatenate([beat, beat[parents]]),
        follows,
    )


def _clock(rng: np.random.Generator, k: np.ndarray) -> np.ndarray:
    seconds = np.zeros(len(k), dtype=np.int64)
    for index, c in enumerate(CLASSES):
        mine = np.flatnonzero(k == index)
        seconds[mine] = rng.choice(24, len(mine), p=HOUR_SHARES[c.hours]) * 3600
    return seconds + rng.integers(0, 3600, len(k))


def _homes(rng: np.random.Generator, beat: np.ndarray, where: dict[str, np.ndarray]) -> np.ndarray:
    """Return one address of each beat."""
    order = np.argsort(where["beat"], kind="stable")
    starts = np.searchsorted(where["beat"][order], np.arange(37))
    count = np.maximum(starts[beat + 1] - starts[beat], 1)
    return order[np.minimum(starts[beat] + (rng.random(len(beat)) * count).astype(int), len(order) - 1)]


def _hot_points(
    world: World, effects: Plan, rng: np.random.Generator, k: np.ndarray, beat: np.ndarray
) -> np.ndarray:
    of_beat = np.full(36, -1)
    of_beat[world.hot_beats] = np.arange(len(world.hot_beats))
    hot = np.isin(CODES[k], PATROLLABLE) & (rng.random(len(k)) < effects.hot_share)
    return np.where(hot, of_beat[beat], -1)


def _texts(rng: np.random.Generator, k: np.ndarray, address: np.ndarray) -> pl.Series:
    template = np.empty(len(k), dtype=object)
    for index, c in enumerate(CLASSES):
        mine = np.flatnonzero(k == index)
        template[mine] = np.array(c.texts, dtype=object)[rng.integers(0, len(c.texts), len(mine))]
    frame = pl.DataFrame({"t": pl.Series(template, dtype=pl.String), "a": pl.Series(address.astype(str))})
    return frame.select(pl.col("t").str.replace("{a}", pl.col("a"), literal=True)).to_series()


def table(world: World, events: Events, where: dict[str, np.ndarray]) -> pl.DataFrame:
    """Return ``case.pj_jjdb``, in the order of ``events``."""
    rng = stream(world.seed, "calls")
    n, k, second = len(events), events.klass, events.second
    levels = np.array([source_levels(c.code) for c in CLASSES])[k]
    old = (second < w.day_number(dt.date(2021, 7, 1)) * 86_400) & (levels[:, 1] == "caseType110509900")
    levels[old & (rng.random(n) < 0.5), 1] = "caseType110500900"
    test = rng.random(n) < 0.0008
    levels[test] = ["caseType110000000", "caseType110000000", ""]
    vague = rng.random(n) < 0.02
    levels[vague, 1:] = ""
    day = pl.DataFrame({"d": w.text_of_seconds(second, "%Y%m%d")}).with_columns(
        pl.int_range(pl.len()).over("d").alias("i")
    )
    number = day.select(
        pl.concat_str([pl.lit(w.REGION), pl.col("d"), (pl.col("i") + 1).cast(pl.String).str.zfill(6)])
    )
    home = np.maximum(events.home, 0)
    form = rng.integers(0, 3, n)
    road = np.char.add(
        people.ROADS[(events.beat * 3 + form) % len(people.ROADS)], np.where(form == 0, "路口", "附近")
    )
    street = np.array(w.STREETS)[events.beat // 6]
    address = np.where(
        events.home < 0,
        np.char.add(street, road),
        np.where(
            form == 0,
            where["full"][home],
            np.where(form == 1, where["short"][home], np.char.add(street, where["short"][home])),
        ),
    )
    address = np.where(UNLOCATED[k], "", address)
    gcj = w.to_gcj02(events.point)
    located = ~UNLOCATED[k] & (rng.random(n) < 0.93)
    zero = ~located & (rng.random(n) < 0.5)
    lon = np.where(located, w.degrees_text(gcj[:, 0]).to_numpy(), np.where(zero, "0", ""))
    lat = np.where(located, w.degrees_text(gcj[:, 1]).to_numpy(), np.where(zero, "0", ""))
    channel = rng.choice(
        np.array(["01", "02", "03", "05", "06", "07", "08", "09"]),
        n,
        p=[0.83, 0.05, 0.06, 0.02, 0.01, 0.01, 0.015, 0.005],
    )
    stale = (events.recorded != events.beat) & (rng.random(n) < 0.12)
    beat = np.where(stale, events.beat, events.recorded)
    injured = np.where(
        np.isin(CODES[k], ["200100", "300100.02.01", "200600"]) & (rng.random(n) < 0.3),
        rng.integers(1, 4, n),
        0,
    )
    updated = np.minimum(second + rng.integers(3_600, 90_000, n), NIGHT)
    callers = people.phones(max(n // 2, 10), rng)
    phone = np.where((channel == "01") | (rng.random(n) < 0.6), callers[rng.integers(0, len(callers), n)], "")
    phone = repeats.give_phones(world, events, phone)
    numbers = number.to_series()
    repeat = (rng.random(n) < 0.015) & (np.arange(n) > 5)
    related = np.where(repeat, numbers.to_numpy()[np.maximum(np.arange(n) - rng.integers(1, 5, n), 0)], "")
    related = related.astype(object)
    for first, later in events.repeats.reports:
        related[later] = numbers[first]
    return pl.DataFrame(
        {
            "JJDBH": numbers,
            "GLJJDBH": people.text(related),
            "BJFSBH": people.text(channel),
            "BJSJ": w.text_of_seconds(second, STAMP),
            "JJSJ": w.text_of_seconds(second + rng.integers(1, 40, n), STAMP),
            "BJDH": people.text(phone),
            "BJRXM": people.text(np.where(rng.random(n) < 0.7, people.names(n, rng), "")),
            "BJRXB": people.text(rng.choice(np.array(["1", "2", ""]), n)),
            "SFDZ": people.text(address),
            "BJNR": _texts(rng, k, address),
            "GXDWBH": people.text(w.STATION_NOS[events.beat]),
            "ZRQBH": people.text(np.where(UNLOCATED[k], "", w.BEAT_NOS[beat])),
            "BJLB": people.text(levels[:, 0]),
            "BJLX": people.text(levels[:, 1]),
            "BJXL": people.text(levels[:, 2]),
            "SDDWXZB": people.text(lon),
            "SDDWYZB": people.text(lat),
            "JQJB": people.text(rng.choice(np.array(["1", "2", "3"]), n, p=[0.03, 0.17, 0.8])),
            "BKRS": pl.Series(["0"] * n),
            "SSRS": people.text(injured.astype(str)),
            "SWRS": pl.Series(["0"] * n),
            "SFSW": pl.Series(["0"] * n),
            "GXSJ": w.text_of_seconds(updated, STAMP),
        }
    )
