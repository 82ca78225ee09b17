"""Publishing on small DuckDB files: hash, link, ledger, rollback, crashes between the steps."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from jingcang.errors import JingcangError
from jingcang.home import Home
from orchestration.publish import content_hash, generations, serving_file
from orchestration.publish.content_hash import TableHash, combine, hash_table


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).prepare()


def build(home: Home, *, incidents: int = 3) -> None:
    home.build_database.unlink(missing_ok=True)
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute(
            f"""
            create table fct_incidents as
            select 'JJ' || i as incident_no, date '2026-06-01' as event_date, 'b' || i as _source_batch_id
            from range({incidents}) as t(i)
            """
        )
        connection.execute("create table dim_unit as select '3301' as unit_no, '城北派出所' as unit_name")
        connection.execute("create table int_working as select 1 as x")
        connection.execute("create table fct_quality_results as select 'run-1' as run_id, 'pass' as status")


def publish(home: Home, **changes: object) -> generations.Generation:
    arguments: dict = {
        "inputs": "i1", "as_of": "2026-06-30", "profile": "demo", "run_id": "r1", "batches": ("b0",),
    }  # fmt: skip
    return generations.publish(home, **{**arguments, **changes})


def rows(home: Home) -> int:
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        return connection.execute("select count(*) from fct_incidents").fetchone()[0]


def test_publish_lets_readers_have_only_dim_fct_rpt(home: Home) -> None:
    build(home)
    generation = publish(home)
    assert generation.name == "g000001"
    assert set(generation.tables) == {"fct_incidents", "dim_unit", "fct_quality_results"}
    assert rows(home) == 3
    assert [event["generation"] for event in generations.read_ledger(home)] == ["g000001"]


def test_three_generations_are_kept_and_the_ledger_keeps_all(home: Home) -> None:
    for count in range(1, 6):
        build(home, incidents=count)
        publish(home)
    assert [item.name for item in generations.kept_generations(home)] == ["g000005", "g000004", "g000003"]
    assert len(generations.read_ledger(home)) == 5
    assert sorted(path.name for path in home.serving.glob("*.duckdb")) == [
        "g000003.duckdb",
        "g000004.duckdb",
        "g000005.duckdb",
    ]


def test_rollback_returns_to_the_generation_before(home: Home) -> None:
    for count in (1, 2):
        build(home, incidents=count)
        publish(home)
    assert generations.rollback(home).name == "g000001"
    assert rows(home) == 1
    with pytest.raises(JingcangError, match="没有更早的发布版本"):
        generations.rollback(home)
    build(home, incidents=5)
    assert publish(home).name == "g000003"


def test_a_crash_before_the_swap_leaves_readers_on_the_old_generation(home: Home, monkeypatch) -> None:
    build(home, incidents=1)
    publish(home)
    build(home, incidents=2)
    monkeypatch.setattr(generations, "swap_link", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        publish(home)
    monkeypatch.undo()
    assert rows(home) == 1
    assert publish(home).name == "g000003"
    assert rows(home) == 2


def test_a_crash_after_the_swap_is_entered_in_the_ledger_at_the_next_start(home: Home, monkeypatch) -> None:
    build(home)
    monkeypatch.setattr(generations, "_enter", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        publish(home)
    monkeypatch.undo()
    assert generations.read_ledger(home) == []
    generations.recover(home)
    assert [event["generation"] for event in generations.read_ledger(home)] == ["g000001"]


def test_a_torn_ledger_line_is_passed_over(home: Home) -> None:
    build(home)
    publish(home)
    with open(generations.ledger_path(home), "a") as handle:
        handle.write('{"event": "pub')
    publish(home)
    assert [event["generation"] for event in generations.read_ledger(home)] == ["g000001", "g000002"]


def hash_of(sql: str) -> str:
    with duckdb.connect() as connection:
        connection.execute(f"create table t as {sql}")
        return hash_table(connection, "t", "t").digest


def test_the_hash_ignores_row_order_and_lineage_but_nothing_else() -> None:
    base = hash_of("select * from (values (1, 'a', 'x'), (2, null, 'y')) as v(n, s, _file)")
    assert base == hash_of("select * from (values (2, null, 'other'), (1, 'a', 'x')) as v(n, s, _file)")
    different = [
        "select * from (values (1, 'a', 'x'), (2, '', 'y')) as v(n, s, _file)",
        "select * from (values (1, 'a', 'x'), (2, 'N', 'y')) as v(n, s, _file)",
        "select * from (values (1, 'a', 'x'), (2, null, 'y'), (2, null, 'y')) as v(n, s, _file)",
        "select * from (values (1::bigint, 'a', 'x'), (2, null, 'y')) as v(n, s, _file)",
        "select * from (values (1, 'a', 'x'), (2, null, 'y')) as v(n, renamed, _file)",
    ]
    assert len({base, *map(hash_of, different)}) == len(different) + 1


def test_values_do_not_run_into_each_other() -> None:
    assert hash_of("select 'a' || chr(31) || 'Vb' as x, 'c' as y") != hash_of(
        "select 'a' as x, 'b' || chr(31) || 'Vc' as y"
    )


def test_run_history_does_not_enter_the_generation_hash(home: Home) -> None:
    build(home)
    first = publish(home)
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute("insert into fct_quality_results values ('run-2', 'fail')")
    assert publish(home).content_hash == first.content_hash
    build(home, incidents=4)
    assert publish(home).content_hash != first.content_hash


def test_combine_does_not_depend_on_the_order_of_tables() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table a as select 1 as x; create table b as select 2 as x")
        hashes = [hash_table(connection, name, name) for name in ("a", "b")]
    assert combine(hashes) == combine(hashes[::-1])


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the list that names of tables enter as they are hashed anew."""
    hashed: list[str] = []

    def hash_and_tell(connection: duckdb.DuckDBPyConnection, qualified: str, name: str) -> TableHash:
        hashed.append(name)
        return hash_table(connection, qualified, name)

    monkeypatch.setattr(serving_file, "hash_table", hash_and_tell)
    return hashed


def test_only_what_changed_is_hashed_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    build(home)
    first = publish(home)
    hashed = counting(monkeypatch)
    build(home, incidents=4)
    second = publish(home)
    assert hashed == ["fct_incidents"]
    assert second.tables["dim_unit"] == first.tables["dim_unit"]
    assert rows(home) == 4
    shutil.rmtree(home.serving)
    home.prepare()
    assert publish(home).tables == second.tables


def test_a_table_altered_behind_the_runs_back_is_hashed_and_published_as_it_is(home: Home) -> None:
    build(home)
    first = publish(home)
    with duckdb.connect(str(home.build_database)) as connection:
        # Neither the count nor any sum of a column changes.
        connection.execute("update fct_incidents set _source_batch_id = 'b0' where incident_no = 'JJ0'")
        connection.execute(
            "update fct_incidents set event_date = event_date + case incident_no when 'JJ0' then 1 else -1 end"
            " where incident_no in ('JJ0', 'JJ1')"
        )
    second = publish(home)
    assert second.tables["fct_incidents"]["hash"] != first.tables["fct_incidents"]["hash"]
    assert second.content_hash != first.content_hash


def test_lineage_alone_is_published_too_though_the_content_hash_leaves_it_out(home: Home) -> None:
    build(home)
    first = publish(home)
    with duckdb.connect(str(home.build_database)) as connection:
        connection.execute("update fct_incidents set _source_batch_id = 'b9'")
    assert publish(home).content_hash == first.content_hash
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        assert connection.execute("select distinct _source_batch_id from fct_incidents").fetchall() == [
            ("b9",)
        ]


@pytest.mark.parametrize("harm", ["altered", "torn", "flipped", "gone"])
def test_a_generation_before_that_is_not_what_its_record_says_is_passed_over(home: Home, harm: str) -> None:
    build(home, incidents=200_000)
    first = publish(home)
    path = home.serving / "g000001.duckdb"
    if harm == "altered":
        with duckdb.connect(str(path)) as connection:
            connection.execute("update fct_incidents set incident_no = 'X' where incident_no = 'JJ7'")
    elif harm == "torn":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif harm == "flipped":
        content = bytearray(path.read_bytes())
        for place in range(20_000, len(content), 4096):
            content[place] ^= 0xFF
        path.write_bytes(content)
    else:
        path.unlink()
    second = publish(home)
    assert second.content_hash == first.content_hash
    with duckdb.connect(os.path.realpath(home.current_link), read_only=True) as connection:
        assert (
            hash_table(connection, "fct_incidents", "fct_incidents").digest
            == first.tables["fct_incidents"]["hash"]
        )


def test_another_definition_of_the_hash_trusts_no_recorded_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(home)
    first = publish(home)
    hashed = counting(monkeypatch)
    monkeypatch.setattr(content_hash, "_definition", lambda: "another")
    assert publish(home).content_hash == first.content_hash
    assert sorted(hashed) == sorted(first.tables)


def test_the_file_does_not_grow_with_every_generation(home: Home) -> None:
    sizes = []
    for count in range(1, 9):
        build(home, incidents=100_000 + count)
        sizes.append((home.serving / f"{publish(home).name}.duckdb").stat().st_size)
    assert max(sizes) <= 3 * sizes[0]
