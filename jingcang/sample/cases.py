"""Cases and what belongs to them: persons, items and documents.

Belongs here: which incidents become cases, their stages and their files' contents.
Does not belong here: wording (``narratives``), disputes and call-backs (``community``), faults (``defects``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from jingcang.sample import narratives, people
from jingcang.sample import world as w
from jingcang.sample.incidents import CODES, NIGHT, STAMP, Events
from jingcang.sample.narratives import Facts
from jingcang.sample.people import text
from jingcang.sample.world import World, stream

DAY = "%Y%m%d"
LAST = w.day_number(w.LAST_DAY)


@dataclass(frozen=True)
class Route:
    """How incidents of one class become cases: criminal class, public-order class, share criminal, family."""

    criminal: tuple[str, str]
    order: tuple[str, str]
    criminal_share: float
    family: str
    taken: float


_THEFT = (("050200", "盗窃案"), ("ZA0401", "盗窃"))
_FRAUD = (("050300", "诈骗案"), ("ZA0402", "诈骗"))
ROUTES = {
    "100100.01.01": Route(*_THEFT, 0.9, "burglary", 0.95),
    "100100.04.01": Route(*_THEFT, 0.5, "vehicle", 0.75),
    "100100.04.02": Route(*_THEFT, 0.3, "vehicle", 0.7),
    "100100.03": Route(*_THEFT, 0.7, "vehicle", 0.8),
    "100100.05": Route(*_THEFT, 0.6, "pocket", 0.7),
    "201000": Route(*_THEFT, 0.15, "shop", 0.6),
    "100600.01.01": Route(*_FRAUD, 0.95, "fraud", 0.9),
    "100600.01.02": Route(*_FRAUD, 0.95, "fraud", 0.9),
    "100600.01.03": Route(*_FRAUD, 0.95, "fraud", 0.9),
    "200100": Route(("040103", "故意伤害案"), ("ZA0301", "殴打他人"), 0.12, "assault", 0.6),
    "200600": Route(("040103", "故意伤害案"), ("ZA0301", "殴打他人"), 0.08, "assault", 0.35),
    "200700": Route(("060151", "开设赌场案"), ("ZA0501", "赌博"), 0.1, "gambling", 0.6),
    "200500": Route(("050900", "故意毁坏财物案"), ("ZA0404", "故意损毁财物"), 0.2, "damage", 0.6),
    "200400": Route(("060137", "寻衅滋事案"), ("ZA0201", "寻衅滋事"), 0.15, "other", 0.5),
    "300100.02.01": Route(("020716", "危险驾驶案"), ("ZA0901", "交通违法"), 0.6, "other", 0.05),
    "909900": Route(("060702", "贩卖毒品案"), ("ZA0801", "阻碍执行职务"), 0.2, "other", 0.1),
}
"""ZA0801 has no mapping on purpose."""


@dataclass(frozen=True)
class Cases:
    """The cases and what other systems need of them.

    Args:
        table: ``case.aj_ajxx``.
        events: index of each case's incident.
        criminal: whether 刑事.
        days: stage name → day number or -1; ``ended`` is the day the file falls due, or -1.
        labels: case number → affirmed ways of working and classes of fraud.
        series: case numbers that share one phone, and the phone.
        hub: case numbers that name one hotline, which links nothing, and the hotline.
        way_series: case numbers of burglaries done in one rare way.
    """

    table: pl.DataFrame
    events: np.ndarray
    criminal: np.ndarray
    days: dict[str, np.ndarray]
    labels: dict[str, list[str]]
    series: tuple[list[str], str]
    hub: tuple[list[str], str]
    way_series: list[str]


HOTLINE = "4009990110"
HOTLINE_CASES = 30
RARE_WAYS = (
    "嫌疑人蒙面、戴手套，作案前曾踩点，另有一人望风。",
    "嫌疑人戴手套，以口罩蒙面，事先踩点，由同伙望风。",
)
"""Shown by the labels TR03 to TR06."""


def _stages(
    rng: np.random.Generator, begun: np.ndarray, criminal: np.ndarray, fraud: np.ndarray
) -> dict[str, np.ndarray]:
    n = len(begun)

    def later(
        base: np.ndarray, low: int, high: int, share: np.ndarray | float, mask: np.ndarray
    ) -> np.ndarray:
        drawn = base + rng.integers(low, high, n)
        return np.where(mask & (base >= 0) & (rng.random(n) < share) & (drawn <= LAST), drawn, -1)

    days = {"SLRQ": np.minimum(begun + rng.integers(0, 2, n), LAST)}
    days["LARQ"] = later(days["SLRQ"], 0, 8, np.where(criminal, 0.92, 0.9), np.ones(n, bool))
    days["PARQ"] = later(days["LARQ"], 2, 120, np.where(fraud, 0.18, 0.42), criminal)
    days["YSQSRQ"] = later(days["PARQ"], 20, 90, 0.75, criminal)
    open_ = criminal & (days["PARQ"] < 0)
    days["ZZRQ"] = later(days["LARQ"], 200, 500, 0.12, open_)
    days["CFJDRQ"] = later(days["LARQ"], 3, 40, 0.5, ~criminal)
    unpunished = ~criminal & (days["CFJDRQ"] < 0)
    days["TJRQ"] = later(days["SLRQ"], 1, 30, 0.6, unpunished)
    ended = np.maximum.reduce([days["YSQSRQ"], days["ZZRQ"], days["CFJDRQ"], days["TJRQ"]])
    days["JARQ"] = np.where(ended >= 0, np.minimum(ended + rng.integers(0, 6, n), LAST), -1)
    return days


def _status(criminal: np.ndarray, days: dict[str, np.ndarray]) -> np.ndarray:
    def has(name: str) -> np.ndarray:
        return days[name] >= 0

    first = np.select([has("YSQSRQ"), has("ZZRQ"), has("PARQ"), has("LARQ")], ["8", "6", "5", "2"], "1")
    second = np.select([has("JARQ"), has("CFJDRQ"), has("TJRQ"), has("LARQ")], ["Q", "T", "M", "N"], "O")
    return np.where(criminal, first, second)


def build(world: World, events: Events, calls: pl.DataFrame, homes: dict[str, np.ndarray]) -> Cases:
    """Return the cases of the last ``other_months`` months with those that belong together.

    One series of frauds shares a phone, one of burglaries a rare way of working; a hotline stands in many frauds.
    """
    rng = stream(world.seed, "cases")
    start = w.day_number(w.first_day(world.size.other_months)) * 86_400
    taken = np.array([ROUTES[c].taken if c in ROUTES else 0.0 for c in CODES])
    chosen = np.flatnonzero((events.second >= start) & (rng.random(len(events)) < taken[events.klass]))
    chosen = np.sort(rng.permutation(chosen)[: world.size.cases])
    n, codes = len(chosen), CODES[events.klass[chosen]]
    routes = [ROUTES[str(code)] for code in codes]
    criminal = rng.random(n) < np.array([route.criminal_share for route in routes])
    family = np.array([route.family for route in routes])
    second, beat = events.second[chosen], events.beat[chosen]
    days = _stages(rng, second // 86_400, criminal, family == "fraud")
    kind = [route.criminal if c else route.order for route, c in zip(routes, criminal, strict=True)]
    code = np.array([k[0] for k in kind])
    year = w.text_of_seconds(second, "%Y").to_numpy().astype(str)
    serial = np.char.zfill(np.arange(1, n + 1).astype(str), 6)
    number = np.char.add(np.char.add(np.char.add("A", w.STATION_NOS[beat]), year), serial)
    before = second - rng.integers(600, 40_000, n)
    amounts = np.round(np.where(family == "fraud", rng.lognormal(9.6, 1.2, n), rng.lognormal(7.0, 1.0, n)), 2)
    amounts = np.minimum(amounts, 5_000_000)
    victims, others = people.names(n, rng), people.names(n, rng)
    phone, cards = people.phones(n, rng), bank_cards(n, rng)
    born = rng.integers(-9_000, 12_000, n)
    identity = people.id_numbers(born, rng.integers(1, 3, n), rng)
    series = _series(rng, family, second)
    phone[series] = phone[series[0]] if len(series) else phone[series]
    frauds, burglaries = np.flatnonzero(family == "fraud"), np.flatnonzero(family == "burglary")
    linked = stream(world.seed, "linked cases")
    hub = set(linked.permutation(frauds)[:HOTLINE_CASES].tolist())
    way_series = set(_closest(linked, burglaries, second, 4).tolist())
    told = w.text_of_seconds(second, "%Y年%m月%d日%H时%M分").to_list()
    address = calls["SFDZ"].fill_null("辖区内").to_numpy()[chosen]
    texts, labels, in_series = [], {}, set(series.tolist())
    for i in range(n):
        facts = Facts(
            str(family[i]),
            told[i],
            str(address[i]),
            str(victims[i]),
            str(others[i]),
            str(phone[i]),
            str(cards[i]),
            str(identity[i]),
            f"{amounts[i]:.2f}",
        )
        story, affirmed = narratives.write(facts, rng)
        if i in in_series:
            story += f"嫌疑人联系电话{phone[i]}。"
        if i in hub:
            story += f"事主曾拨打客服电话{HOTLINE}询问。"
        if i in way_series:
            story += RARE_WAYS[i % len(RARE_WAYS)]
        texts.append(story)
        labels[str(number[i])] = affirmed
    latest = np.maximum.reduce(list(days.values()))
    gcj = w.to_gcj02(events.point[chosen])
    table = pl.DataFrame(
        {
            "AJBH": text(number),
            "AJMC": text(np.char.add(np.char.add(victims, "被"), np.array([k[1] for k in kind]))),
            "AJXZDM": text(np.where(criminal, "1", "2")),
            "AJLBDM": text(code),
            "AJLBMC": text(np.array([k[1] for k in kind])),
            "JJDBH": calls["JJDBH"][chosen],
            "ZBDWBH": text(w.STATION_NOS[beat]),
            "ZRQBH": text(w.BEAT_NOS[events.recorded[chosen]]),
            "ZBMJJH": text(people.police_nos(beat // 6, rng)),
            "FASJCZ": w.text_of_seconds(before, STAMP),
            "FASJZZ": w.text_of_seconds(second, STAMP),
            "FADZ": calls["SFDZ"][chosen],
            "FADDJD": w.degrees_text(gcj[:, 0]),
            "FADDWD": w.degrees_text(gcj[:, 1]),
            "CSDM": text(
                rng.choice(
                    np.array(["0101", "0103", "0301", "0306", "0402", "0406", "0407", "0777"]),
                    n,
                    p=[0.3, 0.1, 0.15, 0.1, 0.14, 0.1, 0.1, 0.01],
                )
            ),
            **{name: w.text_of_days(values, DAY) for name, values in days.items()},
            "AJZTDM": text(_status(criminal, days)),
            "JYAQ": pl.Series(texts, dtype=pl.String),
            "SSJE": text(np.array([f"{a:.2f}" for a in amounts])),
            "AJBGGS": text(np.where(days["YSQSRQ"] >= 0, "2", "1")),
            "GXSJ": w.text_of_seconds(
                np.minimum(latest * 86_400 + rng.integers(79_000, 86_000, n), NIGHT), STAMP
            ),
        }
    )
    shared = ([str(number[i]) for i in series], str(phone[series[0]]) if len(series) else "")
    named = ([str(number[i]) for i in sorted(hub)], HOTLINE)
    return Cases(
        table, chosen, criminal, days, labels, shared, named, [str(number[i]) for i in sorted(way_series)]
    )


def _series(rng: np.random.Generator, family: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the positions of five to eight fraud cases within about 60 days."""
    frauds = np.flatnonzero(family == "fraud")
    return _closest(rng, frauds, second, int(rng.integers(5, 9)))


def _closest(rng: np.random.Generator, among: np.ndarray, second: np.ndarray, size: int) -> np.ndarray:
    """Return the positions of ``size`` of the cases ``among`` that lie close in time to one of them."""
    size = min(size, len(among))
    if size == 0:
        return among
    middle = second[among[int(rng.integers(len(among)))]]
    closest = among[np.argsort(np.abs(second[among] - middle), kind="stable")[: size * 3]]
    return np.sort(rng.choice(closest, size, replace=False))


def bank_cards(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return 19-digit card numbers with a right Luhn digit; issuer 629999 is not assigned."""
    body = np.char.add("629999", np.char.zfill(rng.integers(0, 10**12, n).astype(str), 12))
    digits = body.view("U1").reshape(n, -1).astype(int) if n else np.zeros((0, 18), int)
    doubled = digits[:, ::-1].copy()
    doubled[:, ::2] *= 2
    doubled -= 9 * (doubled > 9)
    return np.char.add(body, ((10 - doubled.sum(axis=1) % 10) % 10).astype(str))


def persons(world: World, cases: Cases, residents: pl.DataFrame) -> pl.DataFrame:
    """Return ``case.aj_sary``: reporter or victim, and suspects of solved or punished cases."""
    rng = stream(world.seed, "persons")
    n = len(cases.table)
    solved = (cases.days["PARQ"] >= 0) | (cases.days["CFJDRQ"] >= 0)
    parts = [(np.arange(n), np.where(rng.random(n) < 0.6, "02", "01"), 1)]
    found = np.flatnonzero(solved)
    parts.append((found, np.where(cases.criminal[found], "03", "04"), 2))
    more = found[rng.random(len(found)) < 0.4]
    parts.append((more, np.where(cases.criminal[more], "03", "04"), 3))
    seen = np.flatnonzero(rng.random(n) < 0.35)
    parts.append((seen, np.full(len(seen), "05"), 4))
    case = np.concatenate([p[0] for p in parts])
    role = np.concatenate([p[1] for p in parts])
    place = np.concatenate([np.full(len(p[0]), p[2]) for p in parts])
    m = len(case)
    adults = np.flatnonzero(
        (residents["CSRQ"] < "2011-01-01").to_numpy() & residents["ZJHM"].is_not_null().to_numpy()
    )
    # few people meet the police often: a squared draw repeats some residents
    who = adults[(rng.random(m) ** 2 * len(adults)).astype(int)]
    known = rng.random(m) < 0.96
    return pl.DataFrame(
        {
            "AJBH": cases.table["AJBH"][case],
            "RYXH": text(place.astype(str)),
            "RYJSDM": text(role),
            "XM": residents["XM"][who],
            "XBDM": residents["XB"][who],
            "CSRQ": residents["CSRQ"][who].str.replace_all("-", ""),
            "ZJHM": text(np.where(known, residents["ZJHM"].to_numpy()[who].astype(str), "")),
            "LXDH": text(np.where(rng.random(m) < 0.7, people.phones(m, rng), "")),
            "GXSJ": cases.table["GXSJ"][case],
        }
    )


def items(world: World, cases: Cases) -> pl.DataFrame:
    """Return ``case.aj_wpxx``: items taken, damaged or seized. Item classes have no dictionary yet."""
    rng = stream(world.seed, "items")
    count = rng.choice(4, len(cases.table), p=[0.3, 0.4, 0.2, 0.1])
    case = np.repeat(np.arange(len(count)), count)
    n = len(case)
    name = np.array(["手机", "现金", "电动自行车", "电瓶", "金项链", "笔记本电脑", "香烟", "银行卡", "刀具"])
    kind = rng.integers(0, len(name), n)
    return pl.DataFrame(
        {
            "WPBH": text(np.char.add("WP", np.char.zfill(np.arange(1, n + 1).astype(str), 12))),
            "AJBH": cases.table["AJBH"][case],
            "WPMC": text(name[kind]),
            "WPLBDM": text(np.char.zfill((kind + 1).astype(str), 2)),
            "SL": text(rng.integers(1, 4, n).astype(str)),
            "JZ": text(np.array([f"{v:.2f}" for v in np.minimum(rng.lognormal(7, 1, n), 900_000)])),
            "DJRQ": cases.table["SLRQ"][case],
            "GXSJ": cases.table["GXSJ"][case],
        }
    )


DOCUMENT_NAMES = {
    "W101": "接报案登记表",
    "W102": "受案登记表",
    "W103": "受案回执",
    "W104": "立案决定书",
    "111": "询问笔录",
    "112": "讯问笔录",
    "114": "现场勘查笔录",
    "221": "现场照片",
    "310": "现场图",
    "W202": "拘留证",
    "W205": "扣押清单",
    "W208": "鉴定意见",
    "W301": "行政处罚告知笔录",
    "W302": "行政处罚决定书",
    "W304": "治安调解协议书",
    "W305": "终止案件调查决定书",
    "W306": "起诉意见书",
    "W308": "终止侦查决定书",
    "W309": "结案报告",
    "W310": "送达回证",
}


def document_plan(cases: Cases, rng: np.random.Generator) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return (document type, positions of the cases that have it, days made)."""
    n, days, criminal = len(cases.table), cases.days, cases.criminal
    everyone, injury = np.ones(n, bool), _of_class(cases, *INJURY)
    rules = [
        ("W102", everyone, "SLRQ", 0.98),
        ("W103", everyone, "SLRQ", 0.9),
        ("111", everyone, "SLRQ", 0.95),
        ("W104", criminal, "LARQ", 0.98),
        ("114", criminal, "SLRQ", 0.5),
        ("221", everyone, "SLRQ", 0.4),
        ("112", criminal, "PARQ", 0.97),
        ("W202", criminal, "PARQ", 0.6),
        ("W205", criminal, "PARQ", 0.4),
        ("W306", criminal, "YSQSRQ", 0.98),
        ("W301", ~criminal, "CFJDRQ", 0.9),
        ("W302", ~criminal, "CFJDRQ", 0.97),
        ("W304", ~criminal, "TJRQ", 0.96),
        ("W309", everyone, "JARQ", 0.7),
        ("W310", everyone, "JARQ", 0.6),
        ("W308", criminal, "ZZRQ", 0.9),
        ("W208", criminal & injury, "LARQ", 0.8),
    ]
    planned = []
    for code, mask, stage, share in rules:
        which = np.flatnonzero(mask & (days[stage] >= 0) & (rng.random(n) < share))
        planned.append((code, which, days[stage][which]))
    return planned


INJURY, DRUGS, THEFT = ("040103",), ("060702",), ("050200",)
PROPERTY = ("050200", "050300", "050900", "ZA0401", "ZA0402", "ZA0404")


def _of_class(cases: Cases, *codes: str) -> np.ndarray:
    return cases.table["AJLBDM"].is_in(codes).to_numpy()


def missing_evidence(world: World, cases: Cases, goods: pl.DataFrame) -> dict[str, list[str]]:
    """Return case number → names of what the case should hold by its stages and does not.

    Written from the rules of procedure, not from the templates of the warehouse, which it is held against.

    Args:
        world: gives the stream the documents were drawn from.
        cases: the cases.
        goods: ``case.aj_wpxx``.
    """
    days, criminal = cases.days, cases.criminal
    everyone = np.ones(len(cases.table), bool)
    due = {
        "W102": (everyone, "SLRQ"),
        "W103": (everyone, "SLRQ"),
        "111": (everyone, "SLRQ"),
        "W104": (criminal, "LARQ"),
        "114": (criminal & _of_class(cases, *THEFT), "LARQ"),
        "W208": (criminal & _of_class(cases, *INJURY, *DRUGS), "LARQ"),
        "112": (criminal, "PARQ"),
        "W306": (criminal, "YSQSRQ"),
        "W309": (criminal, "YSQSRQ"),
        "W308": (criminal, "ZZRQ"),
        "W301": (~criminal, "CFJDRQ"),
        "W302": (~criminal, "CFJDRQ"),
        "W310": (~criminal, "CFJDRQ"),
        "W304": (~criminal, "TJRQ"),
    }
    held = {code: np.zeros(len(cases.table), bool) for code in due}
    for code, which, _ in document_plan(cases, stream(world.seed, "documents")):
        if code in held:
            held[code][which] = True
    numbers = cases.table["AJBH"].to_list()
    found: dict[str, list[str]] = {number: [] for number in numbers}
    for code, (mask, stage) in due.items():
        for place in np.flatnonzero(mask & (days[stage] >= 0) & ~held[code]):
            found[numbers[place]].append(DOCUMENT_NAMES[code])
    wanted = np.where(
        criminal,
        (days["LARQ"] >= 0) & _of_class(cases, *PROPERTY, *DRUGS),
        _of_class(cases, *PROPERTY),
    )
    with_goods = set(goods["AJBH"])
    for place in np.flatnonzero(wanted):
        if numbers[place] not in with_goods:
            found[numbers[place]].append(GOODS)
    return found


GOODS = "涉案物品登记"


def documents(world: World, cases: Cases) -> pl.DataFrame:
    """Return ``case.aj_wsxx``: the documents of each case by its stages."""
    rng = stream(world.seed, "documents")
    planned = document_plan(cases, rng)
    code = np.concatenate([np.full(len(which), kind, dtype=object) for kind, which, _ in planned]).astype(str)
    case = np.concatenate([which for _, which, _ in planned])
    day = np.concatenate([days for _, _, days in planned])
    n = len(case)
    names = pl.Series(code).replace_strict(DOCUMENT_NAMES, return_dtype=pl.String)
    return pl.DataFrame(
        {
            "WSBH": text(np.char.add("WS", np.char.zfill(np.arange(1, n + 1).astype(str), 12))),
            "AJBH": cases.table["AJBH"][case],
            "WSZLDM": text(code),
            "WSMC": names,
            "ZZRQ": w.text_of_days(day, DAY),
            "ZZMJJH": cases.table["ZBMJJH"][case],
            "YS": text(rng.integers(1, 9, n).astype(str)),
            "GXSJ": w.text_of_seconds(
                np.minimum(day * 86_400 + rng.integers(30_000, 86_000, n), NIGHT), STAMP
            ),
        }
    )
