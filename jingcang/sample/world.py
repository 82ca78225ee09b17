"""The fictional town: calendar, units, areas and coordinates on which every simulated system agrees.

Belongs here: sizes, dates, stations, beats, communities, boundaries and points inside them.
Does not belong here: people, events or files (the other modules of this package).

云州市清川区 does not exist. Unit and region codes begin with 9999, which GB/T 2260 assigns to no place.
"""

from __future__ import annotations

import datetime as dt
import math
import zlib
from dataclasses import dataclass

import numpy as np
import polars as pl

AS_OF = dt.date(2026, 6, 30)
"""The run date of the demo; the simulated data end on the day before."""

LAST_DAY = AS_OF - dt.timedelta(days=1)
REGION = "999901"
BUREAU = "999901000000"
CITY, DISTRICT = "云州市", "清川区"
STATION_NAMES = ("城东", "城西", "临江", "云台", "桃源", "高新")
STREETS = ("东门街道", "西湖街道", "临江街道", "云台镇", "桃源街道", "高新街道")
WEST, SOUTH = 120.25, 30.04
BEAT_WIDTH, BEAT_HEIGHT = 0.020, 0.025
COLUMNS, ROWS = 9, 4

SPRING_FESTIVALS = tuple(
    dt.date.fromisoformat(day)
    for day in (
        "2020-01-25",
        "2021-02-12",
        "2022-02-01",
        "2023-01-22",
        "2024-02-10",
        "2025-01-29",
        "2026-02-17",
    )
)
"""First day of the lunar year. Source: GB/T 33661-2017 calendar, as published yearly."""


@dataclass(frozen=True)
class Size:
    """How much is simulated.

    Args:
        incident_months, other_months, patrol_months: months of incidents, of cases and records, of shifts.
        incidents_per_day: mean of all classes together.
        cases, residents, archive_items, archive_uses, base_checks, places: rows, about.
        shifts_per_day: patrol shifts of all stations on a day, programmes left out.
        points_per_shift: fixes of one shift at one-minute steps.
        checks_per_month, visits_per_month, publicity_per_month: patrol records of all stations.
    """

    incident_months: int
    other_months: int
    patrol_months: int
    incidents_per_day: float
    cases: int
    residents: int
    archive_items: int
    archive_uses: int
    base_checks: int
    places: int
    shifts_per_day: int
    points_per_shift: int
    checks_per_month: int
    visits_per_month: int
    publicity_per_month: int


SIZES = {
    "full": Size(72, 36, 36, 96.0, 21_500, 155_000, 31_500, 62_000, 60_000, 1_500, 13, 410, 620, 900, 60),
    "small": Size(26, 12, 3, 8.6, 700, 4_700, 1_000, 1_900, 1_800, 80, 5, 410, 60, 80, 8),
}


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one part, independent of the order in which parts run."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the first day of the month ``months`` before the month of ``day``."""
    index = day.year * 12 + day.month - 1 - months
    return dt.date(index // 12, index % 12 + 1, 1)


def first_day(months: int) -> dt.date:
    """Return the first of ``months`` simulated months, the current one included."""
    return months_before(LAST_DAY, months - 1)


EPOCH = dt.date(1970, 1, 1)


def day_number(day: dt.date) -> int:
    """Return days since 1970-01-01."""
    return (day - EPOCH).days


def text_of_seconds(seconds: np.ndarray, fmt: str) -> pl.Series:
    """Return local seconds since 1970 as text; negative values become null."""
    column = pl.Series("s", seconds.astype(np.int64))
    stamps = pl.DataFrame({"s": column}).select(
        pl.when(pl.col("s") >= 0).then(pl.from_epoch("s", time_unit="s").dt.strftime(fmt))
    )
    return stamps.to_series()


def text_of_days(days: np.ndarray, fmt: str) -> pl.Series:
    """Return day numbers as text; negative values become null."""
    return text_of_seconds(np.where(days >= 0, days.astype(np.int64) * 86_400, -1), fmt)


def festival_offset(days: np.ndarray) -> np.ndarray:
    """Return for each day number the days from the nearest Spring Festival."""
    festivals = np.array([day_number(day) for day in SPRING_FESTIVALS])
    offsets = days[:, None] - festivals[None, :]
    return offsets[np.arange(len(days)), np.abs(offsets).argmin(axis=1)]


@dataclass(frozen=True)
class World:
    """The town.

    Args:
        seed: the seed of everything.
        size: how much is simulated.
        quads: (36, 4, 2) corners of each beat: south-west, south-east, north-east, north-west; degrees.
        weights: (36,) share of events of each beat, sums to 1.
        hot_points: (12, 2) centres of hot places; ``hot_beats`` (12,) their beats.
        moved: (left beat, right beat, fraction, day): a boundary between two beats moved on that day.
    """

    seed: int
    size: Size
    quads: np.ndarray
    weights: np.ndarray
    hot_points: np.ndarray
    hot_beats: np.ndarray
    moved: tuple[int, int, float, dt.date]

    @property
    def stations(self) -> tuple[str, ...]:
        return tuple(f"9999015{index + 1}0000" for index in range(6))

    def points(self, beats: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return one uniform CGCS2000 point in each beat, (n, 2) degrees."""
        u, v = rng.uniform(0.04, 0.96, (2, len(beats)))
        return self.at(beats, u, v)

    def at(self, beats: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Return the point at (u, v) of the unit square mapped on the beat's quadrilateral."""
        corner = self.quads[beats]
        south = corner[:, 0] + (corner[:, 1] - corner[:, 0]) * u[:, None]
        north = corner[:, 3] + (corner[:, 2] - corner[:, 3]) * u[:, None]
        return south + (north - south) * v[:, None]


def build(seed: int, size: Size) -> World:
    """Return the town of ``seed``: jittered beats, hot places and one boundary change."""
    rng = stream(seed, "world")
    nodes = np.zeros((ROWS + 1, COLUMNS + 1, 2))
    for row in range(ROWS + 1):
        for column in range(COLUMNS + 1):
            nodes[row, column] = (WEST + column * BEAT_WIDTH, SOUTH + row * BEAT_HEIGHT)
    nodes += rng.uniform(-0.0022, 0.0022, nodes.shape)
    quads = []
    for station in range(6):
        left, low = (station % 3) * 3, (station // 3) * 2
        for row in range(low, low + 2):
            for column in range(left, left + 3):
                quads.append(
                    [
                        nodes[row, column],
                        nodes[row, column + 1],
                        nodes[row + 1, column + 1],
                        nodes[row + 1, column],
                    ]
                )
    weights = rng.gamma(6.0, 1.0, 36)
    hot_beats = rng.choice(36, 12, replace=False)
    left = int(rng.integers(6)) * 6 + int(rng.integers(2))
    day = months_before(LAST_DAY, int(rng.integers(5, 9)))
    moved = (left, left + 1, float(rng.uniform(0.25, 0.4)), day)
    world = World(
        seed, size, np.round(np.array(quads), 6), weights / weights.sum(), np.zeros((12, 2)), hot_beats, moved
    )
    hot_points = world.at(hot_beats, rng.uniform(0.3, 0.7, 12), rng.uniform(0.3, 0.7, 12))
    return World(seed, size, world.quads, world.weights, hot_points, hot_beats, moved)


def beat_no(beat: int) -> str:
    """Return the 12-digit number of a beat (警务责任区)."""
    return f"9999015{beat // 6 + 1}{beat % 6 + 1:02d}00"


BEAT_NOS = np.array([beat_no(beat) for beat in range(36)])
STATION_NOS = np.array([f"9999015{beat // 6 + 1}0000" for beat in range(36)])


def community_no(beat: int, half: int) -> str:
    """Return the 12-digit number of a community; each beat has two."""
    return f"9999015{beat // 6 + 1}{beat % 6 + 1:02d}{half + 1:02d}"


COMMUNITY_NOS = np.array([[community_no(beat, half) for half in range(2)] for beat in range(36)])


def recorded_beats(world: World, beats: np.ndarray, u: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return the beat in force on the day of each event.

    East of the moved boundary's old place, a strip of the right beat belongs to the left one since the
    change; ``u`` is the event's place across its beat, 0 west to 1 east.
    """
    left, right, fraction, day = world.moved
    moved = (beats == right) & (u < fraction) & (days >= day_number(day))
    return np.where(moved, left, beats)


def _ring(points: list[np.ndarray]) -> list[list[float]]:
    ring = [[round(float(x), 6), round(float(y), 6)] for x, y in points]
    return [*ring, ring[0]]


def areas(world: World) -> list[dict[str, object]]:
    """Return the rows of the boundary files: sub-bureau, stations, beats and communities.

    Returns:
        Rows with the source's property names and ``geometry`` (GeoJSON polygon, CGCS2000 degrees).
    """
    rng = stream(world.seed, "areas")
    start = "2018-01-01"
    left, right, fraction, day = world.moved
    quads = world.quads
    low, high = np.zeros(2), np.zeros(2)
    low = quads[right, 0] + (quads[right, 1] - quads[right, 0]) * fraction
    high = quads[right, 3] + (quads[right, 2] - quads[right, 3]) * fraction
    rows: list[dict[str, object]] = []

    def add(
        no: str,
        name: str,
        level: str,
        parent: str | None,
        unit: str,
        people: int,
        begin: str,
        end: str | None,
        ring: list[np.ndarray],
    ) -> None:
        rows.append(
            {
                "ZRQBH": no,
                "ZRQMC": name,
                "QYJB": level,
                "SJQYBH": parent,
                "DWBH": unit,
                "CZRK": str(people),
                "QYRQ": begin,
                "SXRQ": end,
                "geometry": {"type": "Polygon", "coordinates": [_ring(ring)]},
            }
        )

    people = np.round(world.weights * world.size.residents * rng.uniform(0.85, 1.15, 36)).astype(int)
    for station in range(6):
        b = station * 6
        ring = [
            quads[b, 0],
            quads[b + 1, 0],
            quads[b + 2, 0],
            quads[b + 2, 1],
            quads[b + 5, 1],
            quads[b + 5, 2],
            quads[b + 5, 3],
            quads[b + 4, 3],
            quads[b + 3, 3],
            quads[b + 3, 0],
        ]
        unit = world.stations[station]
        add(
            unit,
            f"{STATION_NAMES[station]}派出所辖区",
            "2",
            BUREAU,
            unit,
            int(people[b : b + 6].sum()),
            start,
            None,
            ring,
        )
    for beat in range(36):
        unit = world.stations[beat // 6]
        name = f"{STATION_NAMES[beat // 6]}第{'一二三四五六'[beat % 6]}责任区"
        old = list(quads[beat])
        if beat in (left, right):
            change = day.isoformat()
            sw, se, ne, nw = old
            new = [sw, se, low, high, ne, nw] if beat == left else [low, se, ne, high]
            add(beat_no(beat), name, "3", unit, unit, int(people[beat]), start, change, old)
            add(beat_no(beat), name, "3", unit, unit, int(people[beat]), change, None, new)
        else:
            add(beat_no(beat), name, "3", unit, unit, int(people[beat]), start, None, old)
        sw, se, ne, nw = old
        south, north = (sw + se) / 2, (nw + ne) / 2
        for half, ring in enumerate(([sw, south, north, nw], [south, se, ne, north])):
            add(
                community_no(beat, half),
                community_name(beat, half),
                "4",
                beat_no(beat),
                unit,
                int(people[beat] // 2),
                start,
                None,
                list(ring),
            )
    # two grids on the reservoir west of the town, where nothing happens: the clean rows that faults are made of
    for index in range(2):
        x, y = 120.215 + index * 0.008, 30.06
        ring = [np.array(p) for p in ((x, y), (x + 0.006, y), (x + 0.006, y + 0.006), (x, y + 0.006))]
        add(
            f"99990151990{index + 1}",
            f"水库第{'一二'[index]}网格",
            "5",
            world.stations[0],
            world.stations[0],
            0,
            start,
            None,
            ring,
        )
    return rows


def community_name(beat: int, half: int) -> str:
    """Return the name of a community, unique in the town."""
    first = "东西南北中新"[beat % 6] + "门桥山湖苑园"[beat // 6]
    return f"{first}{'安和'[half]}社区"


_A, _EE = 6378245.0, 0.00669342162296594323
"""Krassovsky 1940 axis and eccentricity used by the GCJ-02 offset."""


def to_gcj02(points: np.ndarray) -> np.ndarray:
    """Return WGS-84/CGCS2000 points shifted to GCJ-02, (n, 2) degrees.

    Source: the published GCJ-02 offset polynomial (eviltransform and others).
    """
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    root = np.sqrt(np.abs(x))
    common = (20 * np.sin(6 * x * math.pi) + 20 * np.sin(2 * x * math.pi)) * 2 / 3
    dlat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    dlat += (20 * np.sin(y * math.pi) + 40 * np.sin(y / 3 * math.pi)) * 2 / 3
    dlat += (160 * np.sin(y / 12 * math.pi) + 320 * np.sin(y * math.pi / 30)) * 2 / 3
    dlon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    dlon += (20 * np.sin(x * math.pi) + 40 * np.sin(x / 3 * math.pi)) * 2 / 3
    dlon += (150 * np.sin(x / 12 * math.pi) + 300 * np.sin(x / 30 * math.pi)) * 2 / 3
    latitude = np.radians(points[:, 1])
    magic = 1 - _EE * np.sin(latitude) ** 2
    dlat = dlat * 180 / ((_A * (1 - _EE)) / (magic * np.sqrt(magic)) * math.pi)
    dlon = dlon * 180 / (_A / np.sqrt(magic) * np.cos(latitude) * math.pi)
    return points + np.stack([dlon, dlat], axis=1)


def degrees_text(values: np.ndarray) -> pl.Series:
    """Return degrees as text with exactly six decimals."""
    micro = pl.Series("m", np.round(values * 1_000_000).astype(np.int64))
    frame = pl.DataFrame({"m": micro})
    return frame.select(
        pl.concat_str(
            [pl.col("m") // 1_000_000, pl.lit("."), (pl.col("m") % 1_000_000).cast(pl.String).str.zfill(6)]
        )
    ).to_series()
