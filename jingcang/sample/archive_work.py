"""What the archive system keeps beside files and uses: trainings, publicity events, follow-up visits.

Belongs here: ``archive.da_pxjl``, ``archive.da_xchd`` and ``archive.da_lyhf``, with one station that lags in each.
Does not belong here: files and uses (``archive``), file writing (``writers``), faults (``defects``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from jingcang.sample import world as w
from jingcang.sample.people import text
from jingcang.sample.world import World, stream

LAST = w.day_number(w.LAST_DAY)
ISO = "%Y-%m-%d"
SHARE, LAGGING_SHARE = 0.22, 0.02
"""Chance that an officer attends the monthly training, and that a community has an event in a month."""
VISITED, LAGGING_VISITED = 0.75, 0.1
"""Chance that a using unit is visited in a quarter."""
TRAININGS = ("档案法规与立卷规范", "电子档案归档操作", "档案保密与安全", "档案检索与利用")
EVENTS = ("档案开放日", "国际档案日宣传", "档案故事进社区", "警营档案展")
QUARTER_ENDS = ((3, 20), (6, 20), (9, 20), (12, 20))
"""Month and day of the last day of each quarter of an assessment year that begins on 12-21."""


@dataclass(frozen=True)
class ArchiveWork:
    """The three tables; ``lagging`` maps what lags (training, publicity, follow_ups) to the number of the station."""

    trainings: pl.DataFrame
    publicity: pl.DataFrame
    follow_ups: pl.DataFrame
    lagging: dict[str, str]


def build(world: World, officers: pl.DataFrame) -> ArchiveWork:
    """Return the records of the last ``other_months`` months.

    Args:
        world: the town.
        officers: ``organisation.jg_ryxx``.
    """
    slow = stream(world.seed, "lagging_archive_work").permutation(6)[:3]
    lagging = dict(
        zip(("training", "publicity", "follow_ups"), (world.stations[i] for i in slow), strict=True)
    )
    months = [
        w.day_number(w.months_before(w.LAST_DAY, back)) for back in range(world.size.other_months - 1, -1, -1)
    ]
    return ArchiveWork(
        _trainings(world, officers, months, lagging["training"]),
        _publicity(world, months, lagging["publicity"]),
        _follow_ups(world, months[0], lagging["follow_ups"]),
        lagging,
    )


def _trainings(world: World, officers: pl.DataFrame, months: list[int], lagging: str) -> pl.DataFrame:
    rng = stream(world.seed, "archive_trainings")
    police = officers.filter((pl.col("RYLB") == "1") & pl.col("LZRQ").is_null())
    month, person = (grid.ravel() for grid in np.meshgrid(months, np.arange(len(police)), indexing="ij"))
    station = police["DWBH"].to_numpy()[person]
    day = month + 4 + (month + 3) % 3
    share = np.where(station == lagging, LAGGING_SHARE, SHARE)
    kept = (rng.random(len(day)) < share) & (day <= LAST)
    person, day = person[kept], day[kept]
    n = len(day)
    topic = np.array(TRAININGS)[day % len(TRAININGS)]
    return pl.DataFrame(
        {
            "培训记录号": _numbers("PX", n),
            "培训名称": text(topic),
            "参训人": police["JH"][person],
            "参训单位": police["DWBH"][person],
            "培训日期": w.text_of_days(day, ISO),
            "学时": text(rng.choice(np.array(["2", "4", "8"]), n, p=[0.5, 0.4, 0.1])),
        }
    )


def _publicity(world: World, months: list[int], lagging: str) -> pl.DataFrame:
    rng = stream(world.seed, "archive_publicity")
    communities = w.COMMUNITY_NOS.ravel()
    stations = np.repeat(w.STATION_NOS, 2)
    month, place = (grid.ravel() for grid in np.meshgrid(months, np.arange(len(communities)), indexing="ij"))
    share = np.where(stations[place] == lagging, LAGGING_SHARE, SHARE)
    day = month + rng.integers(0, 28, len(month))
    kept = (rng.random(len(day)) < share) & (day <= LAST)
    place, day = place[kept], day[kept]
    n = len(day)
    return pl.DataFrame(
        {
            "活动编号": _numbers("XC", n),
            "活动名称": text(rng.choice(np.array(EVENTS), n)),
            "举办单位": text(stations[place]),
            "社区编号": text(communities[place]),
            "举办日期": w.text_of_days(day, ISO),
            "参加人次": text(rng.integers(15, 160, n).astype(str)),
        }
    )


def _follow_ups(world: World, first: int, lagging: str) -> pl.DataFrame:
    """Return visits of each station to the others in the last three weeks of a quarter."""
    rng = stream(world.seed, "archive_follow_ups")
    years = range(w.LAST_DAY.year - 3, w.LAST_DAY.year + 1)
    ends = [w.day_number(dt.date(year, month, day)) for year in years for month, day in QUARTER_ENDS]
    ends = [end for end in ends if first <= end <= LAST]
    end, holder, user = (
        grid.ravel() for grid in np.meshgrid(ends, np.arange(6), np.arange(6), indexing="ij")
    )
    stations = np.array(world.stations)
    share = np.where(stations[holder] == lagging, LAGGING_VISITED, VISITED)
    kept = (rng.random(len(end)) < share) & (holder != user)
    end, holder, user = end[kept], holder[kept], user[kept]
    n = len(end)
    return pl.DataFrame(
        {
            "回访编号": _numbers("LH", n),
            "回访单位": text(stations[holder]),
            "使用单位": text(stations[user]),
            "回访日期": w.text_of_days(end - rng.integers(0, 21, n), ISO),
            "回访方式": text(rng.choice(np.array(["走访", "电话", "座谈"]), n, p=[0.5, 0.3, 0.2])),
            "意见": text(rng.choice(np.array(["", "检索速度较慢", "希望增加数字副本", "无意见"]), n)),
        }
    )


def _numbers(letters: str, n: int) -> pl.Series:
    return text(np.char.add(letters, np.char.zfill(np.arange(1, n + 1).astype(str), 10)))
