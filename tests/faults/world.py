"""A small world: five source systems, seven tables, some two hundred rows, the demo's own contracts.

Everything a run reads lies below one folder, everything it writes below one home. dbt parses its project anew
when the path of the build file changes, so a world always runs under the same path: a prepared state is
saved beside it and put back (:meth:`World.save`, :meth:`World.restore`).

Belongs here: sources, profile, home. Does not belong here: faults (the tests) and judging (``oracle``).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from jingcang.home import Home

if TYPE_CHECKING:
    from jingcang.contracts import Profile
    from orchestration.run import RunReport

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "data_contracts"
AS_OF = dt.date(2026, 6, 30)
FIRST_DAY = dt.date(2026, 6, 1)
DAYS = 20
UNITS = ("999901010000", "999901020000")
BEATS = ("999901010100", "999901010200", "999901020100")
CLASSES = ("caseType110100000", "caseType110200000", "caseType110300000")
PAGE_SIZE = 5

INCIDENTS, DISPATCHES, RESIDENTS = "case.pj_jjdb", "case.pj_cjdb", "population.rk_syrk"
SHIFTS, POINTS, AREAS, USES = "patrol.qw_pbxx", "gps.qw_gpsd_csv", "boundaries.jg_zrq", "archive.da_jylog"
TABLES = (INCIDENTS, DISPATCHES, RESIDENTS, SHIFTS, POINTS, AREAS, USES)
SYSTEMS: dict[str, dict[str, str]] = {
    "case": {"kind": "database", "url_env": "WORLD_CASE_URL", "url": "sqlite:///{data}/case.sqlite"},
    "population": {"kind": "database", "url": "sqlite:///{data}/population.sqlite"},
    "patrol": {"kind": "http", "url_env": "WORLD_PATROL_URL", "url": "http://127.0.0.1:9"},
    "gps": {"kind": "files", "path": "gps"},
    "boundaries": {"kind": "files", "path": "boundaries"},
    "archive": {"kind": "files", "path": "archive"},
}
COLUMNS = {
    INCIDENTS: (
        "JJDBH", "GLJJDBH", "BJFSBH", "BJSJ", "JJSJ", "BJDH", "BJRXM", "BJRXB", "SFDZ", "BJNR", "GXDWBH",
        "ZRQBH", "BJLB", "BJLX", "BJXL", "SDDWXZB", "SDDWYZB", "JQJB", "BKRS", "SSRS", "SWRS", "SFSW", "GXSJ",
    ),
    DISPATCHES: (
        "CJDBH", "JJDBH", "CJDWBH", "CJMJJH", "XZBH", "PJSJ", "QSSJ", "CJSJ", "DCSJ", "FKSJ", "BSYHJ", "FKLB",
        "FKLX", "FKXL", "CLJGDM", "CSDM", "FKNR", "GXSJ",
    ),
    RESIDENTS: (
        "RKBH", "ZJHM", "XM", "XB", "CSRQ", "MZ", "JZLX", "DZBM", "SQBH", "ZRQBH", "DWBH", "LXDH", "DJRQ",
        "ZXRQ", "CJRJH", "ZHHSRQ", "XGSJ",
    ),
    POINTS: ("terminal_id", "group_no", "org_code", "gps_time", "lon", "lat", "accuracy", "speed", "state"),
    USES: (
        "登记号", "档号", "利用人", "利用单位", "登记时间", "利用方式", "利用目的", "关联类型", "关联编号",
        "调阅时间", "应还日期", "归还日期", "是否命中", "利用效果", "引用档号", "成效日期", "确认人", "满意度",
        "备注",
    ),
}  # fmt: skip

Row = dict[str, str | None]


def day(number: int) -> dt.date:
    """Return the day of the world with a number, 0 … ``DAYS`` - 1 for those every source has."""
    return FIRST_DAY + dt.timedelta(days=number)


def incident(number: int, on: int | None = None, **values: str | None) -> Row:
    """Return one call; it lies on a day of its own number unless ``on`` names another."""
    at = dt.datetime.combine(day(number % DAYS if on is None else on), dt.time(8 + number % 10, number % 60))
    beat = BEATS[number % 3]
    row: Row = {
        "JJDBH": f"999901{number:014d}", "BJFSBH": "01", "BJSJ": f"{at:%Y%m%d%H%M%S}",
        "JJSJ": f"{at + dt.timedelta(minutes=1):%Y%m%d%H%M%S}", "BJDH": f"138{number:08d}", "BJRXM": "测试甲",
        "BJRXB": "1", "SFDZ": f"清川市示例路{number}号", "BJNR": f"报警人称手机被盗（{number}）",
        "GXDWBH": beat[:8] + "0000", "ZRQBH": beat, "BJLB": CLASSES[number % 3], "JQJB": "3",
        "SDDWXZB": f"{120.21 + number % 20 * 0.01:.6f}", "SDDWYZB": "30.050000", "SSRS": "0", "SFSW": "0",
        "GXSJ": f"{at + dt.timedelta(hours=2):%Y%m%d%H%M%S}",
    }  # fmt: skip
    return row | values


def dispatch(number: int, **values: str | None) -> Row:
    """Return the dispatch of the call with the same number."""
    call = incident(number)
    start = dt.datetime.strptime(str(call["JJSJ"]), "%Y%m%d%H%M%S")  # noqa: DTZ007 - a local time
    steps = [f"{start + dt.timedelta(minutes=3 * step):%Y%m%d%H%M%S}" for step in range(6)]
    row: Row = {
        "CJDBH": f"999901{number:016d}", "JJDBH": call["JJDBH"], "CJDWBH": call["GXDWBH"], "CJMJJH": "100001",
        "XZBH": "XZ0001", "PJSJ": steps[0], "QSSJ": steps[1], "CJSJ": steps[2], "DCSJ": steps[3],
        "FKSJ": steps[4], "FKLB": call["BJLB"], "FKLX": call["BJLB"], "CLJGDM": "01", "FKNR": "已处置",
        "GXSJ": call["GXSJ"],
    }  # fmt: skip
    return row | values


def resident(number: int, **values: str | None) -> Row:
    """Return one resident of the register; the identity number is synthetic and has a right check digit."""
    row: Row = {
        "RKBH": f"RK{number:010d}", "ZJHM": id_no(number), "XM": "测试乙", "XB": "1", "CSRQ": "1990-01-01",
        "MZ": "01", "JZLX": "1", "SQBH": "9999010101", "ZRQBH": BEATS[number % 3], "DWBH": UNITS[0],
        "DJRQ": "2020-01-01", "XGSJ": f"2026-06-{1 + number % 20:02d} 09:00:00",
    }  # fmt: skip
    return row | values


def id_no(number: int) -> str:
    """Return an identity number of the fictitious region 999901 with a right check digit."""
    body = f"99990119900101{number % 500:02d}"[:16].ljust(16, "0") + "1"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def shift(number: int, **values: str | None) -> Row:
    """Return one patrol shift, eight hours from eight o'clock."""
    on = day(number % DAYS)
    row: Row = {
        "PBID": f"PB{number:010d}", "XZBH": "XZ0001", "DWBH": UNITS[0], "ZRQBH": BEATS[0], "BCLX": "1",
        "JHKSSJ": f"{on}T08:00:00", "JHJSSJ": f"{on}T16:00:00", "CYJH": "100001", "ZXBH": None,
        "GXSJ": f"{on}T07:00:00",
    }  # fmt: skip
    return row | values


def points(number: int, count: int = 20) -> list[Row]:
    """Return the positions of one device on one day, one a minute."""
    start = dt.datetime.combine(day(number), dt.time(9))
    return [
        {
            "terminal_id": "ZD000001", "group_no": "XZ0001", "org_code": UNITS[0],
            "gps_time": f"{start + dt.timedelta(minutes=step):%Y-%m-%d %H:%M:%S}",
            "lon": f"{120.25 + step * 0.0005:.6f}", "lat": "30.050000", "accuracy": "10", "speed": "20",
            "state": "1",
        }
        for step in range(count)
    ]  # fmt: skip


def use(number: int, **values: str | None) -> Row:
    """Return one use of an archive file."""
    on = day(number % DAYS)
    row: Row = {
        "登记号": f"JY{number:010d}", "档号": "D-001", "利用人": "测试丙", "利用单位": UNITS[0],
        "登记时间": f"{on} 09:00:00", "利用方式": "查阅", "利用目的": "工作查考", "是否命中": "是",
        "满意度": "5", "备注": f"备注{number}",
    }  # fmt: skip
    return row | values


def area(number: int, *, east: float = 0.0, since: str = "2020-01-01") -> dict[str, Any]:
    """Return one beat as a GeoJSON feature: a square, moved ``east`` by degrees."""
    west, south, width = 120.20 + 0.07 * number + east, 30.0, 0.07
    corners = [(west, south), (west + width, south), (west + width, 30.1), (west, 30.1), (west, south)]
    return {
        "type": "Feature",
        "properties": {
            "ZRQBH": BEATS[number], "ZRQMC": f"第{number + 1}责任区", "QYJB": "3", "DWBH": BEATS[number][:8] + "0000",
            "CZRK": 9000, "QYRQ": since,
        },
        "geometry": {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]},
    }  # fmt: skip


_moments = iter(range(1, 10_000_000))


def age(path: Path) -> None:
    """Date a file into the settled past, each time later than the last."""
    moment = 1_700_000_000 + next(_moments)
    os.utime(path, (moment, moment))


@dataclass
class World:
    """Sources, profile and home.

    Args:
        root: folder of everything.
        tables: tables of the profile.
    """

    root: Path
    tables: tuple[str, ...] = TABLES
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def home(self) -> Home:
        return Home(self.root / "home")

    @property
    def profile_folder(self) -> Path:
        return self.root / "profile"

    # --- declarations -----------------------------------------------------------------------------------

    def create(self) -> World:
        """Write the declarations and the first state of every source."""
        demo, folder = CONTRACTS / "profiles" / "demo", self.profile_folder
        for name in ("mappings", "mapping_seeds"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.declare()
        for table in self.tables:
            name = f"{table.replace('.', '__')}.yaml"
            shutil.copy(demo / "mappings" / name, folder / "mappings" / name)
        for system in sorted({table.split(".")[0] for table in self.tables}):
            self._copy_seeds(demo / "mapping_seeds" / f"{system}.csv")
        for table in self.tables:
            self._copy_contract(table)
        self.fill()
        return self

    def declare(self) -> None:
        """Write ``profile.yaml``."""
        used = {table.split(".")[0] for table in self.tables}
        content = {
            "name": "small", "title_zh": "小场景", "timezone": "Asia/Shanghai", "as_of": AS_OF.isoformat(),
            "data": str(self.data), "show_in_navigation": False, "week_start": "monday",
            "assessment_year_start": "12-21", "crs_region": "none",
            "systems": {name: entry for name, entry in SYSTEMS.items() if name in used},
            "tables": list(self.tables), "settings": self.settings,
        }  # fmt: skip
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (self.profile_folder / "profile.yaml").write_text(text, encoding="utf-8")

    def _copy_seeds(self, path: Path) -> None:
        fields = (
            "incidents.",
            "dispatches.",
            "residents.",
            "patrol_",
            "areas.",
            "archive_uses.",
            "field_name",
        )
        lines = path.read_text(encoding="utf-8").splitlines()
        chosen = [line for line in lines if line.split(",")[1].startswith(fields)]
        target = self.profile_folder / "mapping_seeds" / path.name
        target.write_text("\n".join(chosen) + "\n", encoding="utf-8")

    def contract(self, table: str) -> Path:
        """Return the profile's own copy of a contract."""
        return self.profile_folder / "contracts" / f"{table.replace('.', '/')}.odcs.yaml"

    def _copy_contract(self, table: str) -> None:
        """Copy a contract without references to tables the world lacks, and with small pages."""
        shipped = CONTRACTS / "sources" / f"{table.replace('.', '/')}.odcs.yaml"
        content = yaml.safe_load(shipped.read_text(encoding="utf-8"))
        schema = content["schema"][0]
        schema["quality"] = [
            rule for rule in schema.get("quality", [])
            if rule["implementation"]["kind"] != "reference" or rule["implementation"]["table"] in self.tables
        ]  # fmt: skip
        for entry in schema["customProperties"]:
            if entry["property"] == "page_size":
                entry["value"] = PAGE_SIZE
        path = self.contract(table)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")

    def map_class(self, value: str, code: str) -> None:
        """Map one code of the case system to another class of the dictionary."""
        path = self.profile_folder / "mapping_seeds" / "case.csv"
        start = f"case,incidents.initial_class_raw,{value},"
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(start)]
        new = f"{start}incident_class,{code},mapped,exact,,数据管理员甲,数据管理员乙,2018-01-01,"
        path.write_text("\n".join([*lines, new]) + "\n", encoding="utf-8")

    # --- sources ----------------------------------------------------------------------------------------

    def fill(self) -> None:
        """Write the first state of every source."""
        self.data.mkdir(parents=True, exist_ok=True)
        if INCIDENTS in self.tables:
            self.insert(INCIDENTS, [incident(number) for number in range(60)])
        if DISPATCHES in self.tables:
            self.insert(DISPATCHES, [dispatch(number) for number in range(40)])
        if RESIDENTS in self.tables:
            self.insert(RESIDENTS, [resident(number) for number in range(20)])
        if SHIFTS in self.tables:
            self.set_shifts([shift(number) for number in range(12)])
        if POINTS in self.tables:
            for number in range(3):
                self.drop_points(number, points(number))
        if AREAS in self.tables:
            self.drop_areas([area(number) for number in range(3)])
        if USES in self.tables:
            self.drop_uses("借阅登记_01.csv", [use(number) for number in range(8)])

    def sqlite(self, table: str) -> Path:
        """Return the file of a database table."""
        return self.data / f"{table.split('.')[0]}.sqlite"

    def sql(self, table: str, *statements: str, rows: Sequence[Sequence[Any]] = ()) -> None:
        """Run statements on the database of a table; with ``rows`` the one statement runs for each."""
        path = self.sqlite(table)
        with closing(sqlite3.connect(path)) as connection, connection:
            name = table.split(".")[1]
            columns = ", ".join(f"{column} text" for column in COLUMNS[table])
            connection.execute(f"create table if not exists {name} ({columns})")
            for statement in statements:
                if rows:
                    connection.executemany(statement, rows)
                else:
                    connection.execute(statement)
        age(path)

    def insert(self, table: str, rows: Iterable[Row]) -> None:
        """Insert rows into a database table."""
        names = COLUMNS[table]
        values = [[row.get(name) for name in names] for row in rows]
        statement = f"insert into {table.split('.')[1]} values ({', '.join('?' * len(names))})"
        self.sql(table, statement, rows=values)

    def set_shifts(self, rows: Sequence[Row]) -> None:
        """Let the patrol interface answer these shifts; it reads the file at every request."""
        path = self.data / "patrol.json"
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")

    def shifts(self) -> list[Row]:
        """Return what the patrol interface answers."""
        return json.loads((self.data / "patrol.json").read_text(encoding="utf-8"))

    def drop(self, name: str, content: bytes) -> Path:
        """Deliver a file whole, as a careful sender does."""
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        age(path)
        return path

    def drop_points(self, number: int, rows: Sequence[Row]) -> Path:
        """Deliver the positions of one day."""
        return self.drop(f"gps/gps2_{day(number):%Y%m%d}.csv", text_of(COLUMNS[POINTS], rows).encode())

    def drop_areas(self, features: Sequence[Mapping[str, Any]]) -> Path:
        """Deliver the boundaries."""
        content = {"type": "FeatureCollection", "features": features}
        return self.drop("boundaries/zrq.geojson", json.dumps(content, ensure_ascii=False).encode())

    def drop_uses(self, name: str, rows: Sequence[Row], encoding: str = "gb18030") -> Path:
        """Deliver uses of archive files."""
        return self.drop(f"archive/{name}", text_of(COLUMNS[USES], rows).encode(encoding))

    # --- running ----------------------------------------------------------------------------------------

    def profile(self) -> Profile:
        """Return the profile as declared now."""
        from jingcang.contracts import load_profile

        return load_profile(self.profile_folder)

    def run(self, *, as_of: dt.date = AS_OF, force: bool = False) -> RunReport:
        """Run the whole pipeline in this process."""
        from jingcang.landing.manifests import _read as manifest_cache
        from orchestration.run import run_pipeline

        # Manifests are read once a name; a state put back may hold others under the same names.
        manifest_cache.cache_clear()
        return run_pipeline(self.profile(), self.home, as_of=as_of, force=force)

    def save(self, name: str) -> None:
        """Keep sources, declarations and home under a name."""
        target = self.root.parent / f"{self.root.name}.{name}"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.root, target, symlinks=True)

    def restore(self, name: str) -> None:
        """Put a kept state back under the world's own path."""
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.root.parent / f"{self.root.name}.{name}", self.root, symlinks=True)

    def forget_runs(self) -> None:
        """Empty the home but for dbt's parsed project: the next run is a first run."""
        for folder in self.home.root.iterdir():
            if folder == self.home.build:
                for entry in folder.iterdir():
                    if entry.name != "dbt_target":
                        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
            elif folder != self.home.extensions:
                shutil.rmtree(folder) if folder.is_dir() else folder.unlink()


def text_of(names: Sequence[str], rows: Iterable[Row]) -> str:
    """Return rows as CSV with a header."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([[row.get(name) or "" for name in names] for row in rows])
    return out.getvalue()
