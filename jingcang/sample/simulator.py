"""Putting the simulated source systems together on disk.

Belongs here: the order of things, where files go, and the truth file.
Does not belong here: what is in the tables (``world`` to ``archive``) or what is wrong with them (``defects``).

Folder: ``case.sqlite``, ``population.sqlite``, ``organisation.sqlite``, ``boundaries/*.geojson``,
``boundaries/街段/*.geojson``, ``drop/gps/*.parquet|csv``, ``drop/archive/*.xlsx|csv``, ``patrol_api/*.json``,
``truth.json``.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from jingcang.sample import (
    archive,
    archive_misuse,
    archive_work,
    case_limits,
    cases,
    class_mix,
    community,
    defects,
    dispatches,
    incidents,
    patrol,
    people,
    streets,
    writers,
    yards,
)
from jingcang.sample import world as w
from jingcang.sample.contracts_read import load_all
from jingcang.sample.patrol_api import LARGEST_PAGE

DATABASES = {
    "case": [
        "pj_jjdb",
        "pj_cjdb",
        "aj_ajxx",
        "aj_sary",
        "aj_wpxx",
        "aj_wsxx",
        "aj_qxbg",
        "md_jfxx",
        "hf_hfxx",
    ],
    "population": ["dz_bzdz", "rk_syrk", "fw_syfw", "cs_zdcs", "hc_hcjl"],
    "organisation": ["jg_dwxx", "jg_ryxx"],
}
API_TABLES = ("qw_pbxx", "qw_csjc", "qw_zfjl", "qw_xchd", "qw_gslb")
WORKBOOKS = {
    "archive.da_pxjl": "档案培训记录",
    "archive.da_xchd": "档案宣传活动",
    "archive.da_lyhf": "利用单位回访",
}
"""Tables of the archive system exported as one workbook each → its title and sheet."""
TOLD_CASES = 3000
"""Of so many cases the truth file tells labels and missing evidence."""
DAMAGED = ("ragged_long_line", "ragged_short_line", "undecodable_bytes")


@dataclass(frozen=True)
class SampleInfo:
    """What was written: the run date of the demo, the truth file and the number of rows by table."""

    as_of: dt.date
    truth_path: Path
    rows: dict[str, int]


@dataclass
class _Truth:
    """Collects what the truth file says."""

    rows: dict[str, int] = field(default_factory=dict)
    repeated: dict[str, int] = field(default_factory=dict)
    superseded: dict[str, int] = field(default_factory=dict)
    flags: dict[str, list[list[str]]] = field(default_factory=dict)
    defects: list[dict[str, object]] = field(default_factory=list)


def generate(folder: Path, *, size: str, seed: int) -> SampleInfo:
    """Write every simulated source system and the truth file.

    Args:
        folder: an existing, empty folder.
        size: ``small`` or ``full``.
        seed: decides everything; the same seed and size give the same rows.

    Returns:
        The run date, the truth file's path and row counts.
    """
    world = w.build(seed, w.SIZES[size])
    effects = incidents.plan(world)
    homes, where = people.addresses(world)
    events = incidents.draw(world, effects, where)
    calls = incidents.table(world, events, where)
    residents = people.residents(world, homes, where)
    places = people.places(world, homes, where)
    houses = people.houses(world, homes)
    filed = cases.build(world, events, calls, where)
    disputes = community.disputes(world, events, calls)
    kept = archive.build(world, filed, calls, disputes, places)
    officers = people.officers(world)
    work = archive_work.build(world, officers)
    shifts = patrol.shifts(world, effects)
    people_in_cases = cases.persons(world, filed, residents)
    misuse = archive_misuse.plant(world, kept, filed, people_in_cases, residents, officers, shifts)
    mixed = class_mix.plant(world, kept, disputes)
    sent = dispatches.build(world, events, calls)
    sizes = {"RK": len(residents), "FW": len(houses), "DZ": len(homes), "CS": len(places)}
    tables = {
        "case.pj_jjdb": calls,
        "case.pj_cjdb": sent.table,
        "case.aj_ajxx": filed.table,
        "case.aj_sary": people_in_cases,
        "case.aj_wpxx": cases.items(world, filed),
        "case.aj_wsxx": cases.documents(world, filed),
        "case.aj_qxbg": case_limits.time_changes(world, filed),
        "case.md_jfxx": mixed.disputes,
        "case.hf_hfxx": community.feedbacks(world, events, calls),
        "population.dz_bzdz": homes,
        "population.rk_syrk": residents,
        "population.fw_syfw": houses,
        "population.cs_zdcs": places,
        "population.hc_hcjl": people.base_checks(world, sizes),
        "organisation.jg_dwxx": people.units(world),
        "organisation.jg_ryxx": misuse.officers,
        "boundaries.jg_zrq": _area_table(world),
        "boundaries.jg_jdzxx": streets.segments(world),
        "patrol.qw_pbxx": shifts.table,
        "patrol.qw_csjc": patrol.place_checks(world, places),
        "patrol.qw_zfjl": patrol.home_visits(world),
        "patrol.qw_xchd": patrol.publicity(world),
        "patrol.qw_gslb": patrol.officer_hours(world),
        "archive.da_daml": mixed.items,
        "archive.da_jylog": misuse.uses,
        "archive.da_pxjl": work.trainings,
        "archive.da_xchd": work.publicity,
        "archive.da_lyhf": work.follow_ups,
    }
    truth = _Truth()
    planted = {name: _plant(world, truth, name, frame) for name, frame in tables.items()}
    for system, names in DATABASES.items():
        full = {name: planted[f"{system}.{name}"] for name in names}
        keys = {name: load_all()[f"{system}.{name}"].key for name in names}
        writers.sqlite(folder / f"{system}.sqlite", full, keys)
    _boundaries(folder / "boundaries", planted["boundaries.jg_zrq"])
    (folder / "boundaries" / "街段").mkdir()
    writers.geojson(
        folder / "boundaries" / "街段" / "街段中心线.geojson", planted["boundaries.jg_jdzxx"].to_dicts()
    )
    store = folder / "patrol_api"
    store.mkdir()
    for name in API_TABLES:
        key = load_all()[f"patrol.{name}"].key[0]
        writers.records(
            store / f"{name}.json",
            _in_pages(planted[f"patrol.{name}"].sort("GXSJ", key, maintain_order=True), key),
        )
    (folder / "drop" / "archive").mkdir(parents=True)
    _catalogue(folder / "drop" / "archive", mixed.items, planted["archive.da_daml"])
    _log(folder / "drop" / "archive", world, truth, misuse.uses, planted["archive.da_jylog"])
    for name, title in WORKBOOKS.items():
        file = folder / "drop" / "archive" / f"{title}_{w.LAST_DAY.year}.xlsx"
        writers.workbook(file, f"{w.CITY}清川分局{title}", planted[name], sheet=title)
    (folder / "drop" / "gps").mkdir()
    _fixes(folder / "drop" / "gps", world, truth, shifts)
    path = folder / "truth.json"
    lacking = cases.missing_evidence(world, filed, tables["case.aj_wpxx"])
    path.write_text(
        _truth_text(
            world,
            size,
            effects.describe()
            | {
                "repeats": events.repeats.describe(calls, homes),
                "in_yard_seconds": yards.told(world, shifts),
                "lagging_archive_work": work.lagging,
                "archive_misuse": misuse.told,
                "class_mix": mixed.told,
            },
            truth,
            filed,
            kept,
            lacking,
            sent,
            case_limits.due_days(filed, tables["case.aj_qxbg"]),
        ),
        encoding="utf-8",
    )
    return SampleInfo(w.AS_OF, path, truth.rows)


def _area_table(world: w.World) -> pl.DataFrame:
    rows = [{**row, "geometry": json.dumps(row["geometry"])} for row in w.areas(world)]
    return pl.DataFrame(rows, schema=dict.fromkeys(load_all()["boundaries.jg_zrq"].columns, pl.String))


def _plant(world: w.World, truth: _Truth, name: str, clean: pl.DataFrame) -> pl.DataFrame:
    """Return the clean rows followed by the planted ones, and note them."""
    contract = load_all()[name]
    clean = clean.select(contract.columns)
    planted = defects.plant(contract, clean, w.stream(world.seed, f"defects {name}"))
    places = [""] * len(planted.rows)
    _note(truth, name, planted, places, len(clean) + len(planted.rows))
    return pl.concat([clean, pl.DataFrame(planted.rows, schema=clean.schema)])


def _note(truth: _Truth, name: str, planted: defects.Planted, places: list[str], rows: int) -> None:
    contract = load_all()[name]
    truth.rows[name] = rows
    truth.repeated[name], truth.superseded[name] = planted.repeated, planted.superseded
    truth.flags.update(defects.expected(contract, planted, places))
    truth.defects.extend(defects.records(contract, planted, places))


def _in_pages(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """Keep two rows of one key on one page: on different pages the later page would win, not clash."""
    order = list(range(len(rows)))
    names = rows[key].to_list()
    for first in range(LARGEST_PAGE, len(rows), LARGEST_PAGE):
        if names[first] is not None and names[first] == names[first - 1]:
            order[first - 2 : first + 1] = [first - 1, first, first - 2]
    return rows[order]


def _boundaries(folder: Path, rows: pl.DataFrame) -> None:
    folder.mkdir()
    whole = rows["QYJB"].is_in(["2", "3", "4"]) & (
        rows["ZRQBH"].fill_null("999901900000").str.slice(6, 1) != "9"
    )
    for name, level in (("派出所辖区", "2"), ("责任区", "3"), ("社区", "4")):
        writers.geojson(folder / f"{name}.geojson", rows.filter(whole & (rows["QYJB"] == level)).to_dicts())
    writers.geojson(folder / "网格.geojson", rows.filter(~whole.fill_null(False)).to_dicts())


def _catalogue(folder: Path, clean: pl.DataFrame, full: pl.DataFrame) -> None:
    """Write one workbook a year of making; the planted rows stand at the end of the last."""
    years = clean["形成日期"].str.slice(0, 4)
    planted = full[len(clean) :]
    names = sorted(years.unique().to_list())
    for year in names:
        part = clean.filter(years == year)
        whole = pl.concat([part, planted]) if year == names[-1] else part
        writers.workbook(folder / f"档案目录_{year}.xlsx", f"{w.CITY}清川分局档案目录（{year}年）", whole)


def _log(folder: Path, world: w.World, truth: _Truth, clean: pl.DataFrame, full: pl.DataFrame) -> None:
    """Write one GB18030 export a quarter; planted rows and damaged lines stand at the end of the last."""
    name = "archive.da_jylog"
    months = clean["登记时间"].str.slice(0, 7)
    quarters = (
        months.str.slice(0, 4) + "Q" + ((months.str.slice(5, 2).cast(pl.Int64) + 2) // 3).cast(pl.String)
    )
    labels = sorted(quarters.unique().to_list())
    for label in labels:
        part = clean.filter(quarters == label)
        whole = pl.concat([part, full[len(clean) :]]) if label == labels[-1] else part
        text = writers.csv_text(whole)
        content = text.encode("gb18030")
        if label == labels[-1]:
            content += _damage(truth, name, f"借阅登记_{label}.csv", text, "gb18030")
        (folder / f"借阅登记_{label}.csv").write_bytes(content)


def _damage(truth: _Truth, name: str, file: str, text: str, encoding: str) -> bytes:
    """Return two lines of each kind of damage and note them; their twin is the line they were made of."""
    rows = text.split("\n")
    first, added = len(rows), []
    for index in range(6):
        kind = DAMAGED[index % 3]
        source = 2 + index
        whole = rows[source - 1]
        if kind == "ragged_long_line":
            line = (whole + ",多余").encode(encoding)
        elif kind == "ragged_short_line":
            line = whole.rsplit(",", 2)[0].encode(encoding)
        else:
            line = whole.encode(encoding) + b"\xff\xff"
        added.append(line)
        check = f"{name}.{'encoding' if kind == 'undecodable_bytes' else 'ragged'}"
        place = f"{file}:{first + index}"
        truth.flags.setdefault(check, []).append([name, place])
        truth.defects.append(
            {"kind": kind, "check_ids": [check], "row": [name, place], "twin": [name, f"{file}:{source}"]}
        )
        truth.rows[name] += 1
    return b"\n".join(added) + b"\n"


def _fixes(folder: Path, world: w.World, truth: _Truth, shifts: patrol.Shifts) -> None:
    """Write a Parquet and a CSV file a day; planted rows stand at the end of the last file of each make.

    Terminals export typed Parquet. The last file comes from an older export that writes text, because only
    text can hold some of the planted faults (a date that does not exist, a letter in a number).
    """
    first, last = w.day_number(w.first_day(world.size.patrol_months)), w.day_number(w.LAST_DAY)
    counts = {"gps.qw_gpsd": 0, "gps.qw_gpsd_csv": 0}
    # the latest file of each make is held back: it may be the last, which takes the planted rows
    held: dict[str, tuple[str, pl.DataFrame]] = {}
    carried: pl.DataFrame | None = None
    for begin in range(first, last + 1, 30):
        end = min(begin + 29, last)
        drawn = patrol.fixes(world, shifts, begin, end)
        frame = drawn if carried is None else pl.concat([carried, drawn])
        # night shifts end on the next day: what belongs to it waits for its file
        carried = frame.filter(pl.col("day") > end)
        days = frame.filter(pl.col("day") <= end).sort("day", maintain_order=True)
        for (day, is_csv), part in days.partition_by("day", "csv", as_dict=True, maintain_order=True).items():
            name = "gps.qw_gpsd_csv" if is_csv else "gps.qw_gpsd"
            rows = part.drop("day", "csv").sort("ZDBH", "DWSJ")
            rows.columns = load_all()[name].columns
            if is_csv:
                stamp = pl.col("gps_time").str.to_datetime("%Y%m%d%H%M%S").dt.strftime("%Y-%m-%d %H:%M:%S")
                rows = rows.with_columns(stamp)
            date = (w.EPOCH + dt.timedelta(days=int(day))).strftime("%Y%m%d")
            counts[name] += len(rows)
            if name in held:
                file, kept = held[name]
                _write_fixes(folder, file, kept if is_csv else _typed(kept))
            held[name] = (f"gps2_{date}.csv" if is_csv else f"qw_gpsd_{date}.parquet", rows)
    for name, (file, rows) in held.items():
        whole = _planted_fixes(world, truth, name, file, rows, counts[name])
        _write_fixes(folder, file, whole)
        if file.endswith(".csv"):
            text = writers.csv_text(whole)
            with (folder / file).open("ab") as handle:
                handle.write(_damage(truth, name, file, text, "utf-8"))


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        pl.col("DWSJ").str.to_datetime("%Y%m%d%H%M%S", time_unit="us"),
        pl.col("JD", "WD").cast(pl.Float64),
        pl.col("DWJD", "SD").cast(pl.Int32),
    )


def _write_fixes(folder: Path, file: str, rows: pl.DataFrame) -> None:
    if file.endswith(".csv"):
        text = writers.csv_text(rows)
        (folder / file).write_bytes(text.encode())
    else:
        rows.write_parquet(folder / file, compression="zstd")


def _planted_fixes(
    world: w.World, truth: _Truth, name: str, file: str, rows: pl.DataFrame, count: int
) -> pl.DataFrame:
    first = 2 if file.endswith(".csv") else 1
    lines = [f"{file}:{first + index}" for index in range(len(rows))]
    planted = defects.plant(
        load_all()[name],
        rows.with_columns(pl.Series("_line", lines)),
        w.stream(world.seed, f"defects {name}"),
    )
    places = [f"{file}:{first + len(rows) + index}" for index in range(len(planted.rows))]
    _note(truth, name, planted, places, count + len(planted.rows))
    return pl.concat([rows, pl.DataFrame(planted.rows, schema=rows.schema)])


def _truth_text(
    world: w.World,
    size: str,
    described: dict[str, Any],
    truth: _Truth,
    filed: cases.Cases,
    kept: archive.Archive,
    lacking: dict[str, list[str]],
    sent: dispatches.Dispatches,
    due_days: dict[str, str],
) -> str:
    left, right, _, day = world.moved
    described["hot_places"]["points"] = np.round(world.hot_points, 6).tolist()
    described["hot_places"]["areas"] = [w.beat_no(int(beat)) for beat in world.hot_beats]
    described["case_series"] = {"case_nos": filed.series[0], "shared_phone": filed.series[1]}
    described["hotline"] = {"case_nos": filed.hub[0], "number": filed.hub[1]}
    described["way_series"] = {"case_nos": filed.way_series}
    described["rounded_arrivals"] = {"unit_no": sent.rounded[0], "from": sent.rounded[1].isoformat()}
    described["open_dispatches"] = {"dispatch_nos": sent.open_nos}
    described["archive_delays"] = kept.slow
    described["lost_files"] = kept.lost
    described["boundary_change"] = {"areas": [w.beat_no(left), w.beat_no(right)], "from": day.isoformat()}
    labels = dict(sorted(filed.labels.items())[:TOLD_CASES])
    content = {
        "as_of": w.AS_OF.isoformat(),
        "seed": world.seed,
        "size": size,
        "tables": {
            name: {"rows": rows, "repeated": truth.repeated[name], "superseded": truth.superseded[name]}
            for name, rows in sorted(truth.rows.items())
        },
        "expected_flags": dict(sorted(truth.flags.items())),
        "defects": truth.defects,
        "effects": described,
        "case_labels": labels,
        "case_due_days": due_days,
        "missing_evidence": dict(sorted(lacking.items())[:TOLD_CASES]),
    }
    return json.dumps(content, ensure_ascii=False, indent=1)
