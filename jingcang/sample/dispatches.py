"""Dispatches: what the patrol or station did about each incident.

Belongs here: ``case.pj_cjdb``. Does not belong here: the incidents themselves (``incidents``).

Planted: one station writes most arrivals at whole five minutes from a day on, and a few dispatches of the last days
have no feedback yet.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from jingcang.sample import people
from jingcang.sample import world as w
from jingcang.sample.incident_classes import CLASSES, source_levels
from jingcang.sample.incidents import NIGHT, STAMP, UNLOCATED, Events
from jingcang.sample.world import World, stream

ROUNDED_WEEKS, ROUNDED_SHARE, ROUNDED_SECONDS = 30, 0.6, 300
OPEN_DAYS, OPEN_SHARE = 6, 0.03
"""Dispatches of so many last days are still open with this chance."""


@dataclass(frozen=True)
class Dispatches:
    """The dispatches and what was planted in them.

    Args:
        table: ``case.pj_cjdb``.
        rounded: number of the station with arrivals at whole five minutes, and the day from which on.
        open_nos: dispatches without feedback.
    """

    table: pl.DataFrame
    rounded: tuple[str, dt.date]
    open_nos: list[str]


def build(world: World, events: Events, calls: pl.DataFrame) -> Dispatches:
    """Return one dispatch for every incident that was not settled on the phone."""
    rng = stream(world.seed, "dispatches")
    chosen = np.flatnonzero(~(UNLOCATED[events.klass] & (rng.random(len(events)) < 0.85)))
    n, k, station = len(chosen), events.klass[chosen], events.beat[chosen] // 6
    sent = events.second[chosen] + rng.integers(40, 200, n)
    signed = sent + rng.exponential(35, n).astype(np.int64) + 3
    left = signed + rng.exponential(60, n).astype(np.int64) + 10
    arrived = left + rng.lognormal(5.9, 0.55, n).astype(np.int64)
    planted = stream(world.seed, "planted dispatches")
    liar = int(planted.integers(1, len(world.stations)))
    since = w.day_number(w.LAST_DAY) - 7 * ROUNDED_WEEKS
    rounded = (station == liar) & (sent >= since * 86_400) & (planted.random(n) < ROUNDED_SHARE)
    step = ROUNDED_SECONDS
    arrived = np.where(rounded, left + np.maximum((arrived - left + step // 2) // step, 1) * step, arrived)
    told = arrived + rng.lognormal(7.2, 0.7, n).astype(np.int64)
    by_phone = (rng.random(n) < 0.05) | UNLOCATED[k]
    told = np.where(by_phone, left + rng.integers(120, 1_200, n), told)
    kept = np.array([source_levels(c.code) for c in CLASSES])
    altered = np.array([source_levels(c.changes_to) for c in CLASSES])
    levels = np.where((rng.random(n) < 0.125)[:, None], altered[k], kept[k])
    recent = sent >= (w.day_number(w.LAST_DAY) + 1 - OPEN_DAYS) * 86_400
    is_open = recent & ~by_phone & (planted.random(n) < OPEN_SHARE)
    is_underway = is_open & (planted.random(n) < 0.3)
    levels = np.where(is_open[:, None], "", levels)
    outcome = np.array([c.outcome for c in CLASSES])[k]
    odd = rng.random(n) < 0.15
    outcome = np.where(odd, rng.choice(np.array(["01", "02", "06", "07", "09", "10", "98"]), n), outcome)
    place = np.array([c.places[0] for c in CLASSES])[k]
    other = np.array([c.places[-1] for c in CLASSES])[k]
    place = np.where(rng.random(n) < 0.3, other, place)
    group = rng.integers(1, 4, n)
    said = np.array(
        [
            "到场处置完毕",
            "双方当场和解",
            "已带回所内进一步处理",
            "到场后未发现报警所述情况",
            "告知当事人相关权利",
        ]
    )
    number = calls["JJDBH"].to_numpy()[chosen]
    table = pl.DataFrame(
        {
            "CJDBH": people.text(np.char.add(number.astype(str), "01")),
            "JJDBH": people.text(number),
            "CJDWBH": people.text(np.array(world.stations)[station]),
            "CJMJJH": people.text(people.police_nos(station, rng)),
            "XZBH": people.text(
                np.char.add(
                    np.char.add("XZ5", (station + 1).astype(str)), np.char.zfill(group.astype(str), 2)
                )
            ),
            "PJSJ": w.text_of_seconds(sent, STAMP),
            "QSSJ": w.text_of_seconds(signed, STAMP),
            "CJSJ": w.text_of_seconds(left, STAMP),
            "DCSJ": w.text_of_seconds(np.where(by_phone | is_underway, -1, arrived), STAMP),
            "FKSJ": w.text_of_seconds(np.where(is_open, -1, told), STAMP),
            "BSYHJ": people.text(np.where(by_phone, "DC", "")),
            "FKLB": people.text(levels[:, 0]),
            "FKLX": people.text(levels[:, 1]),
            "FKXL": people.text(levels[:, 2]),
            "CLJGDM": people.text(outcome),
            "CSDM": people.text(place),
            "FKNR": people.text(np.where(is_open, "", rng.choice(said, n))),
            "GXSJ": w.text_of_seconds(
                np.maximum(told, np.minimum(told + rng.integers(60, 40_000, n), NIGHT)), STAMP
            ),
        }
    )
    start = w.EPOCH + dt.timedelta(days=since)
    return Dispatches(
        table, (world.stations[liar], start), table["CJDBH"].filter(pl.Series(is_open)).to_list()
    )
