"""The archive system: catalogue of files and log of loans and searches.

Belongs here: ``archive.da_daml`` and ``archive.da_jylog``, with delays by officer.
Does not belong here: which cases exist (``cases``), file writing (``writers``), faults (``defects``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from jingcang.sample import people
from jingcang.sample import world as w
from jingcang.sample.cases import DOCUMENT_NAMES, Cases, document_plan
from jingcang.sample.people import text
from jingcang.sample.world import World, stream

LAST = w.day_number(w.LAST_DAY)
ISO = "%Y-%m-%d"
OTHERS = {
    "接处警档案": ("JC", "10年", "警情"),
    "矛盾纠纷档案": ("JF", "10年", "纠纷"),
    "场所档案": ("CS", "10年", "场所"),
    "走访档案": ("ZF", "10年", ""),
    "户籍册": ("HJ", "永久", ""),
    "文书档案": ("WS", "30年", ""),
    "阵地控制材料": ("ZK", "10年", ""),
}
"""Category → letters of the 档号, retention, kind of link. The last category is left unmapped on purpose."""
OTHER_DOCUMENTS = {
    "接处警档案": ["接处警登记表", "出警经过"],
    "矛盾纠纷档案": ["矛盾纠纷登记表", "人民调解协议书"],
    "场所档案": ["场所检查记录"],
    "走访档案": ["走访记录"],
    "户籍册": ["户口登记材料"],
    "文书档案": [],
    "阵地控制材料": [],
}
LOST_BEFORE = 0.002
"""Share of files before which a number belongs to no file."""
BINDING = ["卷宗封面", "卷内目录", "备考表"]


@dataclass(frozen=True)
class Archive:
    """Catalogue and log; ``slow`` maps the 警号 of slow officers to the extra days they take, ``lost`` counts the
    numbers no file has."""

    items: pl.DataFrame
    uses: pl.DataFrame
    slow: dict[str, int]
    lost: int


def build(
    world: World, cases: Cases, calls: pl.DataFrame, disputes: pl.DataFrame, places: pl.DataFrame
) -> Archive:
    """Return the archive of the last ``other_months`` months."""
    rng = stream(world.seed, "archive")
    slow_nos = [f"1{station + 1}{int(rng.integers(1, 9)):04d}" for station in rng.permutation(6)[:3]]
    slow = {no: int(rng.integers(45, 90)) for no in slow_nos}
    closed = _case_files(world, rng, cases)
    missing = max(world.size.archive_items - len(closed), 60)
    other = _other_files(world, rng, missing, calls, disputes, places)
    items = pl.concat([closed, other])
    # the document list holds 备考表 etc. in full for four files in five
    n = len(items)
    made = items["_made"].to_numpy()
    extra = items["立卷人"].replace_strict(slow, default=0, return_dtype=pl.Int64).to_numpy()
    delay = (rng.lognormal(2.9, 0.7, n)).astype(np.int64) + 1 + extra
    archived = np.where((made + delay <= LAST) & (rng.random(n) < 0.965), made + delay, -1)
    retention = items["保管期限"].to_numpy()
    destroyed = np.where((archived >= 0) & (retention == "短期") & (rng.random(n) < 0.2), archived + 700, -1)
    destroyed = np.where(destroyed > LAST, -1, destroyed)
    moved = np.where(
        (archived >= 0) & (destroyed < 0) & (rng.random(n) < 0.12), archived + rng.integers(100, 300, n), -1
    )
    moved = np.where(moved > LAST, -1, moved)
    pages = rng.integers(6, 180, n)
    share = np.where(rng.random(n) < 0.62, 1.0, np.where(rng.random(n) < 0.4, rng.random(n), 0.0))
    copied = np.floor(pages * share).astype(int)
    year = w.text_of_days(made, "%Y").to_numpy().astype(str)
    numbers, lost = _numbers(world, items.select("立卷单位", "_letters"), year)
    serial = np.char.zfill(numbers.astype(str), 5)
    file_no = np.char.add(
        np.char.add(
            np.char.add(
                np.char.add(items["立卷单位"].to_numpy().astype(str), "-"),
                items["_letters"].to_numpy().astype(str),
            ),
            "-",
        ),
        np.char.add(np.char.add(year, "-"), serial),
    )
    slash = np.arange(n) % 2 == 1
    archived_text = w.text_of_days(archived, ISO)
    archived_text = (
        pl.DataFrame({"a": archived_text, "s": slash})
        .select(pl.when("s").then(pl.col("a").str.replace_all("-", "/")).otherwise("a"))
        .to_series()
    )
    items = items.select(
        text(file_no).alias("档号"),
        "题名",
        "责任者",
        "门类",
        "保管期限",
        text(rng.choice(np.array(["内部", "公开", "秘密"]), n, p=[0.88, 0.09, 0.03])).alias("密级"),
        text(
            rng.choice(np.array(["纸质", "电子", "光盘", "缩微胶片"]), n, p=[0.9, 0.07, 0.028, 0.002])
        ).alias("载体"),
        text(pages.astype(str)).alias("页数"),
        text(copied.astype(str)).alias("数字化页数"),
        text(np.where((copied > 0) & (rng.random(n) < 0.8), "是", "否")).alias("有校验"),
        "立卷单位",
        "立卷人",
        w.text_of_days(made, ISO).alias("形成日期"),
        archived_text.alias("归档日期"),
        w.text_of_days(moved, ISO).alias("移交日期"),
        w.text_of_days(destroyed, ISO).alias("销毁日期"),
        "关联类型",
        "关联编号",
        "卷内文书",
    )
    return Archive(items, _uses(world, items, archived, cases), slow, lost)


def _numbers(world: World, series: pl.DataFrame, year: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the number of each file within its unit, class and year, and how many numbers stand between two files
    and belong to none: their files were lost."""
    is_lost = stream(world.seed, "lost_files").random(len(series)) < LOST_BEFORE
    numbered = series.with_columns(
        year=pl.Series(year), lost=pl.Series(is_lost), one=pl.lit(1, dtype=pl.Int64)
    ).with_columns(
        place=pl.col("one").cum_sum().over("立卷单位", "_letters", "year"),
        skipped=pl.col("lost").cast(pl.Int64).cum_sum().over("立卷单位", "_letters", "year"),
    )
    return (numbered["place"] + numbered["skipped"]).to_numpy(), int(is_lost.sum())


def _case_files(world: World, rng: np.random.Generator, cases: Cases) -> pl.DataFrame:
    ended = np.flatnonzero(cases.days["JARQ"] >= 0)
    mediated, criminal = cases.days["TJRQ"][ended] >= 0, cases.criminal[ended]
    kind = np.where(
        criminal,
        np.where(rng.random(len(ended)) < 0.6, "诉讼卷", "侦查卷"),
        np.where(mediated, "调解卷", "治安案卷"),
    )
    letters = np.select([kind == "诉讼卷", kind == "侦查卷", kind == "调解卷"], ["SS", "ZC", "TJ"], "ZA")
    present: list[list[str]] = [[] for _ in range(len(cases.table))]
    for code, which, _ in document_plan(cases, stream(world.seed, "documents")):
        for case in which:
            present[case].append(DOCUMENT_NAMES[code])
    whole = rng.random(len(ended)) < 0.9
    lists = [
        ",".join([*(BINDING if w_ else BINDING[:2]), *present[case]])
        for case, w_ in zip(ended, whole, strict=True)
    ]
    table = cases.table[ended]
    return pl.DataFrame(
        {
            "题名": table["AJMC"],
            "责任者": text(
                np.array([f"{name}派出所" for name in w.STATION_NAMES])[
                    table["ZBDWBH"].str.slice(7, 1).cast(pl.Int64).to_numpy() - 1
                ]
            ),
            "门类": text(kind),
            "保管期限": text(rng.choice(np.array(["长期", "30年", "短期"]), len(ended), p=[0.6, 0.25, 0.15])),
            "立卷单位": table["ZBDWBH"],
            "立卷人": table["ZBMJJH"],
            "关联类型": pl.Series(["案件"] * len(ended), dtype=pl.String),
            "关联编号": table["AJBH"],
            "卷内文书": pl.Series(lists, dtype=pl.String),
            "_made": cases.days["JARQ"][ended].astype(np.int64),
            "_letters": text(letters),
        }
    )


def _other_files(
    world: World,
    rng: np.random.Generator,
    n: int,
    calls: pl.DataFrame,
    disputes: pl.DataFrame,
    places: pl.DataFrame,
) -> pl.DataFrame:
    kind = rng.choice(np.array(list(OTHERS)), n, p=[0.3, 0.25, 0.14, 0.1, 0.12, 0.085, 0.005])
    start = w.day_number(w.first_day(world.size.other_months))
    recent = calls.filter(pl.col("BJSJ") >= w.text_of_days(np.array([start]), "%Y%m%d")[0])
    numbers = {"警情": recent["JJDBH"], "纠纷": disputes["JFBH"], "场所": places["CSBH"]}
    link_kind = np.array([OTHERS[str(name)][2] for name in kind])
    link = np.full(n, "", dtype="U24")
    for name, column in numbers.items():
        mine = np.flatnonzero(link_kind == name)
        link[mine] = column.to_numpy()[rng.integers(0, len(column), len(mine))].astype(str)
    station = rng.integers(0, 6, n)
    # a file is made after what it tells of: 警情 files on the day of the call or soon after
    made = rng.integers(start, LAST + 1, n)
    title = np.char.add(
        np.array([f"{name}" for name in kind]), np.char.zfill(np.arange(1, n + 1).astype(str), 5)
    )
    lists = [
        ",".join(OTHER_DOCUMENTS[str(name)][: 2 if full else 1])
        for name, full in zip(kind, rng.random(n) < 0.9, strict=True)
    ]
    return pl.DataFrame(
        {
            "题名": text(title),
            "责任者": text(np.array([f"{name}派出所" for name in w.STATION_NAMES])[station]),
            "门类": text(kind),
            "保管期限": text(np.array([OTHERS[str(name)][1] for name in kind])),
            "立卷单位": text(np.array(world.stations)[station]),
            "立卷人": text(people.police_nos(station, rng)),
            "关联类型": text(link_kind),
            "关联编号": text(link),
            "卷内文书": text(np.array(lists)),
            "_made": made.astype(np.int64),
            "_letters": text(np.array([OTHERS[str(name)][0] for name in kind])),
        }
    )


def _uses(world: World, items: pl.DataFrame, archived: np.ndarray, cases: Cases) -> pl.DataFrame:
    """Return the log: loans, readings, searches; popular files are used often, most never."""
    rng = stream(world.seed, "uses")
    n = world.size.archive_uses
    kept = np.flatnonzero(archived >= 0)
    which = kept[(rng.random(n) ** 2.2 * len(kept)).astype(int)]
    day = archived[which] + (rng.random(n) * (LAST - archived[which])).astype(np.int64)
    order = np.argsort(day, kind="stable")
    which, day = which[order], day[order]
    at = day * 86_400 + rng.integers(8 * 3600, 18 * 3600, n)
    kind = rng.choice(np.array(["借阅", "阅览", "查询", "复制"]), n, p=[0.3, 0.25, 0.4, 0.05])
    hit = np.where(kind == "查询", rng.random(n) < 0.8, True)
    opened = hit & (rng.random(n) < 0.88)
    loan = kind == "借阅"
    due = np.where(loan, day + 15, -1)
    back = np.where(loan, day + 1 + rng.gamma(2.2, 5.0, n).astype(np.int64), -1)
    back = np.where(back > LAST, -1, back)
    station = np.where(
        rng.random(n) < 0.8,
        items["立卷单位"].str.slice(7, 1).cast(pl.Int64).to_numpy()[which] - 1,
        rng.integers(0, 6, n),
    )
    user = people.police_nos(station, rng)
    purpose = rng.choice(
        np.array(
            [
                "办案",
                "处警参考",
                "化解纠纷",
                "巡防部署",
                "研判分析",
                "执法检查",
                "群众服务",
                "测试",
                "培训教学",
            ]
        ),
        n,
        p=[0.46, 0.12, 0.1, 0.06, 0.1, 0.06, 0.08, 0.01, 0.01],
    )
    case = rng.integers(0, len(cases.table), n)
    linked = (purpose == "办案") & (rng.random(n) < 0.9)
    number = np.where(linked, cases.table["AJBH"].to_numpy()[case].astype(str), "")
    number = np.where(linked & (rng.random(n) < 0.02), np.char.replace(number, "A9999", "A9998"), number)
    result = linked & opened & (rng.random(n) < 0.16)
    confirmed = result & (rng.random(n) < 0.7)
    # The outcome is confirmed by the linked case's lead officer; an officer's use of an own case is confirmed
    # by nobody, because no one confirms an own use.
    confirmer = cases.table["ZBMJJH"].to_numpy()[case].astype(str)
    confirmed &= confirmer != np.asarray(user).astype(str)
    outcome_day = np.minimum(day + rng.integers(1, 40, n), LAST)
    file_no = items["档号"].to_numpy()[which].astype(str)
    score = rng.choice(np.array(["5", "4", "3", "2", "1", ""]), n, p=[0.28, 0.18, 0.07, 0.02, 0.01, 0.44])
    return pl.DataFrame(
        {
            "登记号": text(np.char.add("JY", np.char.zfill(np.arange(1, n + 1).astype(str), 10))),
            "档号": text(np.where(hit, file_no, "")),
            "利用人": text(user),
            "利用单位": text(np.array(world.stations)[station]),
            "登记时间": w.text_of_seconds(at, "%Y-%m-%d %H:%M:%S"),
            "利用方式": text(kind),
            "利用目的": text(purpose),
            "关联类型": text(np.where(linked, "案件", "")),
            "关联编号": text(number),
            "调阅时间": w.text_of_seconds(
                np.where(opened, at + rng.integers(60, 4_000, n), -1), "%Y-%m-%d %H:%M:%S"
            ),
            "应还日期": w.text_of_days(due, ISO),
            "归还日期": w.text_of_days(back, ISO),
            "是否命中": text(np.where(hit, "是", "否")),
            "利用效果": text(np.where(result, rng.choice(np.array(["破案", "提供证据", "确定身份"]), n), "")),
            "引用档号": text(np.where(result, file_no, "")),
            "成效日期": w.text_of_days(np.where(result, outcome_day, -1), ISO),
            "确认人": text(np.where(confirmed, confirmer, "")),
            "满意度": text(score),
            "备注": text(np.where(rng.random(n) < 0.05, "加急", "")),
        }
    )
