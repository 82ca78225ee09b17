"""A station whose volumes are of another mix of classes than those of the others.

Belongs here: disputes that one station found in a campaign and ended, and the files made of them in time. Does not
belong here: drawn disputes (``community``) and files (``archive``).

Files of disputes are due in 30 days and come late far more often than those of cases. The station that has many of
them files each class as the others do, and yet a smaller share of all its volumes in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from jingcang.sample import people
from jingcang.sample import world as w
from jingcang.sample.archive import Archive
from jingcang.sample.people import text
from jingcang.sample.world import World, stream

TIMES = 5
"""Planted disputes for each the station ended in the same months."""
IN_TIME = 0.28
"""Share of them filed in time: what stations have by chance, since files are made of any dispute."""
FIRST = w.day_number(w.months_before(w.LAST_DAY, 6)) + 20
LAST = w.day_number(w.months_before(w.LAST_DAY, 1)) - 20
"""Days on which the planted disputes begin: their files fall due in the latest assessment year, before the run."""
LETTERS, KIND = "JF", "矛盾纠纷档案"


@dataclass(frozen=True)
class Mixed:
    """Disputes and catalogue with what was planted; ``told`` names the station and one it may be compared with."""

    disputes: pl.DataFrame
    items: pl.DataFrame
    told: dict[str, Any]


def plant(world: World, kept: Archive, disputes: pl.DataFrame) -> Mixed:
    """Return disputes and catalogue with the planted ones.

    Args:
        world: the town.
        kept: catalogue; stations with a slow officer are left alone.
        disputes: ``case.md_jfxx``.
    """
    rng = stream(world.seed, "class_mix")
    slow = {int(no[1]) - 1 for no in kept.slow}
    station, other = [int(place) for place in rng.permutation(6) if place not in slow][:2]
    unit = world.stations[station]
    first, last = (str(w.text_of_days(np.array([day]), "%Y%m%d")[0]) for day in (FIRST, LAST))
    ended = disputes.filter((pl.col("DWBH") == unit) & pl.col("BJRQ").is_between(pl.lit(first), pl.lit(last)))
    n = TIMES * max(len(ended), 12)
    begun = np.sort(rng.integers(FIRST, LAST + 1, n))
    closed = begun + rng.integers(2, 15, n)
    beat = station * 6 + rng.integers(0, 6, n)
    officer = people.police_nos(np.full(n, station), rng)
    number = np.char.add("JF8", np.char.zfill(np.arange(1, n + 1).astype(str), 11))
    found = pl.DataFrame(
        {
            "JFBH": text(number),
            "DWBH": text(np.full(n, unit)),
            "ZRQBH": text(w.BEAT_NOS[beat]),
            "JBMJJH": text(officer),
            "DJRQ": w.text_of_days(begun, "%Y%m%d"),
            "JFLXDM": text(rng.choice(np.array(["01", "02", "03", "04"]), n)),
            "FXDJDM": text(np.full(n, "1")),
            "DSRS": text(np.full(n, "2")),
            "TJCS": text(rng.integers(1, 3, n).astype(str)),
            "CLJGDM": text(np.full(n, "1")),
            "BJRQ": w.text_of_days(closed, "%Y%m%d"),
            "GXSJ": w.text_of_seconds(closed * 86_400 + 82_000, "%Y%m%d%H%M%S"),
        }
    ).with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("JJDBH", "FSDZ"))
    which = np.arange(round(IN_TIME * n)) * n // round(IN_TIME * n)
    items = _files(
        rng,
        kept.items,
        unit,
        f"{w.STATION_NAMES[station]}派出所",
        number[which],
        officer[which],
        closed[which],
    )
    told = {
        "unit_no": unit,
        "other_unit_no": world.stations[other],
        "disputes": n,
        "filed_in_time": len(which),
    }
    return Mixed(
        pl.concat([disputes, found.select(disputes.columns)]),
        pl.concat([kept.items, items.select(kept.items.columns)]),
        told,
    )


def _files(
    rng: np.random.Generator, items: pl.DataFrame, unit: str, station: str, linked: np.ndarray, officer: np.ndarray,
    closed: np.ndarray,
) -> pl.DataFrame:  # fmt: skip
    """Return one file a dispute, filed 4 to 24 days after its end, numbered on from the last of the unit and year."""
    n = len(linked)
    years = w.text_of_days(closed, "%Y").to_list()
    serials: dict[str, int] = {}
    numbers = []
    for year in years:
        head = f"{unit}-{LETTERS}-{year}-"
        if head not in serials:
            own = (
                items["档号"].filter(items["档号"].str.starts_with(head)).str.slice(len(head)).cast(pl.Int64)
            )
            serials[head] = int(own.max() or 0)  # type: ignore[arg-type]
        serials[head] += 1
        numbers.append(f"{head}{serials[head]:05d}")
    pages = rng.integers(6, 60, n)
    return pl.DataFrame(
        {
            "档号": numbers,
            "题名": [f"{KIND}（排查）{place + 1:05d}" for place in range(n)],
            "责任者": [station] * n,
            "门类": [KIND] * n,
            "保管期限": ["10年"] * n,
            "密级": ["内部"] * n,
            "载体": ["纸质"] * n,
            "页数": text(pages.astype(str)),
            "数字化页数": text(pages.astype(str)),
            "有校验": ["是"] * n,
            "立卷单位": [unit] * n,
            "立卷人": text(officer),
            "形成日期": w.text_of_days(closed, "%Y-%m-%d"),
            "归档日期": w.text_of_days(closed + rng.integers(4, 25, n), "%Y-%m-%d"),
            "关联类型": ["纠纷"] * n,
            "关联编号": text(linked),
            "卷内文书": ["矛盾纠纷登记表,人民调解协议书"] * n,
        }
    ).with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("移交日期", "销毁日期"))
