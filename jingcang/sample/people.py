"""People, homes and places of the fictional town: the population and organisation systems.

Belongs here: names, identity numbers, phones, officers, addresses, residents, houses, places and checks.
Does not belong here: events (``incidents``, ``cases``) and patrols (``patrol``).

Every person is synthetic. Identity numbers carry a right check digit (GB 11643) so that validation can be
tested, but their region part 999901–999906 is assigned to no place, so no number can belong to anybody.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from jingcang.sample import world as w
from jingcang.sample import yards
from jingcang.sample.world import World, stream

SURNAMES = np.array(list("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"))
GIVEN = np.array(list("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文辉力志海燕波宁俊峰婷雪"))
ROADS = np.array(
    [
        "人民路",
        "解放路",
        "文化路",
        "建设路",
        "中山路",
        "和平路",
        "新华路",
        "学院路",
        "滨江路",
        "长青路",
        "育才路",
        "工农路",
        "云山路",
        "桃花路",
        "科技路",
        "兴业路",
    ]
)
COMPOUNDS = np.array(
    [
        "阳光花园",
        "锦绣家园",
        "东方名苑",
        "金色港湾",
        "翠竹苑",
        "世纪新城",
        "春江花月",
        "丽景湾",
        "和谐家园",
        "幸福里",
        "云锦公寓",
        "梧桐苑",
    ]
)
ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
ID_CHECK = np.array(list("10X98765432"))
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])


def names(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return ``n`` Chinese names of two or three characters."""
    second = np.where(rng.random(n) < 0.7, rng.choice(GIVEN, n), "")
    return np.char.add(np.char.add(rng.choice(SURNAMES, n), rng.choice(GIVEN, n)), second)


def id_numbers(birth_days: np.ndarray, sexes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return identity numbers with right check digits for birth days and sexes (1 male, 2 female)."""
    n = len(birth_days)
    region = rng.integers(999901, 999907, n)
    dates = (
        pl.DataFrame({"d": birth_days.astype(np.int32)})
        .select(pl.col("d").cast(pl.Date).dt.strftime("%Y%m%d"))
        .to_series()
        .to_numpy()
    )
    order = rng.integers(0, 500, n) * 2 + (sexes == 1)
    body = np.char.add(
        np.char.add(region.astype(str), dates.astype(str)), np.char.zfill(order.astype(str), 3)
    )
    digits = body.view("U1").reshape(n, -1)[:, :17].astype(int)
    return np.char.add(body, ID_CHECK[(digits @ ID_WEIGHTS) % 11])


def phones(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return mobile numbers of prefix 154, assigned to no operator (11 digits)."""
    return np.char.add("154", np.char.zfill(rng.integers(0, 10**8, n).astype(str), 8))


def credit_codes(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return unified social credit codes with right check characters (GB 32100)."""
    alphabet = np.array(list(USCC_ALPHABET))
    body = rng.integers(0, 31, (n, 17))
    body[:, 0], body[:, 1] = 9, 1
    body[:, 2:8] = [9, 9, 9, 9, 0, 1]
    check = (31 - (body @ USCC_WEIGHTS) % 31) % 31
    chars = alphabet[np.concatenate([body, check[:, None]], axis=1)]
    return np.array(["".join(row) for row in chars])


def units(world: World) -> pl.DataFrame:
    """Return ``organisation.jg_dwxx``: the sub-bureau, six stations and two police rooms that were closed.

    The closed rooms are the clean rows that faults are made of: no second station appears anywhere.
    """
    rows: list[tuple[str | None, ...]] = [
        (w.BUREAU, f"{w.CITY}公安局清川分局", None, "2", "2010-01-01", None, None, None)
    ]
    middle = yards.places(world)
    x, y = (w.degrees_text(middle[:, axis]).to_list() for axis in (0, 1))
    for index, (no, name) in enumerate(zip(world.stations, w.STATION_NAMES, strict=True)):
        place = (x[index], y[index]) if index < yards.KNOWN else (None, None)
        rows.append((no, f"{name}派出所", w.BUREAU, "3", "2010-01-01", None, *place))
    for index, name in enumerate(("水库", "渡口")):
        rows.append(
            (
                f"99990151900{index + 1}",
                f"{name}警务室（已撤销）",
                world.stations[0],
                "4",
                "2010-01-01",
                "2016-07-01",
                None,
                None,
            )
        )
    columns = ["DWBH", "DWMC", "SJDWBH", "DWLB", "QYRQ", "TYRQ", "JD", "WD"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def officers(world: World) -> pl.DataFrame:
    """Return ``organisation.jg_ryxx``: police, auxiliaries and grid workers, some with two postings.

    Returns:
        One row a posting; the police of station ``s`` and place ``i`` have 警号 ``5<s><iii>``.
    """
    rng = stream(world.seed, "officers")
    rows: list[tuple[str | None, ...]] = []
    for station in range(6):
        people = names(20, rng)
        for index in range(20):
            kind = "1" if index < 9 else "2" if index < 16 else "4"
            beat = w.beat_no(station * 6 + index % 6) if index < 6 or kind == "4" else None
            no = f"{kind}{station + 1}{index + 1:04d}"
            joined = f"20{rng.integers(14, 20)}-0{rng.integers(1, 10)}-01"
            post = "01" if index == 6 else "03" if beat else "02"
            rows.append((no, str(people[index]), world.stations[station], beat, post, kind, joined, None))
    mover = int(rng.integers(6)) * 20 + 8
    number, person, _, patch, duty, rank, since, _ = rows[mover]
    changed = w.months_before(w.LAST_DAY, 8).isoformat()
    rows[mover] = (number, person, rows[mover][2], patch, duty, rank, since, changed)
    rows.append((number, person, world.stations[(mover // 20 + 1) % 6], None, duty, rank, changed, None))
    columns = ["JH", "XM", "DWBH", "ZRQBH", "GW", "RYLB", "RZRQ", "LZRQ"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def police_nos(stations: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the 警号 of one of the first eight police of each station index."""
    return np.char.add(
        np.char.add("1", (stations + 1).astype(str)),
        np.char.zfill((rng.integers(0, 8, len(stations)) + 1).astype(str), 4),
    )


def recorder_nos(stations: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the number of one of the grid workers of each station index."""
    return np.char.add(
        np.char.add("4", (stations + 1).astype(str)),
        np.char.zfill((rng.integers(16, 20, len(stations)) + 1).astype(str), 4),
    )


def text(values: np.ndarray) -> pl.Series:
    """Return a text column; the empty string becomes null."""
    return (
        pl.DataFrame({"t": pl.Series(values.astype(str), dtype=pl.String)})
        .select(pl.when(pl.col("t") != "").then(pl.col("t")))
        .to_series()
    )


def road_names(beats: np.ndarray) -> np.ndarray:
    """Return the four roads of each beat, (n, 4): two of the western half, then two of the eastern.

    The compounds of a half, from west to east, lie on its two roads in turn; the last road of a beat is the first of
    the next beat.
    """
    return ROADS[(beats[:, None] * 3 + np.arange(4)) % len(ROADS)]


def addresses(world: World) -> tuple[pl.DataFrame, dict[str, np.ndarray]]:
    """Return ``population.dz_bzdz`` (rooms in buildings) and arrays the other modules need.

    Returns:
        The table, and ``beat``, ``u``, ``point`` (n, 2), ``full`` (text), ``short`` (text to the building).
    """
    rng = stream(world.seed, "addresses")
    n = int(world.size.residents / 2.7)
    beat = rng.choice(36, n, p=world.weights)
    half = rng.integers(0, 2, n)
    compound = rng.integers(0, 4, n)
    road = road_names(beat)[np.arange(n), half * 2 + compound % 2]
    estate = np.where(compound > 0, COMPOUNDS[(beat * 5 + half * 3 + compound) % len(COMPOUNDS)], "")
    number = (beat % 6 + 1) * 100 + compound * 12 + half * 6 + rng.integers(0, 5, n)
    building, entrance = rng.integers(1, 13, n), rng.integers(1, 4, n)
    room = rng.integers(1, 19, n) * 100 + rng.integers(1, 5, n)
    u = (half + (compound + building / 13) / 4) / 2 * 0.96 + 0.02
    v = 0.05 + 0.9 * ((building * 7 + compound * 3) % 13) / 13
    point = np.round(world.at(beat, u, v), 6)
    street = np.array(w.STREETS)[beat // 6]
    prefix = np.char.add(f"{w.CITY}{w.DISTRICT}", street)
    short = np.char.add(np.char.add(np.char.add(road, number.astype(str)), "号"), estate)
    short = np.char.add(np.char.add(short, building.astype(str)), "幢")
    inner = np.char.add(np.char.add(np.char.add(entrance.astype(str), "单元"), room.astype(str)), "室")
    full = np.char.add(np.char.add(prefix, short), inner)
    checked = w.day_number(w.LAST_DAY) - rng.integers(0, 900, n)
    table = pl.DataFrame(
        {
            "DZBM": text(np.char.add("999901DZ", np.char.zfill(np.arange(1, n + 1).astype(str), 8))),
            "DZQC": text(full),
            "QXMC": pl.Series([w.DISTRICT] * n),
            "JDMC": text(street),
            "SQBH": text(w.COMMUNITY_NOS[beat, half]),
            "ZRQBH": text(w.BEAT_NOS[beat]),
            "DWBH": text(w.STATION_NOS[beat]),
            "LM": text(road),
            "MPH": text(number.astype(str)),
            "XQMC": text(estate),
            "ZH": text(building.astype(str)),
            "DYH": text(entrance.astype(str)),
            "SH": text(room.astype(str)),
            "JD": w.degrees_text(point[:, 0]),
            "WD": w.degrees_text(point[:, 1]),
            "CJRJH": text(recorder_nos(beat // 6, rng)),
            "ZHHSRQ": w.text_of_days(checked, "%Y-%m-%d"),
            "XGSJ": w.text_of_seconds(
                checked * 86_400 + rng.integers(28_800, 64_800, n), "%Y-%m-%d %H:%M:%S"
            ),
        }
    )
    return table, {"beat": beat, "half": half, "u": u, "point": point, "full": full, "short": short}


def residents(world: World, homes: pl.DataFrame, where: dict[str, np.ndarray]) -> pl.DataFrame:
    """Return ``population.rk_syrk``: registered, floating and other residents of the rooms."""
    rng = stream(world.seed, "residents")
    n, rooms = world.size.residents, len(homes)
    home = np.concatenate([np.arange(rooms), rng.integers(0, rooms, n - rooms)])
    sex = np.where(rng.random(n) < 0.512, 1, 2)
    age = np.clip(rng.gamma(5.2, 8.0, n), 0, 99)
    last = w.day_number(w.LAST_DAY)
    birth = (last - age * 365.25).astype(np.int64) - 40
    kind = rng.choice(np.array(["11", "12", "21", "31", "41"]), n, p=[0.61, 0.09, 0.285, 0.01, 0.005])
    registered = np.maximum(birth + 30, last - rng.integers(30, 5_000, n))
    left = np.where(rng.random(n) < 0.07, registered + rng.integers(1, 1_500, n), -1)
    left = np.where(left > last, -1, left)
    verified = np.maximum(registered, last - rng.exponential(210, n).astype(np.int64))
    latest = np.maximum(np.maximum(registered, verified), left)
    beat = where["beat"][home]
    nation = rng.choice(
        np.array(["01", "08", "06", "15", "03", "11"]), n, p=[0.93, 0.02, 0.015, 0.015, 0.01, 0.01]
    )
    iso = (
        pl.DataFrame({"b": birth.astype(np.int32)})
        .select(pl.col("b").cast(pl.Date).dt.strftime("%Y-%m-%d"))
        .to_series()
    )
    phone = np.where((rng.random(n) < 0.8) & (age > 12), phones(n, rng), "")
    return pl.DataFrame(
        {
            "RKBH": text(np.char.add("RK", np.char.zfill(np.arange(1, n + 1).astype(str), 10))),
            "ZJHM": text(np.where((kind == "31") | (rng.random(n) < 0.004), "", id_numbers(birth, sex, rng))),
            "XM": text(names(n, rng)),
            "XB": text(sex.astype(str)),
            "CSRQ": iso,
            "MZ": text(nation),
            "JZLX": text(kind),
            "DZBM": homes["DZBM"][home],
            "SQBH": homes["SQBH"][home],
            "ZRQBH": homes["ZRQBH"][home],
            "DWBH": homes["DWBH"][home],
            "LXDH": text(phone),
            "DJRQ": w.text_of_days(registered, "%Y-%m-%d"),
            "ZXRQ": w.text_of_days(left, "%Y-%m-%d"),
            "CJRJH": text(recorder_nos(beat // 6, rng)),
            "ZHHSRQ": w.text_of_days(verified, "%Y-%m-%d"),
            "XGSJ": w.text_of_seconds(latest * 86_400 + rng.integers(28_800, 64_800, n), "%Y-%m-%d %H:%M:%S"),
        }
    )


def houses(world: World, homes: pl.DataFrame) -> pl.DataFrame:
    """Return ``population.fw_syfw``: one house a room, some rented."""
    rng = stream(world.seed, "houses")
    n = len(homes)
    rented = rng.random(n) < 0.22
    return pl.DataFrame(
        {
            "FWBH": text(np.char.add("FW", np.char.zfill(np.arange(1, n + 1).astype(str), 10))),
            "DZBM": homes["DZBM"],
            "FWYT": text(rng.choice(np.array(["1", "2", "3"]), n, p=[0.9, 0.07, 0.03])),
            "SFCZ": text(np.where(rented, "1", "0")),
            "CZRS": text(np.where(rented, rng.integers(1, 6, n).astype(str), "")),
            "FWMJ": text(rng.integers(28, 160, n).astype(str)),
            "DWBH": homes["DWBH"],
            "ZRQBH": homes["ZRQBH"],
            "CJRJH": homes["CJRJH"],
            "ZHHSRQ": homes["ZHHSRQ"],
            "XGSJ": homes["XGSJ"],
        }
    )


PLACE_KINDS = {
    "0301": "便利店",
    "0303": "KTV",
    "0304": "宾馆",
    "0305": "网吧",
    "0306": "餐馆",
    "0307": "农贸市场",
    "0308": "诊所",
    "0505": "银行网点",
    "0206": "小学",
    "0399": "洗车行",
}


def places(world: World, homes: pl.DataFrame, where: dict[str, np.ndarray]) -> pl.DataFrame:
    """Return ``population.cs_zdcs``: key places near homes; type 0399 is left unmapped on purpose."""
    rng = stream(world.seed, "places")
    n = world.size.places
    home = rng.integers(0, len(homes), n)
    kind = rng.choice(
        np.array(list(PLACE_KINDS)), n, p=[0.24, 0.08, 0.14, 0.06, 0.26, 0.04, 0.06, 0.05, 0.04, 0.03]
    )
    brand = np.char.add(
        rng.choice(np.array(["云顶", "新天地", "金海", "好又来", "百家", "清川", "鑫源", "四季"]), n),
        np.array([PLACE_KINDS[str(code)] for code in kind]),
    )
    last = w.day_number(w.LAST_DAY)
    opened = last - rng.integers(400, 4_000, n)
    closed = np.where(rng.random(n) < 0.06, last - rng.integers(0, 390, n), -1)
    verified = last - rng.integers(0, 380, n)
    point = where["point"][home]
    return pl.DataFrame(
        {
            "CSBH": text(np.char.add("CS", np.char.zfill(np.arange(1, n + 1).astype(str), 8))),
            "CSMC": text(
                np.char.add(brand, np.char.add("第", np.char.add(np.arange(1, n + 1).astype(str), "店")))
            ),
            "CSLX": text(kind),
            "SFZD": text(np.where(rng.random(n) < 0.35, "1", "0")),
            "TYXYDM": text(np.where(rng.random(n) < 0.85, credit_codes(n, rng), "")),
            "DZBM": homes["DZBM"][home],
            "DZ": text(where["short"][home]),
            "JD": w.degrees_text(point[:, 0]),
            "WD": w.degrees_text(point[:, 1]),
            "DWBH": homes["DWBH"][home],
            "ZRQBH": homes["ZRQBH"][home],
            "CJRJH": homes["CJRJH"][home],
            "ZHHSRQ": w.text_of_days(verified, "%Y-%m-%d"),
            "KYRQ": w.text_of_days(opened, "%Y-%m-%d"),
            "TYRQ": w.text_of_days(closed, "%Y-%m-%d"),
            "XGSJ": w.text_of_seconds(np.maximum(verified, closed) * 86_400 + 61_000, "%Y-%m-%d %H:%M:%S"),
        }
    )


def base_checks(world: World, sizes: dict[str, int]) -> pl.DataFrame:
    """Return ``population.hc_hcjl``: verifications of residents, houses, addresses and places.

    Args:
        sizes: rows of the verified tables by record prefix (RK, FW, DZ, CS).
    """
    rng = stream(world.seed, "base_checks")
    n = world.size.base_checks
    start, last = w.day_number(w.first_day(world.size.other_months)), w.day_number(w.LAST_DAY)
    day = np.sort(rng.integers(start, last + 1, n))
    kind = rng.choice(4, n, p=[0.55, 0.25, 0.12, 0.08])
    prefix = np.array(["RK", "FW", "999901DZ", "CS"])[kind]
    width = np.array([10, 10, 8, 8])[kind]
    total = np.array([sizes["RK"], sizes["FW"], sizes["DZ"], sizes["CS"]])[kind]
    serial = (rng.random(n) * total).astype(int) + 1
    record = np.array([f"{p}{s:0{x}d}" for p, s, x in zip(prefix, serial, width, strict=True)])
    station = rng.integers(0, 6, n)
    return pl.DataFrame(
        {
            "HCBH": text(np.char.add("HC", np.char.zfill(np.arange(1, n + 1).astype(str), 10))),
            "DXLX": text(np.array(["1", "2", "4", "5"])[kind]),
            "DXBH": text(record),
            "HCRQ": w.text_of_days(day, "%Y-%m-%d"),
            "HCRJH": text(recorder_nos(station, rng)),
            "DWBH": text(np.array(world.stations)[station]),
            "HCJG": text(rng.choice(np.array(["1", "2", "3", "4"]), n, p=[0.82, 0.11, 0.05, 0.02])),
            "XGSJ": w.text_of_seconds(day * 86_400 + rng.integers(30_000, 80_000, n), "%Y-%m-%d %H:%M:%S"),
        }
    )
