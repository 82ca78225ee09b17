"""Parts of the pipeline against the bare engine (``bare/*.sql``), on a home in which the demo ran.

Each pair runs one after the other, three times; the least time of each side counts. Does not belong here:
the whole run (``measure``), limits, tests.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb

from dashboards.queries.situation import MATRIX
from jingcang.access import Door, Identity
from jingcang.access.metrics import metric_of
from jingcang.contracts import load_profile
from jingcang.home import Home
from jingcang.landing import connect, land_table
from orchestration.ingest import witness_process
from orchestration.publish.content_hash import hash_table
from orchestration.registration import ensure_pseudonym_key, read_registration
from orchestration.transform.dbt import target_folder
from tests.benchmarks.pairs import least, statement
from tests.benchmarks.presence import MODELS


def report(root: Path) -> None:
    """Print one line a pair: seconds of the product, of the bare engine, and their ratio."""
    home = Home(root.resolve())
    for title, pair in (
        ("landing of incidents / extract and cast", landing),
        ("landing and witness / extract and cast", witnessed_landing),
        ("GPS presence models / one window query", presence),
        ("content hash of all tables / count", content_hash),
        ("page query through the door / bare query", page_query),
    ):
        product, bare = pair(home)
        print(f"{title}: {product:.2f} s / {bare:.2f} s = {product / bare:.1f}")


def landing(home: Home, *, judged: bool = False) -> tuple[float, float]:
    """Return seconds of landing 接警单 into an empty home, and of the bare extract."""
    registration = read_registration(home)
    ensure_pseudonym_key(registration)
    assert registration is not None
    profile = load_profile(Path(registration.directory), data=home.sources)
    table = next(item for item in profile.tables if item.qualified == "case.pj_jjdb")
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as folder:
        fresh = Home(Path(folder) / "home")

        def land() -> None:
            shutil.rmtree(fresh.root, ignore_errors=True)
            fresh.prepare()
            fresh.extensions.symlink_to(home.extensions.resolve())
            today = date.fromisoformat(registration.as_of or "2026-06-30")
            land_table(table, profile, fresh, as_of=today, witness=witness_process.ask if judged else None)

        def extract() -> None:
            with connect(home, extensions=["sqlite_scanner"]) as connection:
                connection.execute("set sqlite_all_varchar = true")
                connection.execute(
                    f"attach '{home.sources / 'case.sqlite'}' as source (type sqlite, read_only)"
                )
                connection.execute(statement("landing_incidents.sql", target=Path(folder) / "bare.parquet"))

        product, bare = least(land, extract)
    return product, bare


def witnessed_landing(home: Home) -> tuple[float, float]:
    """Return the same with Great Expectations as witness."""
    return landing(home, judged=True)


def presence(home: Home) -> tuple[float, float]:
    """Return seconds of the models that make presence, as dbt compiled them, and of the bare query."""
    manifest = json.loads((target_folder(home) / "manifest.json").read_text(encoding="utf-8"))
    nodes = {node["name"]: node for node in manifest["nodes"].values()}
    folder = target_folder(home) / "compiled" / "jingcang"
    models = MODELS
    statements = [(folder / nodes[name]["original_file_path"]).read_text(encoding="utf-8") for name in models]
    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        # A copy: this process may write to it, and the home's own stays as the run left it.
        copy = Path(scratch) / home.build_database.name
        shutil.copy(home.build_database, copy)
        with duckdb.connect(str(copy), config={"autoinstall_known_extensions": "false"}) as connection:
            connection.execute("set preserve_insertion_order = false")

            def built() -> None:
                for name, compiled in zip(models, statements, strict=True):
                    connection.execute(f"create or replace temp table {name} as {compiled}")

            product, bare = least(built, lambda: connection.execute(statement("patrol_presence.sql")))
    return product, bare


def content_hash(home: Home) -> tuple[float, float]:
    """Return seconds of hashing every published table, and of counting its rows."""
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        product, bare = least(
            lambda: [hash_table(connection, f'"{name}"', name) for name in tables],
            lambda: [connection.execute(f'select count(*) from "{name}"').fetchall() for name in tables],
        )
    return product, bare


def page_query(home: Home) -> tuple[float, float]:
    """Return seconds of 40 different questions of 态势 through the door, and put directly."""
    door = Door(home, is_current=lambda identity: True)
    effective = metric_of("incidents_effective")
    leader = Identity("bench", "bench", "leader_bureau", ("*",))
    last = door.generation().as_of or date(2026, 6, 30)
    month = timedelta(days=28)
    asked = iter(range(1, 10_000))

    def question() -> dict[str, date]:
        end = last - timedelta(days=next(asked))
        return {"start": end - month, "end": end, "before_start": end - 2 * month, "before_end": end - month}

    with tempfile.TemporaryDirectory(prefix="jingcang-bench-") as scratch:
        # The door locks the configuration of the file it reads, so the bare engine reads a copy.
        copy = shutil.copy(os.path.realpath(home.current_link), scratch)
        with duckdb.connect(copy, read_only=True) as connection:
            query = statement("page_matrix.sql")
            product, bare = least(
                lambda: [
                    door.run(MATRIX.of(effective), leader, units=[], area="", **question()) for _ in range(40)
                ],
                lambda: [connection.execute(query, question()).pl() for _ in range(40)],
            )
    return product, bare
