"""Every page for every role that may open it: nothing published but empty tables, one row of each, nothing for weeks.

Belongs here: that each page stands and says something in these states. Does not belong here: the full state and the
refusals (``test_pages_by_role``), and what single pages say (their own files).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from conftest import add_accounts, write_serving_file
from issue_tables import AS_OF
from reading import Open, words

from dashboards.registry import PAGES, PageSpec
from jingcang.home import Home
from jingcang.workbench import Workbench

STATES = ("empty", "one_row", "late")
REFERENCE = ("dim_date", "dim_unit", "dim_area", "dim_dictionary", "dim_label", "dim_officer")
"""Tables a deployment has filled before its first incident arrives."""
DATED = [spec for spec in PAGES if spec.needs_data]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Home]]:
    full = Home(tmp_path_factory.mktemp("states") / "full")
    write_serving_file(full)
    add_accounts(full)
    Workbench.open(full).close()
    made = {}
    for state in STATES:
        made[state] = Home(full.root.with_name(state))
        shutil.copytree(full.root, made[state].root, symlinks=True)
        _change(made[state], state)
    yield made
    for home in made.values():
        Workbench.open(home).close()


def _change(home: Home, state: str) -> None:
    if state == "late":
        told = home.serving / "g000001.json"
        content = json.loads(told.read_text(encoding="utf-8"))
        content["as_of"] = (AS_OF + timedelta(40)).isoformat()
        told.write_text(json.dumps(content), encoding="utf-8")
        return
    with duckdb.connect(str(home.serving / "g000001.duckdb")) as connection:
        for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            if state == "empty":
                connection.execute(f"delete from {name}")
            elif name not in REFERENCE:
                connection.execute(f"delete from {name} where rowid > (select min(rowid) from {name})")


def test_the_states_are_what_they_are_called(homes: dict[str, Home]) -> None:
    def rows(state: str, table: str) -> int:
        with duckdb.connect(str(homes[state].serving / "g000001.duckdb"), read_only=True) as connection:
            found = connection.execute(f"select count(*) from {table}").fetchone()
        assert found is not None
        return int(found[0])

    assert [rows(state, "fct_incidents") for state in ("empty", "one_row")] == [0, 1]
    assert rows("empty", "dim_unit") == 0
    assert rows("one_row", "dim_unit") == rows("late", "dim_unit") > 1
    assert Path(homes["late"].serving / "g000001.json").read_text(encoding="utf-8").count("2026-08-09") == 1


@pytest.mark.drawn(1 / 3)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("spec", DATED, ids=lambda spec: spec.path)
def test_a_page_stands_in_every_state(
    open_page: Open, homes: dict[str, Home], spec: PageSpec, state: str
) -> None:
    for role in spec.roles:
        app = open_page(role, spec, homes[state])
        assert not app.exception, (role, state)
        assert not app.error, (role, state, words(app))
        assert app.header, (role, state)
        assert "数据截至" in words(app)
