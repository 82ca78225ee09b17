"""A serving file small enough to read and whole enough for every page, and accounts of every role.

The figures are planted: 盗窃 rises in 城北所 in the last four weeks, everything else only varies by
chance; one source is two weeks late; one unmapped code; one quarantined row with a hostile text.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import session
from dashboards.components import kpis as kpis_of_pages
from dashboards.deployment import settings
from jingcang.access import sessions
from jingcang.access.accounts import create_demo_accounts, list_accounts
from jingcang.contracts.kpis import load_kpis
from jingcang.home import Home
from jingcang.landing.store import accepted_file
from jingcang.workbench import Workbench

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode leaves test folders off the path

from issue_tables import AS_OF, write_tables
from planted_cases import write_counts
from planted_clues import write_narratives
from planted_community import write_visited_names
from planted_disputes import write_dispute_counts
from planted_evaluations import write_evaluations
from planted_map import write_hours
from planted_operations import write_operations
from planted_plans import write_plans
from planted_prevention import write_prevention
from planted_response import write_marts
from planted_tables import SEED, tables
from reading import Open, page

if TYPE_CHECKING:
    from dashboards.registry import PageSpec

SHELL = Path(session.__file__).with_name("shell.py")


@lru_cache(maxsize=1)
def _planted_file() -> tuple[Path, TemporaryDirectory[str]]:
    """Write the planted tables once a process; the folder goes when the process ends."""
    folder = TemporaryDirectory(prefix="jingcang-planted-")
    path = Path(folder.name) / "planted.duckdb"
    with duckdb.connect(str(path)) as connection:
        write_tables(connection, tables())
        connection.execute(
            "create table rpt_incident_counts as select unit_no, area_no, class_level1_code, class_level1_label, "
            "class_level2_code, class_level2_label, class_code, class_label, class_outcome, outcome_code, "
            "outcome_label, event_date, cast(sum(record_count) as bigint) as record_count, "
            "cast(sum(case when is_located then record_count else 0 end) as bigint) as located_count, "
            "cast(sum(case when class_outcome = 'unmapped' then record_count else 0 end) as bigint) "
            "as unmapped_count, "
            "cast(sum(case when class_outcome = 'absent' then record_count else 0 end) as bigint) "
            "as unclassified_count, "
            "cast(sum(case when is_area_disagreeing then record_count else 0 end) as bigint) as disagreeing_count "
            "from fct_incidents group by all"
        )
        write_marts(connection)
        write_counts(connection)
        write_prevention(connection)
        write_dispute_counts(connection)
        write_operations(connection)
        write_evaluations(connection)
        write_hours(connection)
        write_plans(connection)
        write_ledger(connection)
    return path, folder


def write_serving_file(home: Home, name: str = "g000001") -> None:
    """Write the synthetic generation and point the link at it."""
    home.prepare()
    shutil.copyfile(_planted_file()[0], home.serving / f"{name}.duckdb")
    write_narratives(accepted_file(home, "cases", "b1"))
    write_visited_names(accepted_file(home, "home_visits", "b1"))
    record = {
        "as_of": AS_OF.isoformat(),
        "profile": "demo",
        "published_at": "2026-06-30T02:10:00+00:00",
        "content_hash": "0",
        "run_id": "planted",
        "batches": ["b1"],
        "code": "planted",
    }
    (home.serving / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
    if not home.current_link.is_symlink():
        home.current_link.symlink_to(f"{name}.duckdb")


def write_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """Plant an earlier publication: since then two incidents came late and one is no theft any more, all in 城北所."""
    published = f"date '{AS_OF}'"
    connection.execute(
        "create table rpt_published_figures as from (values "
        f"('g000000', null, {published}, 'incidents_effective', 'x', 'S1', date '2026-06-01', 140::bigint), "
        f"('g000001', 'g000000', {published}, 'incidents_effective', 'x', 'S1', date '2026-06-01', 142::bigint)) "
        "as t(generation, generation_from, published_as_of, metric_code, definition_digest, unit_no, month_start, "
        "figure_count)"
    )
    moved = [
        ("m1", "late", "补报", "after", "100100", 1),
        ("m2", "late", "补报", "after", "100100", 1),
        ("m3", "reclassified", "改类", "before", "100100", -1),
        ("m3", "reclassified", "改类", "after", "509900", 1),
    ]
    rows = ", ".join(
        f"('g000000', 'g000001', {published}, {published}, '{key}', 'J{key}', '{side}', '{cause}', '{label}', 'S1', "
        f"'S1-A1', date '2026-06-20', '大类', '{code}', '类别', 'mapped', null, null, {count}::bigint, 'case.pj_jjdb', "
        f"'J{key}', 'raw/case__pj_jjdb/b2.parquet', 7::bigint)"
        for key, cause, label, side, code, count in moved
    )
    connection.execute(
        f"create table fct_restated_incidents as from (values {rows}) as t(generation_from, generation_to, from_as_of, "
        "to_as_of, incident_id, incident_no, side_code, cause_code, cause_label, unit_no, area_no, event_date, "
        "class_level1_label, class_code, class_label, class_outcome, outcome_code, outcome_label, record_count, "
        "source_table, source_key, source_file, source_line)"
    )


def add_accounts(home: Home) -> dict[str, tuple[str, str]]:
    """Create the demo accounts; return role label → (user id, password)."""
    made = create_demo_accounts(
        Workbench.open(home),
        seed=SEED,
        bureau_unit_no="B",
        station_unit_no="S1",
        officer_no="1001",
        officer_unit_no="S1",
    )
    return {account.role_label: (account.user_id, account.password) for account in made}


@pytest.fixture(scope="session")
def synthetic_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("pages"))
    write_serving_file(home)
    add_accounts(home)
    yield home
    Workbench.open(home).close()


@pytest.fixture
def open_page(synthetic_home: Home, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that opens a page as the account of a role, with choices in the address."""
    monkeypatch.delenv("JINGCANG_WORKBENCH_URL", raising=False)

    def open_as(role: str, spec: PageSpec, home: Home = synthetic_home, **address: str) -> AppTest:
        monkeypatch.setenv("JINGCANG_HOME", str(home.root))
        settings.cache_clear()
        workbench = Workbench.open(home)
        of_role = [a for a in list_accounts(workbench) if a.identity.role == role and not a.is_disabled]
        account = next((a for a in of_role if a.is_demo), of_role[0])
        token = sessions.open_session(workbench, account)
        monkeypatch.setattr(session, "read_token", lambda: token)
        app = AppTest.from_file(str(SHELL), default_timeout=60)
        for name, value in address.items():
            app.query_params[name] = value
        return app.run().switch_page(f"app_pages/{spec.file}").run()

    return open_as


@pytest.fixture
def open_changed(open_page: Open, synthetic_home: Home, tmp_path: Path) -> Open:
    """Return a function that runs SQL on a copy of the serving file and opens a page on it.

    ``choices`` are set in selectboxes by their keys once the page is open, ``address`` before.
    """

    def opened(
        path: str,
        sql: str = "select 1",
        *,
        role: str = "leader_station",
        profile: str = "demo",
        address: dict[str, str] | None = None,
        **choices: str,
    ) -> AppTest:
        home = Home(tmp_path).prepare()
        for name in ("serving", "workbench"):
            shutil.copytree(synthetic_home.root / name, tmp_path / name, symlinks=True, dirs_exist_ok=True)
        with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
            connection.execute(sql)
        told = home.serving / "g000001.json"
        told.write_text(told.read_text(encoding="utf-8").replace('"demo"', f'"{profile}"'), encoding="utf-8")
        app = open_page(role, page(path), home, **(address or {}))
        for name, value in choices.items():
            app.selectbox(key=name).set_value(value)
        return app.run() if choices else app

    return opened


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Return a function that changes the declaration of a KPI for pages opened after it."""
    known = load_kpis()

    def change(kpi_code: str, **changed: object) -> None:
        known[kpi_code] = known[kpi_code].model_copy(update=changed)
        monkeypatch.setattr(kpis_of_pages, "load_kpis", lambda: known)
        kpis_of_pages.kpis.cache_clear()

    yield change
    kpis_of_pages.kpis.cache_clear()


@pytest.fixture
def serving_copy(synthetic_home: Home, tmp_path: Path) -> Path:
    """A copy of the serving file to count in by hand: the pages hold the file itself with their own settings."""
    return Path(shutil.copy(synthetic_home.current_link.resolve(), tmp_path))


@pytest.fixture(scope="session")
def demo_seed() -> int:
    """Seed the demo accounts' passwords derive from."""
    return SEED
