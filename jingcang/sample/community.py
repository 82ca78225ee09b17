"""Disputes, call-backs and complaints: the community half of the case system.

Belongs here: ``case.md_jfxx`` and ``case.hf_hfxx``. Does not belong here: incidents or cases.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from jingcang.sample import people
from jingcang.sample import world as w
from jingcang.sample.incidents import CODES, NIGHT, STAMP, Events
from jingcang.sample.people import text
from jingcang.sample.world import World, stream

LAST = w.day_number(w.LAST_DAY)
KINDS = {
    "J30100": "01",
    "J30200": "02",
    "J30300": "03",
    "J30400": "04",
    "J30500": "05",
    "J30900": "06",
    "200200": "99",
    "200600": "02",
}


def disputes(world: World, events: Events, calls: pl.DataFrame) -> pl.DataFrame:
    """Return ``case.md_jfxx``: disputes registered from incidents; kind 88 is left unmapped on purpose."""
    rng = stream(world.seed, "disputes")
    start = w.day_number(w.first_day(world.size.other_months)) * 86_400
    suited = np.isin(CODES, list(KINDS))[events.klass] & (events.second >= start)
    which = np.flatnonzero(suited & (rng.random(len(events)) < 0.55))
    n, beat = len(which), events.recorded[which]
    day = np.minimum(events.second[which] // 86_400 + rng.integers(0, 3, n), LAST)
    kind = np.array([KINDS.get(str(code), "") for code in CODES])[events.klass[which]]
    kind = np.where(rng.random(n) < 0.004, "88", kind)
    closed = day + rng.exponential(12, n).astype(np.int64)
    closed = np.where((closed <= LAST) & (rng.random(n) < 0.88), closed, -1)
    outcome = rng.choice(np.array(["1", "2", "3", "4", "5"]), n, p=[0.74, 0.1, 0.08, 0.05, 0.03])
    tries = rng.integers(1, 5, n)
    return pl.DataFrame(
        {
            "JFBH": text(np.char.add("JF", np.char.zfill(np.arange(1, n + 1).astype(str), 12))),
            "JJDBH": calls["JJDBH"][which],
            "DWBH": text(w.STATION_NOS[beat]),
            "ZRQBH": text(w.BEAT_NOS[beat]),
            "JBMJJH": text(people.police_nos(beat // 6, rng)),
            "DJRQ": w.text_of_days(day, "%Y%m%d"),
            "JFLXDM": text(kind),
            "FXDJDM": text(rng.choice(np.array(["1", "2", "3", "4"]), n, p=[0.7, 0.2, 0.08, 0.02])),
            "DSRS": text(np.minimum(2 + rng.geometric(0.6, n) - 1, 60).astype(str)),
            "TJCS": text(tries.astype(str)),
            "CLJGDM": text(np.where(closed >= 0, outcome, "0")),
            "BJRQ": w.text_of_days(closed, "%Y%m%d"),
            "FSDZ": calls["SFDZ"][which],
            "GXSJ": w.text_of_seconds(np.minimum(np.maximum(day, closed) * 86_400 + 82_000, NIGHT), STAMP),
        }
    )


def feedbacks(world: World, events: Events, calls: pl.DataFrame) -> pl.DataFrame:
    """Return ``case.hf_hfxx``: satisfaction call-backs of a fifth of the incidents, complaints and requests."""
    rng = stream(world.seed, "feedbacks")
    start = w.day_number(w.first_day(world.size.other_months)) * 86_400
    which = np.flatnonzero(
        (events.second >= start) & (events.second < (LAST - 4) * 86_400) & (rng.random(len(events)) < 0.2)
    )
    n, station = len(which), events.beat[which] // 6
    at = events.second[which] + rng.integers(86_400, 3 * 86_400, n)
    kind = rng.choice(np.array(["1", "2", "3", "4", "5"]), n, p=[0.86, 0.04, 0.06, 0.02, 0.02])
    answered = np.where(kind == "1", rng.random(n) < 0.78, True)
    score = rng.choice(np.array(["5", "4", "3", "2", "1"]), n, p=[0.52, 0.28, 0.12, 0.05, 0.03])
    said = np.where(
        kind == "2",
        rng.choice(np.array(["反映民警到场慢", "反映处理结果不公", "反映电话无人接听"]), n),
        np.where(
            kind == "1", "", rng.choice(np.array(["希望加强夜间巡逻", "感谢民警帮助", "建议增设监控"]), n)
        ),
    )
    return pl.DataFrame(
        {
            "HFBH": text(np.char.add("HF", np.char.zfill(np.arange(1, n + 1).astype(str), 12))),
            "LBDM": text(kind),
            "QDDM": text(
                np.where(
                    kind == "1", "1", rng.choice(np.array(["3", "4", "6", "7"]), n, p=[0.3, 0.3, 0.35, 0.05])
                )
            ),
            "JJDBH": calls["JJDBH"][which],
            "DWBH": text(np.array(world.stations)[station]),
            "MJJH": text(people.police_nos(station, rng)),
            "SLSJ": w.text_of_seconds(at, STAMP),
            "SFJT": text(np.where(answered, "1", "0")),
            "MYD": text(np.where(answered & (kind == "1"), score, "")),
            "NR": text(said),
            "GXSJ": w.text_of_seconds(at + rng.integers(60, 3_000, n), STAMP),
        }
    )
