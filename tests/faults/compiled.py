"""The warehouse built without dbt: the SQL that dbt compiled, executed on DuckDB, everything else as in a run.

A build by dbt takes seconds, the same statements take half of one; so a thousand histories become affordable. The
SQL comes from two real runs: a full one and an incremental one. Landing, the cut, the derived steps, the refresh
plan, the choice of models, the control tables and the content hash are the product's own.

Belongs here: building. Does not belong here: what happens to the sources (``histories``).
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from jingcang.config import Settings, load_settings
from jingcang.contracts import Profile
from jingcang.home import Home
from tests.faults.world import World

_TEMPORARY = re.compile(r'"(\w+)__dbt_tmp\d+"')


class Interrupted(BaseException):
    """Stands for a kill inside a process that must go on: nothing in the product may catch it."""


@dataclass(frozen=True)
class Model:
    """One model.

    Args:
        name: relation name.
        kind: ``view``, ``table`` or ``incremental``.
        full: compiled query of a full build.
        incremental: compiled query of an incremental build.
        strategy: statements that put the temporary relation's rows into the table; of other kinds dbt keeps none.
    """

    name: str
    kind: str
    full: str
    incremental: str
    strategy: str = ""


def keep_sql(world: World, kind: str) -> None:
    """Keep what dbt compiled in the last run, ``full`` or ``incremental``, beside the world."""
    target = world.root.parent / f"sql_{kind}"
    shutil.rmtree(target, ignore_errors=True)
    for part in ("compiled", "run"):
        shutil.copytree(world.home.build / "dbt_target" / part / "jingcang" / "models", target / part)


def keep_seeds(world: World, manifest: dict[str, Any]) -> None:
    """Keep the seed tables of the build in a small file beside the world."""
    path = world.root.parent / "seeds.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{world.home.build_database}' as build (read_only)")
        for node in manifest["nodes"].values():
            if node["resource_type"] == "seed":
                connection.execute(f'create table "{node["name"]}" as from build.main."{node["name"]}"')


def models(world: World, manifest: dict[str, Any]) -> list[Model]:
    """Return the models in the order of their building, history models left out."""
    from graphlib import TopologicalSorter

    nodes = {
        name: node for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and "history" not in node["tags"]
    }  # fmt: skip
    order = TopologicalSorter(
        {name: set(node["depends_on"]["nodes"]) & nodes.keys() for name, node in nodes.items()}
    )
    found = []
    for name in order.static_order():
        node = nodes[name]
        kind = node["config"]["materialized"]
        if kind == "ephemeral":
            continue
        path = Path(node["original_file_path"]).relative_to("models")
        texts = [
            (world.root.parent / f"sql_{mode}" / part / path).read_text(encoding="utf-8")
            for mode, part in (("full", "compiled"), ("incremental", "compiled"), ("incremental", "run"))
            if part == "compiled" or kind == "incremental"
        ]
        # An incremental run leaves the texts of models it does not build as they were.
        assert kind != "incremental" or texts[0] != texts[1], f"{node['name']} was not built incrementally"
        found.append(Model(node["name"], kind, *texts))
    return found


@dataclass
class Warehouse:
    """Builds one home.

    Args:
        world: the sources.
        home: the home that is landed into and built.
        manifest, sql: dbt's manifest and the models.
    """

    world: World
    home: Home
    manifest: dict[str, Any]
    sql: list[Model]

    def run(self, profile: Profile, as_of: dt.date, *, stop_after: int | None = None) -> bool:
        """Land, derive and build as a run does.

        Args:
            profile: the profile as declared now.
            as_of: the run's "today".
            stop_after: build only so many models, as a killed run would.

        Returns:
            Whether the build was made anew.
        """
        from jingcang.contracts.lineage import load_lineage
        from jingcang.landing import current_cut, land_mapping_seeds, land_table, sweep
        from orchestration.derive.steps import STEPS, derive
        from orchestration.session import Session
        from orchestration.transform import steps
        from orchestration.transform.selection import nodes_to_build
        from orchestration.transform.state import write_state

        sweep(self.home.prepare())
        for table in profile.tables:
            land_table(table, profile, self.home, as_of=as_of)
        land_mapping_seeds(profile, self.home, as_of=as_of)
        settings: Settings = load_settings(self.home)
        session = Session(home=self.home, profile=profile, as_of=as_of, settings=settings, run_id="history")
        session.cut = current_cut(self.home)
        for step in STEPS:
            derive(session, step)
        before = steps.prepare(session, self.manifest)
        chosen = before and nodes_to_build(
            self.manifest, before.inputs, session.build_inputs, (), load_lineage()
        )
        self._build(chosen, stop_after)
        if stop_after is None:
            write_state(session, "complete")
        return session.full_refresh

    def _build(self, chosen: set[str] | None, stop_after: int | None) -> None:
        """Build the chosen models, or everything anew."""
        full = chosen is None
        with duckdb.connect(str(self.home.build_database), config={"threads": "1"}) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute("set preserve_insertion_order = false")
            if full:
                connection.execute(f"attach '{self.world.root.parent / 'seeds.duckdb'}' as seeds (read_only)")
                names = connection.execute(
                    "select table_name from duckdb_tables() where database_name = 'seeds'"
                ).fetchall()
                for (name,) in names:
                    connection.execute(f'create or replace table main."{name}" as from seeds.main."{name}"')
                connection.execute("detach seeds")
            for model in self.sql[:stop_after]:
                if chosen is not None and model.name not in chosen:
                    continue
                if model.kind == "incremental" and not full:
                    connection.execute(
                        f'create or replace temp table "{model.name}__new" as {model.incremental}'
                    )
                    connection.execute(_TEMPORARY.sub(f'"{model.name}__new"', model.strategy))
                else:
                    kind = "view" if model.kind == "view" else "table"
                    connection.execute(f'create or replace {kind} main."{model.name}" as {model.full}')

    def tables(self) -> dict[str, str]:
        """Return table → digest of what would be published, run history left out."""
        from orchestration.publish.content_hash import RUN_HISTORY_TABLES, hash_table
        from orchestration.publish.serving_file import PUBLISHED_TABLE

        names = [model.name for model in self.sql if PUBLISHED_TABLE.match(model.name)]
        with duckdb.connect(str(self.home.build_database), read_only=True) as connection:
            return {
                name: hash_table(connection, f'main."{name}"', name).digest
                for name in names if name not in RUN_HISTORY_TABLES
            }  # fmt: skip
