"""A small world: five source systems, seven tables, some two hundred rows, the demo's own contracts.

Everything a run reads lies below one folder, everything it writes below one home. dbt parses its project anew
when the path of the build file changes, so a world always runs under the same path: a prepared state is
saved beside it and put back (:meth:`World.save`, :meth:`World.restore`).

Belongs here: sources, profile, home. Does not belong here: faults (the tests) and judging (``oracle``).
"""

from __future__ import annotations

import datetime as dt
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
from tests.faults.records import (
    AREAS,
    COLUMNS,
    DISPATCHES,
    INCIDENTS,
    POINTS,
    RESIDENTS,
    SHIFTS,
    TABLES,
    USES,
    Row,
    area,
    day,
    dispatch,
    incident,
    points,
    resident,
    shift,
    text_of,
    use,
)

if TYPE_CHECKING:
    from jingcang.contracts import Profile
    from orchestration.run import RunReport

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "data_contracts"
AS_OF = dt.date(2026, 6, 30)
PAGE_SIZE = 5
SYSTEMS: dict[str, dict[str, str]] = {
    "case": {"kind": "database", "url_env": "WORLD_CASE_URL", "url": "sqlite:///{data}/case.sqlite"},
    "population": {"kind": "database", "url": "sqlite:///{data}/population.sqlite"},
    "organisation": {"kind": "database", "url": "sqlite:///{data}/organisation.sqlite"},
    "patrol": {"kind": "http", "url_env": "WORLD_PATROL_URL", "url": "http://127.0.0.1:9"},
    "gps": {"kind": "files", "path": "gps"},
    "boundaries": {"kind": "files", "path": "boundaries"},
    "archive": {"kind": "files", "path": "archive"},
}

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
            "units.",
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
        """Copy a contract without references to tables the world lacks, with small pages, and with shifts whose times
        may carry an offset."""
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
        for column in schema["properties"]:
            if column["name"] in ("JHKSSJ", "JHJSSJ"):
                local = column["logicalTypeOptions"]["format"]
                column["logicalTypeOptions"]["format"] = [local, f"{local}%z"]
                column["physicalType"] = "varchar(25)"
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
        """Insert rows into a database table, by column name: a drift may have widened the table."""
        names = COLUMNS[table]
        values = [[row.get(name) for name in names] for row in rows]
        marks = ", ".join("?" * len(names))
        statement = f"insert into {table.split('.')[1]} ({', '.join(names)}) values ({marks})"
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
