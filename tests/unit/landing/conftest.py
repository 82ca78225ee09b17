"""Small profiles made on the fly: one system, one table, real contracts, real connectors."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml

from jingcang.contracts import Profile, SourceTable, load_entities, load_profile
from jingcang.home import Home
from jingcang.landing import (
    Again,
    LandingResult,
    books,
    connect,
    create_landed_views,
    current_cut,
    land_table,
)

AS_OF = dt.date(2026, 6, 30)

#: A table of calls as case systems hold them.
COLUMNS: list[dict[str, Any]] = [
    {"name": "JJDBH", "logicalType": "string", "required": True, "primaryKey": True, "primaryKeyPosition": 1},
    {
        "name": "BJSJ", "logicalType": "timestamp", "required": True,
        "logicalTypeOptions": {"format": "%Y-%m-%d %H:%M:%S"},
    },
    {"name": "BJNR", "logicalType": "string", "classification": "sensitive"},
    {"name": "AJLB", "logicalType": "string", "synonyms": ["案件类别"]},
    {"name": "GXSJ", "logicalType": "timestamp", "logicalTypeOptions": {"format": "%Y-%m-%d %H:%M:%S"}},
]  # fmt: skip
MAPPING: dict[str, Any] = {
    "incident_id": {"transform": "record_key"},
    "incident_no": {"transform": "record_label"},
    "source_system": {"value": "case"},
    "event_at": {"from": "BJSJ", "transform": "local_timestamp"},
    "event_date": {"from": "BJSJ", "transform": "local_date"},
    "event_hour": {"from": "BJSJ", "transform": "local_hour"},
    "record_count": {"value": 1},
    "content_text": "BJNR",
    "initial_class_raw": "AJLB",
}


@dataclass
class Scene:
    """A profile of one table, its data folder and its home."""

    root: Path
    kind: str = "database"
    url: str | None = None
    columns: list[dict[str, Any]] = field(default_factory=lambda: [dict(column) for column in COLUMNS])
    mapping: dict[str, Any] = field(default_factory=lambda: dict(MAPPING))
    entity: str = "incidents"
    where: dict[str, Any] | None = None
    custom: dict[str, Any] = field(default_factory=dict)
    quality: list[dict[str, Any]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    timezone: str = "Asia/Shanghai"
    home_name: str = "home"
    _loaded: tuple[str, Profile] | None = None

    @property
    def data(self) -> Path:
        folder = self.root / "data"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def home(self) -> Home:
        return Home(self.root / self.home_name).prepare()

    def keyless(self) -> Scene:
        """Drop the declared key: the key is then file and row."""
        for column in self.columns:
            column.pop("primaryKey", None)
            column.pop("primaryKeyPosition", None)
        return self

    def profile(self) -> Profile:
        """Write the declarations and load them; unchanged ones are loaded once."""
        wanted = repr((self.kind, self.url, self.columns, self.mapping, self.entity, self.where, self.custom,
                       self.quality, self.settings, self.timezone, sorted(os.environ.items())))  # fmt: skip
        if self._loaded is None or self._loaded[0] != wanted:
            self._loaded = (wanted, self._write_profile())
        return self._loaded[1]

    def _write_profile(self) -> Profile:
        folder = self.root / "profile"
        (folder / "contracts" / "case").mkdir(parents=True, exist_ok=True)
        (folder / "mappings").mkdir(exist_ok=True)
        system: dict[str, Any] = {"kind": self.kind}
        if self.kind == "files":
            system["path"] = "."
        else:
            system["url"] = self.url or "sqlite:///{data}/case.sqlite"
            if self.kind == "http":
                system["token_env"] = "SCENE_TOKEN"
        _dump(folder / "profile.yaml", {
            "name": "scene", "title_zh": "场景", "timezone": self.timezone, "as_of": AS_OF.isoformat(),
            "data": "data", "show_in_navigation": False, "week_start": "monday",
            "assessment_year_start": "01-01", "crs_region": "none", "systems": {"case": system},
            "tables": ["case.calls"], "settings": self.settings,
        })  # fmt: skip
        properties = [
            {"businessName": column["name"], "physicalType": "text", "classification": "internal"} | column
            for column in self.columns
        ]
        custom = [{"property": name, "value": value} for name, value in self.custom.items()]
        _dump(folder / "contracts" / "case" / "calls.odcs.yaml", {
            "apiVersion": "v3.1.0", "kind": "DataContract", "id": "case.calls", "name": "calls",
            "version": "1.0.0", "status": "active", "domain": "case", "description": {"purpose": "接警单"},
            "schema": [{
                "name": "calls", "physicalType": "table", "businessName": "接警单", "customProperties": custom,
                "quality": self.quality, "properties": properties,
            }],
        })  # fmt: skip
        entity: dict[str, Any] = {"entity": self.entity, "columns": self.mapping}
        if self.where is not None:
            entity["where"] = self.where
        _dump(folder / "mappings" / "case__calls.yaml", {"table": "case.calls", "entities": [entity]})
        return load_profile(folder, data=self.data)

    def table(self) -> SourceTable:
        return self.profile().tables[0]

    def land(
        self, *, as_of: dt.date = AS_OF, waivers: pl.DataFrame | None = None, fixes: pl.DataFrame | None = None,
        again: Again | None = None,
    ) -> LandingResult:  # fmt: skip
        profile = self.profile()
        return land_table(
            profile.tables[0], profile, self.home, as_of=as_of, waivers=waivers, fixes=fixes, again=again
        )

    def sqlite(self, *statements: str, rows: list[tuple[Any, ...]] | None = None) -> None:
        """Run statements on the source database; ``rows`` are inserted or replaced by key."""
        path = self.data / "case.sqlite"
        with sqlite3.connect(path) as connection:
            names = ", ".join(f"{column['name']} text" for column in self.columns)
            connection.execute(f"create table if not exists calls ({names})")
            for statement in statements:
                connection.execute(statement)
            if rows:
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"insert into calls values ({marks})", rows)
        connection.close()
        age(path)

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        age(path)
        return path

    def open(self) -> duckdb.DuckDBPyConnection:
        connection = connect(self.home)
        create_landed_views(connection, self.home, current_cut(self.home), load_entities())
        return connection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.open() as connection:
            return connection.execute(query).fetchall()

    def in_force(self) -> list[tuple[Any, ...]]:
        """Return (number, class) of the landed incidents."""
        return self.rows("select incident_no, initial_class_raw from landed.incidents order by all")

    def books(self) -> pl.DataFrame:
        return books(self.home, current_cut(self.home))


_tick = iter(range(1, 1_000_000))


def age(path: Path) -> None:
    """Date a file into the settled past, each time later than the last."""
    moment = 1_700_000_000 + next(_tick)
    os.utime(path, (moment, moment))


def _dump(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="session", autouse=True)
def one_extension_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Install DuckDB's extensions once for all homes of these tests."""
    folder = tmp_path_factory.mktemp("extensions")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Home, "extensions", property(lambda _: folder))
        yield


@pytest.fixture(autouse=True)
def pseudonym_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGCANG_PSEUDONYM_KEY", "test-key")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A database table with a key and a watermark, pulled incrementally."""
    return Scene(tmp_path, custom={"strategy": "incremental", "watermark": "GXSJ"})


@pytest.fixture
def csv_scene(tmp_path: Path) -> Scene:
    """A CSV drop folder without a declared key."""
    custom = {"strategy": "files", "path": "*.csv", "format": "csv", "encoding": "utf-8"}
    return Scene(tmp_path, kind="files", custom=custom).keyless()


def call(
    number: str, at: str = "2026-05-01 08:00:00", kind: str = "10", updated: str = "2026-05-01 09:00:00"
) -> tuple[str, ...]:
    """Return one row of the table of calls."""
    return (number, at, f"报警人称手机被盗（{number}）", kind, updated)


HEADER = "JJDBH,BJSJ,BJNR,AJLB,GXSJ\n"


def lines(*rows: tuple[str, ...]) -> str:
    """Return rows as CSV with the header."""
    return HEADER + "".join(",".join(row) + "\n" for row in rows)


@pytest.fixture
def law() -> Callable[[Scene], None]:
    """Check the books law of a scene."""

    def check(scene: Scene) -> None:
        frame = scene.books()
        total = pl.sum_horizontal("rows_accepted", "rows_quarantined", "rows_superseded", "rows_repeated")
        assert frame.filter(pl.col("rows_read") != total).is_empty(), frame

    return check


__all__ = ["AS_OF", "HEADER", "Scene", "age", "call", "lines"]
