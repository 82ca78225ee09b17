"""The truth file against what landing does: every rule flags exactly the rows it must, overlaps included."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest
import uvicorn

from jingcang.contracts import load_entities, load_profile
from jingcang.contracts.checks import RunContext
from jingcang.contracts.set_rules import run_set_rules
from jingcang.home import Home
from jingcang.landing import LandingResult, create_landed_views, current_cut, land_table
from jingcang.sample import load_servers, patrol_api, world
from tests.sample.conftest import PROFILE, Sample

TOKEN = "令牌".encode().hex()


class Landed:
    """A home into which the whole sample was landed."""

    def __init__(self, root: Path, sample: Sample, environ: dict[str, str]) -> None:
        self.home = Home(root).prepare()
        self.profile = load_profile(PROFILE, data=sample.folder, environ=environ)
        self.results: dict[str, LandingResult] = {
            table.qualified: land_table(table, self.profile, self.home, as_of=world.AS_OF)
            for table in self.profile.tables
        }
        self.connection = duckdb.connect()
        create_landed_views(self.connection, self.home, current_cut(self.home), load_entities())

    def flagged(self) -> dict[str, Counter[str]]:
        """Return check id → flagged rows, named as the truth file names them."""
        found: dict[str, Counter[str]] = {}

        def note(check: str, row: str) -> None:
            found.setdefault(check, Counter())["?" if row.startswith("?") else row] += 1

        columns = "source_system || '.' || source_table, {}, source_key"
        quarantined = f"select {columns.format('rule_ids')} from landed.quarantined_rows"
        for table, rules, row in self.connection.execute(quarantined).fetchall():
            for rule in rules.split(";"):
                note(f"{table}.{rule}", row)
        flags = f"select {columns.format('rule_id')} from landed.quality_flags"
        for table, rule, row in self.connection.execute(flags).fetchall():
            note(f"{table}.{rule}", row)
        outcome = run_set_rules(self.connection, self.profile, RunContext("test", world.AS_OF))
        assert not outcome.results.filter(pl.col("status") == "error").height
        for failure in outcome.failures.to_dicts():
            note(failure["check_id"], failure["row_key"])
        return found

    def entity(self, name: str) -> pl.DataFrame:
        """Return an entity's rows without lineage of files and batches, sorted."""
        frame = self.connection.execute(f"select * from landed.{name}").pl()
        kept = [column for column in frame.columns if not column.startswith("_") or column == "_source_key"]
        return frame.select(kept).sort(kept)


@pytest.fixture(scope="session")
def patrol_environ(sample: Sample) -> Iterator[dict[str, str]]:
    app = patrol_api.application(sample.folder, token=TOKEN)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield {"JINGCANG_PATROL_URL": f"http://127.0.0.1:{port}", "JINGCANG_PATROL_TOKEN": TOKEN}
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def landed(
    sample: Sample, patrol_environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Landed:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JINGCANG_PSEUDONYM_KEY", "测试" * 16)
        made = Landed(tmp_path_factory.mktemp("home"), sample, patrol_environ)
    return made


def test_every_rule_flags_exactly_its_planted_rows(sample: Sample, landed: Landed) -> None:
    expected = {
        check: Counter(row for _, row in rows) for check, rows in sample.truth["expected_flags"].items()
    }
    found = landed.flagged()
    # two rows of one key are one entry of the truth
    found = {check: Counter(set(rows)) if check.endswith(".key") else rows for check, rows in found.items()}
    wrong = {
        check: (found.get(check, Counter()) - rows, rows - found.get(check, Counter()))
        for check, rows in expected.items()
        if found.get(check, Counter()) != rows
    }
    assert wrong == {}, f"seed {sample.seed}"
    assert set(found) <= set(expected), f"seed {sample.seed}"


def test_no_clean_twin_is_flagged(sample: Sample, landed: Landed) -> None:
    twins = {tuple(defect["twin"]) for defect in sample.truth["defects"]}
    sql = "select source_system || '.' || source_table, source_key from landed."
    touched = set(landed.connection.execute(f"{sql}quarantined_rows union {sql}quality_flags").fetchall())
    assert len(twins) > 500
    assert twins & touched == set()


def test_books_agree_with_the_truth(sample: Sample, landed: Landed) -> None:
    for name, result in landed.results.items():
        told = sample.truth["tables"][name]
        assert (result.read, result.repeated, result.superseded) == (
            told["rows"], told["repeated"], told["superseded"],
        ), name  # fmt: skip
        assert result.read == result.accepted + result.quarantined + result.superseded + result.repeated


def test_oddities_load_with_their_content(sample: Sample, landed: Landed) -> None:
    def count(sql: str, values: list[str] | None = None) -> object:
        return landed.connection.execute(f"select count(*) from landed.{sql}", values or []).fetchone()

    assert count("places where place_name like '=cmd%' or place_name like '<script%'") == (4,)
    assert count("archive_items where title_text = '𠮷野𪚥'") == (2,)
    assert count("incidents where content_text like '%' || chr(10) || '%'") == (2,)
    assert count("home_visits where visited_name is null") == (0,)
    wide = [
        str(defect["row"][1])
        for defect in sample.truth["defects"]
        if defect["kind"] == "full_width_digits" and defect["row"][0] == "population.rk_syrk"
    ]
    assert len(wide) == 2
    assert count("residents where has_valid_id_no and resident_no in (?, ?)", wide) == (2,)


def test_servers_land_the_same_rows(
    sample: Sample,
    landed: Landed,
    patrol_environ: dict[str, str],
    require_service,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case_url, population_url = require_service("postgres"), require_service("mariadb")
    load_servers(sample.folder, case_url, population_url)
    monkeypatch.setenv("JINGCANG_PSEUDONYM_KEY", "测试" * 16)
    environ = {**patrol_environ, "JINGCANG_CASE_URL": case_url, "JINGCANG_POPULATION_URL": population_url}

    other = Landed(tmp_path / "home", sample, environ)
    for entity in (
        "incidents",
        "dispatches",
        "cases",
        "case_persons",
        "disputes",
        "residents",
        "addresses",
        "places",
    ):
        assert other.entity(entity).equals(landed.entity(entity)), entity
    assert other.flagged() == landed.flagged()
